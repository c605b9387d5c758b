"""What a draft says: its head and its lines. Written like the other quote services (services.py).

Each change of a line keeps the quote's total up to date, in a number of statements that does not grow with the
lines, and says who made it and when; the timeline does not tell of it.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities.models import DiscountKind, LineKind, Opportunity, Quote, QuoteCounter, QuoteLine, TimelineEvent
from opportunities.money import check_amount, format_money
from opportunities.quotes.pricing import price
from opportunities.quotes.refusals import LineIsGone
from opportunities.quotes.services import lock_draft, lock_open, net_total, tell_of

MOST_LINES = 500  # of one quote


def create_quote(opportunity: Opportunity, *, by, lines: Sequence[QuoteLine] = (), **head) -> Quote:
    """A new draft with the next number of the year, the fields `head` and `lines`, not saved yet, in their order.

    The inverse is `delete_draft`. Raises OpportunityIsClosed, Gone, and ValidationError for a validity that ends
    before it begins, for what a line cannot say, for too many lines, and for too high a total.
    """
    with transaction.atomic():
        opportunity = lock_open(opportunity)
        quote = Quote(opportunity=opportunity, edited_at=timezone.now(), edited_by=by, **head)
        check_validity(quote)
        check_count(lines)
        for position, line in enumerate(lines, 1):
            line.quote, line.position = quote, position
            check_line(line, opportunity.currency)
        quote.number = QuoteCounter.next_number(timezone.localdate().year)
        quote.total = net_total(lines, opportunity.currency)
        quote.save(force_insert=True)
        QuoteLine.objects.bulk_create(lines)
        tell_of(quote, TimelineEvent.Kind.QUOTE_CREATED, by)
        return quote


def edit_head(quote: Quote, *, by, **head) -> Quote:
    """Writes the fields `head` of a draft, where they differ from what is stored.

    Its own inverse. Raises NotADraft, OpportunityIsClosed, Gone, and ValidationError, by field, for a validity
    that ends before it begins.
    """
    with transaction.atomic():
        quote = lock_draft(quote)
        changes = {name: value for name, value in head.items() if value != getattr(quote, name)}
        for name, value in changes.items():
            setattr(quote, name, value)
        check_validity(quote)
        if changes:
            derived = ["folded_name"] if "name" in changes else []
            quote.head_edited_by, quote.head_edited_at = by, timezone.now()
            note_edit(quote, by, *changes, *derived, "head_edited_by", "head_edited_at")
        return quote


def add_line(quote: Quote, *, by, **facts) -> QuoteLine:
    """A new line with `facts` by field, the last of a draft.

    The inverse is `remove_line`. Raises NotADraft, OpportunityIsClosed, Gone, and ValidationError, by field, for
    what a line cannot say, and for too many lines or too high a total.
    """
    with transaction.atomic():
        quote = lock_draft(quote)
        lines = list(quote.lines.all())
        line = QuoteLine(quote=quote, position=lines[-1].position + 1 if lines else 1, **facts)
        lines.append(line)
        check_count(lines)
        write_line(line, lines, by)
        return line


def edit_line(line: QuoteLine, *, by, **facts) -> QuoteLine:
    """Writes `facts`, by field, into a line of a draft, where they differ from what is stored.

    Its own inverse. Raises as `add_line`, and LineIsGone.
    """
    with transaction.atomic():
        _quote, lines, line = lock_lines(line)
        changes = {name: value for name, value in facts.items() if value != getattr(line, name)}
        for name, value in changes.items():
            setattr(line, name, value)
        if changes:
            write_line(line, lines, by, *changes)
        return line


def move_line(line: QuoteLine, *, to: int, by) -> QuoteLine:
    """Makes a line of a draft the `to`th, the first being 1; the first or the last for a place beyond them.

    The inverse is a move back. Raises NotADraft, OpportunityIsClosed, Gone and LineIsGone.
    """
    with transaction.atomic():
        quote, lines, line = lock_lines(line)
        if len({other.position for other in lines}) < len(lines):  # rows that no service wrote
            number_lines(lines)
        there = lines[max(1, min(to, len(lines))) - 1].position
        if there == line.position:
            return line
        if there < line.position:
            quote.lines.filter(position__range=(there, line.position - 1)).update(position=F("position") + 1)
        else:
            quote.lines.filter(position__range=(line.position + 1, there)).update(position=F("position") - 1)
        line.position = there
        line.save(update_fields=["position"])
        note_edit(quote, by)
        return line


def remove_line(line: QuoteLine, *, by) -> None:
    """Removes a line of a draft.

    The inverse is `add_line`. Raises NotADraft, OpportunityIsClosed, Gone and LineIsGone.
    """
    with transaction.atomic():
        quote, lines, line = lock_lines(line)
        quote.total = net_total((other for other in lines if other != line), quote.opportunity.currency)
        line.delete()
        note_edit(quote, by, "total")


def lock_line(line: QuoteLine) -> QuoteLine:
    """The line of a draft as it is now, held together with its quote; raises as `remove_line`."""
    quote = lock_draft(line.quote)
    now = quote.lines.filter(pk=line.pk).first()
    if now is None:
        raise LineIsGone(quote)
    return now


def lock_lines(line: QuoteLine) -> tuple[Quote, list[QuoteLine], QuoteLine]:
    """The draft, held, with its lines in order and `line` among them; raises as `remove_line`."""
    quote = lock_draft(line.quote)
    lines = list(quote.lines.all())
    if line not in lines:
        raise LineIsGone(quote)
    return quote, lines, lines[lines.index(line)]


def write_line(line: QuoteLine, lines: Iterable[QuoteLine], by, *changes: str) -> None:
    """Saves `line`, one of `lines`, or its fields `changes` where it is stored already; and the quote's total."""
    quote = line.quote
    check_line(line, quote.opportunity.currency)
    quote.total = net_total(lines, quote.opportunity.currency)
    line.edited_by, line.edited_at = by, timezone.now()
    line.save(update_fields=[*changes, "edited_by", "edited_at"] if changes else None)
    note_edit(quote, by, "total")


