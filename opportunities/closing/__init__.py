"""The heart: how an opportunity is closed, undone, reopened and corrected. Every path goes through here."""

from opportunities.closing.facts import Closing
from opportunities.closing.plan import Plan, plan_close
from opportunities.closing.refusals import (
    AlreadyClosed,
    Gone,
    NotClosed,
    OpenQuotesRemain,
    PeriodClosed,
    PlanOutOfDate,
    Refused,
    UndoRefused,
)
from opportunities.closing.services import (
    close_opportunity,
    correct_closing,
    record_closings,
    reopen_opportunity,
    undo_close,
)

__all__ = [
    "AlreadyClosed",
    "Closing",
    "Gone",
    "NotClosed",
    "OpenQuotesRemain",
    "PeriodClosed",
    "Plan",
    "PlanOutOfDate",
    "Refused",
    "UndoRefused",
    "close_opportunity",
    "correct_closing",
    "plan_close",
    "record_closings",
    "reopen_opportunity",
    "undo_close",
]
