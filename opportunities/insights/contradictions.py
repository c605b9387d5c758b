"""Closed deals whose data disagrees: what is counted on the other pages is only as right as they are.

A count and a page of them cost what they are, however many deals are closed: each kind has an index of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.formats import format_date
from opportunities.models import Opportunity, Quote, QuoteStatus, StatusReason
from opportunities.models.opportunity import CONTRADICTIONS
from opportunities.money import format_money
from opportunities.paging import Order

LATEST_FIRST = Order("closed_on", latest_first=True)


@dataclass(frozen=True)
class Kind:
    """What two things a deal says that disagree, and the dialog that mends it.

    `says` has both of a deal of `contradicting`, in the user's language.
    """

    label: Promise
    advice: Promise
    dialog: str  # the name of its address: "reopen" or "correct"
    says: Callable[[Opportunity], tuple[str, str]]


def says_won(deal: Opportunity) -> tuple[str, str]:
    return _("Won, %(revenue)s") % {"revenue": format_money(deal.actual_revenue, deal.currency)}, _("No won quote")


def says_revenue(deal: Opportunity) -> tuple[str, str]:
    revenue = _("Actual revenue: %(revenue)s") % {"revenue": format_money(deal.actual_revenue, deal.currency)}
    total = format_money(deal.won_quoted, deal.currency)
    return revenue, _("%(quote)s: %(total)s") % {"quote": deal.won_quotes[0], "total": total}


def says_day(deal: Opportunity) -> tuple[str, str]:
    return (
        _("Opened on %(day)s") % {"day": format_date(deal.opened_on)},
        _("Closed on %(day)s") % {"day": format_date(deal.closed_on)},
    )


def says_reason(deal: Opportunity) -> tuple[str, str]:
    return _("Reason: %(reason)s") % {"reason": deal.status_reason}, _("No competitor")


KINDS = {
    "quote": Kind(
        gettext_lazy("Won without a won quote"),
        gettext_lazy("Which offer they took is not known. Reopen the opportunity, and close it with its quote."),
        "reopen",
        says_won,
    ),
    "revenue": Kind(
        gettext_lazy("Revenue other than the won quote's total"),
        gettext_lazy("One of the two is wrong, or something was agreed that no quote says."),
        "correct",
        says_revenue,
    ),
    "day": Kind(
        gettext_lazy("Closed the day it was opened"),
        gettext_lazy("Probably entered afterwards: how long it took is not known unless its close date is corrected."),
        "correct",
        says_day,
    ),
    "competitor": Kind(
        gettext_lazy("No competitor, though the reason asks for one"),
        gettext_lazy("Such deals come from an import. Say who won it, or choose another reason."),
        "correct",
        says_reason,
    ),
}


def contradicting(kind: str, opportunities: QuerySet) -> QuerySet:
    """Those of `opportunities` whose data disagrees so; for the kind "competitor", a statement asks for the reasons."""
    found = opportunities.filter(CONTRADICTIONS[kind])
    if kind == "competitor":
        reasons = StatusReason.objects.filter(needs_competitor=True).order_by().values_list("pk", flat=True)
        found = found.filter(status_reason__in=list(reasons))
    return found


def with_both_values(opportunities: QuerySet) -> QuerySet:
    """With what `Kind.says` needs and a row shows."""
    won = Quote.objects.filter(status=QuoteStatus.WON).only("opportunity", "number", "revision")
    facts = opportunities.select_related("account", "owner", "status_reason")
    return facts.prefetch_related(Prefetch("quotes", won, to_attr="won_quotes"))
