"""What a draft says: its head and its lines. Written like the other quote services (services.py)."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from opportunities.models import Opportunity, Quote, QuoteCounter, QuoteLine, TimelineEvent
from opportunities.quotes.services import lock_draft, lock_open, net_total, tell_of


def create_quote(opportunity: Opportunity, *, by, lines: Sequence[QuoteLine] = (), **head) -> Quote:
    """A new draft with the next number of the year, the fields `head` and `lines`, not saved yet, in their order.

    The inverse is `delete_draft`. Raises OpportunityIsClosed, Gone, and ValidationError for too high a total.
    """
    with transaction.atomic():
        opportunity = lock_open(opportunity)
        quote = Quote.objects.create(
            opportunity=opportunity,
            number=QuoteCounter.next_number(timezone.localdate().year),
            edited_at=timezone.now(),
            edited_by=by,
            **head,
            total=net_total(lines, opportunity.currency),
        )
        write_lines(quote, lines)
        tell_of(quote, TimelineEvent.Kind.QUOTE_CREATED, by)
        return quote


def edit_draft(quote: Quote, *, name: str, valid_until: date | None, lines: Sequence[QuoteLine]) -> Quote:
    """Replaces the head and the lines of a draft; the timeline does not tell of it.

    Its own inverse. Raises NotADraft, OpportunityIsClosed, Gone, and ValidationError for too high a total.
    """
    with transaction.atomic():
        quote = lock_draft(quote)
        quote.name, quote.valid_until = name, valid_until
        quote.total = net_total(lines, quote.opportunity.currency)
        quote.save(update_fields=["name", "valid_until", "total"])
        quote.lines.all().delete()
        write_lines(quote, lines)
        return quote


def write_lines(quote: Quote, lines: Sequence[QuoteLine]) -> None:
    for position, line in enumerate(lines, 1):
        line.quote, line.position = quote, position
    QuoteLine.objects.bulk_create(lines)
