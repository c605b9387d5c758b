"""Win/loss: what was won and lost in a period, why, and by what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from opportunities.insights.export_views import table_file
from opportunities.insights.winloss import by_currency, in_period, latest_closing, win_loss
from opportunities.insights.winloss_forms import WinLossFilter
from opportunities.insights.winloss_page import Page, currency_table
from opportunities.money import CURRENCIES
from opportunities.permissions import require


@require_safe
def insights(request: HttpRequest) -> HttpResponse:
    """Win/loss as its address says; `?rows=all` has all rows, `?table=…&format=…` is one of its tables as a file."""
    require(request.user, "view")
    filters = WinLossFilter(request.GET, request.user)
    if filters.errors:
        return render(request, "opportunities/insights/insights.html", {"filters": filters})
    deals = filters.deals
    sums = by_currency(in_period(deals, filters.period))
    currency = filters.cleaned_data["currency"] or next((code for code, *_sums in sums), CURRENCIES[0][0])
    grouped = next((groups for code, _tally, groups in sums if code == currency), {})
    is_whole = request.GET.get("rows") == "all" or "format" in request.GET
    page = Page(win_loss(deals.in_currency(currency), filters.period, grouped), currency, filters, is_whole)
    currencies = currency_table([(code, tally) for code, tally, _groups in sums], filters)
    if "format" in request.GET:
        return table_file(request, [currencies, *page.tables])
    context = {"filters": filters, "page": page, "currencies": currencies}
    if not page.tally.closed:
        context["latest"] = latest = latest_closing(deals)
        context["latest_url"] = filters.address_of_year(latest.year) if latest else ""
    return render(request, "opportunities/insights/insights.html", context)
