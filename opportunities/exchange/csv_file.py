"""A CSV file, read into records with their line numbers."""

import csv
import io
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _


class ImportRefused(Exception):
    """The mapping or the file cannot be used at all, and nothing was changed; `str()` says why."""


class Record(NamedTuple):
    """One row: the line where it starts, and its cells by column; or what is wrong with it as a whole."""

    line: int
    cells: dict[str, str]
    problem: str = ""


def read_csv(path: Path, columns: Collection[str]) -> list[Record]:
    """The rows of a comma-separated UTF-8 file that starts with a header; blank lines are passed over.

    Raises ImportRefused for a file that cannot be read to its end, or that lacks one of `columns`.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    records = []
    try:
        header = [name.strip() for name in next(reader, [])]
        check_header(header, columns)
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                records.append(Record(line, dict(zip(header, cells, strict=False)), row_problem(header, cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused(
            _("Line %(line)s cannot be read as CSV: %(error)s.") % {"line": reader.line_num, "error": error}
        ) from error
    return records


def read_text(path: Path) -> str:
    """The text of a UTF-8 file without its byte order mark. Raises ImportRefused, with the line that is not UTF-8."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ImportRefused(
            _("%(file)s cannot be read: %(error)s.") % {"file": path, "error": error.strerror}
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ImportRefused(_("%(file)s is not UTF-8: see line %(line)s.") % {"file": path, "line": line}) from error


def check_header(header: list[str], columns: Collection[str]) -> None:
    if not any(header):
        raise ImportRefused(_("The file is empty, or its first line is: a header with the columns is needed."))
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise ImportRefused(_("The header names a column twice: %(columns)s.") % {"columns": ", ".join(twice)})
    missing = sorted(set(columns) - set(header))
    if missing:
        raise ImportRefused(
            _("The mapping needs columns that the file lacks: %(missing)s. The file has: %(header)s.")
            % {"missing": ", ".join(missing), "header": ", ".join(header)}
        )


def row_problem(header: list[str], cells: list[str]) -> str:
    if len(cells) != len(header):
        return _("The header has %(columns)s cells, this row %(cells)s.") % {
            "columns": len(header),
            "cells": len(cells),
        }
    if any("\0" in cell for cell in cells):
        return _("The row contains a NUL character.")
    return ""
