"""Fills an empty database; one transaction, which leaves it as it was unless all of it succeeds."""

from collections.abc import Iterator
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from opportunities.benchmark import words
from opportunities.benchmark.deals import Deals, Office
from opportunities.benchmark.loading import bare, load
from opportunities.benchmark.rows import ClosingRow, EventRow, LineRow, OpportunityRow, QuoteClosingRow, QuoteRow
from opportunities.models import (
    Account,
    Competitor,
    Contact,
    Opportunity,
    OpportunityClose,
    Quote,
    QuoteClose,
    QuoteCounter,
    QuoteLine,
    Stage,
    State,
    StatusReason,
    TimelineEvent,
)
from opportunities.models.fields import fold

MARK = "benchmark"  # external ID of the first opportunity: the database was filled here
AT_ONCE = 10_000  # opportunities that are made up before they are loaded
PER_ACCOUNT = 5  # opportunities, on average
MANAGERS = 5  # among the users
MODELS = {  # in the order of what refers to what
    OpportunityRow: Opportunity,
    QuoteRow: Quote,
    LineRow: QuoteLine,
    ClosingRow: OpportunityClose,
    QuoteClosingRow: QuoteClose,
    EventRow: TimelineEvent,
}
LOADED = [Account, Contact, *MODELS.values()]


def has_data() -> bool:
    return Opportunity.objects.exists() or Account.objects.exists()


def was_filled() -> bool:
    """Whether all that the database has was made up here."""
    return Opportunity.objects.filter(external_id=MARK).exists()


def fill(opportunities: int, users: int, seed: int = 1) -> None:
    """Adds so many `opportunities` of so many `users`, and all that hangs on them, to a database that has none.

    The rows break no rule of the services. The users cannot sign in; the first ones are managers.
    """
    rng = Random(seed)
    with connection.constraint_checks_disabled(), transaction.atomic():
        with bare(connection, [model._meta.db_table for model in LOADED]):
            office = furnish(rng, users, load_accounts(rng, max(opportunities // PER_ACCOUNT, 1)))
            deals = Deals(office, opportunities, timezone.localdate(), rng, MARK)
            for rows in batches(deals, opportunities):
                for kind, model in MODELS.items():
                    load(connection, model._meta.db_table, kind._fields, rows[kind])
        QuoteCounter.objects.bulk_create(QuoteCounter(year=year, last=last) for year, last in deals.serials.items())
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), LOADED):
                cursor.execute(statement)
    if connection.vendor == "postgresql" and not connection.in_atomic_block:  # as autovacuum does in time
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def batches(deals: Deals, number: int) -> Iterator[dict]:
    """The rows of `number` opportunities, as many as are loaded at once."""
    for written in range(1, number + 1):
        deals.write()
        if written % AT_ONCE == 0 or written == number:
            yield deals.take()


def furnish(rng: Random, users: int, accounts: list[str]) -> Office:
    """Adds users and competitors."""
    competitors = Competitor.objects.bulk_create(Competitor(name=name) for name in words.COMPETITORS)
    reasons = list(StatusReason.objects.filter(is_active=True))
    return Office(
        owners=[user.pk for user in add_users(rng, users)],
        accounts=accounts,
        competitors=[competitor.pk for competitor in competitors],
        stages=list(Stage.objects.all()),
        reasons={state: [reason for reason in reasons if reason.state == state] for state in State.values},
    )


def add_users(rng: Random, number: int) -> list[User]:
    users = User.objects.bulk_create(
        User(
            username=f"{MARK}-{serial:03}",
            first_name=rng.choice(words.FIRST_NAMES),
            last_name=rng.choice(words.LAST_NAMES),
            password=make_password(None),
        )
        for serial in range(1, number + 1)
    )
    salespeople, managers = (Group.objects.get(name=name) for name in ["Salespeople", "Sales managers"])
    managers.user_set.add(*users[:MANAGERS])
    salespeople.user_set.add(*users[MANAGERS:])
    return users


def load_accounts(rng: Random, number: int) -> list[str]:
    """Adds accounts; returns their folded names."""
    accounts, contacts = [], []
    for key in range(1, number + 1):
        name = f"{rng.choice(words.FIRMS)} {rng.choice(words.TRADES)} {key} {rng.choice(words.LEGAL_FORMS)}"
        sector = rng.choice(words.TRADES)
        accounts.append((key, name, fold(name), sector, "", ""))
        contact = f"{rng.choice(words.FIRST_NAMES)} {rng.choice(words.LAST_NAMES)}"
        contacts.append((key, key, contact, f"contact{key}@example.org", ""))
    load(connection, Account._meta.db_table, ["id", "name", "folded_name", "sector", "website", "phone"], accounts)
    load(connection, Contact._meta.db_table, ["id", "account_id", "name", "email", "phone"], contacts)
    return [folded for _key, _name, folded, *_others in accounts]
