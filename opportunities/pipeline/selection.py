"""Which opportunities of the list a user selected: rows of a page, or all that match.

It is resolved once. The form that follows carries the keys on, in a hidden field `selected` with `Selection.text`, so
that what is changed is what was shown.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from opportunities.closing.refusals import Refused
from opportunities.money import format_quantity
from opportunities.pipeline.filters import OpportunityFilter

KEYS = re.compile("[0-9]{1,18}(,[0-9]{1,18})*")


class NothingSelected(Refused):
    """Nothing is selected, nothing matches, or what was sent is no selection."""

    def __init__(self, sentence: str = ""):
        super().__init__(sentence or _("Select at least one opportunity first."))


class FiltersOutOfDate(NothingSelected):
    """A filter of the list makes no sense (any more), so that without it far more would match."""

    def __init__(self):
        super().__init__(_("The list cannot be filtered like this (any more). Reload it and select anew."))


class TooMany(Refused):
    """More than `most` are selected."""

    def __init__(self, most: int):
        self.most = most
        super().__init__(
            _("More than %(most)s opportunities are selected; so many cannot be changed at once. Select fewer.")
            % {"most": format_quantity(most)}
        )


@dataclass(frozen=True)
class Selection:
    """The primary keys of the opportunities, none twice, in the order of the list. Some may be deleted by now."""

    keys: list[int]

    @property
    def count(self) -> int:
        return len(self.keys)

    @property
    def text(self) -> str:
        """The value of the hidden field `selected` that carries the selection on."""
        return ",".join(map(str, self.keys))


def read_selection(data: MultiValueDict, user, most: int) -> Selection:
    """What a form of the list says: `selected`, once or often, or `all=yes` and the `query` that all of them match.

    Raises NothingSelected, and of its kind FiltersOutOfDate; TooMany for more than `most`.
    """
    keys = matches(data.get("query", ""), user, most) if data.get("all") == "yes" else marked(data.getlist("selected"))
    if not keys:
        raise NothingSelected
    if len(keys) > most:
        raise TooMany(most)
    return Selection(keys)


def marked(values: list[str]) -> list[int]:
    """The keys that are written in `values`; none where one of these is no key."""
    if not all(KEYS.fullmatch(value) for value in values):
        return []
    return list(dict.fromkeys(int(key) for value in values for key in value.split(",")))


def matches(query: str, user, most: int) -> list[int]:
    """The keys of all opportunities in the list with that query (OpportunityFilter.full_query), `most` + 1 at most.

    They are in the order of the list unless they are too many.
    """
    given = dict(parse_qsl(query))
    filters = OpportunityFilter(given, user)
    if not given.items() <= filters.explicit.items():
        raise FiltersOutOfDate
    order, found = filters.order, []
    for source in filters.sources():
        rows = source.order_by(*order.columns(rising=not order.latest_first))
        found += rows.values_list("pk", order.field, named=True)[: most + 1 - len(found)]
    found.sort(key=order.sort_key, reverse=order.latest_first)
    return [row.pk for row in found]
