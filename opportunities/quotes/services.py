"""The quote services: each is one transaction, and a refusal changes nothing.

Every one locks the opportunity first and the quote after it, as a closing does, so that none deadlocks
with another and none opens a quote on a deal that is being closed. Totals are in the opportunity's
currency; `*_on` are dates in the user's time zone, `*_at` instants.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
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
from opportunities.models import Opportunity, Quote, QuoteClose, QuoteCounter, QuoteLine, QuoteStatus, TimelineEvent
from opportunities.models.closing import DETAILS_LENGTH
from opportunities.money import MAX_AMOUNT, format_money
from opportunities.quotes.pricing import total_up
from opportunities.quotes.refusals import HasHistory, NotActive, NotADraft, OpportunityIsClosed, QuoteIsClosed

# What a quote becomes when it is closed by itself; only the closing of its opportunity makes one won.
CLOSED_BY_ITSELF = (QuoteStatus.LOST, QuoteStatus.CANCELED)
# What a quote says above its lines, and where it belongs: a revision and a copy say the same unless told otherwise.
COPIED_HEAD = (
    "opportunity",
    "number",
    "revision",
    "name",
    "valid_from",
    "valid_until",
    "customer_reference",
    "payment_terms",
    "introduction",
    "closing_text",
)
VALIDITY = timedelta(days=30)  # of a copy, and of the revision of a quote that expired


def activate_quote(quote: Quote, *, by) -> Quote:
    """Makes a draft active, with the total of its lines: from now on its head and lines do not change.

    It has no inverse: an active quote is revised or closed. Raises NotADraft, OpportunityIsClosed, Gone, and
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


def revise_quote(quote: Quote, *, by, reason: str, valid_until: date | None) -> Quote:
    """Closes an active quote as revised, for `reason`, and returns its next revision: a draft of the same number.

    The draft says what the quote said, line by line, and is valid from today if the quote had such a day.
    It has no inverse: deleting the draft does not bring the revised quote back; a copy of that goes on from it.
    Raises NotActive, OpportunityIsClosed, Gone; ValidationError by field; IntegrityError where the number has
    that revision already.
    """
    with transaction.atomic():
        quote = lock_quote(quote)
        if not quote.is_active:
            raise NotActive(quote)
        errors = revision_errors(reason, valid_until)
        if errors:
            raise ValidationError(errors)
        today = timezone.localdate()
        QuoteClose.objects.create(
            quote=quote,
            from_status=quote.status,
            to_status=QuoteStatus.REVISED,
            reason=reason.strip(),
            closed_on=max(today, quote.opportunity.opened_on),
            by=by,
        )
        close_quotes([quote.pk])
        tell_of(quote, TimelineEvent.Kind.QUOTE_REVISED, by, reason)
        valid_from = today if quote.valid_from else None
        return duplicate(quote, by, revision=quote.revision + 1, valid_from=valid_from, valid_until=valid_until)


def copy_quote(quote: Quote, *, by, onto: Opportunity) -> Quote:
    """A new draft on `onto`, with a number of its own and what `quote`, in whatever status, says line by line.

    It is valid for 30 days from today; the customer reference stays behind when the account is another one.
    The inverse is `delete_draft`. Raises OpportunityIsClosed where `onto` is closed, Gone, and ValidationError
    at "onto" where its currency is another one. Both opportunities are locked in the order of their keys, so
    that two copies in opposite directions do not wait for each other.
    """
    with transaction.atomic():
        keys = {quote.opportunity_id, onto.pk}
        locked = Opportunity.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).in_bulk()
        source = Quote.objects.filter(pk=quote.pk, opportunity__in=locked).first()
        if source is None or onto.pk not in locked:
            raise Gone
        before, onto = locked[source.opportunity_id], locked[onto.pk]
        if not onto.is_open:
            raise OpportunityIsClosed
        if onto.currency != before.currency:
            raise ValidationError({"onto": other_currency(onto, before.currency)})
        today = timezone.localdate()
        copy = duplicate(
            source,
            by,
            opportunity=onto,
            number=QuoteCounter.next_number(today.year),
            revision=0,
            customer_reference=source.customer_reference if onto.account_id == before.account_id else "",
            valid_from=today,
            valid_until=today + VALIDITY,
        )
        names = {"source_number": source.number, "source_revision": source.revision}
        tell_of(copy, TimelineEvent.Kind.QUOTE_COPIED, by, **names)
        return copy


def delete_draft(quote: Quote, *, by) -> None:
    """Deletes a draft and its lines; its number stays used, and the timeline says that it was there.

    It has no inverse. Where the draft is a revision, the one before stays revised: a copy of that goes on from
    it. Raises NotADraft, OpportunityIsClosed, Gone, and HasHistory for a draft that was closed once and reopened.
    """
    with transaction.atomic():
        quote = lock_draft(quote)
        try:
            quote.delete()
        except ProtectedError:
            raise HasHistory(quote) from None
        tell_of(quote, TimelineEvent.Kind.QUOTE_DELETED, by)


def duplicate(quote: Quote, by, **differences) -> Quote:
    """A draft that `by` writes now, with the head and lines of `quote` but for the fields `differences`."""
    head = {name: getattr(quote, name) for name in COPIED_HEAD if name not in differences} | differences
    lines = list(quote.lines.all())
    copy = Quote(**head, edited_at=timezone.now(), edited_by=by)
    copy.total = net_total(lines, copy.opportunity.currency)
    copy.save(force_insert=True)
    for line in lines:
        line.pk, line.quote, line.edited_at, line.edited_by = None, copy, None, None
    QuoteLine.objects.bulk_create(lines)
    return copy


def revision_errors(reason: str, valid_until: date | None) -> dict[str, str]:
    """What keeps an active quote from being revised, by field, in the user's language."""
    errors = {}
    if not reason.strip():
        errors["reason"] = _("Say why it is revised.")
    elif len(reason.strip()) > DETAILS_LENGTH:
        errors["reason"] = _("A reason has at most %(most)s characters.") % {"most": DETAILS_LENGTH}
    if valid_until is not None and valid_until < timezone.localdate():
        errors["valid_until"] = _("Enter a day that has not passed.")
    return errors


def other_currency(onto: Opportunity, currency: str) -> str:
    """Why a quote in `currency` is not copied onto `onto`, in the user's language."""
    sentence = _("“%(opportunity)s” is in %(other)s; a quote in %(currency)s is not copied onto it.")
    return sentence % {"opportunity": onto, "other": onto.currency, "currency": currency}


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


def tell_of(quote: Quote, kind: str, by, text: str = "", **names) -> None:
    """Writes on the timeline of the quote's opportunity; `names` is what the sentence names besides the quote."""
    tell(quote.opportunity, kind, by, text, {"number": quote.number, "revision": quote.revision} | names)
