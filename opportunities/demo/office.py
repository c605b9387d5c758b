"""Stores the demo data: the office that deals refer to, then the deals, closed through the closing services."""

from collections import defaultdict
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import slugify

from opportunities.closing import Closing, correct_closing, record_closings, reopen_opportunity
from opportunities.closing.services import close_quotes
from opportunities.demo import english, french, names
from opportunities.demo.deals import Deal, Draw, DrawnQuote, Office
from opportunities.demo.offers import Writer, catalogue
from opportunities.demo.words import Words
from opportunities.models import (
    Account,
    Competitor,
    Contact,
    Opportunity,
    OpportunityClose,
    Preferences,
    Product,
    Quote,
    QuoteClose,
    QuoteCounter,
    QuoteLine,
    QuoteStatus,
    Seller,
    Stage,
    State,
    StatusReason,
    TimelineEvent,
)

PASSWORD = "cloture-demo"  # noqa: S105 (everybody is to know it)
LOGO = Path(__file__).parent / "logo.png"
WORDS = {"en": english.WORDS, "fr": french.WORDS}


def has_data() -> bool:
    """Whether anybody or anything is in the database already, shipped reference data aside."""
    return any(model.objects.exists() for model in (User, Account, Opportunity, Competitor, Product))


def fill(seed: int, language: str | None = None) -> None:
    """Adds the demo data, all or nothing; users, firms and products that are there by the same name stay as they are.

    The same seed, day and language give the same data. Without a language the data is in English and the
    pages are in the language of the browser.
    """
    rng, words = Random(seed), WORDS[language or "en"]
    with transaction.atomic(), translation.override(language or "en"):
        office = open_office(rng, words, language)
        add_seller(words)
        writer = Writer(Random(seed), words, office.products)
        deals = Draw(rng, timezone.localdate(), words, office, writer).deals()
        Opportunity.objects.bulk_create(deal.opportunity for deal in deals)
        store_quotes([drawn for deal in deals for drawn in deal.quotes])
        TimelineEvent.objects.tell(event for deal in deals for event in told(deal))
        closings = close(deals)
        look_back(closings, words, by=office.users["ines"])


def open_office(rng: Random, words: Words, language: str | None) -> Office:
    accounts = add_missing(
        Account,
        [
            Account(name=name, sector=words.sectors[sector], website=f"https://{slugify(name)}.example")
            for name, sector, _currency in names.ACCOUNTS
        ],
    )
    fields = [Product(name=name) for name in dict.fromkeys(offer.product for offer in words.offers)]
    products = add_missing(Product, [*fields, *catalogue(words)])
    reasons = defaultdict(list)
    for reason in StatusReason.objects.filter(is_active=True).order_by("-is_default", "position", "pk"):
        reasons[reason.state].append(reason)
    return Office(
        users=add_users(language),
        accounts=accounts,
        currencies={name: currency for name, _sector, currency in names.ACCOUNTS},
        contacts=add_contacts(rng, accounts),
        products={product.name: product for product in products},
        competitors=add_missing(Competitor, [Competitor(name=name) for name in names.COMPETITORS]),
        stages=list(Stage.objects.all()),
        reasons=reasons,
    )


def add_seller(words: Words) -> None:
    """Describes the seller, unless somebody has."""
    facts = {
        "name": names.SELLER,
        "address": words.seller_address,
        "footer": words.seller_footer,
        "payment_terms": words.payment_terms[0],
        "logo": LOGO.read_bytes(),
        "logo_type": "image/png",
    }
    Seller.objects.get_or_create(pk=1, defaults=facts)


def add_missing(model, rows: list) -> list:
    """Those rows as they are in the database, in that order; what is there by that name stays as it is."""
    model.objects.bulk_create(rows, ignore_conflicts=True)
    stored = {row.name: row for row in model.objects.filter(name__in=[row.name for row in rows])}
    return [stored[row.name] for row in rows]


def add_users(language: str | None) -> dict[str, User]:
    users, password = {}, make_password(PASSWORD)
    for username, first_name, last_name, group in names.LOGINS:
        facts = {"first_name": first_name, "last_name": last_name, "password": password}
        if group is None:
            facts |= {"is_staff": True, "is_superuser": True}
        users[username], is_new = User.objects.get_or_create(username=username, defaults=facts)
        if is_new:
            users[username].groups.set(Group.objects.filter(name=group))
            Preferences.objects.create(user=users[username], language=language or "")
    return users


def add_contacts(rng: Random, accounts: list[Account]) -> dict[Account, list[Contact]]:
    """The contacts of each account; those that have none get one to three."""
    contacts = {account: list(account.contacts.all()) for account in accounts}
    for account, (name, _sector, currency) in zip(accounts, names.ACCOUNTS, strict=True):
        if contacts[account]:
            continue
        people = [f"{rng.choice(names.FIRST_NAMES)} {rng.choice(names.LAST_NAMES)}" for _ in range(rng.randint(1, 3))]
        if name == names.ACCOUNTS[0][0]:
            people = [names.SHOWCASE_CONTACT]
        contacts[account] = [
            Contact(
                account=account,
                name=person,
                email=f"{slugify(person).replace('-', '.')}@{slugify(name)}.example",
                phone=names.PHONES[currency].format(rng.randint(10, 99), rng.randint(10, 99)),
            )
            for person in people
        ]
    Contact.objects.bulk_create(c for people in contacts.values() for c in people if c.pk is None)
    return contacts


