"""The heart: how an opportunity is closed, undone, reopened and corrected. Every path goes through here."""

from opportunities.closing.plan import Plan, plan_close
from opportunities.closing.services import (
    AlreadyClosed,
    Closing,
    ClosingRefused,
    NotClosed,
    OpenQuotesRemain,
    PlanOutOfDate,
    UndoRefused,
    close_opportunity,
    correct_closing,
    record_closings,
    reopen_opportunity,
    undo_close,
)

__all__ = [
    "AlreadyClosed",
    "Closing",
    "ClosingRefused",
    "NotClosed",
    "OpenQuotesRemain",
    "Plan",
    "PlanOutOfDate",
    "UndoRefused",
    "close_opportunity",
    "correct_closing",
    "plan_close",
    "record_closings",
    "reopen_opportunity",
    "undo_close",
]
