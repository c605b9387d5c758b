"""The ground floor: what is stored, and what the database itself refuses. Imports nothing above it."""

from opportunities.models.closing import UNDO_TIME, OpportunityClose, QuoteClose
from opportunities.models.opportunity import Opportunity
from opportunities.models.preferences import Preferences
from opportunities.models.quote import OPEN_STATUSES, Quote, QuoteCounter, QuoteLine, QuoteStatus
from opportunities.models.reference import (
    Account,
    Competitor,
    Contact,
    Product,
    Stage,
    State,
    StatusReason,
)
from opportunities.models.timeline import TimelineEvent

__all__ = [
    "OPEN_STATUSES",
    "UNDO_TIME",
    "Account",
    "Competitor",
    "Contact",
    "Opportunity",
    "OpportunityClose",
    "Preferences",
    "Product",
    "Quote",
    "QuoteClose",
    "QuoteCounter",
    "QuoteLine",
    "QuoteStatus",
    "Stage",
    "State",
    "StatusReason",
    "TimelineEvent",
]
