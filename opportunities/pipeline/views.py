"""The list of opportunities: mine or everybody's, open or closed, narrowed down, sorted, page by page, with totals."""

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from opportunities.models import Quote
from opportunities.permissions import may, require
from opportunities.pipeline.columns import columns
from opportunities.pipeline.filters import OpportunityFilter
from opportunities.pipeline.rows import RowWriter
from opportunities.pipeline.saved_services import saved_views
from opportunities.pipeline.totals import COUNTED, totals_beside

OF_ROW = Quote.objects.open().filter(opportunity=OuterRef("pk")).order_by().values("opportunity")
OPEN_QUOTES = Coalesce(Subquery(OF_ROW.values(count=Count("pk"))), 0)


@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """The list as its address says; `?sum=all` adds up all matches, however many."""
    require(request.user, "view")
    filters = OpportunityFilter(request.GET, request.user)
    sources = filters.sources()
    everything = request.GET.get("sum") == "all"
    page = filters.order.page(*sources, cursor=request.GET.get("page", ""), whole=with_columns)
    may_change = may(request.user, "change")
    may_close_many = request.user.has_perm("opportunities.close_any_opportunity")
    shown = columns(filters)
    writer = RowWriter(shown, filters, timezone.localdate(), is_selectable=may_change or may_close_many)
    context = {
        "filters": filters,
        "state": filters.chosen["state"],
        "states": filters.form.fields["state"].choices,
        "query": QueryDict(filters.query),
        "columns": shown,
        "page": page,
        "rows": [writer.row(opportunity) for opportunity in page.rows],
        "totals": totals_beside(page, sources, filters.probabilities, everything),
        "everything": everything,
        "counted": COUNTED,
        "saved_views": saved_views(request.user, filters.full_query),
        "may_add": may(request.user, "add"),
        "may_change": may_change,
        "may_close_many": may_close_many,
    }
    response = render(request, "opportunities/pipeline/list.html", context)
    if request.htmx.trigger == "filters" and not filters.form.errors:  # an address without what is not filled in
        return push_url(response, f"{request.path}?{filters.query}")
    return response


def with_columns(opportunities: QuerySet) -> QuerySet:
    """With what a row of the list shows and the filters do not have; `open_quotes` is how many quotes are open."""
    return opportunities.annotate(account_name=F("account__name"), open_quotes=OPEN_QUOTES)
