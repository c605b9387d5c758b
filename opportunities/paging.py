"""Paging by key: a page begins beyond the last row of the page before, so no page costs more than the first.

The order is that of a date, instant, number or amount, ties by id; a missing one counts as later than every other,
on both databases, unless the order has it last. The place where a page begins is a signed cursor in its address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core import signing
from django.db.models import F, Q, QuerySet

SIZE = 50  # rows
CURSOR_AGE = timedelta(days=7)  # the address of an old page leads to the first one


@dataclass(frozen=True)
class Page:
    """The rows, and the cursors of the pages around them ("" where there is none)."""

    rows: list
    previous_cursor: str
    next_cursor: str


@dataclass(frozen=True)
class Place:
    """Beyond the row with this value and id, towards the end of the list or back to its beginning."""

    value: date | datetime | Decimal | int | None
    pk: int
    is_back: bool


@dataclass(frozen=True)
class Order:
    field: str
    latest_first: bool = False
    rows: int | None = None  # of a page; SIZE unless it says otherwise
    missing_last: bool = False  # of the latest or greatest first, too

    def page(self, *sources: QuerySet, cursor: str = "", whole: Callable[[QuerySet], QuerySet] | None = None) -> Page:
        """The page at `cursor`; the first one when it is empty, expired, forged or of another order.

        It is merged from `sources`, which have no row in common: each is read as a range of an index, where
        the database would sort all that they have together. `whole` gives rows all that they are to have.
        """
        place = self.read(cursor)
        is_back = place is not None and place.is_back
        found = self.beyond(sources, place, self.latest_first == is_back, whole)
        has_more, found = len(found) > self.size, found[: self.size]
        if place and (not found or (is_back and len(found) < self.size)):
            return self.page(*sources, whole=whole)  # the rows that were here are gone
        if is_back:
            found.reverse()
        has_previous, has_next = (has_more, True) if is_back else (place is not None, has_more)
        return Page(
            found,
            self.write(found[0], is_back=True) if has_previous else "",
            self.write(found[-1], is_back=False) if has_next else "",
        )

    def beyond(self, sources: tuple[QuerySet, ...], place: Place | None, rising: bool, whole: Callable | None) -> list:
        """The first rows of `sources` beyond `place`: a page and one more."""
        found = [row for rows in sources for row in self.first_rows(rows, place, rising, whole)]
        found.sort(key=self.sort_key, reverse=not rising)
        return found[: self.size + 1]

    def first_rows(self, rows: QuerySet, place: Place | None, rising: bool, whole: Callable | None) -> list:
        """The first of `rows`, part by part: each is a range of an index, all in one OR are not."""
        found = []
        for part in self.parts(rows, place, "gt" if rising else "lt"):
            if len(found) <= self.size:
                first = part.order_by(*self.columns(rising))[: self.size + 1 - len(found)]
                found += whole(rows.model._default_manager.filter(pk__in=first.values("pk"))) if whole else first
        return found

    def columns(self, rising: bool) -> tuple:
        if rising:
            return F(self.field).asc(nulls_last=True), "pk"
        return F(self.field).desc(nulls_first=True), "-pk"

    def parts(self, rows: QuerySet, place: Place | None, beyond: str) -> list[QuerySet]:
        """The rows beyond ("gt" or "lt") `place` with its kind of value, known or missing, and then the other kind."""
        if place is None and not (self.latest_first and self.missing_last):
            return [rows]
        is_missing = {f"{self.field}__isnull": True}
        known, missing = rows.exclude(**is_missing), rows.filter(**is_missing)
        if place is None:
            return [known, missing]
        is_forwards = (beyond == "gt") != self.latest_first
        missing_follow = is_forwards == (self.missing_last or not self.latest_first)
        same_value = Q(**{f"pk__{beyond}": place.pk})
        if place.value is None:
            here = missing.filter(same_value)
            return [here] if missing_follow else [here, known]
        another_value = Q(**{f"{self.field}__{beyond}": place.value})
        here = rows.filter(another_value | same_value, **{f"{self.field}__{beyond}e": place.value})
        return [here, missing] if missing_follow else [here]

    def sort_key(self, row) -> tuple:
        """Sorts rows as the database does: rising, a missing value is the last one, or the first to be last falling."""
        value = getattr(row, self.field)
        is_greatest = not (self.latest_first and self.missing_last)
        return ((value is None) == is_greatest, value or 0, row.pk)

    def write(self, row, is_back: bool) -> str:
        value = getattr(row, self.field)
        stored = value if value is None or isinstance(value, int) else str(value)
        return signing.dumps([stored, row.pk, is_back], salt=self.salt)

    def read(self, cursor: str) -> Place | None:
        try:
            stored, pk, is_back = signing.loads(cursor, salt=self.salt, max_age=CURSOR_AGE)
        except signing.BadSignature:
            return None
        return Place(value_of(stored) if isinstance(stored, str) else stored, pk, is_back)

    @property
    def size(self) -> int:
        return self.rows or SIZE

    @property
    def salt(self) -> str:
        """Binds a cursor to its order."""
        return f"{__name__}:{self.field}:{self.latest_first}"


def value_of(text: str) -> date | datetime | Decimal:
    """What `str` wrote: a date, an instant or an amount."""
    if ":" in text:
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if "-" in text else Decimal(text)
