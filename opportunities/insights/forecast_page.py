"""The forecast as tables and charts: every number leads to the list of the opportunities that it counts."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from opportunities.insights.charts import Bar, Chart, Part
from opportunities.insights.forecast import LATER, OVERDUE, UNDATED, Forecast, Pipeline, When, Won
from opportunities.insights.forecast_forms import ForecastFilter
from opportunities.insights.months import Month
from opportunities.insights.tables import Cell, Table, count, money, words
from opportunities.models import Stage, State
from opportunities.money import CURRENCIES, DECIMAL_PLACES, format_money, format_percent


@dataclass(frozen=True)
class Page:
    """A forecast as the page shows it, for `filters`."""

    forecast: Forecast
    today: date
    filters: ForecastFilter

    @property
    def currency(self) -> str:
        return self.forecast.currency

    @property
    def currency_name(self) -> str:
        return str(dict(CURRENCIES)[self.currency])

    @property
    def first_day(self) -> date:
        """Since when it says what was won."""
        return self.forecast.months[0].first

    @property
    def tables(self) -> list[Table]:
        return [self.month_table, self.stage_table]

    # Where numbers lead to

    def open_url(self, number: int, **filters: object) -> str:
        return self.filters.list_address(number, state=State.OPEN, currency=self.currency, **filters)

    def won_url(self, won: Won, first: date, last: date) -> str:
        days = {"closed_from": first, "closed_until": last}
        return self.filters.list_address(won.count, state=State.WON, currency=self.currency, **days)

    def when_url(self, when: When) -> str:
        number = self.forecast.open_in[when].count
        if isinstance(when, Month):
            return self.open_url(number, estimated_from=max(when.first, self.today), estimated_until=when.last)
        after = self.forecast.months[-1].plus(1).first
        filters = {OVERDUE: {"overdue": "yes"}, LATER: {"estimated_from": after}, UNDATED: {"missing": "date"}}
        return self.open_url(number, **filters[when])

    @property
    def all_open_url(self) -> str:
        return self.open_url(self.forecast.open.count)

    @property
    def unknown_url(self) -> str:
        return self.open_url(self.forecast.open.unknown, missing="revenue")

    @property
    def all_won_url(self) -> str:
        return self.won_url(self.forecast.won, self.first_day, Month.of(self.today).last)

    # Tables

    @property
    def month_table(self) -> Table:
        rows = [
            self.row(words(name_of(when)), pipeline, self.when_url(when), self.forecast.won_in.get(when), when)
            for when, pipeline in self.forecast.open_in.items()
        ]
        total = self.row(words(_("Total")), self.forecast.open, self.all_open_url, self.forecast.won, None)
        headings = [
            _("Estimated close"),
            *self.open_headings(),
            pgettext("opportunities", "Won"),
            self.amount(_("Revenue won")),
        ]
        return Table(f"months-{self.currency}", _("By month"), headings, rows, total)

    @property
    def stage_table(self) -> Table:
        rows = [
            [
                words(str(stage)),
                Cell(stage.probability, format_percent(stage.probability)),
                *self.open_cells(pipeline, self.open_url(pipeline.count, stage=stage.pk)),
            ]
            for stage, pipeline in self.forecast.open_at.items()
        ]
        total = [words(_("Total")), words(""), *self.open_cells(self.forecast.open, self.all_open_url)]
        headings = [_("Stage"), _("Probability"), *self.open_headings()]
        return Table(f"stages-{self.currency}", _("By stage"), headings, rows, total)

    def row(self, name: Cell, pipeline: Pipeline, url: str, won: Won | None, when: When | None) -> list[Cell]:
        cells = [name, *self.open_cells(pipeline, url)]
        if won is None:
            return [*cells, Cell(None, ""), Cell(None, "")]
        won_url = self.won_url(won, when.first, when.last) if isinstance(when, Month) else self.all_won_url
        return [*cells, *self.won_cells(won, won_url)]

    def won_cells(self, won: Won, url: str) -> list[Cell]:
        return [count(won.count, url), money(won.revenue, self.currency, url if won.count else "")]

    def open_cells(self, pipeline: Pipeline, url: str) -> list[Cell]:
        amounts_url = url if pipeline.count else ""
        return [
            count(pipeline.count, url),
            money(pipeline.estimated, self.currency, amounts_url),
            money(round(pipeline.weighted, DECIMAL_PLACES), self.currency, amounts_url),
        ]

    def open_headings(self) -> list[str]:
        return [pgettext("opportunities", "Open"), self.amount(_("Estimated")), self.amount(_("Weighted"))]

    def amount(self, heading: str) -> str:
        """A file has amounts without their currency, so that the heading says it."""
        return f"{heading} ({self.currency})"

    # Charts

    @property
    def month_chart(self) -> Chart:
        bars = [self.month_bar(when, pipeline) for when, pipeline in self.forecast.open_in.items()]
        return Chart(
            f"month-chart-{self.currency}",
            _("Open and won by month, in %(currency)s") % {"currency": self.currency},
            _(
                "A column for each month: at its foot what was won in it, above that what is expected to close in it, "
                "weighted by the probability of its stage, and what that comes to beyond its weight."
            ),
            bars,
            {"won": _("Won"), "weighted": _("Open, weighted"), "rest": _("Open, the rest of the estimate")},
        )

    def month_bar(self, when: When, pipeline: Pipeline) -> Bar:
        won = self.forecast.won_in.get(when, Won())
        url = self.when_url(when)
        parts = [
            *([self.won_part(when, won)] if isinstance(when, Month) else []),
            *self.open_parts(pipeline, url),
        ]
        is_year_told = isinstance(when, Month) and (when.month == 1 or when == self.forecast.months[0])
        note = str(when.year) if is_year_told else ""
        return Bar(short_name_of(when), parts, "", note=note)

    def won_part(self, month: Month, won: Won) -> Part:
        text = _("%(amount)s won") % {"amount": self.in_words(won.revenue)}
        return Part("won", won.revenue, text, self.won_url(won, month.first, month.last))

    def open_parts(self, pipeline: Pipeline, url: str) -> list[Part]:
        weighted, estimated = self.in_words(pipeline.weighted), self.in_words(pipeline.estimated)
        return [
            Part("weighted", pipeline.weighted, _("%(amount)s open, weighted") % {"amount": weighted}, url),
            Part("rest", pipeline.estimated - pipeline.weighted, _("%(amount)s open") % {"amount": estimated}, url),
        ]

    @property
    def stage_chart(self) -> Chart:
        bars = [self.stage_bar(stage, pipeline) for stage, pipeline in self.forecast.open_at.items()]
        return Chart(
            f"stage-chart-{self.currency}",
            _("Open by stage, in %(currency)s") % {"currency": self.currency},
            _(
                "A bar for each stage: what its open opportunities are estimated at, "
                "and how much of that remains when it is weighted by the probability of the stage."
            ),
            bars,
            {"weighted": _("Open, weighted"), "rest": _("Open, the rest of the estimate")},
        )

    def stage_bar(self, stage: Stage, pipeline: Pipeline) -> Bar:
        url = self.open_url(pipeline.count, stage=stage.pk) if pipeline.count else ""
        return Bar(str(stage), self.open_parts(pipeline, ""), self.in_words(pipeline.estimated), url)

    def in_words(self, amount) -> str:
        return format_money(amount, self.currency)


def currency_table(pages: list[Page]) -> Table:
    """What is open and what was won in each currency; a currency's name leads to its forecast."""
    rows = [
        [
            words(page.currency_name, page.filters.address(currency=page.currency)),
            *page.open_cells(page.forecast.open, page.all_open_url),
            *page.won_cells(page.forecast.won, page.all_won_url),
        ]
        for page in pages
    ]
    headings = [
        _("Currency"),
        pgettext("opportunities", "Open"),
        _("Estimated"),
        _("Weighted"),
        pgettext("opportunities", "Won"),
        _("Revenue won"),
    ]
    return Table("currencies", _("By currency"), headings, rows)


def name_of(when: When) -> str:
    names = {OVERDUE: _("Overdue"), LATER: _("Later"), UNDATED: _("Without a date")}
    return when.name if isinstance(when, Month) else names[when]


def short_name_of(when: When) -> str:
    names = {
        OVERDUE: pgettext("column", "Overdue"),
        LATER: pgettext("column", "Later"),
        UNDATED: pgettext("column", "No date"),
    }
    return when.short_name if isinstance(when, Month) else names[when]
