"""What the page of a quote says: read here in a number of queries that does not grow with its lines."""

from django.db.models import Q

from opportunities.models import OpportunityClose, Quote, QuoteClose
from opportunities.permissions import may, sees_cost
from opportunities.quotes.pricing import price, total_up


def page_of(quote: Quote, user) -> dict:
    """The context of the page of `quote`, which has its opportunity, as `user` may see and use it."""
    opportunity, currency = quote.opportunity, quote.opportunity.currency
    lines = list(quote.lines.all())
    latest_closing = quote.closings.select_related("by").first()
    closing = None if quote.is_open else latest_closing
    may_change = may(user, "change", opportunity)
    return {
        "quote": quote,
        "opportunity": opportunity,
        "lines": [(line, price(line, currency)) for line in lines],
        "totals": total_up(lines, currency),
        "sees_cost": sees_cost(user),
        "closing": closing,
        "opportunity_closing": opportunity_closing(closing) if closing else None,
        "may_edit": may_change and quote.is_draft,
        "may_close": may_change and quote.is_open,
        "may_delete": may_change and quote.is_draft and latest_closing is None,
    }


def opportunity_closing(closing: QuoteClose) -> OpportunityClose | None:
    """The closing of the opportunity that closed the quote too, as it was corrected last."""
    if closing.opportunity_close_id is None:
        return None
    versions = Q(pk=closing.opportunity_close_id) | Q(corrects=closing.opportunity_close_id)
    return OpportunityClose.objects.filter(versions).select_related("status_reason").first()
