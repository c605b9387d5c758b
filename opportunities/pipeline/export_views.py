"""The list, with the filters and in the order of its address, as a file."""

from collections.abc import Callable

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from opportunities.permissions import require
from opportunities.pipeline import export
from opportunities.pipeline.filters import OpportunityFilter
from opportunities.spreadsheet import CSV, XLSX


@require_safe
def export_csv(request: HttpRequest) -> HttpResponseBase:
    return answer(request, export.csv_file, "csv", CSV)


@require_safe
def export_xlsx(request: HttpRequest) -> HttpResponseBase:
    return answer(request, export.xlsx_file, "xlsx", XLSX)


def answer(request: HttpRequest, file: Callable, ending: str, content_type: str) -> HttpResponseBase:
    """The file; where a filter makes no sense, the list, which says so at its field."""
    require(request.user, "view")
    filters = OpportunityFilter(request.GET, request.user)
    if filters.form.errors:
        return redirect(f"{reverse('opportunities:list')}?{request.GET.urlencode()}")
    name = f"{_('opportunities')}-{timezone.localdate()}.{ending}"
    return StreamingHttpResponse(
        file(filters.sources(), filters.order, timezone.get_current_timezone()),  # the user's, while it is sent, too
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
