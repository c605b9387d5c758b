"""The forecast: the open pipeline by month of its estimated close date and by stage, beside what was won.

Per currency, never added up across currencies. Six statements, however many opportunities: the database adds up by
day, currency and stage, all of which one index holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from opportunities.insights.months import Month
from opportunities.models import Stage, State
from opportunities.money import DECIMAL_PLACES

BEFORE, AHEAD = 3, 11  # months before this one, which show what was won, and after it
OVERDUE, LATER, UNDATED = "overdue", "later", "undated"  # open ones without a month of these

When = Month | str


@dataclass
class Pipeline:
    """Open opportunities: how many, how many of them lack an estimate, and what the others come to.

    `weighted` is what is estimated times the probability of the stage.
    """

    count: int = 0
    unknown: int = 0
    estimated: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)

    def add(self, count: int, known: int, estimated: Decimal, stage: Stage) -> None:
        self.count += count
        self.unknown += count - known
        self.estimated += estimated
        self.weighted += estimated * stage.probability / 100


@dataclass
class Won:
    """Won opportunities: how many, and their actual revenue."""

    count: int = 0
    revenue: Decimal = Decimal(0)

    def add(self, count: int, revenue: Decimal) -> None:
        self.count += count
        self.revenue += revenue


@dataclass
class Forecast:
    """What is open and what was won in `currency`; what is open by month adds up to `open`, and so by stage.

    `won` has the months up to this one, `open_in` those from this one on and OVERDUE, LATER and UNDATED.
    """

    currency: str
    months: list[Month]
    stages: list[Stage]
    open: Pipeline = field(default_factory=Pipeline)
    open_in: dict[When, Pipeline] = field(default_factory=dict)
    open_at: dict[Stage, Pipeline] = field(default_factory=dict)
    won: Won = field(default_factory=Won)
    won_in: dict[Month, Won] = field(default_factory=dict)

    def __post_init__(self):
        self.open_in = {when: Pipeline() for when in [OVERDUE, *self.months, LATER, UNDATED]}
        self.open_at = {stage: Pipeline() for stage in self.stages}
        self.won_in = {month: Won() for month in self.months[: BEFORE + 1]}

    def add_open(self, when: When, stage: Stage, *sums) -> None:
        for pipeline in [self.open, self.open_in[when], self.open_at[stage]]:
            pipeline.add(*sums, stage)

    def add_won(self, month: Month, *sums) -> None:
        for won in [self.won, self.won_in[month]]:
            won.add(*sums)


def months_around(today: date) -> list[Month]:
    return [Month.of(today).plus(number) for number in range(-BEFORE, AHEAD + 1)]


def forecasts(opportunities: QuerySet, today: date) -> list[Forecast]:
    """Those of `opportunities`, a forecast for each currency; that with the most open ones goes first."""
    months, stages = months_around(today), list(Stage.objects.all())
    stage_of = {stage.pk: stage for stage in stages}
    found: dict[str, Forecast] = {}

    def of(currency: str) -> Forecast:
        if currency not in found:
            found[currency] = Forecast(currency, months, stages)
        return found[currency]

    for when, currency, stage, *sums in open_sums(opportunities.open(), today, months):
        of(currency).add_open(when, stage_of[stage], *sums)
    for month, currency, *sums in won_sums(opportunities.filter(state=State.WON), months[: BEFORE + 1]):
        of(currency).add_won(month, *sums)
    return sorted(found.values(), key=lambda forecast: (-forecast.open.count, forecast.currency))


def open_sums(opportunities: QuerySet, today: date, months: list[Month]) -> Iterator[tuple]:
    """When, currency, stage, count, how many have an estimate, and its sum."""
    end = months[-1].last
    for day, *sums in added_up(opportunities.filter(estimated_close_date__range=(today, end)), "estimated_close_date"):
        yield Month.of(day), *sums
    for when, found in [
        (OVERDUE, opportunities.filter(estimated_close_date__lt=today)),
        (LATER, opportunities.filter(estimated_close_date__gt=end)),
        (UNDATED, opportunities.filter(estimated_close_date=None)),
    ]:
        for sums in added_up(found):
            yield when, *sums


def added_up(opportunities: QuerySet, *fields: str) -> Iterator[tuple]:
    """`fields`, currency, stage, count, how many have an estimate, and its sum."""
    by = [*fields, "currency", "stage"]
    sums = opportunities.order_by(*by).values_list(*by)
    sums = sums.annotate(matches=Count("*"), known=Count("estimated_revenue"), estimated=Sum("estimated_revenue"))
    for *group, estimated in sums:
        yield *group, exact(estimated)


def won_sums(opportunities: QuerySet, months: list[Month]) -> Iterator[tuple]:
    """Month, currency, count, and actual revenue."""
    by = ["closed_on", "currency"]
    found = opportunities.filter(closed_on__range=(months[0].first, months[-1].last)).order_by(*by).values_list(*by)
    for day, currency, count, revenue in found.annotate(matches=Count("*"), revenue=Sum("actual_revenue")):
        yield Month.of(day), currency, count, exact(revenue)


def exact(amount: Decimal | None) -> Decimal:
    """A database's sum, which SQLite has as REAL; nothing is 0."""
    return round(amount or Decimal(0), DECIMAL_PLACES)
