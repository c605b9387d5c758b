"""The list as a file, CSV or XLSX: row by row, so that a hundred thousand take no more memory than a hundred."""

import csv
import heapq
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from opportunities.formats import person
from opportunities.models import Opportunity
from opportunities.paging import Order

AT_ONCE = 2_000  # rows read in one go
BLOCK = 64 * 1024  # bytes of a finished file sent in one go
WIDTHS = [10, 40, 30, 22, 10, 18, 14, 10, 18, 20, 18, 14, 22, 14, 40, 20]  # characters
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a text that begins so is a formula to a spreadsheet

Value = str | int | Decimal | date | datetime | None


def headings() -> list[str]:
    return [
        _("ID"),
        _("Topic"),
        _("Account"),
        _("Owner"),
        _("Status"),
        _("Status reason"),
        _("Stage"),
        _("Currency"),
        _("Estimated revenue"),
        _("Estimated close date"),
        _("Actual revenue"),
        _("Close date"),
        _("Competitor"),
        _("Opened on"),
        _("Next step"),
        _("Last activity"),
    ]


def rows(sources: Iterable[QuerySet], order: Order, zone: tzinfo) -> Iterator[list[Value]]:
    """A row for each opportunity of `sources`, in `order`, its instants in `zone`.

    One statement for each source, read as the rows are written.
    """
    columns = order.columns(rising=not order.latest_first)
    found = [source.with_facts().order_by(*columns).iterator(chunk_size=AT_ONCE) for source in sources]
    merged = heapq.merge(*found, key=order.sort_key, reverse=order.latest_first)
    return (values(opportunity, zone) for opportunity in merged)


def values(opportunity: Opportunity, zone: tzinfo) -> list[Value]:
    return [
        opportunity.pk,
        opportunity.topic,
        opportunity.account and opportunity.account.name,
        person(opportunity.owner),
        opportunity.get_state_display(),
        str(opportunity.status_reason),
        str(opportunity.stage),
        opportunity.currency,
        opportunity.estimated_revenue,
        opportunity.estimated_close_date,
        opportunity.actual_revenue,
        opportunity.closed_on,
        opportunity.competitor and opportunity.competitor.name,
        opportunity.opened_on,
        opportunity.next_step,
        timezone.make_naive(opportunity.last_activity_at, zone).replace(microsecond=0),
    ]


def csv_file(sources: Iterable[QuerySet], order: Order, zone: tzinfo) -> Iterator[bytes]:
    """UTF-8 with its mark, ISO dates and instants of `zone`, amounts with a point; no text is a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(headings())
    for number, row in enumerate(rows(sources, order, zone), 1):
        writer.writerow([harmless(value) for value in row])
        if number % AT_ONCE == 0:
            yield taken(buffer)
    yield taken(buffer)


def taken(buffer: io.StringIO) -> bytes:
    """What is in `buffer`, which is empty then."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def harmless(value: Value) -> Value:
    """`value`; a text that a spreadsheet would take for a formula has an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def xlsx_file(sources: Iterable[QuerySet], order: Order, zone: tzinfo) -> Iterator[bytes]:
    """Amounts are numbers and dates are dates; a text is always a text. It is sent when all of it is written."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\*?:/\[\]]", " ", _("Opportunities")))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMNOP", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    titles = [WriteOnlyCell(sheet, heading) for heading in headings()]
    for title in titles:
        title.font = Font(bold=True)
    sheet.append(titles)
    for row in rows(sources, order, zone):
        sheet.append([cell(sheet, value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def cell(sheet, value: Value) -> Value | Cell:
    """`value` as openpyxl takes it; of a text, what XML cannot hold is left out."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not text.startswith("="):
        return text
    found = WriteOnlyCell(sheet, text)
    found.data_type = "s"
    return found
