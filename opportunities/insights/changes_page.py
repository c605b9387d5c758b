"""What changed as tables: how much of each kind in each currency, and the deals of one kind."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from opportunities.formats import person
from opportunities.insights.changes import KINDS, Change
from opportunities.insights.forecast_forms import ForecastFilter
from opportunities.insights.tables import Cell, Table, count, money, words
from opportunities.models import Opportunity, State
from opportunities.models.timeline import in_words
from opportunities.money import CURRENCIES

SHOWN = 200  # deals of one kind, the greatest amounts first


@dataclass(frozen=True)
class Deals:
    """The deals of one kind of change in one currency; `table` has the first of them."""

    table: Table
    count: int

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.table.rows)


def summaries(changes: Sequence[Change], filters: ForecastFilter) -> list[Table]:
    """A table for each currency, that of most changes first: how many deals of each kind, and what they come to."""
    by_currency: dict[str, dict[str, list[Change]]] = defaultdict(lambda: {kind: [] for kind in KINDS})
    for change in changes:
        by_currency[change.deal.currency][change.kind].append(change)
    if filters.data["currency"]:
        by_currency = {filters.data["currency"]: by_currency[filters.data["currency"]]}
    most_first = sorted(by_currency.items(), key=lambda item: (-sum(map(len, item[1].values())), item[0]))
    return [summary(currency, kinds, filters) for currency, kinds in most_first]


def summary(currency: str, kinds: dict[str, list[Change]], filters: ForecastFilter) -> Table:
    rows = []
    for kind, changes in kinds.items():
        url = filters.address("changes", currency=currency, kind=kind) if changes else ""
        known = [change.amount for change in changes if change.amount is not None]
        total = sum(known, Decimal(0))
        rows.append([words(str(KINDS[kind])), count(len(changes), url), money(total, currency, url)])
    headings = [pgettext("noun", "Change"), _("Opportunities"), f"{_('Amount')} ({currency})"]
    return Table(f"changes-{currency}", str(dict(CURRENCIES)[currency]), headings, rows)


def deals(changes: Sequence[Change], kind: str, currency: str, most: int | None = SHOWN) -> Deals:
    """Those of `kind` in `currency`, the table with at most so many; one statement."""
    found = [change for change in changes if change.kind == kind and change.deal.currency == currency]
    found.sort(key=lambda change: (-abs(change.amount or 0), change.deal.pk))
    shown = found[:most]
    opportunities = Opportunity.objects.select_related("account", "owner").in_bulk([change.deal.pk for change in shown])
    rows = [row(change, opportunities[change.deal.pk]) for change in shown if change.deal.pk in opportunities]
    headings = [_("Opportunity"), _("Account"), _("Owner"), _("Before"), _("Now"), f"{_('Amount')} ({currency})"]
    return Deals(Table(f"{kind}-{currency}", str(KINDS[kind]), headings, rows), len(found))


def row(change: Change, opportunity: Opportunity) -> list[Cell]:
    return [
        words(opportunity.topic, opportunity.get_absolute_url()),
        words(opportunity.account.name if opportunity.account else ""),
        words(person(opportunity.owner)),
        words(value_in_words(change.before)),
        words(value_in_words(change.after)),
        money(change.amount, opportunity.currency),
    ]


def value_in_words(value) -> str:
    return str(State(value).label) if value in State.values else in_words(value)
