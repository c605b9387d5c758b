"""The forecast: what is open, month by month and stage by stage, and what changed since a day."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from opportunities.insights.changes import KINDS, MOST, TooManyEvents, changes_since
from opportunities.insights.changes_page import SHOWN, deals, summaries
from opportunities.insights.export_views import table_file
from opportunities.insights.forecast import forecasts
from opportunities.insights.forecast_forms import ForecastFilter
from opportunities.insights.forecast_page import Page, currency_table
from opportunities.permissions import require


@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    """The forecast as its address says; `?table=…&format=…` is one of its tables as a file."""
    require(request.user, "view")
    filters, today = ForecastFilter(request.GET, request.user), timezone.localdate()
    pages = [Page(found, today, filters) for found in forecasts(filters.opportunities, today)]
    currency = filters.data["currency"] or next((page.currency for page in pages), "")
    page = next((page for page in pages if page.currency == currency), None)
    currencies = currency_table(pages)
    if "format" in request.GET:
        return table_file(request, [currencies, *(page.tables if page else [])])
    context = {"filters": filters, "page": page, "currencies": currencies, "currency": currency}
    return render(request, "opportunities/insights/forecast.html", context)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed since a day; `?kind=…&currency=…` has the deals of one kind, `?table=…&format=…` is a file."""
    require(request.user, "view")
    filters, kind = ForecastFilter(request.GET, request.user), request.GET.get("kind", "")
    if kind and (kind not in KINDS or not filters.data["currency"]):
        raise Http404
    context = {"filters": filters, "kind": kind, "most": MOST, "tables": [], "deals": None}
    context["told_since"] = filters.since_day
    if filters.since_day:
        try:
            context["told_since"], found = changes_since(filters.since_day, filters.events)
        except TooManyEvents:
            context["is_too_many"] = True
        else:
            context["tables"] = summaries(found, filters)
            most = None if "format" in request.GET else SHOWN  # a file has all of them
            context["deals"] = deals(found, kind, filters.data["currency"], most) if kind else None
    if "format" in request.GET:
        tables = [*context["tables"], *([context["deals"].table] if context["deals"] else [])]
        return table_file(request, tables)
    return render(request, "opportunities/insights/changes.html", context)
