"""What is in the demo data. It is made once for this module, which only reads it."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from opportunities import demo
from opportunities.integrity import broken_rules
from opportunities.models import (
    Account,
    Opportunity,
    OpportunityClose,
    Product,
    Quote,
    QuoteCounter,
    QuoteLine,
    QuoteStatus,
    Seller,
    TimelineEvent,
)
from opportunities.pipeline.day import sections_of
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


def test_lines_are_of_every_kind_with_units_discounts_and_the_taxes_of_their_currencies():
    lines = QuoteLine.objects.all()
    assert set(lines.values_list("kind", "billing_method")) == {
        ("project", "time_and_material"),
        ("project", "fixed_price"),
        ("product", ""),
    }
    assert {"h", "days", "m", "pcs", ""} <= set(lines.values_list("unit", flat=True))
    assert set(lines.filter(discount__gt=0).values_list("discount_kind", flat=True)) == {"percent", "amount"}
    rates = defaultdict(set)
    for currency, rate in lines.values_list("quote__opportunity__currency", "tax_rate"):
        rates[currency].add(float(rate))
    assert {currency: max(of_currency) for currency, of_currency in rates.items()} == {
        "EUR": 20,
        "USD": 0,
        "GBP": 20,
        "CHF": 8.1,
        "JPY": 10,
    }
    assert 5.5 in rates["EUR"]


def test_products_have_prices_costs_units_and_taxes_and_are_offered_in_their_currency():
    lines = QuoteLine.objects.exclude(product=None).order_by()
    offered = Product.objects.filter(pk__in=set(lines.values_list("product", flat=True)))
    assert offered.count() > 15
    assert not offered.filter(Q(list_price=None) | Q(unit_cost=None) | Q(unit="") | Q(unit_cost__gte=F("list_price")))
    currencies = lines.values_list("product__currency", "quote__opportunity__currency", "kind").distinct()
    assert list(currencies) == [("EUR", "EUR", "product")]


def test_quotes_have_texts_terms_validity_and_a_believable_margin():
    for quote in Quote.objects.select_related("opportunity").prefetch_related("lines"):
        assert "" not in (quote.introduction, quote.closing_text, quote.payment_terms)
        assert quote.edited_by is not None
        assert quote.edited_at >= timezone.now() - timedelta(days=740)
        assert (quote.valid_from is None) == (quote.activated_at is None)
        totals = total_up(quote.lines.all(), quote.opportunity.currency)
        assert totals.margin_percent is None or 0 < totals.margin_percent < 60
    assert Quote.objects.exclude(customer_reference="").count() > 100
    assert max(quote.lines.count() for quote in Quote.objects.all()) > 50


def test_each_login_has_quotes_that_have_expired_and_that_soon_will():
    for username, *_ in demo.LOGINS:
        quotes = Quote.objects.open().filter(opportunity__owner__username=username)
        assert quotes.ran_out().exists()
        assert quotes.running_out().exists()


def test_each_revision_gives_its_reason():
    revised = Quote.objects.filter(status="revised")
    assert revised.count() > 10
    assert not revised.filter(closings__reason="").exists()


def test_the_seller_is_described_and_has_a_logo():
    seller = Seller.current()
    assert (seller.name, seller.logo_type) == ("Servalis Industrial Services", "image/png")
    assert "" not in (seller.address, seller.footer, seller.payment_terms)
    assert bytes(seller.logo).startswith(b"\x89PNG")


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


def test_the_day_of_each_login_has_something_in_every_section():
    for username, *_ in demo.LOGINS:
        sections = sections_of(get_user_model().objects.get(username=username))
        counts = {section.name: section.count for section in sections}
        shown = {"overdue", "closing", "steps", "quotes", "idle", "news"}
        assert shown <= {name for name, count in counts.items() if count}, (username, counts)
        assert counts["closed"] or username != "marta"


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
