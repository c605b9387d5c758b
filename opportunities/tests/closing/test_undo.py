"""Undo: for whoever closed it, for an hour, and without a trace but in the history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opportunities.closing import (
    Closing,
    NotClosed,
    UndoRefused,
    correct_closing,
    plan_close,
    record_closings,
    reopen_opportunity,
    undo_close,
)
from opportunities.models import Opportunity, Quote, QuoteLine
from opportunities.tests.factories import CompetitorFactory, OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def everything_but_history() -> list:
    rows = [row for model in (Opportunity, Quote, QuoteLine) for row in model.objects.order_by("pk").values()]
    return [row | {"last_activity_at": None} for row in rows]


@pytest.fixture
def opportunity(salesperson):
    """On hold, with a draft, an active quote, an expired one, and one that an earlier closing closed."""
    opportunity = OpportunityFactory(owner=salesperson, status_reason=reason("On hold"))
    QuoteFactory(opportunity=opportunity, status="active")
    reopen_opportunity(close(opportunity), by=salesperson, quotes=[])
    Opportunity.objects.update(status_reason=reason("On hold"))
    QuoteFactory(opportunity=opportunity)
    QuoteFactory(opportunity=opportunity, status="active")
    QuoteFactory(opportunity=opportunity, status="active", valid_until=day(-1))
    opportunity.refresh_from_db()
    return opportunity


@pytest.mark.parametrize(("outcome", "active_becomes"), [("won", "won"), ("lost", "canceled")])
def test_everything_is_exactly_as_it_was_before_the_closing(opportunity, salesperson, outcome, active_becomes):
    # given the opportunity, closed
    before = everything_but_history()
    plan = plan_close(opportunity, outcome)
    fates = {quote.pk: "lost" for quote in plan.quotes} | {plan.quotes[1].pk: active_becomes}
    closing = close(opportunity, outcome, competitor=CompetitorFactory(), plan=plan.with_fates(fates))
    assert everything_but_history() != before

    # when the closing is undone
    undone = undo_close(closing, by=salesperson)

    # then nothing tells but the history
    assert everything_but_history() == before
    assert (undone.state, undone.status_reason) == ("open", reason("On hold"))
    closing.refresh_from_db()
    assert (closing.reopened_by, closing.reopen_reason) == (salesperson, "")
    assert set(closing.quote_closings.values_list("restored_at", flat=True)) != {None}
    event = opportunity.timeline.first()
    assert (event.kind, event.by, event.sentence) == ("undone", salesperson, "undid the closing")


def test_what_was_undone_is_closed_again(opportunity, salesperson):
    undo_close(close(opportunity), by=salesperson)
    again = close(opportunity)
    assert list(opportunity.closings.values_list("reopened_at", flat=True)[:1]) == [None]
    assert again.quote_closings.count() == 3
    undo_close(again, by=salesperson)
    assert sorted(opportunity.quotes.open().values_list("status", flat=True)) == ["active", "active", "draft"]


@pytest.mark.parametrize(
    ("age", "is_allowed"),
    [(timedelta(0), True), (timedelta(minutes=60), True), (timedelta(minutes=60, microseconds=1), False)],
)
def test_undo_lasts_sixty_minutes(opportunity, salesperson, monkeypatch, age, is_allowed):
    closing = close(opportunity)
    closing.refresh_from_db()
    now = closing.closed_at + age
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert closing.can_be_undone_by(salesperson) == is_allowed
    if is_allowed:
        assert undo_close(closing, by=salesperson).is_open
    else:
        with nothing_changes(), pytest.raises(UndoRefused):
            undo_close(closing, by=salesperson)


def test_undo_is_for_whoever_closed_it(opportunity, salesperson, colleague, manager, administrator):
    closing = close(opportunity, by=colleague)
    for user in [salesperson, manager, administrator]:
        with nothing_changes(), pytest.raises(UndoRefused, match="Undo is for whoever closed the opportunity"):
            undo_close(closing, by=user)
    assert undo_close(closing, by=colleague).is_open


def test_what_an_import_closed_is_undone_by_nobody(opportunity, salesperson):
    [closing] = record_closings([Closing(OpportunityFactory(), "lost", reason("Price"), day(0))], by=None)
    with nothing_changes(), pytest.raises(UndoRefused):
        undo_close(closing, by=salesperson)


def test_a_correction_is_not_undone(opportunity, salesperson):
    closing = close(opportunity)
    correction = correct_closing(closing, status_reason=reason("Canceled"), closed_on=day(0), by=salesperson)
    with nothing_changes(), pytest.raises(UndoRefused):
        undo_close(correction, by=salesperson)
    with nothing_changes(), pytest.raises(NotClosed):
        undo_close(closing, by=salesperson)


def test_a_closing_is_undone_once(opportunity, salesperson):
    closing = close(opportunity)
    undo_close(closing, by=salesperson)
    with nothing_changes(), pytest.raises(NotClosed, match="There is no such closing"):
        undo_close(closing, by=salesperson)
