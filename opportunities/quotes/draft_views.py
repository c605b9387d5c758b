"""The head of a draft, on a page of its own; line_views.py has the lines."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opportunities.closing import Refused
from opportunities.models import Opportunity
from opportunities.permissions import require
from opportunities.quotes.draft_forms import HeadForm
from opportunities.quotes.refusals import NotADraft, OpportunityIsClosed
from opportunities.quotes.services import lock_draft
from opportunities.quotes.views import get_quote, turn_away


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """The head of a new quote; submitted, the draft, with the form of its first line."""
    opportunity = get_object_or_404(Opportunity, pk=pk)
    require(request.user, "change", opportunity)
    if request.method == "GET":
        if not opportunity.is_open:
            return turn_away(request, OpportunityIsClosed(), opportunity)
        return head_page(request, HeadForm.blank(opportunity))
    form, status = HeadForm.blank(opportunity, request.POST.dict()), 422
    try:
        if form.is_valid():
            quote = form.save(by=request.user)
            messages.success(request, _("%(quote)s is created as a draft. Add its lines.") % {"quote": quote})
            return redirect("opportunities:quote_line_add", quote.pk)
    except ValidationError as error:
        form.add_error(None, error)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        status = 409
    return head_page(request, form, status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The head of a draft; submitted, it is judged on the locked draft."""
    quote = get_quote(request, pk, "change")
    if request.method == "GET":
        if not quote.is_draft:
            return turn_away(request, NotADraft(quote), quote)
        return head_page(request, HeadForm(quote))
    form, status = HeadForm(quote, request.POST.dict()), 422
    try:
        with transaction.atomic():
            form = HeadForm(lock_draft(quote), request.POST.dict())
            if form.is_valid():
                form.save(by=request.user)
                messages.success(request, _("The changes are saved."))
                return redirect(quote)
    except ValidationError as error:
        form.add_error(None, error)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        status = 409
    return head_page(request, form, 409 if form.is_late else status)


def head_page(request: HttpRequest, form: HeadForm, status: int = 200) -> HttpResponse:
    quote = form.stored
    context = {"form": form, "opportunity": quote.opportunity, "quote": quote if quote.pk else None}
    return render(request, "opportunities/quotes/edit.html", context, status=status)
