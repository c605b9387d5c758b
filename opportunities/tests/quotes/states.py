"""Quotes in every state, each brought there as the product brings it."""

from decimal import Decimal

from opportunities.closing.services import close_quotes
from opportunities.models import Quote, QuoteClose, QuoteLine, QuoteStatus
from opportunities.quotes import draft_services, services
from opportunities.tests.factories import OpportunityFactory, close, day


def lines(*prices: str) -> list[QuoteLine]:
    """A line of one piece for each price; one of 900 when none is given."""
    return [QuoteLine(description="Service", quantity=1, unit_price=Decimal(price)) for price in prices or ["900"]]


def draft(owner=None, **facts) -> Quote:
    """A draft with one line on an open opportunity, valid for a month."""
    opportunity = facts.pop("opportunity", None) or OpportunityFactory(**({"owner": owner} if owner else {}))
    facts = {"name": "Full service", "valid_until": day(30), "lines": lines()} | facts
    return draft_services.create_quote(opportunity, by=opportunity.owner, **facts)


def quote_in(status: str, owner=None) -> Quote:
    """A quote whose status is `status`; its opportunity is open, except for a won one."""
    quote = draft(owner)
    by = quote.opportunity.owner
    if status == QuoteStatus.DRAFT:
        return quote
    quote = services.activate_quote(quote, by=by)
    if status in (QuoteStatus.LOST, QuoteStatus.CANCELED):
        services.close_quote(quote, to_status=status, closed_on=day(0), by=by)
    elif status == QuoteStatus.WON:
        close(quote.opportunity, "won")
    elif status == QuoteStatus.REVISED:
        QuoteClose.objects.create(quote=quote, from_status="active", to_status="revised", closed_on=day(0), by=by)
        close_quotes([quote.pk])
    return Quote.objects.select_related("opportunity__owner").get(pk=quote.pk)