def store_quotes(quotes: list[DrawnQuote]) -> None:
    """Inserts the quotes as drafts with their lines, then activates them and closes those that ended by themselves."""
    number_quotes(quotes)
    Quote.objects.bulk_create(drawn.quote for drawn in quotes)
    QuoteLine.objects.bulk_create(line for drawn in quotes for line in drawn.lines)
    activated = [drawn.quote for drawn in quotes if drawn.quote.activated_at]
    Quote.objects.filter(pk__in=[quote.pk for quote in activated]).update(status=QuoteStatus.ACTIVE)
    for quote in activated:
        quote.status = QuoteStatus.ACTIVE
    ended = [drawn for drawn in quotes if drawn.ending]
    QuoteClose.objects.bulk_create(
        QuoteClose(
            quote=drawn.quote,
            from_status=drawn.quote.status,
            to_status=drawn.ending.status,
            reason=drawn.ending.reason,
            closed_on=drawn.ending.at.date(),
            by=drawn.by,
            at=drawn.ending.at,
        )
        for drawn in ended
    )
    close_quotes([drawn.quote.pk for drawn in ended])


def number_quotes(quotes: list[DrawnQuote]) -> None:
    """Numbers the quotes in the order they were created, from where the counter of each year stands."""
    counters = QuoteCounter.objects.select_for_update().in_bulk()
    serials = defaultdict(lambda: (serial for serial in count(1) if serial not in names.SHOWCASE_SERIALS))
    highest = defaultdict(int)
    for drawn in sorted(quotes, key=lambda drawn: drawn.created_at):
        if drawn.revises:
            drawn.quote.number = drawn.revises.quote.number
            continue
        year = drawn.created_at.year
        last = counters[year].last if year in counters else 0
        serial = last + (drawn.serial or next(serials[year]))
        drawn.quote.number = f"Q-{year}-{serial:04d}"
        highest[year] = max(highest[year], serial)
    for year, serial in highest.items():
        QuoteCounter.objects.update_or_create(year=year, defaults={"last": serial})


def told(deal: Deal) -> list[TimelineEvent]:
    """What the timeline tells of `deal` and its quotes up to its closing, in the order it happened."""
    kinds = TimelineEvent.Kind
    for drawn in deal.quotes:
        quote = {"number": drawn.quote.number, "revision": drawn.quote.revision}
        if not drawn.revises:
            deal.tell(kinds.QUOTE_CREATED, drawn.by, drawn.created_at, **quote)
        if drawn.quote.activated_at:
            deal.tell(kinds.QUOTE_ACTIVATED, drawn.by, drawn.quote.activated_at, **quote)
        if drawn.ending:
            is_revised = drawn.ending.status == QuoteStatus.REVISED
            kind = kinds.QUOTE_REVISED if is_revised else kinds.QUOTE_CLOSED
            deal.tell(kind, drawn.by, drawn.ending.at, drawn.ending.reason, **quote)
    return sorted(deal.events, key=lambda event: event.at)


def close(deals: list[Deal]) -> list[OpportunityClose]:
    """Closes what is over, with the quotes that are open on it; the earliest closing comes first."""
    closings = defaultdict(list)
    for deal in deals:
        if deal.closing:
            closings[deal.closing.by].append(closing_of(deal))
    records = [record for by, batch in closings.items() for record in record_closings(batch, by=by)]
    return sorted(records, key=lambda record: record.closed_at)


def closing_of(deal: Deal) -> Closing:
    """What is to be recorded: the winner gives the revenue, other active quotes are lost and drafts canceled."""
    closing, opportunity = deal.closing, deal.opportunity
    quotes = [drawn.quote for drawn in deal.quotes if not drawn.ending]
    fates = {quote.pk: QuoteStatus.LOST if quote.is_active else QuoteStatus.CANCELED for quote in quotes}
    revenue = opportunity.estimated_revenue if closing.outcome == State.WON else None
    if closing.winner:
        fates[closing.winner.quote.pk], revenue = QuoteStatus.WON, closing.winner.quote.total
    return Closing(
        opportunity=opportunity,
        outcome=closing.outcome,
        status_reason=closing.status_reason,
        closed_on=closing.closed_on,
        actual_revenue=revenue,
        competitor=closing.competitor,
        details=closing.details,
        quotes=quotes,
        fates=fates,
        at=closing.at,
    )


def look_back(closings: list[OpportunityClose], words: Words, by: User) -> None:
    """Reopens a few of the latest losses and corrects the date of a few of the latest wins, now."""
    lost = [closing for closing in closings if closing.outcome == State.LOST and closing.quote_closings.exists()]
    for closing, reason in zip(lost[-len(words.reopened) :], words.reopened, strict=True):
        reopen_opportunity(closing, by=by, reason=reason)
    won = [closing for closing in closings if closing.outcome == State.WON]
    for closing in won[-3:]:
        correct_closing(
            closing,
            status_reason=closing.status_reason,
            closed_on=max(closing.closed_on - timedelta(days=1), closing.opportunity.opened_on),
            actual_revenue=closing.actual_revenue,
            competitor=closing.competitor,
            details=words.corrected,
            by=by,
        )
