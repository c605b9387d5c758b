"""What the guards leave alone: the everyday writes to what is open, and the few to what is closed."""

import pytest

from opportunities.models import Opportunity, Quote, QuoteLine, StatusReason, TimelineEvent
from opportunities.tests.factories import AccountFactory, reason
from opportunities.tests.models.ways import DELETES, UPDATES, other_value


@pytest.mark.parametrize("way", UPDATES)
def test_a_closed_opportunity_is_handed_over(deals, way, manager):
    for row in [deals.won, deals.lost]:
        way(row, owner=manager)
        row.refresh_from_db()
        assert row.owner == manager


def test_a_note_is_added_to_a_closed_opportunity(deals):
    TimelineEvent.objects.create(opportunity=deals.won, kind=TimelineEvent.Kind.NOTE, text="They called")
    assert deals.won.timeline.filter(kind="note").count() == 1


@pytest.mark.parametrize("way", UPDATES)
def test_an_open_opportunity_is_edited(deals, way):
    values = {"topic": "Other", "account": AccountFactory(), "currency": "JPY", "status_reason": reason("On hold")}
    way(deals.empty, **values)
    deals.empty.refresh_from_db()
    assert {name: getattr(deals.empty, name) for name in values} == values


@pytest.mark.parametrize("way", UPDATES)
def test_a_draft_and_its_lines_are_edited(deals, way):
    for row, column in [(deals.draft, "name"), (deals.draft, "total"), (deals.draft.lines.get(), "unit_price")]:
        value = other_value(row, column)
        way(row, **{column: value})
        row.refresh_from_db()
        assert getattr(row, column) == value


def test_a_draft_is_activated_and_moved_within_its_currency(deals):
    Quote.objects.filter(pk=deals.draft.pk).update(status="active", opportunity=deals.empty)
    deals.draft.refresh_from_db()
    assert (deals.draft.status, deals.draft.opportunity) == ("active", deals.empty)


def test_a_draft_that_was_never_closed_is_deleted_with_its_lines(deals):
    deals.draft.delete()
    assert not QuoteLine.objects.filter(quote_id=deals.draft.pk).exists()


@pytest.mark.parametrize("way", DELETES)
def test_an_opportunity_without_quotes_and_closings_is_deleted(deals, way):
    way(deals.empty)
    assert not Opportunity.objects.filter(topic="Empty").exists()


def test_a_reason_is_edited_whether_or_not_it_is_used(deals):
    changes = {"name": "Too expensive", "is_active": False, "needs_details": True}
    StatusReason.objects.filter(name="Price").update(**changes)
    assert StatusReason.objects.filter(state="lost", **changes).count() == 1


def test_a_reason_that_nothing_uses_is_deleted(deals):
    reason("No decision").delete()
    assert not StatusReason.objects.filter(name="No decision").exists()


def test_a_competitor_of_a_closed_opportunity_is_renamed(deals):
    deals.competitor.name = "Renamed"
    deals.competitor.save()
    deals.won.refresh_from_db()
    assert deals.won.competitor.name == "Renamed"
