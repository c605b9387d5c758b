"""The revisions of a quote's number: how the total moved from one to the next, and why each was made."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from opportunities.models import Quote, QuoteClose, QuoteStatus
from opportunities.money import format_money, format_percent


@dataclass(frozen=True)
class Revision:
    """One revision: `before` is the one before it, `made_by` the closing that revised that one into it."""

    quote: Quote
    is_current: bool
    before: Quote | None = None
    made_by: QuoteClose | None = None

    @property
    def difference(self) -> str:
        """How far its net total is from that of the revision before, "+€200.00 (+5%)"; "" for the first."""
        return total_difference(self.before, self.quote) if self.before else ""


def revisions_of(quote: Quote) -> list[Revision]:
    """The revisions of the number of `quote`, latest first, in two queries; none where there is only one."""
    quotes = list(quote.opportunity.quotes.filter(number=quote.number).order_by("-revision"))
    if len(quotes) < 2:
        return []
    records = QuoteClose.objects.filter(quote__in=quotes, to_status=QuoteStatus.REVISED).select_related("by")
    made_by = {record.quote_id: record for record in records}
    return [
        Revision(row, row is quotes[0], before, made_by.get(before.pk) if before else None)
        for row, before in zip(quotes, [*quotes[1:], None], strict=True)
    ]


def total_difference(before: Quote, after: Quote) -> str:
    """How far the net total of `after` is from that of `before`, in money and in percent."""
    difference = after.total - before.total
    if not difference:
        return _("unchanged")
    sign = "+" if difference > 0 else "\u2212"
    money = sign + format_money(abs(difference), after.opportunity.currency)
    if not before.total:
        return money
    return f"{money} ({sign}{format_percent(abs(difference) / before.total * 100, 1)})"
