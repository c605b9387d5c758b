"""Quotes in every state, each brought there as the product brings it."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from opportunities.closing import reopen_opportunity
from opportunities.models import Opportunity, Quote, QuoteLine
from opportunities.quotes import draft_services, services
from opportunities.tests.factories import OpportunityFactory, close, day

CLOSED = " on a closed opportunity"


def lines(*prices: str) -> list[QuoteLine]:
    """A line of one piece for each price; one of 900 when none is given."""
    return [QuoteLine(description="Service", quantity=1, unit_price=Decimal(price)) for price in prices or ["900"]]


def draft(owner=None, **facts) -> Quote:
    """A draft with one line on an open opportunity, valid for a month."""
    opportunity = facts.pop("opportunity", None) or OpportunityFactory(**({"owner": owner} if owner else {}))
    facts = {"name": "Full service", "valid_until": day(30), "lines": lines()} | facts
    return draft_services.create_quote(opportunity, by=opportunity.owner, **facts)


def active(owner=None, **facts) -> Quote:
    """As `draft`, activated."""
    quote = draft(owner, **facts)
    return fresh(services.activate_quote(quote, by=quote.opportunity.owner))


def expired(owner=None, **facts) -> Quote:
    """As `active`, valid until yesterday; it is past activating now."""
    quote = draft(owner, **facts, valid_until=day(-1))
    Quote.objects.filter(pk=quote.pk).update(status="active", activated_at=timezone.now() - timedelta(days=2))
    return fresh(quote)


def fresh(quote: Quote) -> Quote:
    return Quote.objects.select_related("opportunity__owner").get(pk=quote.pk)


def quote_in(state: str, owner=None) -> Quote:
    """A quote in that state: its status, and CLOSED where its opportunity is closed, as for a won one it is.

    "expired" is an active quote that has expired, "expired draft" a draft; "won before" is a won quote whose
    opportunity was reopened without it.
    """
    if state.endswith(CLOSED):
        quote = quote_in(state.removesuffix(CLOSED), owner)
        close(quote.opportunity)
        return fresh(quote)
    if state == "expired":
        return expired(owner)
    if "draft" in state:
        return fresh(draft(owner, valid_until=day(-1 if "expired" in state else 30)))
    quote = active(owner)
    by = quote.opportunity.owner
    match state:
        case "lost" | "canceled":
            services.close_quote(quote, to_status=state, closed_on=day(0), by=by)
        case "revised":
            services.revise_quote(quote, by=by, reason="Cheaper", valid_until=None)
        case "won":
            close(quote.opportunity, "won")
        case "won before":
            reopen_opportunity(close(quote.opportunity, "won"), by=by, quotes=[])
    return fresh(quote)


def told(opportunity: Opportunity) -> list[tuple]:
    """The timeline of `opportunity`, latest first."""
    return list(opportunity.timeline.values_list("kind", "by", "text", "data"))
