"""`manage.py demo`: a seed gives the same data again, and what is in the database is never touched."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from opportunities.models import (
    Account,
    Contact,
    Opportunity,
    OpportunityClose,
    Product,
    Quote,
    QuoteClose,
    QuoteCounter,
    QuoteLine,
    Seller,
    TimelineEvent,
)
from opportunities.tests.factories import AccountFactory, OpportunityFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings):
    settings.DEBUG = True


def run(*arguments: str) -> str:
    """What `manage.py demo` prints."""
    output = StringIO()
    call_command("demo", *arguments, stdout=output)
    return output.getvalue()


def snapshot() -> list:
    """All that the demo data says, without keys and without what is recorded at the moment it is made."""
    now = timezone.now() - timedelta(minutes=10)
    return [
        list(get_user_model().objects.order_by("pk").values_list("username", "email", "is_superuser")),
        list(Account.objects.order_by("name").values_list("name", "sector", "website")),
        list(Contact.objects.order_by("pk").values_list("account__name", "name", "email", "phone")),
        list(
            Opportunity.objects.order_by("pk").values_list(
                *("topic", "account__name", "contact__name", "owner__username", "currency", "stage__name", "opened_on"),
                *("estimated_revenue", "estimated_close_date", "state", "status_reason__name", "actual_revenue"),
                *("closed_on", "competitor__name"),
            )
        ),
        list(Quote.objects.order_by("pk").values_list("number", "revision", "name", "status", "valid_until", "total")),
        list(
            Quote.objects.order_by("pk").values_list(
                *("introduction", "closing_text", "payment_terms", "customer_reference", "valid_from", "edited_at")
            )
        ),
        list(
            QuoteLine.objects.order_by("pk").values_list(
                *("description", "kind", "billing_method", "product__name", "quantity", "unit", "unit_price"),
                *("discount", "discount_kind", "tax_rate", "unit_cost", "edited_at", "edited_by__username"),
            )
        ),
        list(Product.objects.order_by("name").values_list("name", "unit", "list_price", "unit_cost", "tax_rate")),
        list(Seller.objects.values_list("name", "address", "footer", "payment_terms")),
        list(OpportunityClose.objects.filter(closed_at__lt=now).order_by("pk").values_list("closed_at", "details")),
        list(QuoteClose.objects.order_by("pk").values_list("quote__number", "to_status", "reason", "at")),
        list(TimelineEvent.objects.filter(at__lt=now).order_by("pk").values_list("kind", "by__username", "at", "text")),
    ]


@pytest.mark.one_database
def test_the_same_seed_gives_the_same_data_and_another_seed_other_data():
    snapshots = []
    for seed in ("7", "7", "8"):
        with transaction.atomic():
            run("--seed", seed)
            snapshots.append(snapshot())
            transaction.set_rollback(True)

    assert snapshots[0] == snapshots[1] != snapshots[2]


def test_the_command_says_what_there_is_and_how_to_sign_in_and_speaks_french_when_asked_to():
    # when
    output = run("--language", "fr")

    # then
    assert "40 accounts, 300 opportunities" in output
    assert "with the password cloture-demo:\n  marta   Marta Ruiz, Salespeople\n" in output

    # and the data and the pages are in French
    topic = Opportunity.objects.order_by("pk").values_list("topic", flat=True).first()
    assert topic.startswith("Programme de maintenance des sites 20")
    marta = get_user_model().objects.get(username="marta")
    assert marta.preferences.language == "fr"
    assert marta.check_password("cloture-demo")


@pytest.mark.parametrize("make", [UserFactory, AccountFactory, OpportunityFactory])
def test_a_database_with_data_is_refused_and_nothing_changes(make):
    # given
    make()
    before = snapshot()

    # when
    with pytest.raises(CommandError, match="--force"):
        run()

    # then
    assert snapshot() == before


def test_if_empty_leaves_a_database_with_data_as_it_is_without_an_error():
    UserFactory(username="admin", password="my own secret")
    before = snapshot()

    assert run("--if-empty") == "The database has data; it is kept as it is.\n"

    assert snapshot() == before


def test_if_empty_tells_the_demo_logins_again_but_no_password_for_others():
    # given
    run()
    jonas = get_user_model().objects.get(username="jonas")
    jonas.set_password("my own secret")
    jonas.save()

    # when, then
    assert run("--if-empty").splitlines() == [
        "The database has data; it is kept as it is.",
        "",
        "Demo logins, with the password cloture-demo:",
        "  marta   Marta Ruiz, Salespeople",
        "  ines    Inès Moreau, Sales managers",
        "  admin   Alex Lindqvist, Administrator",
    ]


def test_without_debug_it_is_refused_since_everybody_knows_the_password(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG is off"):
        run()

    assert not get_user_model().objects.exists()


def test_force_adds_beside_what_is_there_and_changes_none_of_it(settings):
    # given data, with names that the demo data has too
    settings.DEBUG = False
    admin = UserFactory(username="admin", password="my own secret")
    account = AccountFactory(name="Northwind Traders", sector="Ours")
    deal = OpportunityFactory(account=account, topic="Real deal")
    deal.refresh_from_db()
    QuoteCounter.objects.create(year=timezone.localdate().year, last=5000)
    seller = Seller.objects.create(pk=1, name="Our own")

    # when
    run("--force")

    # then what was there is as it was
    for row in (admin, account, deal, seller):
        before = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        row.refresh_from_db()
        assert {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} == before
    assert admin.check_password("my own secret")

    # and the demo data is beside it, with the same firm and the same administrator
    assert Opportunity.objects.count() == 301
    assert Account.objects.count() == 40
    assert get_user_model().objects.count() == 5  # the owner of the real deal, and the four logins
