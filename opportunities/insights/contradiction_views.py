"""Contradictions: how many closed deals disagree with themselves, and which."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from opportunities.formats import person
from opportunities.insights.contradiction_forms import ContradictionFilter
from opportunities.insights.contradictions import KINDS, LATEST_FIRST, Kind, contradicting, with_both_values
from opportunities.insights.export_views import table_file
from opportunities.insights.tables import Cell, Table, count, day, words
from opportunities.models import Opportunity
from opportunities.permissions import may, require

IN_A_FILE = 10_000  # deals, the latest closed


@require_safe
def contradictions(request: HttpRequest) -> HttpResponse:
    """How many deals of each kind, and those of one, page by page; `?table=…&format=…` is one of both as a file."""
    require(request.user, "view")
    filters = ContradictionFilter(request.GET, request.user)
    found = {name: contradicting(name, filters.opportunities) for name in KINDS}
    counts = {name: deals.count() for name, deals in found.items()}
    chosen = filters.kind_choice or next((name for name in KINDS if counts[name]), next(iter(KINDS)))
    kind, deals = KINDS[chosen], with_both_values(found[chosen])
    kinds = kind_table(counts, filters)
    if "format" in request.GET:
        latest = deals.order_by("-closed_on", "-pk")[:IN_A_FILE]
        return table_file(request, [kinds, deal_table(chosen, kind, latest)])
    page = LATEST_FIRST.page(deals, cursor=request.GET.get("page", ""))
    table = deal_table(chosen, kind, page.rows)
    mend = [dialog_url(kind, deal, request.get_full_path()) for deal in page.rows]
    context = {
        "filters": filters,
        "kinds": kinds,
        "kind": kind,
        "count": counts[chosen],
        "page": page,
        "table": table,
        "rows": list(zip(table.lines, mend, strict=True)),
        "may_mend": may(request.user, "reopen"),
        "in_a_file": IN_A_FILE,
    }
    return render(request, "opportunities/insights/contradictions.html", context)


def kind_table(counts: dict[str, int], filters: ContradictionFilter) -> Table:
    rows = [
        [words(str(KINDS[name].label)), count(number, f"{filters.address(name)}#deals" if number else "")]
        for name, number in counts.items()
    ]
    return Table("contradictions", _("Contradictions"), [_("What disagrees"), _("Opportunities")], rows)


def deal_table(name: str, kind: Kind, deals: Iterable[Opportunity]) -> Table:
    headings = [_("Opportunity"), _("Account"), _("Owner"), _("Close date"), _("It says"), _("But also")]
    return Table(f"contradictions-{name}", str(kind.label), headings, [row(kind, deal) for deal in deals])


def row(kind: Kind, deal: Opportunity) -> list[Cell]:
    one, other = kind.says(deal)
    return [
        words(deal.topic, deal.get_absolute_url()),
        words(deal.account.name if deal.account else ""),
        words(person(deal.owner)),
        day(deal.closed_on),
        words(one),
        words(other),
    ]


def dialog_url(kind: Kind, deal: Opportunity, back: str) -> str:
    """Of the dialog that mends `deal`, which leads back to the address `back`."""
    return f"{reverse(f'opportunities:{kind.dialog}', args=[deal.pk])}?{urlencode({'next': back})}"
