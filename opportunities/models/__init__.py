"""The ground floor: what is stored, and what the database itself refuses. Imports nothing above it."""

from opportunities.models.books import ClosedThrough
from opportunities.models.closing import UNDO_TIME, ClosingBatch, OpportunityClose, QuoteClose
from opportunities.models.opportunity import Opportunity
from opportunities.models.preferences import Preferences
from opportunities.models.quote import OPEN_STATUSES, Quote, QuoteCounter, QuoteStatus
from opportunities.models.quote_line import BillingMethod, DiscountKind, LineKind, QuoteLine
from opportunities.models.reference import (
    STAGES,
    Account,
    Competitor,
    Contact,
    Product,
    Stage,
    State,
    StatusReason,
)
from opportunities.models.saved_view import SavedView
from opportunities.models.seller import Seller
from opportunities.models.timeline import TimelineEvent

__all__ = [
    "OPEN_STATUSES",
    "STAGES",
    "UNDO_TIME",
    "Account",
    "BillingMethod",
    "ClosedThrough",
    "ClosingBatch",
    "Competitor",
    "Contact",
    "DiscountKind",
    "LineKind",
    "Opportunity",
    "OpportunityClose",
    "Preferences",
    "Product",
    "Quote",
    "QuoteClose",
    "QuoteCounter",
    "QuoteLine",
    "QuoteStatus",
    "SavedView",
    "Seller",
    "Stage",
    "State",
    "StatusReason",
    "TimelineEvent",
]
