"""Tables of figures, as a page shows them and as a file has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

from django.utils.translation import ngettext

from opportunities.formats import format_date
from opportunities.money import format_money, format_percent, format_quantity

UNKNOWN = "—"


@dataclass(frozen=True)
class Cell:
    """`value` is what a file has, `text` what the page shows in the user's language; `url` leads to what it counts."""

    value: str | int | Decimal | date | None
    text: str
    url: str = ""

    @property
    def is_number(self) -> bool:
        return not isinstance(self.value, str | date)

    @property
    def is_nothing(self) -> bool:
        return not self.value


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first cell of each names it, and `key` the table, in addresses and on the page."""

    key: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The headings, each with whether its cells are numbers."""
        numbers = [cell.is_number for cell in self.rows[0]] if self.rows else [False] * len(self.headings)
        return list(zip(self.headings, numbers, strict=True))

    @property
    def lines(self) -> list[list[tuple[str, Cell]]]:
        """The rows, each cell with its heading."""
        return [self.line(row) for row in self.rows]

    @property
    def total_line(self) -> list[tuple[str, Cell]]:
        return self.line(self.total) if self.total else []

    def line(self, row: Sequence[Cell]) -> list[tuple[str, Cell]]:
        return list(zip(self.headings, row, strict=True))

    def values(self) -> list[list]:
        """The rows of a file: the total, where there is one, is the last."""
        return [[cell.value for cell in row] for row in [*self.rows, *([self.total] if self.total else [])]]


def words(text: str, url: str = "") -> Cell:
    return Cell(text, text, url)


def count(number: int, url: str = "") -> Cell:
    """How many; nobody needs a list of none."""
    return Cell(number, format_quantity(Decimal(number)), url if number else "")


def money(amount: Decimal | None, currency: str, url: str = "") -> Cell:
    return Cell(amount, format_money(amount, currency), url)


def rate(percentage: Decimal | None, url: str = "") -> Cell:
    """In percent, with a decimal."""
    if percentage is None:
        return Cell(None, UNKNOWN)
    return Cell(round(percentage, 1), format_percent(percentage, 1), url)


def days(number: Decimal | None, url: str = "") -> Cell:
    """A number of days, with a decimal."""
    if number is None:
        return Cell(None, UNKNOWN)
    number = round(number, 1)
    text = ngettext("%(number)s day", "%(number)s days", ceil(abs(number)))
    return Cell(number, text % {"number": format_quantity(number)}, url)


def day(on, url: str = "") -> Cell:
    return Cell(on, format_date(on), url)
