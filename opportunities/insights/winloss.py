"""Win/loss: what was closed in a period, how it went, and by what.

In one currency at a time, but for the sums by currency. Eight statements, however many opportunities: the database adds
up from one index (opportunity_insights), and breakdowns that few combinations make are folded here from one statement.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, DateField, F, Func, IntegerField, Q, QuerySet, Sum

from opportunities.insights.months import Month
from opportunities.insights.periods import Period
from opportunities.models import State
from opportunities.money import DECIMAL_PLACES
from opportunities.pipeline.deal_filters import MOST_REVISIONS

ZERO = Decimal(0)
# By what deals are broken down, besides by month; SECTOR is that of the account.
STAGE, REASON, OWNER, REVISIONS = "stage", "status_reason", "owner", "revisions"
COMPETITOR, PRODUCT, SECTOR = "competitor", "product", "account__sector"


class Days(Func):
    """How many days the first date is later than the second."""

    arity = 2
    output_field = IntegerField()
    template = "(%(expressions)s)"
    arg_joiner = " - "

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS integer)", **context)


class DayNumber(Func):
    """A date as SQLite counts with it."""

    output_field = DateField()
    template = "%(expressions)s"

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="julianday(%(expressions)s)", **context)


def days_between(later: str, earlier: str) -> Days:
    return Days(DayNumber(later), DayNumber(earlier))


@dataclass
class Tally:
    """Closed deals: how many were won and lost, their actual revenue, and what was lost by the estimates at closing.

    `unknown` of the lost ones had no estimate.
    """

    won: int = 0
    lost: int = 0
    unknown: int = 0
    revenue: Decimal = ZERO
    value_lost: Decimal = ZERO

    def add(self, state: str, count: int, revenue: Decimal, estimated: Decimal, known: int) -> None:
        if state == State.WON:
            self.won += count
            self.revenue += revenue
        else:
            self.lost += count
            self.unknown += count - known
            self.value_lost += estimated

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def win_rate(self) -> Decimal | None:
        """In percent; None where nothing was closed."""
        return percentage(self.won, self.closed)

    @property
    def win_rate_by_value(self) -> Decimal | None:
        """What was won of what was won or lost, in percent; None where that is nothing."""
        return percentage(self.revenue, self.revenue + self.value_lost)


@dataclass
class Figures:
    """How it went in a period. `days` counts the deals by how many days it took to close them.

    Of the won ones `quoted` have a won quote and `estimated` an estimate at closing; beside each is what these came to.
    `promised` of all had a close date when they were created, and `slipped` is how many days later they were closed.
    """

    tally: Tally = field(default_factory=Tally)
    days: Counter = field(default_factory=Counter)
    quoted: int = 0
    first_quoted: Decimal = ZERO
    won_quoted: Decimal = ZERO
    estimated: int = 0
    estimate: Decimal = ZERO
    actual: Decimal = ZERO
    promised: int = 0
    slipped: int = 0

    @property
    def mean_days(self) -> Decimal | None:
        return mean(sum(days * count for days, count in self.days.items()), self.days.total())

    @property
    def median_days(self) -> Decimal | None:
        """The middle one, or the mean of both middle ones."""
        total = self.days.total()
        if not total:
            return None
        return Decimal(nth(self.days, (total - 1) // 2) + nth(self.days, total // 2)) / 2

    @property
    def discount(self) -> Decimal | None:
        """How far the won quotes are below the first ones, in percent of these."""
        return percentage(self.first_quoted - self.won_quoted, self.first_quoted)

    @property
    def beyond_estimate(self) -> Decimal | None:
        """How far the actual revenue is above the estimate, in percent of it."""
        return percentage(self.actual - self.estimate, self.estimate)

    @property
    def mean_slip(self) -> Decimal | None:
        return mean(self.slipped, self.promised)


Groups = dict[object, Tally]  # by the key of what deals are grouped by; None: they have none


@dataclass(frozen=True)
class WinLoss:
    """What `deals` were closed in `period`, all in one currency, and in the period before."""

    figures: Figures
    before: Figures
    by: dict[str, Groups]
    by_month: dict[Month, Tally]


def by_currency(closed: QuerySet) -> list[tuple[str, Tally, dict[str, Groups]]]:
    """For each currency, that with the most deals first: what was closed, and that by stage and by reason."""
    found: dict[str, tuple[Tally, dict[str, Groups]]] = {}
    for currency, stage, reason, *sums in added_up(closed, "currency", STAGE, REASON):
        tally, by = found.setdefault(currency, (Tally(), {STAGE: {}, REASON: {}}))
        tally.add(*sums)
        fold(by[STAGE], stage, sums)
        fold(by[REASON], reason, sums)
    most_first = sorted(found.items(), key=lambda item: (-item[1][0].closed, item[0]))
    return [(currency, tally, by) for currency, (tally, by) in most_first]


def win_loss(deals: QuerySet, period: Period, by: dict[str, Groups]) -> WinLoss:
    """Of `deals` of one currency; `by` has what was grouped with the currencies."""
    closed = in_period(deals, period)
    by = {STAGE: {}, REASON: {}} | by | {name: {} for name in [OWNER, REVISIONS, COMPETITOR, PRODUCT, SECTOR]}
    for owner, revisions, *sums in added_up(closed, OWNER, REVISIONS):
        fold(by[OWNER], owner, sums)
        fold(by[REVISIONS], revisions if revisions is None else min(revisions, MOST_REVISIONS), sums)
    for competitor, product, *sums in added_up(closed, COMPETITOR, PRODUCT):
        fold(by[COMPETITOR], competitor, sums)
        fold(by[PRODUCT], product, sums)
    for sector, *sums in added_up(closed, SECTOR):
        fold(by[SECTOR], sector or None, sums)
    figures, by_month = Figures(days=days_to_close(closed)), {}
    for day, *sums in all_added_up(closed, "closed_on"):
        fold(by_month, Month.of(day), add_figures(figures, sums))
    closed_before = in_period(deals, period.before)
    before = Figures(days=days_to_close(closed_before))
    for sums in all_added_up(closed_before):
        add_figures(before, sums)
    return WinLoss(figures, before, by, by_month)


def in_period(deals: QuerySet, period: Period) -> QuerySet:
    return deals.filter(closed_on__range=(period.first, period.last))


def fold(groups: Groups, key: object, sums: Iterable) -> None:
    groups.setdefault(key, Tally()).add(*sums)


SUMS = {
    "matches": Count("*"),
    "actual": Sum("actual_revenue"),
    "estimated": Sum("estimated_revenue"),
    "known": Count("estimated_revenue"),
}
ALL_SUMS = SUMS | {
    "actual_known": Sum("actual_revenue", filter=Q(estimated_revenue__isnull=False)),
    "quoted": Count("won_quoted"),
    "first": Sum("first_quoted", filter=Q(won_quoted__isnull=False)),
    "quote": Sum("won_quoted"),
    "promised": Count("first_estimated_close_date"),
    "slipped": Sum(days_between("closed_on", "first_estimated_close_date")),
}


def added_up(closed: QuerySet, *by: str, sums: dict = SUMS) -> Iterator[tuple]:
    """What they are grouped `by`, the state, and `sums`, amounts among them exactly as they are stored."""
    by = (*by, "state")
    for row in closed.order_by(*by).values_list(*by).annotate(**sums):
        yield tuple(exact(value) if name in AMOUNTS else value for name, value in zip([*by, *sums], row, strict=True))


AMOUNTS = {"actual", "estimated", "actual_known", "first", "quote"}


def all_added_up(closed: QuerySet, *by: str) -> Iterator[tuple]:
    return added_up(closed, *by, sums=ALL_SUMS)


def add_figures(figures: Figures, sums: Iterable) -> tuple:
    """Adds ALL_SUMS of a state; returns those of SUMS."""
    state, count, actual, estimated, known, actual_known, quoted, first, quote, promised, slipped = sums
    of_tally = (state, count, actual, estimated, known)
    figures.tally.add(*of_tally)
    if state == State.WON:
        figures.estimated += known
        figures.estimate += estimated
        figures.actual += actual_known
        figures.quoted += quoted
        figures.first_quoted += first
        figures.won_quoted += quote
    figures.promised += promised
    figures.slipped += slipped or 0
    return of_tally


def days_to_close(closed: QuerySet) -> Counter:
    days = closed.annotate(days=days_between("closed_on", "opened_on")).order_by("days").values_list("days")
    return Counter(dict(days.annotate(matches=Count("*"))))


def latest_closing(deals: QuerySet) -> date | None:
    return deals.order_by(F("closed_on").desc()).exclude(closed_on=None).values_list("closed_on", flat=True).first()


def exact(amount: Decimal | None) -> Decimal:
    """A database's sum, which SQLite has as REAL; nothing is 0."""
    return round(amount or ZERO, DECIMAL_PLACES)


def percentage(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return Decimal(part) * 100 / Decimal(whole) if whole else None


def mean(total: int, count: int) -> Decimal | None:
    return Decimal(total) / count if count else None


def nth(days: Counter, number: int) -> int:
    """The number in place `number` (from 0) of all that `days` counts, in rising order."""
    for value, count in sorted(days.items()):
        if number < count:
            return value
        number -= count
    raise IndexError