def note_edit(quote: Quote, by, *changes: str) -> None:
    """Saves the fields `changes` of `quote`, and who edited it."""
    quote.edited_by, quote.edited_at = by, timezone.now()
    quote.save(update_fields=[*changes, "edited_by", "edited_at"])


def number_lines(lines: Sequence[QuoteLine]) -> None:
    for position, line in enumerate(lines, 1):
        line.position = position
    QuoteLine.objects.bulk_update(lines, ["position"])


def check_validity(quote: Quote) -> None:
    if quote.valid_from and quote.valid_until and quote.valid_until < quote.valid_from:
        raise ValidationError({"valid_until": _("This is before the day from which the quote is valid.")})


def check_count(lines: Sequence[QuoteLine]) -> None:
    if len(lines) > MOST_LINES:
        raise ValidationError(_("A quote has at most %(most)s lines.") % {"most": MOST_LINES})


def check_line(line: QuoteLine, currency: str) -> None:
    """Raises ValidationError, by field, where what `line` says does not fit together."""
    errors = {"discount": discount_error(line, currency)}
    if line.kind == LineKind.PROJECT and not line.billing_method:
        errors["billing_method"] = _("Choose how a project-based line is billed.")
    if line.product and line.product.currency != currency:
        other = _("“%(product)s” is priced in %(other)s; this quote is in %(currency)s.")
        errors["product"] = other % {"product": line.product, "other": line.product.currency, "currency": currency}
    errors = {name: error for name, error in errors.items() if error}
    if errors:
        raise ValidationError(errors)


def discount_error(line: QuoteLine, currency: str) -> str:
    """Why `line` cannot have its discount, in the user's language; "" where it can."""
    if line.discount_kind == DiscountKind.PERCENT:
        return _("A discount is at most 100 %.") if line.discount > Decimal(100) else ""
    try:
        check_amount(line.discount, currency)
    except ValidationError as error:
        return error.messages[0]
    gross = price(line, currency).gross
    if line.discount > gross:
        return _("A discount is at most what the line comes to, %(gross)s.") % {"gross": format_money(gross, currency)}
    return ""
