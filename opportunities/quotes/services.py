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
from opportunities.closing.refusals import Gone, Refused
from opportunities.closing.services import close_quotes, lock, tell
from opportunities.formats import format_date
from opportunities.models import (
    Opportunity,
    Quote,
    QuoteClose,
    QuoteCounter,
    QuoteLine,
    QuoteStatus,
    TimelineEvent,
)
from opportunities.money import MAX_AMOUNT, format_money

# What a quote becomes when it is closed by itself; only the closing of its opportunity makes one won.
CLOSED_BY_ITSELF = (QuoteStatus.LOST, QuoteStatus.CANCELED)


class OpportunityIsClosed(Refused):
    def __init__(self):
        super().__init__(_("The opportunity is closed: its quotes do not change until it is reopened."))


class NotADraft(Refused):
    def __init__(self, quote: Quote):
        super().__init__(
            _("%(quote)s is no draft any more; its status is “%(status)s”.")
            % {"quote": quote, "status": quote.get_status_display()}
        )


class QuoteIsClosed(Refused):
    def __init__(self, quote: Quote):
        super().__init__(
            _("%(quote)s is closed already; its status is “%(status)s”.")
            % {"quote": quote, "status": quote.get_status_display()}
        )


class HasHistory(Refused):
    """The draft was closed once and came back: what history points to is kept."""

    def __init__(self, quote: Quote):
        super().__init__(_("%(quote)s was closed before, so it is kept; close it instead.") % {"quote": quote})


def create_quote(
    opportunity: Opportunity, *, name: str, valid_until: date | None, lines: Sequence[QuoteLine], by
) -> Quote:
    """A new draft with the next number of the year and with `lines`, which are not saved yet, in their order.

    The inverse is `delete_draft`. Raises OpportunityIsClosed, Gone, and ValidationError for too high a total.
    """
    with transaction.atomic():
        opportunity = lock_open(opportunity)
        quote = Quote.objects.create(
            opportunity=opportunity,
            number=QuoteCounter.next_number(timezone.localdate().year),
            name=name,
            valid_until=valid_until,
            total=total_of(lines, opportunity.currency),
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
        quote.total = total_of(lines, quote.opportunity.currency)
        quote.save(update_fields=["name", "valid_until", "total"])
        quote.lines.all().delete()
        write_lines(quote, lines)
        return quote


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
        quote.total = total_of(lines, quote.opportunity.currency)
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


def total_of(lines: Iterable[QuoteLine], currency: str) -> Decimal:
    """The sum of the lines' amounts, each rounded; raises ValidationError where it is more than can be kept."""
    total = sum((line.amount(currency) for line in lines), Decimal(0))
    if total > MAX_AMOUNT:
        raise ValidationError(
            _("The total, %(total)s, is more than a quote can have.") % {"total": format_money(total, currency)}
        )
    return total


def write_lines(quote: Quote, lines: Sequence[QuoteLine]) -> None:
    for position, line in enumerate(lines, 1):
        line.quote, line.position = quote, position
    QuoteLine.objects.bulk_create(lines)


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
