"""Writing a draft: the form of a new quote and of one that is a draft still."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opportunities.closing import Refused
from opportunities.models import Opportunity, Quote
from opportunities.permissions import require
from opportunities.quotes import draft_services, services
from opportunities.quotes.forms import QuoteEditor
from opportunities.quotes.refusals import NotADraft, OpportunityIsClosed
from opportunities.quotes.views import get_quote, turn_away


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a new quote; submitted, the draft, or the active quote at once."""
    opportunity = get_object_or_404(Opportunity, pk=pk)
    require(request.user, "change", opportunity)
    if request.method == "GET":
        if not opportunity.is_open:
            return turn_away(request, OpportunityIsClosed(), opportunity)
        return edit_page(request, QuoteEditor.blank(opportunity.currency), opportunity)
    return save(request, partial(draft_services.create_quote, opportunity, by=request.user), opportunity)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a draft."""
    quote = get_quote(request, pk, "change")
    if request.method == "GET":
        if not quote.is_draft:
            return turn_away(request, NotADraft(quote), quote)
        return edit_page(request, QuoteEditor.of(quote), quote.opportunity, quote)
    return save(request, partial(draft_services.edit_draft, quote), quote.opportunity, quote)


def save(
    request: HttpRequest, write: Callable[..., Quote], opportunity: Opportunity, quote: Quote | None = None
) -> HttpResponse:
    """Writes what was typed with `write`, and activates it where that was asked: both or nothing."""
    editor = QuoteEditor(opportunity.currency, request.POST)
    if "add_line" in request.POST or "remove_line" in request.POST:
        return edit_page(request, editor.with_rows_changed(), opportunity, quote)
    status = 422
    if editor.is_valid():
        try:
            with transaction.atomic():
                saved = write(**editor.facts())
                if "activate" in request.POST:
                    saved = services.activate_quote(saved, by=request.user)
        except ValidationError as error:
            editor.head.add_error(None, error)
        except Refused as refusal:
            editor.head.add_error(None, str(refusal))
            status = 409
        else:
            done = _("%(quote)s is active.") if saved.is_active else _("%(quote)s is saved as a draft.")
            messages.success(request, done % {"quote": saved})
            return redirect(saved)
    return edit_page(request, editor, opportunity, quote, status)


def edit_page(
    request: HttpRequest, editor: QuoteEditor, opportunity: Opportunity, quote: Quote | None = None, status: int = 200
) -> HttpResponse:
    context = {"editor": editor, "opportunity": opportunity, "quote": quote}
    return render(request, "opportunities/quotes/edit.html", context, status=status)
