"""Correct closing: other facts for the same outcome; the quotes stay, and the history keeps every version."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from opportunities.closing import NotClosed, correct_closing, reopen_opportunity
from opportunities.models import Opportunity, OpportunityClose, Quote, QuoteClose, StatusReason
from opportunities.tests.factories import CompetitorFactory, OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def closing():
    """Won yesterday for 900, with a quote; on hold before."""
    opportunity = OpportunityFactory(status_reason=reason("On hold"))
    QuoteFactory(opportunity=opportunity, status="active")
    closing = close(opportunity, "won", closed_on=day(-1), details="First")
    closing.refresh_from_db()
    return closing


def quotes_and_their_history() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Quote, QuoteClose)]


def test_the_facts_change_and_the_history_keeps_both_versions(closing, manager):
    # when a manager corrects every fact
    quotes, first = quotes_and_their_history(), OpportunityClose.objects.values().get()
    signed = StatusReason.objects.create(state="won", name="Signed")
    facts = {"status_reason": signed, "closed_on": day(-2), "actual_revenue": Decimal("950.50")}
    facts |= {"competitor": CompetitorFactory()}
    correction = correct_closing(closing, **facts, details=" Second ", by=manager)

    # then the opportunity and the new current closing say so
    opportunity, correction = Opportunity.objects.get(), OpportunityClose.objects.get(pk=correction.pk)
    for row in [opportunity, correction]:
        assert {name: getattr(row, name) for name in facts} == facts
    assert (opportunity.state, correction.outcome, correction.details) == ("won", "won", "Second")
    assert (correction.corrects, correction.closed_by, correction.reopened_at) == (closing, manager, None)
    assert correction.from_status_reason == reason("On hold")
    # the quotes are as they were
    assert quotes_and_their_history() == quotes
    # and of the first version nothing changed but that it is over
    closing.refresh_from_db()
    now = OpportunityClose.objects.values().get(pk=closing.pk)
    assert {name for name in now if now[name] != first[name]} == {"reopened_by_id", "reopened_at"}
    assert closing.reopened_by == manager
    assert [event.sentence for event in opportunity.timeline.all()] == [
        "corrected the closing",
        "closed the opportunity as won",
    ]


def test_a_correction_of_a_correction_stands_for_the_first_closing(closing, manager):
    latest = closing
    for amount in ["1", "2", "3"]:
        latest = correct_closing(
            latest, status_reason=reason("Won"), closed_on=day(0), actual_revenue=Decimal(amount), by=manager
        )
    assert (latest.corrects, latest.quotes_closing) == (closing, closing)
    assert OpportunityClose.objects.filter(reopened_at=None).get() == latest
    assert OpportunityClose.objects.count() == 4


def test_a_reason_that_went_out_of_use_is_kept_but_not_chosen(closing, manager):
    StatusReason.objects.filter(name="Won").update(is_active=False)
    StatusReason.objects.create(state="won", name="Retired", is_active=False)
    facts = {"closed_on": day(0), "actual_revenue": Decimal(1), "by": manager}
    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        correct_closing(closing, status_reason=reason("Retired"), **facts)
    assert refusal.value.message_dict == {"status_reason": ["“Retired” is not in use any more; choose another."]}
    assert correct_closing(closing, status_reason=reason("Won"), **facts).status_reason == reason("Won")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"status_reason": "Price"}, "status_reason"),
        ({"closed_on": day(1)}, "closed_on"),
        ({"closed_on": day(-31)}, "closed_on"),
        ({"actual_revenue": None}, "actual_revenue"),
        ({"actual_revenue": Decimal("NaN")}, "actual_revenue"),
        ({"details": "x" * 2001}, "details"),
    ],
)
def test_a_wrong_fact_is_an_error_at_its_field(closing, manager, facts, field):
    facts = {"status_reason": "Won", "closed_on": day(0), "actual_revenue": Decimal(1)} | facts
    facts["status_reason"] = reason(facts["status_reason"])
    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        correct_closing(closing, **facts, by=manager)
    assert list(refusal.value.message_dict) == [field]


def test_a_closing_that_is_not_current_is_not_corrected(closing, manager):
    facts = {"status_reason": reason("Won"), "closed_on": day(0), "actual_revenue": Decimal(1), "by": manager}
    correction = correct_closing(closing, **facts)
    with nothing_changes(), pytest.raises(NotClosed):
        correct_closing(closing, **facts)
    reopen_opportunity(correction, by=manager)
    with nothing_changes(), pytest.raises(NotClosed):
        correct_closing(correction, **facts)
