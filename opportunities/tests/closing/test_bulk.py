"""Close many: what nothing blocks is closed, the rest stays open, and all of it is taken back together."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opportunities.closing import PeriodClosed, UndoRefused, plan_close, services
from opportunities.closing.bulk import NONE_WON, Choice, Shared, close_many, undo_batch
from opportunities.models import ClosedThrough, ClosingBatch, Opportunity, OpportunityClose, Quote, State, TimelineEvent
from opportunities.tests.closing.test_statements import statements
from opportunities.tests.factories import CompetitorFactory, OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.refusal import nothing_changes, snapshot

pytestmark = pytest.mark.django_db


def lost(**facts) -> Shared:
    return Shared(**{"outcome": "lost", "status_reason": reason("Price"), "closed_on": day(0)} | facts)


def won(**facts) -> Shared:
    return lost(**{"outcome": "won", "status_reason": reason("Won")} | facts)


@pytest.fixture
def deal(colleague):
    """Jonas's, with an active quote and a draft."""
    opportunity = OpportunityFactory(owner=colleague)
    QuoteFactory(opportunity=opportunity, status="active", total=Decimal("900"))
    QuoteFactory(opportunity=opportunity)
    return opportunity


@pytest.fixture
def other(colleague):
    """Jonas's, without quotes."""
    return OpportunityFactory(owner=colleague)


def close_all(deals, shared: Shared, by, **choices):
    return close_many([deal.pk for deal in deals], shared, choices.get("choices", {}), by=by)


def states(*deals) -> list[str]:
    return [Opportunity.objects.get(pk=deal.pk).state for deal in deals]


def test_all_are_closed_with_their_quotes_and_know_that_it_was_together(deal, other, manager):
    result = close_all([other, deal], lost(details=" Budget cut "), manager)
    closings = list(OpportunityClose.objects.order_by("opportunity"))
    assert [closing.pk for closing in result.closings] == [closings[1].pk, closings[0].pk]  # in the order given
    assert {closing.batch for closing in closings} == {ClosingBatch.objects.get(by=manager)}
    assert [(closing.outcome, closing.details, closing.closed_by) for closing in closings] == [
        ("lost", "Budget cut", manager)
    ] * 2
    assert states(deal, other) == ["lost", "lost"]
    assert list(Quote.objects.order_by("pk").values_list("status", flat=True)) == ["lost", "canceled"]
    assert TimelineEvent.objects.filter(kind="closed", by=manager).count() == 2


def test_won_ones_are_worth_their_quote_or_else_the_estimate(deal, other, manager):
    close_all([deal, other], won(), manager)
    assert list(Opportunity.objects.order_by("pk").values_list("actual_revenue", flat=True)) == [900, 1000]
    assert list(Quote.objects.order_by("pk").values_list("status", flat=True)) == ["won", "canceled"]


BLOCKS = {
    "closed already": ("", "Jonas Weber closed this opportunity as Lost on"),
    "somebody else's": ("", "This needs the permission to close everybody's opportunities (close_any_opportunity)."),
    "deleted": ("", "Somebody deleted it meanwhile."),
    "several active quotes": ("winner", "Several quotes are active: choose the one that is won."),
    "no revenue known": ("actual_revenue", "Enter the actual revenue; 0 is possible."),
    "opened after the date": ("closed_on", "The close date cannot be before the opportunity was opened, on"),
    "needs a competitor": ("competitor", "“Out-sold” needs a competitor."),
    "its quotes changed": ("", "The quotes changed since they were shown."),
    "in a closed period": ("closed_on", "is closed: this needs the permission"),
    "a typed revenue that is none": ("actual_revenue", "No number."),
}


def blocked(case: str, deal, manager, salesperson):
    """What is asked and blocked by `case`: the key of the opportunity, the facts, the choice, and who asks."""
    key, shared, choice, by = deal.pk, lost(), Choice(), manager
    if case == "closed already":
        close(deal, by=deal.owner)
    elif case == "somebody else's":
        by = salesperson
    elif case == "deleted":
        OpportunityFactory(pk=key + 1).delete()
        key += 1
    elif case == "several active quotes":
        QuoteFactory(opportunity=deal, status="active")
        shared = won()
    elif case == "no revenue known":
        key = OpportunityFactory(owner=deal.owner, estimated_revenue=None).pk
        shared = won()
    elif case == "opened after the date":
        shared = lost(closed_on=day(-31))
    elif case == "needs a competitor":
        shared = lost(status_reason=reason("Out-sold"))
    elif case == "its quotes changed":
        choice = Choice(shown=plan_close(deal, "lost").text)
        deal.quotes.filter(status="draft").update(total=Decimal("901"))
    elif case == "in a closed period":
        ClosedThrough.objects.update_or_create(pk=1, defaults={"closed_through": day(-3)})
        shared = lost(closed_on=day(-3))
    elif case == "a typed revenue that is none":
        choice = Choice(problem="No number.")
    return key, shared, choice, by


@pytest.mark.parametrize("case", BLOCKS)
def test_what_is_blocked_stays_as_it_is_and_says_why(deal, manager, salesperson, case):

    key, shared, choice, by = blocked(case, deal, manager, salesperson)
    with nothing_changes():
        result = close_many([key], shared, {key: choice}, by=by)
    field, sentence = BLOCKS[case]
    assert (result.batch, result.closings) == (None, [])
    assert list(result.blocked[0].blocks) == [field]
    assert sentence in result.blocked[0].blocks[field]


