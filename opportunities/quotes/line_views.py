"""The lines of a draft, written in place on its page.

htmx swaps a row and the totals. Without it each form is the page of the quote with that form in it, and each change
leads back to that page.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, trigger_client_event

from opportunities.closing import Refused
from opportunities.formats import first_line
from opportunities.models import Quote, QuoteLine
from opportunities.permissions import sees_cost
from opportunities.quotes import draft_services
from opportunities.quotes.draft_forms import LineForm
from opportunities.quotes.page import page_of
from opportunities.quotes.refusals import LineIsGone, NotADraft
from opportunities.quotes.views import get_quote, refuse


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a new line; submitted, the line, and the form of another where that was asked."""
    quote = get_quote(request, pk, "change")
    if request.method == "POST":
        return save(request, quote)
    if not quote.is_draft:
        return turn_back(request, quote, NotADraft(quote))
    if "cancel" in request.GET:
        return fragment(request, "_line_news", {}, focus="line-add")
    return show_form(request, LineForm(QuoteLine(quote=quote), sees_cost=sees_cost(request.user)))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """The form of a line, or with "cancel" in the address the line; submitted, the line as it is then."""
    quote = get_quote(request, pk, "change")
    if request.method == "POST":
        return save(request, quote, line_pk)
    try:
        line = find_line(quote, line_pk)
    except LineIsGone as refusal:
        return turn_back(request, quote, refusal)
    if not quote.is_draft:
        return turn_back(request, quote, NotADraft(quote))
    if "cancel" in request.GET:
        return fragment(request, "_line", row_context(page_of(quote, request.user), line), focus=f"line-{line.pk}-edit")
    return show_form(request, LineForm(line, sees_cost=sees_cost(request.user)))


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Moves a line to the `place` that is sent, the first being 1, or `by` so many places."""
    quote = get_quote(request, pk, "change")
    if request.method == "GET":
        return redirect(quote)
    by, place = (whole_number(request.POST.get(name, "")) for name in ("by", "place"))
    try:
        with transaction.atomic():
            _quote, lines, line = draft_services.lock_lines(find_line(quote, line_pk))
            to = lines.index(line) + 1 + by if place == 0 else place
            line = draft_services.move_line(line, to=to, by=request.user)
    except Refused as refusal:
        return turn_back(request, quote, refusal)
    context = page_of(line.quote, request.user)
    order = [line for line, _price in context["lines"]]
    place = order.index(line) + 1
    said = _("“%(line)s” is line %(place)s of %(count)s now.")
    said %= {"line": first_line(line.description), "place": place, "count": len(order)}
    if not is_fragment(request):
        messages.success(request, said)
        return redirect(f"{quote.get_absolute_url()}#line-{line.pk}")
    context |= {"said": said, "next_line": order[place] if place < len(order) else None}
    button = "down" if place == 1 or (by > 0 and place < len(order)) else "up"
    moved = fragment(request, "_line_moved", row_context(context, line), focus=f"line-{line.pk}-{button}" if by else "")
    return reswap(moved, "delete")


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Removes a line, and goes on to the one that takes its place."""
    quote = get_quote(request, pk, "change")
    if request.method == "GET":
        return redirect(quote)
    try:
        with transaction.atomic():
            _quote, lines, line = draft_services.lock_lines(find_line(quote, line_pk))
            said = _("“%(line)s” is removed.") % {"line": first_line(line.description)}
            draft_services.remove_line(line, by=request.user)
    except Refused as refusal:
        return turn_back(request, quote, refusal)
    if not is_fragment(request):
        messages.success(request, said)
        return redirect(f"{quote.get_absolute_url()}#lines")
    place = lines.index(line)
    neighbours = lines[place + 1 :][:1] or lines[:place][-1:]
    focus = f"line-{neighbours[0].pk}-edit" if neighbours else "line-add"
    context = page_of(quote, request.user) | {"said": said}
    return reswap(fragment(request, "_line_news", context, focus), "delete")


