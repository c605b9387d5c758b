"""The quote services: each is one transaction, and a refusal changes nothing.

Every one locks the opportunity first and the quote after it, as a closing does, so that none deadlocks
with another and none opens a quote on a deal that is being closed. Totals are in the opportunity's
currency; `*_on` are dates in the user's time zone, `*_at` instants.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities.closing.facts import date_error
from opportunities.closing.refusals import Gone
from opportunities.closing.services import close_quotes, lock, tell
from opportunities.formats import format_date
from opportunities.models import (
    Opportunity,
    Quote,
    QuoteClose,
    QuoteLine,
    QuoteStatus,
    TimelineEvent,
)
from opportunities.money import MAX_AMOUNT, format_money
from opportunities.quotes.pricing import total_up
from opportunities.quotes.refusals import HasHistory, NotADraft, OpportunityIsClosed, QuoteIsClosed

# What a quote becomes when it is closed by itself; only the closing of its opportunity makes one won.
CLOSED_BY_ITSELF = (QuoteStatus.LOST, QuoteStatus.CANCELED)


def activate_quote(quote: Quote, *, by) -> Quote:
    """Makes a draft active, with the total of its lines: from now on its head and lines do not change.

    It has no inverse: an active quote is closed. Raises NotADraft, OpportunityIsClosed, Gone, and
    ValidationError, by field, where it has no line or has expired.
    """
    with transaction.atomic():
        quote = lock_draft(quote)
        lines = list(quote.lines.all())
        errors = activation_errors(quote, lines)
        if errors:
            raise ValidationError(errors)
        quote.status, quote.activated_at = QuoteStatus.ACTIVE, timezone.now()
        quote.total = net_total(lines, quote.opportunity.currency)
        quote.save(update_fields=["status", "activated_at", "total"])
        tell_of(quote, TimelineEvent.Kind.QUOTE_ACTIVATED, by)
        return quote


def close_quote(quote: Quote, *, to_status: str, closed_on: date, by, reason: str = "") -> Quote:
    """Closes one draft or active quote as `to_status` ("lost" or "canceled"), apart from its opportunity.

    It has no inverse: a closed quote comes back only through reopening the opportunity that closed it,
    and this one was closed by itself. Raises QuoteIsClosed, OpportunityIsClosed, Gone, and
    ValidationError by field.
    """
    with transaction.atomic():
        quote = lock_quote(quote)
        if not quote.is_open:
            raise QuoteIsClosed(quote)
        errors = quote_closing_errors(quote, to_status, closed_on)
        if errors:
            raise ValidationError(errors)
        QuoteClose.objects.create(
            quote=quote,
            from_status=quote.status,
            to_status=to_status,
            reason=reason.strip(),
            closed_on=closed_on,
            by=by,
        )
        close_quotes([quote.pk])
        quote.status = to_status
        tell_of(quote, TimelineEvent.Kind.QUOTE_CLOSED, by, reason)
        return quote


def delete_draft(quote: Quote) -> None:
    """Deletes a draft and its lines; its number stays used.

    It has no inverse. Raises NotADraft, OpportunityIsClosed, Gone, and HasHistory for a draft that was
    closed once and reopened.
    """
    with transaction.atomic():
        quote = lock_draft(quote)
        try:
            quote.delete()
        except ProtectedError:
            raise HasHistory(quote) from None


def activation_errors(quote: Quote, lines: Sequence[QuoteLine]) -> dict[str, str]:
    """What keeps a draft with `lines` from being activated, by field, in the user's language."""
    errors = {}
    if quote.is_expired:
        expired = _("The validity ended on %(date)s; enter a day that has not passed to activate the quote.")
        errors["valid_until"] = expired % {"date": format_date(quote.valid_until)}
    if not lines:
        errors[NON_FIELD_ERRORS] = _("A quote needs at least one line to be activated.")
    return errors


def quote_closing_errors(quote: Quote, to_status: str, closed_on: date) -> dict[str, str]:
    errors = {"closed_on": date_error(closed_on, quote.opportunity)}
    if to_status not in CLOSED_BY_ITSELF:
        errors["to_status"] = _("A quote that is closed by itself becomes lost or canceled.")
    return {name: error for name, error in errors.items() if error}


def net_total(lines: Iterable[QuoteLine], currency: str) -> Decimal:
    """What becomes a quote's total; raises ValidationError where the lines come to more than can be kept."""
    totals = total_up(lines, currency)
    if max(totals.gross, totals.total) > MAX_AMOUNT:
        too_much = _("The total, %(total)s, is more than a quote can have.")
        raise ValidationError(too_much % {"total": format_money(totals.total, currency)})
    return totals.net


def lock_open(opportunity: Opportunity) -> Opportunity:
    """The locked opportunity as it is now; raises OpportunityIsClosed or Gone."""
    locked = lock(opportunity)
    if not locked.is_open:
        raise OpportunityIsClosed
    return locked


def lock_quote(quote: Quote) -> Quote:
    """The quote as it is now, held together with its opportunity; raises OpportunityIsClosed or Gone."""
    opportunity = lock_open(quote.opportunity)
    try:
        return opportunity.quotes.select_for_update(no_key=True).get(pk=quote.pk)
    except ObjectDoesNotExist:
        raise Gone from None


def lock_draft(quote: Quote) -> Quote:
    """As `lock_quote`; raises NotADraft too."""
    locked = lock_quote(quote)
    if not locked.is_draft:
        raise NotADraft(locked)
    return locked


def tell_of(quote: Quote, kind: str, by, text: str = "") -> None:
    tell(quote.opportunity, kind, by, text, {"number": quote.number, "revision": quote.revision})
