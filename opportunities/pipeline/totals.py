"""What all opportunities of a list come to, by currency."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from opportunities.models import Opportunity, State
from opportunities.money import DECIMAL_PLACES
from opportunities.paging import Page

COUNTED = 500  # opportunities; of more, a page adds up all only when it is asked to


def adding_up(number: int) -> dict[str, str]:
    """What an address of the list says so that it adds up `number` opportunities, however many."""
    return {"sum": "all"} if number > COUNTED else {}


@dataclass
class Sums:
    """The opportunities of one currency: how many, and their revenue in that currency.

    `weighted` is what is estimated of the open ones times the probability of their stages.
    """

    currency: str
    count: int = 0
    estimated: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    actual: Decimal = Decimal(0)


@dataclass(frozen=True)
class Totals:
    """How many opportunities match, and their sums; of more than COUNTED, neither is known unless all were added up."""

    count: int
    sums: list[Sums]
    is_too_many: bool = False


def totals_beside(
    page: Page, sources: list[QuerySet], probabilities: dict[int, int], everything: bool = False
) -> Totals:
    """`totals`, of which `page` shows a part; where it shows all, nothing is read.

    `probabilities` are those of the stages, by id.
    """
    if page.previous_cursor or page.next_cursor:
        return totals(sources, everything)
    return totals_of(page.rows, probabilities)


def totals(sources: list[QuerySet], everything: bool = False) -> Totals:
    """Adds up the opportunities of `sources`: COUNTED of them, or `everything`, however many rows are read for it."""
    if not everything:
        count = counted(sources)
        if count > COUNTED:
            return Totals(count, [], is_too_many=True)
        sources = sources if count else []
    by_currency: dict[str, Sums] = {}
    for source in sources:
        for currency, *amounts in added_up(source):
            add(by_currency.setdefault(currency, Sums(currency)), *amounts)
    return in_order(by_currency)


def totals_of(rows: list[Opportunity], probabilities: dict[int, int]) -> Totals:
    by_currency = {row.currency: Sums(row.currency) for row in rows}
    for currency, sums in by_currency.items():
        found = [row for row in rows if row.currency == currency]
        estimated = sum(row.estimated_revenue or 0 for row in found)
        weighted = sum((row.estimated_revenue or 0) * probabilities[row.stage_id] for row in found if row.is_open)
        add(sums, len(found), estimated, weighted, sum(row.actual_revenue or 0 for row in found))
    return in_order(by_currency)


def in_order(by_currency: dict[str, Sums]) -> Totals:
    found = sorted(by_currency.values(), key=lambda sums: sums.currency)
    return Totals(sum(sums.count for sums in found), found)


def counted(sources: list[QuerySet]) -> int:
    """How many there are; of more than COUNTED, one more than that. The order of each is how it is best counted."""
    count = 0
    for source in sources:
        if count <= COUNTED:
            count += source[: COUNTED + 1 - count].count()
    return count


def added_up(opportunities: QuerySet) -> QuerySet:
    """Currency, count, estimated, weighted (in hundredths) and actual revenue."""
    return (
        opportunities.order_by("currency")
        .values_list("currency")
        .annotate(
            matches=Count("pk"),
            estimated=Sum("estimated_revenue"),
            weighted=Sum(F("estimated_revenue") * F("stage__probability"), filter=Q(state=State.OPEN)),
            actual=Sum("actual_revenue"),
        )
    )


def add(sums: Sums, count: int, estimated: Decimal | None, weighted: Decimal | None, actual: Decimal | None) -> None:
    """Adds the sums of some opportunities, which SQLite has as REAL."""
    sums.count += count
    sums.estimated += round(estimated or Decimal(0), DECIMAL_PLACES)
    sums.weighted += round((weighted or Decimal(0)) / 100, DECIMAL_PLACES)
    sums.actual += round(actual or Decimal(0), DECIMAL_PLACES)