def save(request: HttpRequest, quote: Quote, line_pk: int | None = None) -> HttpResponse:
    """Writes what was typed into the line, locked, or into a new one; a line that is gone may be added anew."""
    data, cost = request.POST.dict(), sees_cost(request.user)
    line, saved, status, is_gone = QuoteLine(quote=quote), None, 422, False
    try:
        with transaction.atomic():
            if line_pk is not None:
                line = draft_services.lock_line(find_line(quote, line_pk))
            if "fill" in data:
                return show_form(request, LineForm.filled_by_product(line, data, sees_cost=cost))
            form = LineForm(line, data, sees_cost=cost)
            if form.is_valid():
                saved = form.save(by=request.user)
    except ValidationError as error:
        form.add_error(None, error)
    except Refused as refusal:
        form = LineForm(QuoteLine(quote=quote), data, sees_cost=cost)
        form.add_error(None, str(refusal))
        status, is_gone = 409, isinstance(refusal, LineIsGone)
    if saved is None:
        return show_form(request, form, 409 if form.is_late else status, is_gone=is_gone)
    return show_saved(request, saved, is_new=line_pk is None)


def show_saved(request: HttpRequest, line: QuoteLine, *, is_new: bool) -> HttpResponse:
    """The row of `line`; after it the form of another line where that was asked."""
    said, goes_on = _("“%(line)s” is saved.") % {"line": first_line(line.description)}, "another" in request.POST
    if not is_fragment(request):
        messages.success(request, said)
        if goes_on:
            return redirect("opportunities:quote_line_add", line.quote_id)
        return redirect(f"{line.quote.get_absolute_url()}#line-{line.pk}")
    context = row_context(page_of(line.quote, request.user) | {"said": said}, line)
    if not is_new:
        return fragment(request, "_line_saved", context, focus=f"line-{line.pk}-edit")
    if not goes_on:
        return reswap(fragment(request, "_line_added", context, focus=f"line-{line.pk}-edit"), "delete")
    form = LineForm(QuoteLine(quote=line.quote), sees_cost=context["sees_cost"])
    return fragment(request, "_line_added", context | {"form": form}, focus=form["description"].auto_id)


def show_form(request: HttpRequest, form: LineForm, status: int = 200, *, is_gone: bool = False) -> HttpResponse:
    """The form of a line in the place of its row; without htmx on the page of the quote."""
    quote = form.stored.quote
    context = {"form": form, "quote": quote, "opportunity": quote.opportunity, "is_gone": is_gone}
    wrong = [name for name in form.fields if form.is_bound and name in form.errors]
    focus = wrong[0] if wrong else "quantity" if form.shown else "description"
    if not is_fragment(request):
        form.fields[focus].widget.attrs["autofocus"] = True
        context = page_of(quote, request.user) | context
        return render(request, "opportunities/quotes/quote.html", context, status=status)
    answer = fragment(request, "_line_form", context, form[focus].auto_id)
    answer.status_code = status
    return answer


def turn_back(request: HttpRequest, quote: Quote, refusal: Refused) -> HttpResponse:
    """409, in words; but a dialog that has just closed the quote leads back to the quote."""
    if request.htmx and not is_fragment(request):
        return redirect(quote)
    return refuse(request, quote, refusal)


def fragment(request: HttpRequest, name: str, context: dict, focus: str = "") -> HttpResponse:
    """What htmx swaps in, and the id of the element that gets the focus then (lines.js)."""
    answer = render(request, f"opportunities/quotes/{name}.html", context)
    return trigger_client_event(answer, "line-focus", {"id": focus}, after="settle") if focus else answer


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page; a dialog that closes asks for all of it."""
    return bool(request.htmx) and request.htmx.target != "main"


def find_line(quote: Quote, pk: int) -> QuoteLine:
    """A line of `quote`; 404 for one of another quote. Raises LineIsGone where there is none (any more)."""
    line = QuoteLine.objects.filter(pk=pk).first()
    if line is None:
        raise LineIsGone(quote)
    if line.quote_id != quote.pk:
        raise Http404
    line.quote = quote
    return line


def row_context(context: dict, line: QuoteLine) -> dict:
    """`context`, that of the page, for the row of `line` alone."""
    return context | next(
        {"line": other, "price": price, "currency": context["opportunity"].currency}
        for other, price in context["lines"]
        if other == line
    )


def whole_number(text: str) -> int:
    """The number that `text` is, at most a few digits long; else 0."""
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 10 else 0
