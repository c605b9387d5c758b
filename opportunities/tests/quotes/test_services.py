"""The quote services: what each writes, from which status it may be called, and that a refusal changes nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone

from opportunities.closing import Gone, reopen_opportunity
from opportunities.models import Opportunity, Quote, QuoteClose, QuoteLine
from opportunities.quotes import draft_services, services
from opportunities.quotes.refusals import HasHistory, OpportunityIsClosed
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.quotes.states import draft, lines, quote_in, told
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def close_as(quote: Quote, status: str, **facts) -> Quote:
    facts = {"closed_on": day(0), "by": None} | facts
    return services.close_quote(quote, to_status=status, **facts)


def test_a_created_quote_is_a_draft_with_its_lines_in_order_and_their_total():
    # given an opportunity
    opportunity = OpportunityFactory()
    offered = [
        QuoteLine(description="On-call shift", quantity=Decimal("0.335"), unit_price=Decimal("1")),
        QuoteLine(description="Maintenance", quantity=Decimal("2.5"), unit_price=Decimal("100.10")),
    ]

    # when a quote is created on it
    quote = draft_services.create_quote(
        opportunity, name="Full service", valid_until=day(30), lines=offered, by=opportunity.owner
    )

    # then all of it is there: 0.34 (half up) and 250.25
    quote.refresh_from_db()
    year = timezone.localdate().year
    assert (quote.number, quote.revision, quote.status) == (f"Q-{year}-0001", 0, "draft")
    assert (quote.name, quote.valid_until, quote.total) == ("Full service", day(30), Decimal("250.59"))
    assert quote.activated_at is None
    assert list(quote.lines.values_list("position", "description", "quantity", "unit_price")) == [
        (1, "On-call shift", Decimal("0.335"), Decimal("1")),
        (2, "Maintenance", Decimal("2.5"), Decimal("100.1")),
    ]
    assert told(opportunity) == [
        ("quote_created", opportunity.owner_id, "", {"number": f"Q-{year}-0001", "revision": 0})
    ]


def test_numbers_count_up_within_the_year_of_the_users_time_zone():
    opportunity = OpportunityFactory(opened_on=day(-400))

    # when quotes are created half an hour before the year ends in London, where it has begun in Paris
    with patch("django.utils.timezone.now", return_value=datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        with timezone.override("Europe/London"):
            numbers = [draft(opportunity=opportunity).number, draft(opportunity=opportunity).number]
        with timezone.override("Europe/Paris"):
            numbers.append(draft(opportunity=opportunity).number)

    # then each has the number of its user's year
    assert numbers == ["Q-2026-0001", "Q-2026-0002", "Q-2027-0001"]


def test_no_quote_is_created_with_a_line_that_says_what_a_line_cannot():
    opportunity = OpportunityFactory()
    too_cheap = QuoteLine(description="Gift", unit_price=Decimal(5), discount=Decimal(6), discount_kind="amount")

    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        draft(opportunity=opportunity, lines=[too_cheap])

    assert refusal.value.messages == ["A discount is at most what the line comes to, €5.00."]


def test_amounts_are_rounded_to_the_minor_units_of_the_currency():
    opportunity = OpportunityFactory(currency="JPY")
    half = [QuoteLine(description="Half", quantity=Decimal("0.5"), unit_price=Decimal(3))]

    quote = draft(opportunity=opportunity, lines=half)

    assert quote.total == Decimal(2)


def test_activating_sets_its_instant_and_recomputes_the_total():
    # given a draft whose total was not that of its lines
    quote = draft()
    Quote.objects.filter(pk=quote.pk).update(total=1)
    now = timezone.now()

    # when it is activated
    with patch("django.utils.timezone.now", return_value=now):
        services.activate_quote(quote, by=quote.opportunity.owner)

    # then it is active as of now with the right total, and the timeline says so
    quote.refresh_from_db()
    assert (quote.status, quote.activated_at, quote.total) == ("active", now, Decimal(900))
    assert told(quote.opportunity)[0] == (
        "quote_activated",
        quote.opportunity.owner_id,
        "",
        {"number": quote.number, "revision": 0},
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"lines": []}, NON_FIELD_ERRORS), ({"valid_until": day(-1)}, "valid_until")],
    ids=["no line", "expired"],
)
def test_a_draft_without_lines_or_validity_is_not_activated(facts, field):
    quote = draft(**facts)

    with nothing_changes(), pytest.raises(ValidationError) as refused:
        services.activate_quote(quote, by=quote.opportunity.owner)

    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize("valid_until", [None, day(0)])
def test_a_quote_is_activated_on_its_last_day_or_without_one(valid_until):
    quote = draft(valid_until=valid_until)

    services.activate_quote(quote, by=quote.opportunity.owner)

    quote.refresh_from_db()
    assert quote.is_active


@pytest.mark.parametrize("status", ["draft", "active"])
def test_closing_a_quote_records_from_what_to_what_and_why(status):
    quote = quote_in(status)

    closed = close_as(quote, "lost", closed_on=day(-2), reason=" Too expensive \n", by=quote.opportunity.owner)

    quote.refresh_from_db()
    assert (closed.status, quote.status) == ("lost", "lost")
    assert list(
        QuoteClose.objects.values("quote", "opportunity_close", "from_status", "to_status", "reason", "closed_on", "by")
    ) == [
        {
            "quote": quote.pk,
            "opportunity_close": None,
            "from_status": status,
            "to_status": "lost",
            "reason": "Too expensive",
            "closed_on": day(-2),
            "by": quote.opportunity.owner_id,
        }
    ]
    event = ("quote_closed", quote.opportunity.owner_id, "Too expensive", {"number": quote.number, "revision": 0})
    assert told(quote.opportunity)[0] == event


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        *(({"to_status": status}, "to_status") for status in ("won", "revised", "draft", "active", "", "sold")),
        ({"closed_on": day(1)}, "closed_on"),
        ({"closed_on": day(-31)}, "closed_on"),  # opened 30 days ago
    ],
)
def test_a_quote_is_not_closed_as_anything_else_nor_on_a_wrong_day(facts, field):
    quote = quote_in("active")

    facts = {"to_status": "lost", "closed_on": day(0), "by": quote.opportunity.owner} | facts
    with nothing_changes(), pytest.raises(ValidationError) as refused:
        services.close_quote(quote, **facts)

    assert list(refused.value.message_dict) == [field]


def test_a_quote_that_was_closed_by_itself_stays_closed_when_its_opportunity_is_reopened():
    quote = quote_in("canceled")

    reopen_opportunity(close(quote.opportunity), by=quote.opportunity.owner)

    quote.refresh_from_db()
    assert quote.status == "canceled"


def test_a_draft_that_came_back_by_a_reopening_is_kept():
    # given a draft that was closed with its opportunity and reopened with it
    quote = draft()
    reopen_opportunity(close(quote.opportunity), by=quote.opportunity.owner)

    # when it is to be deleted, then its history keeps it
    with nothing_changes(), pytest.raises(HasHistory):
        services.delete_draft(quote, by=quote.opportunity.owner)


def test_deleting_a_draft_takes_its_lines_along_and_its_number_stays_used():
    quote = draft()

    services.delete_draft(quote, by=quote.opportunity.owner)

    assert not Quote.objects.exists()
    assert not QuoteLine.objects.exists()
    assert told(quote.opportunity)[0] == (
        "quote_deleted",
        quote.opportunity.owner_id,
        "",
        {"number": quote.number, "revision": 0},
    )
    assert draft(opportunity=quote.opportunity).number == f"Q-{timezone.localdate().year}-0002"


def test_no_quote_is_added_to_an_opportunity_that_is_closed_or_gone():
    closed, gone = OpportunityFactory(), OpportunityFactory()
    close(closed)
    Opportunity.objects.filter(pk=gone.pk).delete()

    for opportunity, refusal in [(closed, OpportunityIsClosed), (gone, Gone)]:
        with nothing_changes(), pytest.raises(refusal):
            draft(opportunity=opportunity)


@pytest.mark.parametrize("count", [1, 500])
def test_the_number_of_statements_does_not_grow_with_the_lines(count, django_assert_num_queries):
    # given an opportunity, the counter of the year, and as many lines
    opportunity = OpportunityFactory()
    other = draft(opportunity=opportunity, lines=lines(*["1.50"] * count))
    quote = draft(opportunity=opportunity, lines=lines(*["1.50"] * count))

    # then each takes as many statements, savepoints included
    with django_assert_num_queries(8):
        services.activate_quote(quote, by=opportunity.owner)
    with django_assert_num_queries(11):
        revision = services.revise_quote(quote, by=opportunity.owner, reason="!", valid_until=None)
    with django_assert_num_queries(14):
        services.copy_quote(quote, by=opportunity.owner, onto=opportunity)
    with django_assert_num_queries(8):
        close_as(revision, "lost", by=opportunity.owner)
    with django_assert_num_queries(9):
        services.delete_draft(other, by=opportunity.owner)
