"""The story of a closing: what became of the quotes, and how far the end was from what was promised first."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.closing.facts import distance_from_estimate
from opportunities.models import Opportunity, OpportunityClose, QuoteClose, QuoteStatus
from opportunities.models.prepared import Given, Prepared
from opportunities.money import format_money

CLOSINGS = Prepared(
    OpportunityClose.objects.filter(opportunity=Given("opportunity")).select_related(
        "status_reason", "competitor", "closed_by", "reopened_by"
    )
)
QUOTES = Prepared(
    QuoteClose.objects.filter(opportunity_close__opportunity=Given("opportunity"))
    .select_related("quote")
    .order_by("quote")
)


@dataclass(frozen=True)
class Figure:
    """One amount on the way from the first estimate to the end, and how far it is from the first one, in words."""

    label: str
    amount: Decimal
    difference: str


@dataclass(frozen=True)
class ClosingStory:
    """One closing of `opportunity`, and the closings of its quotes."""

    opportunity: Opportunity
    closing: OpportunityClose
    quotes: list[QuoteClose]

    @property
    def outcome(self) -> str:
        return self.closing.outcome_in_words

    @cached_property
    def distance(self) -> str:
        """How far the revenue was from the estimate at closing."""
        if self.closing.actual_revenue is None:
            return ""
        return distance_from_estimate(self.closing.actual_revenue, self.closing.estimated_revenue)

    @cached_property
    def figures(self) -> list[Figure]:
        """First and last estimate, won quote, actual revenue: what is known of them, where that is two or more."""
        won = [record.quote.total for record in self.quotes if record.to_status == QuoteStatus.WON]
        steps = [
            (_("First estimate"), self.opportunity.first_estimated_revenue),
            (_("Last estimate"), self.closing.estimated_revenue),
            (_("Won quote"), won[0] if won else None),
            (_("Actual"), self.closing.actual_revenue),
        ]
        known = [(label, amount) for label, amount in steps if amount is not None]
        if len(known) < 2:
            return []
        first, currency = known[0][1], self.opportunity.currency
        return [Figure(label, amount, difference(amount - first, currency)) for label, amount in known]

    @cached_property
    def slip(self) -> str:
        """How far the close date was from the date that was promised first, in words; "" where that is not known."""
        promised = self.opportunity.first_estimated_close_date
        if promised is None:
            return ""
        days = (self.closing.closed_on - promised).days
        if days == 0:
            return _("on the day first promised")
        if days > 0:
            later = ngettext(
                "%(count)s day later than first promised", "%(count)s days later than first promised", days
            )
            return later % {"count": days}
        earlier = ngettext(
            "%(count)s day earlier than first promised", "%(count)s days earlier than first promised", -days
        )
        return earlier % {"count": -days}


def difference(amount: Decimal, currency: str) -> str:
    """ "+€6,000.00" or "−€2,500.00"; "" for none."""
    if not amount:
        return ""
    return ("+" if amount > 0 else "−") + format_money(abs(amount), currency)


def closing_stories(opportunity: Opportunity) -> list[ClosingStory]:
    """The closings of `opportunity`, latest first; that of a closed one is the first of them."""
    closings = CLOSINGS(opportunity=opportunity.pk)
    quotes = defaultdict(list)
    for record in QUOTES(opportunity=opportunity.pk) if closings else []:
        quotes[record.opportunity_close_id].append(record)
    return [ClosingStory(opportunity, closing, quotes[closing.corrects_id or closing.pk]) for closing in closings]
