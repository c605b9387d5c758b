"""Closed deals broken down by something: a table and a chart, whose numbers and bars lead to the lists behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from opportunities.insights.charts import Bar, Chart, Part
from opportunities.insights.months import Month
from opportunities.insights.tables import Cell, Table, count, money, rate, words
from opportunities.insights.winloss import Tally, percentage
from opportunities.models import State
from opportunities.money import format_percent, format_quantity

SHOWN, CHARTED, COLUMNS = 25, 10, 24  # rows of a table and bars of a chart, the first ones; columns, the last ones
CLOSED = {"state": "all"}  # in a period, which open ones have not
WON, LOST = {"state": State.WON.value}, {"state": State.LOST.value}


@dataclass(frozen=True)
class Group:
    """The deals that have `name` in common, which `filters` of the list leave.

    `is_won` is of a reason: whether it is one of those that were won. `month` is of a month.
    """

    name: str
    tally: Tally
    filters: dict[str, object]
    is_won: bool = False
    month: Month | None = None


@dataclass(frozen=True)
class Breakdown:
    """`url` gives the address of the list of so many deals with filters; `total` is what the groups come to.

    With `is_whole`, the table has every group.
    """

    key: str
    title: str
    heading: str
    groups: Sequence[Group]
    url: Callable[..., str]
    currency: str
    total: Tally
    is_whole: bool = False

    is_wide = False  # a chart of columns
    is_broad = True  # a table of many columns

    @property
    def count(self) -> int:
        return len(self.groups)

    @property
    def is_cut(self) -> bool:
        return not self.is_whole and self.count > SHOWN

    @property
    def table(self) -> Table:
        shown = self.groups[:SHOWN] if self.is_cut else self.groups
        rows = [[words(group.name), *self.cells(group.tally, group.filters)] for group in shown]
        total = [words(_("Total")), *self.cells(self.total, {})]
        return Table(self.key, self.title, [self.heading, *self.headings], rows, total)

    @property
    def headings(self) -> list[str]:
        return [
            pgettext("opportunities", "Closed"),
            pgettext("opportunities", "Won"),
            pgettext("opportunities", "Lost"),
            _("Win rate"),
            self.amount(_("Revenue won")),
            self.amount(_("Value lost")),
        ]

    def cells(self, tally: Tally, filters: dict) -> list[Cell]:
        closed, won, lost = (
            self.url(number, **filters | state)
            for number, state in [(tally.closed, CLOSED), (tally.won, WON), (tally.lost, LOST)]
        )
        return tally_cells(tally, self.currency, closed, won, lost)

    def amount(self, heading: str) -> str:
        """A file has amounts without their currency, so that the heading says it."""
        return f"{heading} ({self.currency})"

    @property
    def chart(self) -> Chart:
        charted = self.groups[-COLUMNS:] if self.is_wide else self.groups[:CHARTED]
        bars = [self.bar(group) for group in charted if self.is_wide or self.parts(group)]
        return Chart(f"{self.key}-chart", self.chart_title, self.description, bars, self.legend)

    @property
    def chart_title(self) -> str:
        return _("Won and lost: %(title)s") % {"title": self.title}

    @property
    def description(self) -> str:
        return _("A bar for each: how many opportunities were won and how many were lost. The table says the same.")

    @property
    def legend(self) -> dict[str, str]:
        return {"won": pgettext("opportunities", "Won"), "lost": pgettext("opportunities", "Lost")}

    def bar(self, group: Group) -> Bar:
        tally = group.tally
        text = ngettext("%(won)s of %(closed)s won", "%(won)s of %(closed)s won", tally.won)
        text %= {"won": in_words(tally.won), "closed": in_words(tally.closed)}
        return Bar(group.name, self.parts(group), text, self.url(tally.closed, **group.filters | CLOSED))

    def parts(self, group: Group) -> list[Part]:
        return [*won_part(group.tally), *lost_part(group.tally)]


class ByMonth(Breakdown):
    """Columns, side by side; each part of one leads to its own list."""

    is_wide = True

    @property
    def description(self) -> str:
        return _("A column for each month: how many opportunities were won, and above that how many were lost.")

    def bar(self, group: Group) -> Bar:
        won, lost = (
            self.url(number, **group.filters | state)
            for number, state in [(group.tally.won, WON), (group.tally.lost, LOST)]
        )
        parts = [*won_part(group.tally, won), *lost_part(group.tally, lost)]
        win_rate = group.tally.win_rate
        note = str(group.month.year) if group.month.month == 1 or group == self.groups[0] else ""
        text = "" if win_rate is None else format_percent(win_rate, 0)
        return Bar(group.month.short_name, parts, text, note=note)


class ByReason(Breakdown):
    """A reason is of won ones or of lost ones, and its share is of these."""

    is_broad = False

    @property
    def headings(self) -> list[str]:
        return [_("Outcome"), _("Opportunities"), _("Share"), self.amount(_("Revenue"))]

    @property
    def table(self) -> Table:
        shown = self.groups[:SHOWN] if self.is_cut else self.groups
        return Table(self.key, self.title, [self.heading, *self.headings], [self.row(group) for group in shown])

    def row(self, group: Group) -> list[Cell]:
        tally, state = group.tally, State.WON if group.is_won else State.LOST
        url = self.url(tally.closed, **group.filters | {"state": state.value})
        of = self.total.won if group.is_won else self.total.lost
        amount = tally.revenue if group.is_won else tally.value_lost
        return [
            words(group.name),
            words(str(state.label)),
            count(tally.closed, url),
            rate(percentage(tally.closed, of), url),
            money(amount, self.currency, url),
        ]

    def bar(self, group: Group) -> Bar:
        text = in_words(group.tally.closed)
        return Bar(group.name, self.parts(group), text, self.url(group.tally.closed, **group.filters | CLOSED))


class ByStage(Breakdown):
    """Where deals die: the bars are those that were lost."""

    is_broad = False

    @property
    def headings(self) -> list[str]:
        return [
            pgettext("opportunities", "Lost"),
            _("Share of the lost"),
            self.amount(_("Value lost")),
            pgettext("opportunities", "Won"),
        ]

    def cells(self, tally: Tally, filters: dict) -> list[Cell]:
        won, lost = self.url(tally.won, **filters | WON), self.url(tally.lost, **filters | LOST)
        return [
            count(tally.lost, lost),
            rate(percentage(tally.lost, self.total.lost), lost),
            money(tally.value_lost, self.currency, lost),
            count(tally.won, won),
        ]

    @property
    def chart_title(self) -> str:
        return _("The stages that opportunities were lost from")

    @property
    def description(self) -> str:
        return _("A bar for each stage, the first one first: how many opportunities were in it when they were lost.")

    @property
    def legend(self) -> dict[str, str]:
        return {"lost": pgettext("opportunities", "Lost")}

    def bar(self, group: Group) -> Bar:
        lost = group.tally.lost
        return Bar(group.name, self.parts(group), in_words(lost), self.url(lost, **group.filters | LOST))

    def parts(self, group: Group) -> list[Part]:
        return lost_part(group.tally)


class ByCompetitor(Breakdown):
    @property
    def headings(self) -> list[str]:
        _closed, won, lost, _rate, *amounts = super().headings
        return [_("Met"), won, lost, _("Win rate when met"), *amounts]


def tally_cells(tally: Tally, currency: str, closed: str, won: str, lost: str) -> list[Cell]:
    """How many were closed, won and lost, the win rate and both amounts, with the addresses of these lists."""
    return [
        count(tally.closed, closed),
        count(tally.won, won),
        count(tally.lost, lost),
        rate(tally.win_rate, closed),
        money(tally.revenue, currency, won if tally.won else ""),
        money(tally.value_lost, currency, lost if tally.lost else ""),
    ]


def won_part(tally: Tally, url: str = "") -> list[Part]:
    text = _("%(count)s won") % {"count": in_words(tally.won)}
    return [Part("won", tally.won, text, url)] if tally.won else []


def lost_part(tally: Tally, url: str = "") -> list[Part]:
    text = _("%(count)s lost") % {"count": in_words(tally.lost)}
    return [Part("lost", tally.lost, text, url)] if tally.lost else []


def in_words(number: int) -> str:
    return format_quantity(Decimal(number))
