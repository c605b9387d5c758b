"""The days that closed deals are counted in, and the days before that they are compared with."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from opportunities.insights.months import Month

QUARTER, YEAR = 3, 12  # months
THIS_QUARTER, LAST_QUARTER, THIS_YEAR, LAST_YEAR = "this_quarter", "last_quarter", "this_year", "last_year"
NAMED = {
    THIS_QUARTER: gettext_lazy("This quarter"),
    LAST_QUARTER: gettext_lazy("Last quarter"),
    THIS_YEAR: gettext_lazy("This year"),
    LAST_YEAR: gettext_lazy("Last year"),
}
FIRST_DAY = date(1900, 1, 1)  # that a period may begin on


@dataclass(frozen=True)
class Period:
    """From the day `first` to the day `last`, both of them in it.

    It is compared with the same days so many months before, or where `months_back` is 0 with as many days before it.
    """

    first: date
    last: date
    months_back: int = 0

    @property
    def before(self) -> "Period":
        if self.months_back:
            return Period(months_before(self.first, self.months_back), months_before(self.last, self.months_back))
        days = self.last - self.first + timedelta(days=1)
        return Period(self.first - days, self.last - days)

    @property
    def months(self) -> list[Month]:
        first = Month.of(self.first)
        return [first.plus(number) for number in range(Month.of(self.last).number - first.number + 1)]

    def within(self, month: Month) -> "Period":
        """The days of it that are in `month`."""
        return Period(max(self.first, month.first), min(self.last, month.last))


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months before; the last day of a month leads to a last day."""
    month = Month.of(day).plus(-months)
    is_last = day == Month.of(day).last
    return month.last if is_last else date(month.year, month.month, min(day.day, month.last.day))


def named(name: str, today: date) -> Period:
    """The period of that name among NAMED; one that is not over ends today."""
    months = QUARTER if name in (THIS_QUARTER, LAST_QUARTER) else YEAR
    begin = Month(today.year, (today.month - 1) // months * months + 1)
    if name in (THIS_QUARTER, THIS_YEAR):
        return Period(begin.first, today, months)
    return Period(begin.plus(-months).first, begin.plus(-1).last, months)


def between(first: date, last: date) -> Period:
    """These days; whole months are compared with as many months."""
    is_whole = first.day == 1 and last == Month.of(last).last
    return Period(first, last, Month.of(last).number - Month.of(first).number + 1 if is_whole else 0)
