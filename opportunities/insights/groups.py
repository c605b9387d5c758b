"""The groups that win/loss breaks closed deals down into: how each is called, and the filters of its list."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from opportunities.insights import winloss
from opportunities.insights.breakdowns import Group
from opportunities.insights.months import Month
from opportunities.insights.winloss import Tally, WinLoss
from opportunities.insights.winloss_forms import WinLossFilter
from opportunities.models import State
from opportunities.pipeline.deal_filters import NONE, REVISIONS


def ranked(groups: winloss.Groups, name: str, name_of: Callable[[object], str], nothing: str = "") -> list[Group]:
    """Groups by the filter `name` of the list, most deals first; `nothing` is what those without one are called."""
    found = [
        Group(nothing if key is None else name_of(key), tally, {name: NONE if key is None else key})
        for key, tally in groups.items()
    ]
    return sorted(found, key=lambda group: (-group.tally.closed, group.name))


def competitors(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    return ranked(result.by[winloss.COMPETITOR], "competitor", filters.competitors.__getitem__, _("None named"))


def owners(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    return ranked(result.by[winloss.OWNER], "owner", lambda key: filters.owners[str(key)])


def sectors(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    return ranked(result.by[winloss.SECTOR], "sector", str, _("Without a sector"))


def products(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    return ranked(result.by[winloss.PRODUCT], "product", filters.products.__getitem__, _("Without a product"))


def reasons(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    """Those of the lost first, the most frequent first."""
    found, of = result.by[winloss.REASON], {reason.pk: reason for reason in filters.reasons}
    groups = [
        Group(str(of[pk]), tally, {"reason": pk}, is_won=of[pk].state == State.WON) for pk, tally in found.items()
    ]
    return sorted(groups, key=lambda group: (group.is_won, -group.tally.closed, group.name))


def stages(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    """All stages, in their order."""
    found = result.by[winloss.STAGE]
    return [Group(str(stage), found.get(stage.pk, Tally()), {"stage": stage.pk}) for stage in filters.stages]


def revisions(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    found = {NONE if key is None else str(key): tally for key, tally in result.by[winloss.REVISIONS].items()}
    return [Group(str(label), found[key], {"revisions": key}) for key, label in REVISIONS if key in found]


def months(result: WinLoss, filters: WinLossFilter) -> list[Group]:
    """The months of the period, from the first in which something was closed."""
    found, period = result.by_month, filters.period
    begin = min(found, default=Month.of(period.last))
    return [month_group(month, found.get(month, Tally()), filters) for month in period.months if month >= begin]


def month_group(month: Month, tally: Tally, filters: WinLossFilter) -> Group:
    days = filters.period.within(month)
    return Group(month.name, tally, {"closed_from": days.first, "closed_until": days.last}, month=month)
