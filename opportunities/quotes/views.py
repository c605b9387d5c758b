"""The page of a quote, and the dialogs that close, revise, copy and delete one."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from opportunities.closing import Gone, Refused
from opportunities.dialog import lead_to, leave_dialog, opener, render_dialog
from opportunities.models import Opportunity, Quote, State, guards
from opportunities.money import format_money
from opportunities.permissions import may, require
from opportunities.quotes import services
from opportunities.quotes.forms import CloseQuoteForm, CopyQuoteForm, ReviseQuoteForm
from opportunities.quotes.page import page_of
from opportunities.quotes.refusals import NotActive, NotADraft, OpportunityIsClosed, QuoteIsClosed


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
        return close_panel(request, quote, CloseQuoteForm.first(quote))
    form = CloseQuoteForm(request.POST)
    if form.is_valid():
        try:
            closed = services.close_quote(quote, by=request.user, **form.facts)
        except ValidationError as error:
            form.add_error(None, error)
        except Refused as refusal:
            return refuse(request, quote, refusal)
        else:
            return after_closing(request, closed, form.cleaned_data["goes_on"])
    return close_panel(request, quote, form, status=422)


@require_http_methods(["GET", "POST"])
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """The Revise quote dialog; submitted, it leads to the draft of the next revision."""
    quote = get_quote(request, pk, "change")
    if not quote.is_active:
        return refuse(request, quote, NotActive(quote))
    title = _("Revise quote")
    if request.method == "GET":
        return panel(request, "quotes/_revise", title, quote, {"form": ReviseQuoteForm.first(quote)})
    form = ReviseQuoteForm(request.POST)
    try:
        if form.is_valid():
            draft = services.revise_quote(quote, by=request.user, **form.cleaned_data)
            done = _("%(quote)s is revised; this is the draft of its next revision.")
            messages.success(request, done % {"quote": quote})
            return lead_to(request, draft.get_absolute_url())
    except Refused as refusal:
        return refuse(request, quote, refusal)
    except ValidationError as error:
        form.add_error(None, error)
    except IntegrityError as error:  # the number has that revision already
        form.add_error(None, guards.sentence(error))
    return panel(request, "quotes/_revise", title, quote, {"form": form}, status=422)


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The Copy quote dialog, which finds an opportunity as one types; submitted, it leads to the new draft."""
    quote = get_quote(request, pk, "view")
    require(request.user, "change")
    title = _("Copy quote")
    if request.method == "GET" or "search" in request.POST:
        asked = request.POST or request.GET
        form = CopyQuoteForm(quote, request.user, q=asked.get("q", ""), onto=asked.get("onto", ""))
        return panel(request, "quotes/_copy", title, quote, {"form": form})
    form, status = CopyQuoteForm(quote, request.user, request.POST), 422
    try:
        if form.is_valid():
            draft = services.copy_quote(quote, by=request.user, onto=form.cleaned_data["onto"])
            messages.success(request, _("This draft is a copy of %(quote)s.") % {"quote": quote})
            return lead_to(request, draft.get_absolute_url())
    except ValidationError as error:
        form.add_error(None, error)
    except OpportunityIsClosed as refusal:
        form.add_error("onto", str(refusal))
        status = 409
    except Refused as refusal:
        return refuse(request, quote, refusal)
    return panel(request, "quotes/_copy", title, quote, {"form": form}, status)


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks whether the draft is to be deleted; submitted, deletes it."""
    quote = get_quote(request, pk, "change")
    if not quote.is_draft:
        return refuse(request, quote, NotADraft(quote))
    if request.method == "GET":
        return panel(request, "quotes/_delete", _("Delete this draft?"), quote)
    try:
        services.delete_draft(quote, by=request.user)
    except Refused as refusal:
        return refuse(request, quote, refusal)
    messages.success(request, _("%(quote)s is deleted.") % {"quote": quote})
    return leave_dialog(request, quote.opportunity.get_absolute_url())


def close_panel(request: HttpRequest, quote: Quote, form: CloseQuoteForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "offers_to_go_on": leaves_none_open(request, quote)}
    return panel(request, "quotes/_close", _("Close quote"), quote, context, status)


def after_closing(request: HttpRequest, quote: Quote, goes_on: bool) -> HttpResponse:
    """Says that `quote` is closed; after the last open one, with a way to the Close opportunity dialog.

    Where the user asked to go on, that dialog opens by itself; without JavaScript it is the next page.
    """
    text = _("%(quote)s is closed: %(status)s.") % {"quote": quote, "status": quote.get_status_display()}
    page = opener(request, quote.get_absolute_url())
    if leaves_none_open(request, quote):
        query = urlencode({"outcome": State.LOST, "next": page})
        close_url = f"{reverse('opportunities:close', args=[quote.opportunity_id])}?{query}"
        if goes_on and not request.htmx:
            messages.success(request, text)
            return redirect(close_url)
        context = {"text": text, "close_url": close_url, "goes_on": goes_on}
        text = render_to_string("opportunities/quotes/_closed_message.html", context)
    messages.success(request, text)
    return lead_to(request, page)


def leaves_none_open(request: HttpRequest, quote: Quote) -> bool:
    """Whether the opportunity can be closed next: no other quote is open on it, and the user may."""
    opportunity = quote.opportunity
    return may(request.user, "close", opportunity) and not opportunity.quotes.open().exclude(pk=quote.pk).exists()


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
