"""What the page of a quote says: read here in a number of queries that does not grow with its lines."""

from django.db.models import Q

from opportunities.models import OpportunityClose, Quote, QuoteClose, QuoteStatus
from opportunities.permissions import may, sees_cost
from opportunities.quotes.pricing import price, total_up
from opportunities.quotes.revisions import revisions_of


def page_of(quote: Quote, user) -> dict:
    """The context of the page of `quote`, which has its opportunity, as `user` may see and use it."""
    opportunity = quote.opportunity
    latest_closing = quote.closings.select_related("by").first()
    closing = None if quote.is_open else latest_closing
    may_change = may(user, "change", opportunity)
    return lines_of(quote, user) | {
        "quote": quote,
        "opportunity": opportunity,
        "closing": closing,
        "opportunity_closing": opportunity_closing(closing) if closing else None,
        "may_edit": may_change and quote.is_draft,
        "revisions": revisions_of(quote),
        "may_close": may_change and quote.is_open,
        "may_revise": may_change and quote.is_active,
        "may_win": may_win(quote, user),
        "may_copy": may(user, "change"),
        "may_delete": may_change and quote.is_draft and latest_closing is None,
    }


def lines_of(quote: Quote, user) -> dict:
    """The lines of `quote` with what each comes to, and what they add up to."""
    currency = quote.opportunity.currency
    lines = list(quote.lines.select_related("product"))
    return {
        "lines": [(line, price(line, currency)) for line in lines],
        "totals": total_up(lines, currency),
        "sees_cost": sees_cost(user),
    }


def may_win(quote: Quote, user) -> bool:
    """Whether `user` may close the opportunity with `quote` as its winner: none may be won already."""
    if not quote.is_active or not may(user, "close", quote.opportunity):
        return False
    return not quote.opportunity.quotes.filter(status=QuoteStatus.WON).exists()


def opportunity_closing(closing: QuoteClose) -> OpportunityClose | None:
    """The closing of the opportunity that closed the quote too, as it was corrected last."""
    if closing.opportunity_close_id is None:
        return None
    versions = Q(pk=closing.opportunity_close_id) | Q(corrects=closing.opportunity_close_id)
    return OpportunityClose.objects.filter(versions).select_related("status_reason").first()
