"""Win/loss as figures and tables: every number leads to the list of the opportunities that it counts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from opportunities.formats import format_date
from opportunities.insights import groups
from opportunities.insights.breakdowns import (
    CLOSED,
    LOST,
    WON,
    Breakdown,
    ByCompetitor,
    ByMonth,
    ByReason,
    ByStage,
    tally_cells,
)
from opportunities.insights.periods import Period
from opportunities.insights.tables import Cell, Table, count, days, money, rate, words
from opportunities.insights.winloss import Tally, WinLoss
from opportunities.insights.winloss_forms import WinLossFilter
from opportunities.money import CURRENCIES, format_quantity

WITH_WON_QUOTE = WON | {"quotes": "won"}
WON_WITH_ESTIMATE = WON | {"amount_from": 0}
PROMISED = CLOSED | {"first": "date"}


@dataclass(frozen=True)
class Figure:
    """A figure in the period, in the one before, and how far it changed; `note` says more of it, and may be a link."""

    label: str
    now: Cell
    before: Cell
    change: Cell
    note: str = ""
    note_url: str = ""


@dataclass(frozen=True)
class Page:
    """What was won and lost in `currency`; with `is_whole`, every row of every table."""

    result: WinLoss
    currency: str
    filters: WinLossFilter
    is_whole: bool = False

    @property
    def currency_name(self) -> str:
        return str(dict(CURRENCIES)[self.currency])

    @property
    def tally(self) -> Tally:
        return self.result.figures.tally

    @property
    def days(self) -> str:
        return in_words(self.filters.period)

    @property
    def days_before(self) -> str:
        return in_words(self.filters.period.before)

    def url(self, number: int, period: Period | None = None, **filters: object) -> str:
        """The list of the `number` deals; nobody needs a list of none."""
        period = period or self.filters.period
        return self.filters.list_address(number, self.currency, period, **filters) if number else ""

    def money(self, amount: Decimal | None, url: str = "") -> Cell:
        return money(amount, self.currency, url)

    # Figures

    @property
    def figures(self) -> list[Figure]:
        """In the order of the page; each leads to the deals that it is of."""
        won, lost = pgettext("opportunities", "Won"), pgettext("opportunities", "Lost")
        late = _("Later than first promised, mean")
        return [
            self.figure(pgettext("opportunities", "Closed"), count, "tally.closed", "tally.closed", CLOSED),
            self.figure(won, count, "tally.won", "tally.won", WON),
            self.figure(lost, count, "tally.lost", "tally.lost", LOST),
            self.figure(_("Win rate"), rate, "tally.win_rate", "tally.closed", CLOSED),
            self.by_value(_("Win rate by value"), rate, "tally.win_rate_by_value", "tally.closed", CLOSED),
            self.figure(_("Revenue won"), self.money, "tally.revenue", "tally.won", WON),
            self.by_value(_("Value lost"), self.money, "tally.value_lost", "tally.lost", LOST),
            self.figure(_("Time to close, median"), days, "median_days", "tally.closed", CLOSED),
            self.figure(_("Time to close, mean"), days, "mean_days", "tally.closed", CLOSED),
            self.of_some(_("Discount, from first to won quote"), rate, "discount", "quoted", WITH_WON_QUOTE),
            self.of_some(_("Revenue above the estimate"), rate, "beyond_estimate", "estimated", WON_WITH_ESTIMATE),
            self.of_some(late, days, "mean_slip", "promised", PROMISED),
        ]

    def figure(self, label: str, cell: Callable[..., Cell], value: str, counted: str, filters: dict) -> Figure:
        """`value` of the figures as a `cell` that leads to the `counted` deals, which `filters` leave."""
        now, before = (
            cell(attrgetter(value)(figures), self.url(attrgetter(counted)(figures), period, **filters))
            for figures, period in [
                (self.result.figures, self.filters.period),
                (self.result.before, self.filters.period.before),
            ]
        )
        return Figure(label, now, before, change(cell, now.value, before.value))

    def of_some(self, label: str, cell: Callable[..., Cell], value: str, counted: str, filters: dict) -> Figure:
        """A figure that not all deals have, saying how many have it."""
        number = getattr(self.result.figures, counted)
        note = ngettext("of %(count)s that has it", "of %(count)s that have it", number)
        found = self.figure(label, cell, value, counted, filters)
        return replace(found, note=note % {"count": in_digits(number)} if number else "")

    def by_value(self, label: str, cell: Callable[..., Cell], value: str, counted: str, filters: dict) -> Figure:
        """A figure by what was lost, as it was estimated at closing, saying how many lost ones lack an estimate."""
        found, unknown = self.figure(label, cell, value, counted, filters), self.tally.unknown
        if not unknown:
            return found
        note = ngettext("%(count)s lost without an estimate", "%(count)s lost without an estimate", unknown)
        note_url = self.url(unknown, missing="revenue", **LOST)
        return replace(found, note=note % {"count": in_digits(unknown)}, note_url=note_url)

    @property
    def figure_table(self) -> Table:
        rows = [[words(each.label), each.now, each.change, each.before] for each in self.figures]
        headings = [f"{_('Figure')} ({self.currency})", self.days, _("Change"), self.days_before]
        return Table("figures", _("Figures"), headings, rows)

    # Breakdowns

    @property
    def tables(self) -> list[Table]:
        return [self.figure_table, *(breakdown.table for breakdown in self.breakdowns)]

    @property
    def breakdowns(self) -> list[Breakdown]:
        by_owner = [self.by("owners", _("By owner"), _("Owner"), groups.owners)] if self.filters.is_by_person else []
        return [
            self.by("months", _("By month"), _("Month"), groups.months, ByMonth),
            self.by("reasons", _("By reason"), _("Status reason"), groups.reasons, ByReason),
            self.by("stages", _("By stage lost from"), _("Stage"), groups.stages, ByStage),
            self.by("competitors", _("By competitor"), _("Competitor"), groups.competitors, ByCompetitor),
            *by_owner,
            self.by("sectors", _("By sector"), _("Sector"), groups.sectors),
            self.by("products", _("By product"), _("Product"), groups.products),
            self.by("revisions", _("By revisions of quotes"), _("Revisions of quotes"), groups.revisions),
        ]

    def by(self, key: str, title: str, heading: str, found: Callable, kind: type[Breakdown] = Breakdown) -> Breakdown:
        rows = found(self.result, self.filters)
        return kind(key, title, heading, rows, self.url, self.currency, self.tally, self.is_whole)


def currency_table(sums: list[tuple[str, Tally]], filters: WinLossFilter) -> Table:
    """What was closed in each currency; a currency's name leads to its figures."""
    headings = [
        _("Currency"),
        pgettext("opportunities", "Closed"),
        pgettext("opportunities", "Won"),
        pgettext("opportunities", "Lost"),
        _("Win rate"),
        _("Revenue won"),
        _("Value lost"),
    ]
    rows = []
    for currency, tally in sums:
        closed, won, lost = (
            filters.list_address(number, currency, filters.period, **state)
            for number, state in [(tally.closed, CLOSED), (tally.won, WON), (tally.lost, LOST)]
        )
        rows.append(
            [
                words(str(dict(CURRENCIES)[currency]), filters.address(currency=currency)),
                *tally_cells(tally, currency, closed, won, lost),
            ]
        )
    return Table("currencies", _("By currency"), headings, rows)


def change(cell: Callable[..., Cell], now, before) -> Cell:
    """How far `now` is above or below `before`, where both are known."""
    if now is None or before is None:
        return Cell(None, "")
    difference = now - before
    if not difference:
        return Cell(difference, _("no change"))
    text = cell(abs(difference)).text
    if cell is rate:
        text = _("%(percent)s points") % {"percent": in_digits(abs(difference))}
    return Cell(difference, ("+" if difference > 0 else "−") + text)


def in_words(period: Period) -> str:
    """ "1 Oct 2026 – 29 Nov 2026"."""
    return f"{format_date(period.first)} – {format_date(period.last)}"


def in_digits(number: Decimal | int) -> str:
    return format_quantity(Decimal(number))
