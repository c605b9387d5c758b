"""What is closed is read-only: every column of it, in every way to write it, so that a new column is guarded too."""

import pytest

from opportunities.models import Opportunity, guards
from opportunities.tests.models.ways import UPDATES, column_updates, other_value
from opportunities.tests.refusal import refused


@pytest.fixture
def read_only(subtests):
    """Tries each way to change each column of `row`, but those named, and sees it refused."""

    def try_all(row, *besides: str) -> None:
        for way, column in column_updates(type(row), *besides):
            with subtests.test(row=row, way=way.__name__, column=column), refused():
                way(row, **{column: other_value(row, column)})

    return try_all


@pytest.mark.parametrize("name", ["won", "lost"])
def test_no_column_of_a_closed_opportunity_changes_but_its_owner_and_last_activity(deals, name, read_only):
    assert len(column_updates(Opportunity, "owner", "last_activity_at")) > 50
    read_only(getattr(deals, name), "owner", "last_activity_at")


def test_no_closing_field_of_an_open_opportunity_is_filled(deals, subtests):
    for column in guards.STATE_FIELDS:
        for way in UPDATES:
            with (
                subtests.test(column=column, way=way.__name__),
                refused(
                    "opportunity_state_fits_its_closing_fields",
                    "opportunity_update_fits_its_reason",
                    "closed_opportunity_agrees_with_its_closing",
                ),
            ):
                way(deals.empty, **{column: getattr(deals.won, column)})


@pytest.mark.parametrize("name", ["won_quote", "won_draft", "lost_quote", "revised", "canceled", "left_quote"])
def test_no_column_of_a_closed_quote_changes(deals, name, read_only):
    read_only(getattr(deals, name))


@pytest.mark.parametrize("name", ["active", "won_quote", "won_draft", "revised", "left_quote"])
def test_no_column_of_a_line_changes_unless_its_quote_is_a_draft(deals, name, read_only):
    read_only(getattr(deals, name).lines.get())


@pytest.mark.parametrize("name", ["won_closing", "lost_closing"])
def test_no_column_of_a_current_closing_changes_but_its_reopening(deals, name, read_only):
    assert guards.REOPENING_FIELDS == ("reopened_by", "reopened_at", "reopen_reason")
    read_only(getattr(deals, name), "reopened_at")


@pytest.mark.parametrize("name", ["reopened_closing", "corrected_closing"])
def test_no_column_of_a_reopened_closing_changes(deals, name, read_only):
    read_only(getattr(deals, name))


@pytest.mark.parametrize("name", ["won_quote", "lost_quote", "revised", "back_quote"])
def test_no_column_of_a_quotes_closing_changes(deals, name, read_only):
    read_only(getattr(deals, name).closings.get())


def test_no_column_of_a_left_quotes_closing_changes_but_its_restoring(deals, read_only):
    read_only(deals.left_quote.closings.get(), "restored_at")
