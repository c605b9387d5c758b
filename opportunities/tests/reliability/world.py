"""A simple model of what users do to opportunities and quotes, to compare the product with.

It knows nothing of transactions, guards or plans: only what each row is, and what an act makes of it. What is done
to a deal, or refused, is said by `may` and the rules of the design, section 2.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

OPEN = ("draft", "active")


@dataclass
class QuoteModel:
    number: str
    revision: int = 0
    status: str = "draft"
    prices: list[Decimal] = field(default_factory=list)
    closed_before: bool = False  # and so kept

    @property
    def total(self) -> Decimal:
        return sum(self.prices, Decimal(0))

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass
class ClosingModel:
    """A closing: who recorded it, what it says, and the state that each quote had, of those that it still holds."""

    by: int
    outcome: str
    reason: str
    from_reason: str
    revenue: Decimal | None
    batch: int | None = None
    is_correction: bool = False
    is_current: bool = True
    closed: dict[int, str] = field(default_factory=dict)
    at: datetime | None = None


@dataclass
class DealModel:
    topic: str
    owner: int
    stage: str
    reason: str = "In progress"
    state: str = "open"
    revenue: Decimal | None = None
    closings: list[ClosingModel] = field(default_factory=list)
    quotes: dict[int, QuoteModel] = field(default_factory=dict)
    events: int = 1

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def current(self) -> ClosingModel | None:
        return next((closing for closing in self.closings if closing.is_current), None)

    @property
    def open_quotes(self) -> dict[int, QuoteModel]:
        return {key: quote for key, quote in self.quotes.items() if quote.is_open}

    @property
    def is_deletable(self) -> bool:
        return not self.closings and all(quote.status == "draft" for quote in self.quotes.values())

    @property
    def has_winner(self) -> bool:
        return any(quote.status == "won" for quote in self.quotes.values())

    def close(self, by: int, outcome: str, reason: str, revenue, fates: dict[int, str], batch=None) -> None:
        closed = {key: self.quotes[key].status for key in fates}
        self.closings.append(ClosingModel(by, outcome, reason, self.reason, revenue, batch, closed=closed))
        for key, fate in fates.items():
            self.quotes[key].status, self.quotes[key].closed_before = fate, True
        self.state, self.reason, self.revenue = outcome, reason, revenue
        self.events += 1

    def reopen(self, reason: str, quotes: set[int] | None = None) -> None:
        """Those of `quotes` that the closing closed come back; all of them where it is None."""
        closing = self.current
        closing.is_current = False
        for key, status in list(closing.closed.items()):
            if quotes is None or key in quotes:
                self.quotes[key].status = status
                del closing.closed[key]
        self.state, self.reason, self.revenue = "open", reason, None
        self.events += 1

    def correct(self, by: int, reason: str) -> None:
        """The same outcome and quotes, another reason; the same reason again is no correction."""
        old = self.current
        if old.reason == reason:
            return
        old.is_current = False
        corrected = ClosingModel(by, old.outcome, reason, old.from_reason, old.revenue, is_correction=True)
        corrected.closed = old.closed
        self.closings.append(corrected)
        self.reason = reason
        self.events += 1