def test_what_is_blocked_does_not_stop_the_others(deal, other, manager):
    QuoteFactory(opportunity=deal, status="active")
    with_quotes = [rows for table, rows in snapshot().items() if table == "opportunities_quote"]
    result = close_all([deal, other], won(), manager)
    assert [row.opportunity for row in result.blocked] == [deal]
    assert states(deal, other) == ["open", "won"]
    assert with_quotes == [rows for table, rows in snapshot().items() if table == "opportunities_quote"]


def test_of_several_active_quotes_one_is_chosen_or_none(deal, manager, colleague):
    # given two with two active quotes each
    first, second = deal, OpportunityFactory(owner=colleague, estimated_revenue=Decimal("1200"))
    winner = QuoteFactory(opportunity=first, status="active", total=Decimal("950"))
    QuoteFactory.create_batch(2, opportunity=second, status="active")

    # when one of the first wins, and none of the second
    choices = {first.pk: Choice(winner=str(winner.pk)), second.pk: Choice(winner=NONE_WON)}
    assert close_all([first, second], won(), manager, choices=choices).blocked == []

    # then
    assert list(Opportunity.objects.order_by("pk").values_list("actual_revenue", flat=True)) == [950, 1200]
    statuses = Quote.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["lost", "canceled", "won", "lost", "lost"]


def test_a_competitor_of_the_row_goes_before_that_of_all(deal, other, manager):
    contoso, fabrikam = CompetitorFactory(), CompetitorFactory()
    shared = lost(status_reason=reason("Out-sold"), competitor=contoso)
    close_all([deal, other], shared, manager, choices={other.pk: Choice(competitor=fabrikam)})
    assert list(Opportunity.objects.order_by("pk").values_list("competitor", flat=True)) == [contoso.pk, fabrikam.pk]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"status_reason": None}, "status_reason"),
        ({"closed_on": None}, "closed_on"),
        ({"closed_on": day(1)}, "closed_on"),
        ({"details": "x" * 2001}, "details"),
    ],
)
def test_what_is_wrong_with_all_of_them_is_an_error_at_its_field(deal, manager, facts, field):
    with nothing_changes(), pytest.raises(ValidationError) as error:
        close_all([deal], lost(**facts), manager)
    assert list(error.value.message_dict) == [field]


def test_a_failure_on_the_way_records_nothing(deal, other, manager, monkeypatch):
    def fail(*_args, **_facts):
        raise IntegrityError("disk full")

    monkeypatch.setattr(services.TimelineEvent.objects, "bulk_create", fail)
    with nothing_changes(), pytest.raises(IntegrityError):
        close_all([deal, other], lost(), manager)


def test_undo_leaves_no_trace_but_in_the_history(deal, other, manager):
    # given
    deal.status_reason = reason("On hold")
    deal.save(update_fields=["status_reason"])
    before = snapshot()

    # when
    result = close_all([deal, other], lost(), manager)
    undone, left = undo_batch(result.batch, by=manager)

    # then
    after = snapshot()
    assert (undone, left) == ([deal, other], [])
    assert after["opportunities_quote"] == before["opportunities_quote"]
    kept = Opportunity.objects.order_by("pk").values_list(
        "state", "status_reason__name", "closed_on", "actual_revenue", "competitor"
    )
    assert list(kept) == [("open", "On hold", None, None, None), ("open", "In progress", None, None, None)]
    assert not OpportunityClose.objects.filter(reopened_by=None).exists()
    assert list(TimelineEvent.objects.values_list("kind", flat=True).order_by("pk")) == ["closed"] * 2 + ["undone"] * 2


def test_undo_leaves_alone_what_was_changed_since(deal, other, manager):
    result = close_all([deal, other], lost(), manager)
    services.reopen_opportunity(OpportunityClose.objects.get(opportunity=deal), by=manager)
    close(Opportunity.objects.get(pk=deal.pk), by=manager)
    undone, left = undo_batch(result.batch, by=manager)
    assert (undone, left) == ([other], [deal])
    assert states(deal, other) == ["lost", "open"]


def test_undo_is_for_whoever_closed_them_for_an_hour_and_outside_a_closed_period(deal, manager, colleague):
    batch = close_all([deal], lost(), manager).batch
    with nothing_changes(), pytest.raises(UndoRefused):
        undo_batch(batch, by=colleague)
    ClosedThrough.objects.update_or_create(pk=1, defaults={"closed_through": day(0)})
    with nothing_changes(), pytest.raises(PeriodClosed):
        undo_batch(batch, by=manager)
    batch.at = timezone.now() - timedelta(minutes=61)
    with nothing_changes(), pytest.raises(UndoRefused):
        undo_batch(batch, by=manager)


@pytest.mark.parametrize("count", [2, 50])
def test_the_number_of_statements_does_not_grow(manager, count):
    deals = OpportunityFactory.create_batch(count, owner=manager)
    for deal in deals:
        Quote.objects.bulk_create(QuoteFactory.build_batch(3, opportunity=deal, status="active"))
    manager.has_perm("opportunities.close_any_opportunity")  # read once for each request
    shared = lost()
    with CaptureQueriesContext(connection) as closing:
        batch = close_all(deals, shared, manager).batch
    with CaptureQueriesContext(connection) as undoing:
        undo_batch(batch, by=manager)
    assert (statements(closing), statements(undoing)) == (11, 11)
    assert set(Opportunity.objects.values_list("state", flat=True)) == {State.OPEN}
