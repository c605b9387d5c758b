"""What the page of an account says: read here in a number of queries that does not grow with its rows."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum
from django.utils import timezone

from opportunities.models import OPEN_STATUSES, Account, Opportunity, Quote, State
from opportunities.money import DECIMAL_PLACES

SHOWN = 20  # rows of each list; a link leads to all of them
CONTACTS = 50
YEARS = 10
COUNTED = 10_000  # opportunities; of more, the page neither counts nor adds up all


@dataclass
class Tally:
    """How many opportunities are open, won and lost, and what they bring in, by currency."""

    open: int = 0
    won: int = 0
    lost: int = 0
    estimates: dict[str, Decimal] = field(default_factory=dict)  # of the open ones
    revenue: dict[str, Decimal] = field(default_factory=dict)  # of the won ones

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def win_rate(self) -> Decimal | None:
        """The percentage of the closed ones that were won; None where none is closed."""
        return Decimal(100 * self.won) / self.closed if self.closed else None

    def add(self, state: str, currency: str, count: int, estimated: Decimal | None, won: Decimal | None) -> None:
        """Adds `count` opportunities in `state`, with the sums of their amounts in `currency`."""
        setattr(self, state, getattr(self, state) + count)
        if state == State.OPEN and estimated is not None:
            self.estimates[currency] = round(self.estimates.get(currency, 0) + estimated, DECIMAL_PLACES)
        if won is not None:
            self.revenue[currency] = round(self.revenue.get(currency, 0) + won, DECIMAL_PLACES)


def page_of(account: Account) -> dict:
    """The context of the page of `account`."""
    found = Opportunity.objects.filter(account=account)
    count = found[: COUNTED + 1].count()
    contacts = list(account.contacts.order_by("name", "pk")[: CONTACTS + 1])
    open_ones, closed = list(open_opportunities(found)), list(closed_opportunities(found))
    quotes = list(open_quotes(found))
    return {
        "account": account,
        "contacts": contacts[:CONTACTS],
        "has_more_contacts": len(contacts) > CONTACTS,
        "open_opportunities": open_ones[:SHOWN],
        "has_more_open": len(open_ones) > SHOWN,
        "closed_opportunities": closed[:SHOWN],
        "has_more_closed": len(closed) > SHOWN,
        "quotes": quotes[:SHOWN],
        "has_more_quotes": len(quotes) > SHOWN,
        "counted": COUNTED,
        "tally": None,
        "today": timezone.localdate(),
    } | ({} if count > COUNTED else figures(found))


def open_opportunities(found: QuerySet) -> QuerySet:
    """The soonest to close, and one more where there are more."""
    return (
        found.in_states([State.OPEN])
        .with_facts()
        .order_by(F("estimated_close_date").asc(nulls_last=True), "pk")[: SHOWN + 1]
    )


def closed_opportunities(found: QuerySet) -> QuerySet:
    """Those closed last, and one more where there are more."""
    return found.in_states([State.WON, State.LOST]).with_facts().order_by("-closed_on", "-pk")[: SHOWN + 1]


def open_quotes(found: QuerySet) -> QuerySet:
    """Those that run out first, and one more where there are more."""
    quotes = Quote.objects.defer("introduction", "closing_text").of(found.filter(state=State.OPEN), OPEN_STATUSES)
    order = (F("valid_until").asc(nulls_last=True), "pk")
    return quotes.select_related("opportunity__owner").order_by(*order)[: SHOWN + 1]


def figures(found: QuerySet) -> dict:
    """The tally of all, and that of each year in which one was closed, the latest first."""
    groups = (
        found.order_by()
        .values_list("closed_on__year", "state", "currency")
        .annotate(Count("pk"), Sum("estimated_revenue"), Sum("actual_revenue"))
    )
    total, years = Tally(), defaultdict(Tally)
    for year, state, currency, *amounts in sorted(groups, key=lambda group: (group[0] or 0, *group[1:3])):
        total.add(state, currency, *amounts)
        if year:
            years[year].add(state, currency, *amounts)
    return {"tally": total, "years": sorted(years.items(), reverse=True)[:YEARS]}
