"""A table of figures as a file."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from opportunities import spreadsheet
from opportunities.insights.tables import Table

FIRST_WIDTH, WIDTH = 30, 18  # characters, of the first column and the others


def table_file(request: HttpRequest, tables: Sequence[Table]) -> HttpResponse:
    """That of `tables` which the address names, in the format that it names: `?table=…&format=csv` or `xlsx`.

    Raises Http404 for another table or format.
    """
    asked, ending = request.GET.get("table"), request.GET["format"]
    table = next((table for table in tables if table.key == asked), None)
    if table is None or ending not in ("csv", "xlsx"):
        raise Http404
    if ending == "csv":
        content, content_type = spreadsheet.csv_file(table.headings, table.values()), spreadsheet.CSV
    else:
        widths = [FIRST_WIDTH] + [WIDTH] * (len(table.headings) - 1)
        content = spreadsheet.xlsx_file(table.title, table.headings, table.values(), widths)
        content_type = spreadsheet.XLSX
    name = f"{table.key}-{timezone.localdate()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(b"".join(content), content_type=content_type, headers=headers)
