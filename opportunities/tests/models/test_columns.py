"""What is closed is read-only: every column of every kind of row, in every way to write it.

The rows are those that the database of the fixture has, and the columns those that the models have, so that a new
column is tried too. What may change of a row is written out below; everything else is refused.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Model

from opportunities.models import (
    OPEN_STATUSES,
    ClosingBatch,
    Opportunity,
    OpportunityClose,
    Quote,
    QuoteClose,
    QuoteLine,
    QuoteStatus,
    guards,
)
from opportunities.tests.models.ways import UPDATES, column_updates, other_value
from opportunities.tests.refusal import nothing_changes, refusal

ALL = None


def may_change(row: Model) -> tuple[str, set[str] | None]:
    """What kind of row it is, and those of its columns that may change by themselves; ALL: it is not guarded."""
    match row:
        case Opportunity():
            return row.state, ALL if row.is_open else {"owner", "last_activity_at", "search_text"}
        case Quote():
            is_active = row.status == QuoteStatus.ACTIVE
            return row.status, ALL if row.is_draft else {"opportunity"} if is_active else set()
        case QuoteLine():
            return row.quote.status, ALL if row.quote.is_draft else set()
        case OpportunityClose():
            is_current = row.reopened_at is None
            return f"current {row.outcome}" if is_current else "reopened", {"reopened_at"} if is_current else set()
        case QuoteClose():
            # Left closed when the opportunity was reopened: it can still come back.
            is_left = row.restored_at is None and row.opportunity_close and row.opportunity_close.reopened_at
            is_left = is_left and row.opportunity_close.opportunity.is_open
            kind = "restored" if row.restored_at else "left" if is_left else f"current {row.to_status}"
            return kind, {"restored_at"} if is_left else set()
        case ClosingBatch():
            return "", set()
    return "", ALL


def guarded_rows() -> Iterator[tuple[str, Model, set[str]]]:
    """One row of each kind that is there, with what may change of it."""
    seen = set()
    for model in apps.get_app_config("opportunities").get_models():
        for row in model._default_manager.order_by("pk"):
            kind, free = may_change(row)
            if free is not ALL and (model, kind) not in seen:
                seen.add((model, kind))
                yield f"{model._meta.model_name}: {kind}", row, free


KINDS = {
    "closingbatch: ",
    "opportunity: won",
    "opportunity: lost",
    *(f"quote: {status}" for status in QuoteStatus if status != QuoteStatus.DRAFT),
    *(f"quoteline: {status}" for status in QuoteStatus if status != QuoteStatus.DRAFT),
    "opportunityclose: current won",
    "opportunityclose: current lost",
    "opportunityclose: reopened",
    *(f"quoteclose: current {status}" for status in QuoteStatus if status not in OPEN_STATUSES),
    "quoteclose: left",
    "quoteclose: restored",
}


def test_every_kind_of_row_that_is_guarded_is_there(deals):
    assert {kind for kind, _row, _free in guarded_rows()} == KINDS


@pytest.mark.parametrize("way", UPDATES, ids=lambda way: way.__name__)
def test_no_other_column_of_a_guarded_row_changes(deals, way, subtests):
    tried = 0
    with nothing_changes():
        for kind, row, free in guarded_rows():
            for column in column_updates(type(row), way, *free):
                tried += 1
                with subtests.test(kind=kind, column=column), refusal():
                    way(row, **{column: other_value(row, column)})
    assert tried > 200


def test_no_closing_field_of_an_open_opportunity_is_filled(deals, subtests):
    names = [
        "opportunity_state_fits_its_closing_fields",
        "opportunity_update_fits_its_reason",
        "closed_opportunity_agrees_with_its_closing",
    ]
    with nothing_changes():
        for column in guards.STATE_FIELDS:
            for way in UPDATES:
                with subtests.test(column=column, way=way.__name__), refusal(*names):
                    way(deals.empty, **{column: getattr(deals.won, column)})
