"""Closing: what is recorded, what is refused with its words, and that a refusal changes nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opportunities.closing import (
    AlreadyClosed,
    Closing,
    OpenQuotesRemain,
    PlanOutOfDate,
    close_opportunity,
    plan_close,
    record_closings,
    reopen_opportunity,
)
from opportunities.closing.facts import closing_warnings
from opportunities.models import Opportunity, OpportunityClose, Quote, StatusReason, TimelineEvent
from opportunities.tests.closing.test_statements import statements
from opportunities.tests.factories import (
    CompetitorFactory,
    OpportunityFactory,
    QuoteFactory,
    close,
    day,
    reason,
)
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def test_an_opportunity_closes_as_won_together_with_its_quotes():
    # given an opportunity on hold with an active quote and a draft
    opportunity = OpportunityFactory(status_reason=reason("On hold"), estimated_revenue=Decimal(1000))
    active = QuoteFactory(opportunity=opportunity, status="active", total=950)
    draft = QuoteFactory(opportunity=opportunity)
    competitor = CompetitorFactory()

    # when it is closed as won with the plan that is shown first
    before = timezone.now()
    closing = close_opportunity(
        opportunity,
        outcome="won",
        status_reason=reason("Won"),
        closed_on=day(-2),
        actual_revenue=Decimal("950.50"),
        competitor=competitor,
        details="  Signed for three sites.\n",
        by=opportunity.owner,
        plan=plan_close(opportunity, "won"),
    )

    # then the opportunity says so
    opportunity.refresh_from_db()
    facts = ("won", reason("Won"), day(-2), Decimal("950.50"), competitor)
    assert facts == (
        opportunity.state,
        opportunity.status_reason,
        opportunity.closed_on,
        opportunity.actual_revenue,
        opportunity.competitor,
    )
    # its one closing says the same, and what was before
    assert OpportunityClose.objects.get() == closing
    closing.refresh_from_db()
    assert facts == (
        closing.outcome,
        closing.status_reason,
        closing.closed_on,
        closing.actual_revenue,
        closing.competitor,
    )
    assert (closing.from_status_reason, closing.estimated_revenue) == (reason("On hold"), Decimal(1000))
    assert (closing.details, closing.closed_by) == ("Signed for three sites.", opportunity.owner)
    assert (closing.corrects, closing.reopened_at, closing.reopened_by, closing.reopen_reason) == (None, None, None, "")
    assert before <= closing.closed_at <= timezone.now()
    # the active quote is won and the draft canceled, each with a record of the status it had
    records = closing.quote_closings.order_by("quote")
    assert dict(Quote.objects.values_list("pk", "status")) == {active.pk: "won", draft.pk: "canceled"}
    assert list(records.values_list("quote", "from_status", "to_status", "closed_on", "by", "at", "restored_at")) == [
        (active.pk, "active", "won", day(-2), opportunity.owner.pk, closing.closed_at, None),
        (draft.pk, "draft", "canceled", day(-2), opportunity.owner.pk, closing.closed_at, None),
    ]
    # and the timeline tells it once
    event = TimelineEvent.objects.get()
    assert (event.kind, event.by, event.at, event.text) == (
        "closed",
        opportunity.owner,
        closing.closed_at,
        "Signed for three sites.",
    )
    assert event.sentence == "closed the opportunity as won"


def test_an_opportunity_without_quotes_closes_as_lost_without_a_plan():
    opportunity = OpportunityFactory()
    close(opportunity, plan=None)
    opportunity.refresh_from_db()
    assert (opportunity.state, opportunity.actual_revenue, opportunity.closed_on) == ("lost", None, day(0))
    assert TimelineEvent.objects.get().sentence == "closed the opportunity as lost"


def test_the_fates_are_those_that_were_chosen():
    opportunity = OpportunityFactory()
    quotes = QuoteFactory.create_batch(3, opportunity=opportunity, status="active")
    chosen = dict(zip([quote.pk for quote in quotes], ["canceled", "won", "lost"], strict=True))
    close(opportunity, "won", plan=plan_close(opportunity, "won").with_fates(chosen))
    assert dict(Quote.objects.values_list("pk", "status")) == chosen


def test_a_quote_that_was_closed_before_and_a_neighbours_quote_stay_as_they_are():
    opportunity, neighbour = OpportunityFactory(), QuoteFactory(status="active")
    left = QuoteFactory(opportunity=opportunity, status="active")
    reopen_opportunity(close(opportunity), by=opportunity.owner, quotes=[])
    QuoteFactory(opportunity=opportunity)
    closing = close(opportunity)
    assert left.closings.count() == 1
    assert closing.quote_closings.count() == 1
    neighbour.refresh_from_db()
    assert neighbour.status == "active"


def test_open_quotes_without_consent_are_refused():
    opportunity = OpportunityFactory()
    QuoteFactory.create_batch(3, opportunity=opportunity)
    with nothing_changes(), pytest.raises(OpenQuotesRemain, match=r"^3 quotes are still open$") as refusal:
        close(opportunity, plan=None)
    assert refusal.value.plan == plan_close(opportunity, "lost")


def test_an_expired_quote_is_still_open():
    quote = QuoteFactory(status="active", valid_until=day(-1))
    with nothing_changes(), pytest.raises(OpenQuotesRemain, match=r"^1 quote is still open$"):
        close(quote.opportunity, plan=None)


def test_a_second_close_says_who_closed_it_as_what_and_when(salesperson, colleague, monkeypatch):
    # given an opportunity that Marta closed at a known instant
    opportunity = OpportunityFactory(owner=salesperson, opened_on=date(2026, 3, 1))
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: datetime(2026, 3, 4, 16, 40, tzinfo=UTC))
        close(opportunity)

    # when Jonas closes it too
    with nothing_changes(), pytest.raises(AlreadyClosed) as refusal:
        close(opportunity, "won", by=colleague)

    # then he hears of Marta's closing
    assert str(refusal.value) == "Marta Ruiz closed this opportunity as Lost on 4 Mar 2026, 16:40."
    assert refusal.value.closing == OpportunityClose.objects.get()


def add(quote):
    QuoteFactory(opportunity=quote.opportunity)


def remove(quote):
    quote.delete()


def activate(quote):
    Quote.objects.filter(pk=quote.pk).update(status="active")


def reprice(quote):
    Quote.objects.filter(pk=quote.pk).update(total=Decimal("900.01"))


def move(quote):
    Quote.objects.filter(pk=quote.pk).update(opportunity=OpportunityFactory())


@pytest.mark.parametrize("change", [add, remove, activate, reprice, move])
def test_a_plan_that_is_out_of_date_is_refused_with_the_new_one(change):
    quote = QuoteFactory()
    shown = plan_close(quote.opportunity, "lost")
    change(quote)
    with nothing_changes(), pytest.raises(PlanOutOfDate) as refusal:
        close(quote.opportunity, plan=shown)
    assert refusal.value.plan == plan_close(quote.opportunity, "lost")


def test_a_plan_of_no_quotes_is_out_of_date_once_there_is_one():
    opportunity = OpportunityFactory()
    shown = plan_close(opportunity, "won")
    QuoteFactory(opportunity=opportunity)
    with nothing_changes(), pytest.raises(PlanOutOfDate):
        close(opportunity, "won", plan=shown)


def test_a_fate_that_cannot_be_is_an_error_at_its_quote():
    quote = QuoteFactory()
    plan = plan_close(quote.opportunity, "won").with_fates({quote.pk: "won"})
    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        close(quote.opportunity, "won", plan=plan)
    assert refusal.value.message_dict == {f"quote-{quote.pk}": ["A draft cannot be won; activate it first."]}


def test_all_errors_come_together():
    quote = QuoteFactory(status="active")
    plan = plan_close(quote.opportunity, "lost").with_fates({quote.pk: ""})
    facts = {"status_reason": reason("Out-sold"), "closed_on": day(1), "actual_revenue": Decimal(1), "plan": plan}
    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        close(quote.opportunity, "lost", details="x" * 2001, **facts)
    names = {"competitor", "closed_on", "actual_revenue", "details", f"quote-{quote.pk}"}
    assert set(refusal.value.message_dict) == names


WON = {"outcome": "won"}
NOT_NEGATIVE = "Enter an amount of 0 or more."
MOST = "Enter an amount of at most 999,999,999,999."
REFUSED_FACTS = [
    # field, currency, facts, message
    ("status_reason", "EUR", {"status_reason": None}, "Choose a status reason."),
    ("status_reason", "EUR", {"status_reason": "Won"}, "“Won” is no reason for this outcome; choose another."),
    ("status_reason", "EUR", {"status_reason": "On hold"}, "“On hold” is no reason for this outcome; choose another."),
    ("status_reason", "EUR", {"status_reason": "Retired"}, "“Retired” is not in use any more; choose another."),
    ("actual_revenue", "EUR", {"actual_revenue": "0"}, "A lost opportunity has no actual revenue."),
    ("actual_revenue", "EUR", WON | {"actual_revenue": None}, "Enter the actual revenue; 0 is possible."),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "-0.01"}, NOT_NEGATIVE),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "NaN"}, NOT_NEGATIVE),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "sNaN"}, NOT_NEGATIVE),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "Infinity"}, NOT_NEGATIVE),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "1000000000000"}, MOST),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "1E+999999"}, MOST),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "0.001"}, "EUR amounts have at most 2 decimals."),
    ("actual_revenue", "EUR", WON | {"actual_revenue": "1E-999999"}, "EUR amounts have at most 2 decimals."),
    ("actual_revenue", "JPY", WON | {"actual_revenue": "0.5"}, "JPY amounts have at most 0 decimals."),
    ("actual_revenue", "TND", WON | {"actual_revenue": "0.0001"}, "TND amounts have at most 3 decimals."),
    ("closed_on", "EUR", {"closed_on": None}, "Enter the close date."),
    ("closed_on", "EUR", {"closed_on": 1}, "The close date cannot be in the future."),
    ("competitor", "EUR", {"status_reason": "Out-sold"}, "“Out-sold” needs a competitor."),
    ("details", "EUR", {"status_reason": "Other"}, "“Other” needs details."),
    ("details", "EUR", {"status_reason": "Other", "details": " \n "}, "“Other” needs details."),
    ("details", "EUR", {"details": "x" * 2001}, "Details have at most 2000 characters; these have 2001."),
]


@pytest.mark.parametrize(("field", "currency", "facts", "message"), REFUSED_FACTS)
def test_a_wrong_fact_is_an_error_at_its_field(field, currency, facts, message):
    opportunity = OpportunityFactory(currency=currency)
    StatusReason.objects.create(state="lost", name="Retired", is_active=False)
    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        close(opportunity, **real(facts))
    assert refusal.value.message_dict == {field: [message]}


def real(facts: dict) -> dict:
    """The facts of a row of the table: names become reasons, texts amounts, and numbers of days dates."""
    kinds = {"status_reason": reason, "actual_revenue": Decimal, "closed_on": day}
    return {name: kinds[name](value) if name in kinds and value is not None else value for name, value in facts.items()}


def test_a_date_before_the_opening_is_an_error():
    opportunity = OpportunityFactory(opened_on=date(2026, 3, 4))
    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        close(opportunity, closed_on=date(2026, 3, 3))
    sentence = "The close date cannot be before the opportunity was opened, on 4 Mar 2026."
    assert refusal.value.message_dict == {"closed_on": [sentence]}


@pytest.mark.parametrize(
    ("currency", "facts"),
    [
        ("EUR", WON | {"actual_revenue": "0"}),
        ("EUR", WON | {"actual_revenue": "999999999999.99"}),
        ("EUR", WON | {"actual_revenue": "10.10"}),
        ("JPY", WON | {"actual_revenue": "10.000"}),
        ("TND", WON | {"actual_revenue": "999999999999.999"}),
        ("EUR", {"closed_on": -30}),
        ("EUR", {"status_reason": "Other", "details": "x" * 2000}),
    ],
)
def test_a_fact_at_its_bound_is_kept_exactly(currency, facts):
    opportunity = OpportunityFactory(currency=currency)
    closing = close(opportunity, **real(facts))
    for row in [OpportunityClose.objects.get(), Opportunity.objects.get()]:
        assert (row.actual_revenue, row.closed_on) == (closing.actual_revenue, closing.closed_on)
    assert OpportunityClose.objects.get().details == facts.get("details", "")


def test_the_close_date_is_compared_with_today_where_the_user_is():
    opportunity = OpportunityFactory()
    with timezone.override("Pacific/Kiritimati"):
        today = timezone.localdate()
        close(opportunity, closed_on=today)
    opportunity.refresh_from_db()
    assert opportunity.closed_on == today


def test_what_looks_odd_is_said_and_does_not_block():
    opportunity = OpportunityFactory()
    winner = QuoteFactory(opportunity=opportunity, status="active", total=Decimal(950))
    odd = Closing(opportunity, "won", reason("Won"), day(-3), Decimal(900))
    assert closing_warnings(odd, winner) == [
        f"The actual revenue is not the total of {winner}, €950.00.",
        f"The close date is before {winner} was activated.",
    ]
    assert closing_warnings(odd, None) == ["No quote is won with this opportunity."]
    assert closing_warnings(Closing(opportunity, "won", reason("Won"), day(0), Decimal(950)), winner) == []
    assert closing_warnings(Closing(opportunity, "lost", reason("Price"), day(0)), None) == []


@pytest.mark.parametrize("count", [1, 10, 1000, 5000])
def test_closing_takes_as_many_statements_for_one_quote_as_for_thousands(count):
    opportunity = OpportunityFactory()
    Quote.objects.bulk_create(QuoteFactory.build_batch(count, opportunity=opportunity, status="active"))
    plan = plan_close(opportunity, "lost")
    facts = {"status_reason": reason("Price"), "closed_on": day(0), "by": opportunity.owner, "plan": plan}
    with CaptureQueriesContext(connection) as queries:
        close_opportunity(opportunity, outcome="lost", **facts)
    assert statements(queries) == 8
    assert Quote.objects.filter(status="lost").count() == count


@pytest.mark.parametrize("count", [1, 100])
def test_a_batch_takes_as_many_statements_for_one_closing_as_for_a_hundred(count):
    owner, price = OpportunityFactory().owner, reason("Price")
    quotes = [QuoteFactory(opportunity__owner=owner, status="active") for _number in range(count)]
    batch = [
        Closing(quote.opportunity, "lost", price, day(0), quotes=[quote], fates={quote.pk: "lost"}) for quote in quotes
    ]
    with CaptureQueriesContext(connection) as queries:
        closings = record_closings(batch, by=None)
    assert statements(queries) == 5
    assert [closing.opportunity for closing in closings] == [quote.opportunity for quote in quotes]
    assert Opportunity.objects.filter(state="lost", closed_on=day(0)).count() == count
    assert Quote.objects.filter(status="lost").count() == count
