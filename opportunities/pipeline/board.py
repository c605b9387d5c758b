"""The board: a column per stage with its first cards, and how many opportunities it holds and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opportunities.fields import LongSelect
from opportunities.models import Opportunity, Stage
from opportunities.money import DECIMAL_PLACES
from opportunities.paging import Order
from opportunities.permissions import may
from opportunities.quotes.filters import ALL, MINE, people

CARDS = Order("estimated_close_date", rows=20)  # an index of the model serves exactly this order
COUNTED = 1_000  # opportunities of a column; of more, neither their number nor what they come to is known


class BoardFilter(forms.Form):
    """Whose opportunities the board shows; an owner that is missing or makes no sense is the default one."""

    owner = forms.ChoiceField(label=_("Owner"), required=False, widget=LongSelect)

    def __init__(self, address, user):
        # Who may change everybody's opportunities begins with all of them, others begin with their own.
        default = ALL if user.has_perm("opportunities.change_any_opportunity") else MINE
        super().__init__({"owner": address.get("owner") or default})
        self.user = user
        self.fields["owner"].choices = [(MINE, _("Mine")), (ALL, _("Everybody's")), *people()]
        if not self.is_valid():
            self.data = {"owner": default}
            self.full_clean()
        self.chosen = self.cleaned_data["owner"]
        self.is_default = self.chosen == default

    @property
    def opportunities(self) -> QuerySet:
        """The open ones that are on the board."""
        opportunities = Opportunity.objects.open()
        if self.chosen == ALL:
            return opportunities
        return opportunities.filter(owner=self.user.pk if self.chosen == MINE else self.chosen)

    @property
    def address(self) -> str:
        """The address of the board with this filter."""
        return f"{reverse('opportunities:board')}?{urlencode({'owner': self.chosen})}"


@dataclass(frozen=True)
class Card:
    """An opportunity, and what whoever looks at the board may do with it."""

    opportunity: Opportunity
    may_move: bool
    may_close: bool


@dataclass(frozen=True)
class Head:
    """A stage, how many opportunities are in it, and by currency what all of them come to: estimated and weighted.

    Of more than COUNTED, neither is known.
    """

    stage: Stage
    count: int
    sums: list[tuple[str, Decimal, Decimal]]

    @property
    def is_too_many(self) -> bool:
        return self.count > COUNTED


@dataclass(frozen=True)
class Column:
    """Some cards of a stage by estimated close date; `more` is the address of the next ones, "" where there are none.

    `is_later` where cards come before them.
    """

    stage: Stage
    cards: list[Card]
    more: str
    is_later: bool


def card(opportunity: Opportunity, user) -> Card:
    return Card(opportunity, may(user, "change", opportunity), may(user, "close", opportunity))


def column(filters: BoardFilter, stage: Stage, cursor: str = "") -> Column:
    """The cards of `stage` from `cursor` on; the first ones where it is empty, expired or forged."""
    opportunities = filters.opportunities.filter(stage=stage).select_related("account", "owner")
    page = CARDS.page(opportunities, cursor=cursor)
    cards = [card(opportunity, filters.user) for opportunity in page.rows]
    further = urlencode({"stage": stage.pk, "page": page.next_cursor})
    more = f"{filters.address}&{further}" if page.next_cursor else ""
    return Column(stage, cards, more, is_later=bool(page.previous_cursor))


def heads(filters: BoardFilter, stages: Sequence[Stage]) -> list[Head]:
    """The heads of the columns of `stages`: a statement for each, to count it, and one for all sums."""
    counts = {stage: counted(filters.opportunities.filter(stage=stage)).count() for stage in stages}
    added_up = [stage for stage, count in counts.items() if count <= COUNTED]
    estimates = (
        filters.opportunities.filter(stage__in=added_up, estimated_revenue__isnull=False)
        .values_list("stage", "currency")
        .annotate(estimated=Sum("estimated_revenue"))
        .order_by("currency")
    )
    sums = {stage.pk: [] for stage in stages}
    for stage_pk, currency, estimated in estimates:
        sums[stage_pk].append((currency, estimated))
    return [Head(stage, count, weighted(stage, sums[stage.pk])) for stage, count in counts.items()]


def counted(opportunities: QuerySet) -> QuerySet:
    """As many as are counted and one more; in the order of the cards, which is that of an index."""
    return opportunities.order_by(*CARDS.columns(rising=True))[: COUNTED + 1]


def weighted(stage: Stage, estimates: list[tuple[str, Decimal]]) -> list[tuple[str, Decimal, Decimal]]:
    """Each currency with its sum, and with that times the probability of `stage`."""
    return [
        (currency, round(estimated, DECIMAL_PLACES), round(estimated * stage.probability / 100, DECIMAL_PLACES))
        for currency, estimated in estimates
    ]
