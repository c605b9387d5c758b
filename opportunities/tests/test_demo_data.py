"""What is in the demo data. It is made once for this module, which only reads it."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from opportunities import demo
from opportunities.integrity import broken_rules
from opportunities.models import (
    Account,
    Opportunity,
    OpportunityClose,
    Quote,
    QuoteCounter,
    QuoteStatus,
    TimelineEvent,
)
from opportunities.quotes.pricing import total_up

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo_data(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        demo.fill(seed=1)
        yield
        transaction.set_rollback(True)


def counts(field: str) -> Counter:
    return Counter(Opportunity.objects.values_list(field, flat=True))


def test_there_are_two_years_of_deals_in_several_currencies_and_with_a_spread_of_reasons():
    assert (Account.objects.count(), Opportunity.objects.count()) == (40, 300)
    assert not Account.objects.filter(contacts=None).exists()
    assert counts("state").keys() == {"open", "won", "lost"}
    assert min(counts("state").values()) > 60
    assert [currency for currency, _ in counts("currency").most_common()][::4] == ["EUR", "JPY"]
    assert counts("currency")["JPY"] == 1
    assert len(counts("status_reason__name")) == 8
    assert len(counts("competitor__name")) == 8  # seven, and none
    first_day = timezone.localdate() - timedelta(days=730)
    assert first_day <= Opportunity.objects.order_by("opened_on").first().opened_on < first_day + timedelta(days=30)


def test_there_are_quotes_in_every_state_whose_totals_are_those_of_their_lines():
    assert set(Quote.objects.values_list("status", flat=True)) == set(QuoteStatus.values)
    for quote in Quote.objects.select_related("opportunity").prefetch_related("lines"):
        assert quote.total == total_up(quote.lines.all(), quote.opportunity.currency).net > 0


def test_some_closings_were_reopened_and_some_corrected_and_nothing_happens_in_the_future():
    assert OpportunityClose.objects.exclude(reopened_at=None).count() == 6
    assert OpportunityClose.objects.exclude(corrects=None).count() == 3
    assert not TimelineEvent.objects.filter(at__gt=timezone.now()).exists()


def test_every_rule_holds():
    assert list(broken_rules()) == []


def test_new_quotes_get_numbers_that_are_free():
    for counter in QuoteCounter.objects.all():
        assert not Quote.objects.filter(number=QuoteCounter.next_number(counter.year)).exists()


def test_each_login_finds_every_kind_of_deal_waiting_to_be_closed():
    for username, *_ in demo.LOGINS:
        waiting = [
            (Counter(quote.status for quote in quotes), any(quote.is_expired for quote in quotes))
            for quotes in open_quotes(username)
        ]
        assert (Counter(), False) in waiting
        assert (Counter(active=1), False) in waiting
        assert (Counter(active=1), True) in waiting
        assert (Counter(active=3, draft=1), False) in waiting
        assert (Counter(active=36, draft=6), False) in waiting
        assert (Counter(draft=3), False) in waiting


def open_quotes(username: str) -> list[list[Quote]]:
    """The open quotes of each open opportunity of that login."""
    opportunities = Opportunity.objects.filter(state="open", owner__username=username).prefetch_related("quotes")
    return [[quote for quote in opportunity.quotes.all() if quote.is_open] for opportunity in opportunities]


def test_the_first_opportunity_is_that_of_the_pictures():
    opportunity = Opportunity.objects.order_by("pk").first()
    assert (str(opportunity.account), str(opportunity.owner)) == ("Northwind Traders", "marta")
    assert [
        (quote.number[-4:], quote.revision, quote.status, int(quote.total)) for quote in opportunity.quotes.all()
    ] == [
        ("0114", 1, "revised", 190_000),
        ("0114", 2, "active", 181_500),
        ("0121", 0, "active", 268_900),
        ("0130", 0, "draft", 62_000),
    ]
    assert [event.kind for event in opportunity.timeline.all()][:4] == [
        "quote_activated",
        "quote_revised",
        "edited",
        "quote_activated",
    ]


def test_the_logins_have_the_roles_of_the_shipped_groups():
    marta, ines, admin = (get_user_model().objects.get(username=name) for name in ("marta", "ines", "admin"))
    assert not marta.has_perm("opportunities.close_any_opportunity")
    assert ines.has_perm("opportunities.close_any_opportunity")
    assert not ines.is_staff
    assert (admin.is_staff, admin.is_superuser) == (True, True)
