"""The columns of the list of opportunities: those of its state, and always the one that it is sorted by."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opportunities.models import State
from opportunities.pipeline.filters import ALL, ORDERS, OpportunityFilter

LABELS = {
    "owner": _("Owner"),
    "stage": _("Stage"),
    "status": _("Status"),
    "status_reason": _("Status reason"),
    "estimated_revenue": _("Estimated revenue"),
    "actual_revenue": _("Actual revenue"),
    "revenue": _("Revenue"),
    "estimated_close_date": _("Estimated close"),
    "opened_on": _("Opened"),
    "closed_on": _("Close date"),
    "last_activity_at": _("Last activity"),
    "next_step": _("Next step"),
    "open_quotes": _("Open quotes"),
}
COLUMNS = {
    State.OPEN: ["owner", "stage", "estimated_revenue", "estimated_close_date", "next_step", "open_quotes"],
    State.WON: ["owner", "status_reason", "actual_revenue", "closed_on", "stage"],
    State.LOST: ["owner", "status_reason", "estimated_revenue", "closed_on", "stage"],
    ALL: ["owner", "status", "revenue", "opened_on", "open_quotes"],
}
NUMBERS = ["estimated_revenue", "actual_revenue", "revenue", "open_quotes"]


@dataclass(frozen=True)
class Column:
    """`sort` is the order that its heading leads to, "" where it cannot be sorted by; `aria_sort` the one it has."""

    name: str
    label: str | Promise
    is_number: bool
    sort: str = ""
    aria_sort: str = ""


def columns(filters: OpportunityFilter) -> list[Column]:
    names = list(COLUMNS[filters.chosen["state"]])
    if filters.order.field not in names:
        names.insert(4, filters.order.field)
    return [column(name, filters.chosen["sort"]) for name in names]


def column(name: str, sort: str) -> Column:
    is_number = name in NUMBERS
    if name not in ORDERS:
        return Column(name, LABELS[name], is_number)
    if sort.removeprefix("-") != name:
        # An amount begins with the greatest, a past date with the latest, an estimated one with the earliest.
        first = name if name == "estimated_close_date" else f"-{name}"
        return Column(name, LABELS[name], is_number, first)
    is_falling = sort.startswith("-")
    opposite = name if is_falling else f"-{name}"
    return Column(name, LABELS[name], is_number, opposite, "descending" if is_falling else "ascending")
