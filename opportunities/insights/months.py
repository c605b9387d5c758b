"""Calendar months, as figures are grouped by."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from django.utils.text import capfirst

from opportunities.formats import current_locale


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    def plus(self, months: int) -> "Month":
        """So many months later, or earlier where it is less than 0."""
        year, month = divmod(self.number + months, 12)
        return Month(year, month + 1)

    @property
    def number(self) -> int:
        """It counts the months since the year 0."""
        return self.year * 12 + self.month - 1

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def name(self) -> str:
        """In the user's language: "November 2026"."""
        return capfirst(format_date(self.first, "LLLL y", locale=current_locale()))

    @property
    def short_name(self) -> str:
        """In the user's language: "Nov"."""
        return capfirst(format_date(self.first, "LLL", locale=current_locale()))
