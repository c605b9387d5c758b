"""Reopening: which quotes come back and how, and what stays in the history."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from opportunities.closing import NotClosed, correct_closing, reopen_opportunity
from opportunities.models import Quote, StatusReason
from opportunities.tests.factories import CompetitorFactory, OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity():
    """On hold, with an active quote, a draft, and another active quote."""
    opportunity = OpportunityFactory(status_reason=reason("On hold"))
    for status in ["active", "draft", "active"]:
        QuoteFactory(opportunity=opportunity, status=status)
    return opportunity


def statuses(opportunity) -> list[str]:
    return list(opportunity.quotes.values_list("status", flat=True))


def test_the_current_record_is_cleared_and_the_history_keeps_it(opportunity, manager):
    # given an opportunity lost to a competitor
    competitor = CompetitorFactory()
    closing = close(opportunity, status_reason=reason("Out-sold"), competitor=competitor, details="By a hair")

    # when a manager reopens it
    before = timezone.now()
    reopened = reopen_opportunity(closing, by=manager, reason=" They called back. ")

    # then it is open for the default reason, with nothing of the closing
    for row in [reopened, type(opportunity).objects.get()]:
        facts = (row.state, row.status_reason, row.closed_on, row.actual_revenue, row.competitor)
        assert facts == ("open", reason("In progress"), None, None, None)
    # its quotes are as they were
    assert statuses(opportunity) == ["active", "draft", "active"]
    # and the closing says who reopened it, when and why
    closing.refresh_from_db()
    assert (closing.outcome, closing.competitor, closing.details) == ("lost", competitor, "By a hair")
    assert (closing.reopened_by, closing.reopen_reason) == (manager, "They called back.")
    assert before <= closing.reopened_at <= timezone.now()
    event = opportunity.timeline.first()
    assert (event.sentence, event.by, event.text) == ("reopened the opportunity", manager, "They called back.")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ([], ["lost", "canceled", "lost"]),
        ([0], ["active", "canceled", "lost"]),
        ([1, 2], ["lost", "draft", "active"]),
        ([0, 1, 2], ["active", "draft", "active"]),
    ],
)
def test_the_chosen_quotes_come_back_each_in_the_state_it_had(opportunity, chosen, expected):
    quotes = list(opportunity.quotes.all())
    reopen_opportunity(close(opportunity), by=opportunity.owner, quotes=[quotes[index].pk for index in chosen])
    assert statuses(opportunity) == expected


def test_quotes_that_an_earlier_closing_closed_stay_closed(opportunity):
    # given a reopening that left the first quote closed
    first, *others = opportunity.quotes.values_list("pk", flat=True)
    reopen_opportunity(close(opportunity), by=opportunity.owner, quotes=others)
    closing = close(opportunity)

    # when the next closing is reopened
    with nothing_changes(), pytest.raises(ValidationError) as refusal:
        reopen_opportunity(closing, by=opportunity.owner, quotes=[first])
    reopen_opportunity(closing, by=opportunity.owner)

    # then the first quote is not among those that come back
    assert refusal.value.message_dict == {"quotes": ["Choose among the quotes that this closing closed."]}
    assert statuses(opportunity) == ["lost", "draft", "active"]


def test_a_quote_of_another_opportunity_does_not_come_back(opportunity):
    other = QuoteFactory(status="active")
    close(other.opportunity)
    closing = close(opportunity)
    with nothing_changes(), pytest.raises(ValidationError):
        reopen_opportunity(closing, by=opportunity.owner, quotes=[other.pk])


def test_after_corrections_the_quotes_of_the_first_closing_come_back(opportunity):
    closing = close(opportunity)
    for name in ["Canceled", "No decision"]:
        closing = correct_closing(closing, status_reason=reason(name), closed_on=day(0), by=opportunity.owner)
    reopen_opportunity(closing, by=opportunity.owner)
    assert statuses(opportunity) == ["active", "draft", "active"]


def test_a_won_quote_that_stays_won_keeps_another_from_winning():
    opportunity = OpportunityFactory()
    won = QuoteFactory(opportunity=opportunity, status="active")
    reopen_opportunity(close(opportunity, "won"), by=opportunity.owner, quotes=[])
    other = QuoteFactory(opportunity=opportunity, status="active")

    close(opportunity, "won", actual_revenue=Decimal(5))

    assert dict(Quote.objects.values_list("pk", "status")) == {won.pk: "won", other.pk: "lost"}


def test_without_a_default_the_first_open_reason_in_use_is_taken(opportunity):
    closing = close(opportunity)
    StatusReason.objects.filter(state="open").update(is_default=False)
    StatusReason.objects.filter(name="In progress").update(is_active=False)
    assert reopen_opportunity(closing, by=opportunity.owner).status_reason == reason("On hold")


def test_without_an_open_reason_in_use_the_one_before_the_closing_is_taken(opportunity):
    closing = close(opportunity)
    StatusReason.objects.filter(state="open").update(is_active=False)
    assert reopen_opportunity(closing, by=opportunity.owner).status_reason == reason("On hold")


def test_a_closing_that_is_not_current_is_not_reopened(opportunity):
    first = close(opportunity)
    reopen_opportunity(first, by=opportunity.owner)
    with nothing_changes(), pytest.raises(NotClosed):
        reopen_opportunity(first, by=opportunity.owner)
    close(opportunity)
    with nothing_changes(), pytest.raises(NotClosed):
        reopen_opportunity(first, by=opportunity.owner)
