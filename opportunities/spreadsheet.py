"""Rows as a file that spreadsheets read, CSV or XLSX: row by row, so that many take no more memory than a few."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

AT_ONCE = 2_000  # rows written before they are sent
BLOCK = 64 * 1024  # bytes of a finished file sent in one go
LONGEST_TITLE = 31  # characters, of a sheet
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a text that begins so is a formula to a spreadsheet
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Value = str | int | Decimal | date | datetime | None


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """UTF-8 with its mark, ISO dates, amounts with a point; no text is a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([harmless(heading) for heading in headings])
    for number, row in enumerate(rows, 1):
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


def xlsx_file(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[Value]], widths: Sequence[int]
) -> Iterator[bytes]:
    """Amounts are numbers and dates are dates; a text is always a text. It is sent when all of it is written.

    `title` is that of its sheet; `widths` are those of the columns, in characters.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\*?:/\[\]]", " ", title)[:LONGEST_TITLE])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    titles = [cell(sheet, heading, is_bold=True) for heading in headings]
    sheet.append(titles)
    for row in rows:
        sheet.append([cell(sheet, value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def cell(sheet, value: Value, is_bold: bool = False) -> Value | Cell:
    """`value` as openpyxl takes it; of a text, what XML cannot hold is left out."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not text.startswith("=") and not is_bold:
        return text
    found = WriteOnlyCell(sheet, text)
    found.data_type = "s"
    found.font = Font(bold=is_bold)
    return found
