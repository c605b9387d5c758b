"""The pages of quotes: one to read, one to write, and the dialogs that close and delete."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from opportunities.closing import Gone, Refused
from opportunities.dialog import leave_dialog, opener, render_dialog
from opportunities.models import Opportunity, Quote
from opportunities.money import format_money
from opportunities.permissions import require
from opportunities.quotes import services
from opportunities.quotes.forms import CloseQuoteForm
from opportunities.quotes.page import page_of
from opportunities.quotes.refusals import NotADraft, QuoteIsClosed


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return quote_page(request, get_quote(request, pk, "view"))


@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Activates the draft; a sign-in that had expired leads back here by GET, and on to the quote."""
    quote = get_quote(request, pk, "change")
    if request.method == "GET":
        return redirect(quote)
    try:
        services.activate_quote(quote, by=request.user)
    except ValidationError as error:
        return quote_page(request, quote, error.messages, status=422)
    except Refused as refusal:
        return quote_page(request, get_quote(request, pk, "view"), [str(refusal)], status=409)
    messages.success(request, _("%(quote)s is active.") % {"quote": quote})
    return redirect(quote)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The Close quote dialog; submitted, the closing of this quote alone."""
    quote = get_quote(request, pk, "change")
    if not quote.is_open:
        return refuse(request, quote, QuoteIsClosed(quote))
    if request.method == "GET":
        return panel(request, "quotes/_close", _("Close quote"), quote, {"form": CloseQuoteForm.first(quote)})
    form = CloseQuoteForm(request.POST)
    if form.is_valid():
        try:
            closed = services.close_quote(quote, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        except Refused as refusal:
            return refuse(request, quote, refusal)
        else:
            done = _("%(quote)s is closed: %(status)s.") % {"quote": closed, "status": closed.get_status_display()}
            messages.success(request, done)
            return leave_dialog(request, quote.get_absolute_url())
    return panel(request, "quotes/_close", _("Close quote"), quote, {"form": form}, status=422)


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks whether the draft is to be deleted; submitted, deletes it."""
    quote = get_quote(request, pk, "change")
    if not quote.is_draft:
        return refuse(request, quote, NotADraft(quote))
    if request.method == "GET":
        return panel(request, "quotes/_delete", _("Delete this draft?"), quote)
    try:
        services.delete_draft(quote)
    except Refused as refusal:
        return refuse(request, quote, refusal)
    messages.success(request, _("%(quote)s is deleted.") % {"quote": quote})
    return leave_dialog(request, quote.opportunity.get_absolute_url())


def get_quote(request: HttpRequest, pk: int, action: str) -> Quote:
    """The quote with its opportunity; 404 when there is none, 403 unless the user may do `action` to that."""
    quote = get_object_or_404(Quote.objects.select_related("opportunity"), pk=pk)
    require(request.user, action, quote.opportunity)
    return quote


def turn_away(request: HttpRequest, refusal: Refused, target: Opportunity | Quote) -> HttpResponse:
    """Instead of a form that could not be saved: the page of `target`, saying why."""
    messages.error(request, str(refusal))
    return redirect(target)


def quote_page(request: HttpRequest, quote: Quote, problems: Sequence[str] = (), status: int = 200) -> HttpResponse:
    """The quote, with `problems`, sentences that say why it was not changed."""
    context = page_of(quote, request.user) | {"problems": problems}
    return render(request, "opportunities/quotes/quote.html", context, status=status)


def panel(
    request: HttpRequest, name: str, title: str, quote: Quote, context: dict | None = None, status: int = 200
) -> HttpResponse:
    shared = {
        "dialog_title": title,
        "dialog_about": [quote, quote.name, format_money(quote.total, quote.opportunity.currency)],
        "quote": quote,
        "next": opener(request, quote.get_absolute_url()),
    }
    return render_dialog(request, f"opportunities/{name}.html", shared | (context or {}), status)


def refuse(request: HttpRequest, quote: Quote, refusal: Refused) -> HttpResponse:
    """409: somebody was faster. Says so, and leads to what is there now."""
    there = quote.opportunity if isinstance(refusal, Gone) else quote
    return panel(request, "_refused", _("Nothing was changed"), quote, {"refusal": refusal, "there": there}, status=409)
