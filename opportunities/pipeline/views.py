"""The list of opportunities: mine or everybody's, open or closed, searched, page by page."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from opportunities.models import Opportunity, Quote, State
from opportunities.paging import Order
from opportunities.permissions import may, require
from opportunities.pipeline.forms import ALL, MINE, FilterForm

# The indexes of the model serve exactly these orders.
ORDERS = {
    State.OPEN: Order("estimated_close_date"),
    State.WON: Order("closed_on", latest_first=True),
    State.LOST: Order("closed_on", latest_first=True),
    ALL: Order("opened_on", latest_first=True),
}


@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "view")
    filters = FilterForm(request.GET, request.user)
    state = filters.chosen["state"]
    opportunities = Opportunity.objects.search(filters.chosen["q"])
    if filters.chosen["owner"] == MINE:
        opportunities = opportunities.filter(owner=request.user)
    if state != ALL:
        opportunities = opportunities.filter(state=state)
    context = {
        "filters": filters,
        "state": state,
        "states": filters.fields["state"].choices,
        "page": ORDERS[state].page(with_columns(opportunities), cursor=request.GET.get("page", "")),
        "today": timezone.localdate(),
        "may_add": may(request.user, "add"),
    }
    return render(request, "opportunities/pipeline/list.html", context)


def with_columns(opportunities: QuerySet) -> QuerySet:
    """With all that a row of the list shows, in the same query; `open_quotes` is how many quotes are open."""
    quotes = Quote.objects.open().filter(opportunity=OuterRef("pk")).order_by().values("opportunity")
    return opportunities.select_related("account", "owner", "stage", "status_reason").annotate(
        open_quotes=Coalesce(Subquery(quotes.values(count=Count("pk"))), 0)
    )
