"""The list of quotes: open or closed, whose, running out or expired, searched, page by page, with their totals."""

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from opportunities.models import Opportunity
from opportunities.permissions import require
from opportunities.quotes.filters import COUNTED, QuoteFilter, totals


@require_safe
def quote_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "view")
    filters = QuoteFilter(request.GET, request.user)
    sources = filters.sources()
    page = filters.order.page(*sources, cursor=request.GET.get("page", ""))
    # Not joined: sorted by a quote's own columns, the page is read from an index alone.
    prefetch_related_objects(page.rows, Prefetch("opportunity", Opportunity.objects.select_related("account", "owner")))
    context = {"filters": filters, "page": page, "totals": totals(sources, page), "counted": COUNTED}
    return render(request, "opportunities/quotes/list.html", context)
