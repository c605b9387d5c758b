"""Closing an opportunity, and taking that back: each a dialog over the page that opened it, or a page of its own."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from opportunities.closing import facts, services
from opportunities.closing.forms import CloseForm
from opportunities.closing.history_forms import CorrectForm, ReopenForm
from opportunities.closing.refusals import (
    AlreadyClosed,
    Gone,
    NotClosed,
    OpenQuotesRemain,
    PeriodClosed,
    PlanOutOfDate,
    Refused,
    UndoRefused,
)
from opportunities.dialog import leave_dialog, opener, render_dialog
from opportunities.models import Opportunity, OpportunityClose, State, guards
from opportunities.models.prepared import Given, Prepared
from opportunities.permissions import require

OPPORTUNITY = Prepared(Opportunity.objects.select_related("account").filter(pk=Given("pk")))


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The Close opportunity dialog; submitted, the closing."""
    opportunity = get_opportunity(request, pk, "close")
    if closing := not opportunity.is_open and services.current_closing(opportunity):
        return refuse(request, opportunity, AlreadyClosed(closing))
    if request.method == "GET":
        outcome, winner = request.GET.get("outcome", ""), request.GET.get("winner", "")
        return show_close(request, CloseForm.first(opportunity, outcome, winner))
    form = CloseForm(opportunity, request.POST.dict())
    try:
        if form.is_valid():
            tell_closed(request, form.save(by=request.user), form)
            return leave_dialog(request, opportunity.get_absolute_url())
    except AlreadyClosed as refusal:
        return refuse(request, opportunity, refusal)
    except Gone as refusal:
        raise Http404 from refusal
    except (PlanOutOfDate, OpenQuotesRemain):
        form = CloseForm(opportunity, request.POST.dict())  # reads the quotes anew, and finds what changed
        form.full_clean()
    except PeriodClosed as refusal:
        form.add_error("closed_on", str(refusal))
    except (ValidationError, IntegrityError) as error:
        form.add_error(None, sentences(error))
    if closing := services.current_closing(opportunity):  # since it was read: that says more than its quotes
        return refuse(request, opportunity, AlreadyClosed(closing))
    form.show_again()
    return show_close(request, form, status=422)


@require_http_methods(["GET", "POST"])
def preview_close(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog after a choice in it, which changes what else can be chosen; nothing is recorded or judged."""
    opportunity = get_opportunity(request, pk, "close")
    if request.method == "GET":  # after a sign-in that had expired
        return redirect("opportunities:close", pk)
    if closing := not opportunity.is_open and services.current_closing(opportunity):
        return refuse(request, opportunity, AlreadyClosed(closing))
    return show_close(request, CloseForm.preview(opportunity, request.POST.dict()))


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a closing back for whoever recorded it; asks first where the button of the message had no JavaScript."""
    opportunity = get_opportunity(request, pk, "view")
    if request.method == "GET" and "closing" not in request.GET:  # after a sign-in that had expired
        return redirect(opportunity)
    closing = get_closing(opportunity, request.GET.get("closing") or request.POST.get("closing", ""))
    if request.method == "GET":
        if not closing.can_be_undone_by(request.user):
            return refuse(request, opportunity, UndoRefused())
        return show(request, "closing/_undo", _("Undo closing"), opportunity, {"closing": closing})
    try:
        services.undo_close(closing, by=request.user)
    except (NotClosed, PeriodClosed, UndoRefused) as refusal:
        return refuse(request, opportunity, refusal)
    messages.success(request, _("The closing is undone: everything is as it was before."))
    return leave_dialog(request, opportunity.get_absolute_url())


@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The Reopen opportunity dialog; submitted, the reopening."""
    return change_closing(
        request, pk, ReopenForm, "closing/_reopen", _("Reopen opportunity"), _("The opportunity is open again.")
    )


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The Correct closing dialog; submitted, the correction."""
    done = _("The closing is corrected.")
    return change_closing(request, pk, CorrectForm, "closing/_correct", _("Correct closing"), done)


def change_closing(request: HttpRequest, pk: int, form_class, panel: str, title: str, done: str) -> HttpResponse:
    """A dialog that changes the current closing: shows it, judges it, and says `done`."""
    opportunity = get_opportunity(request, pk, "reopen")
    current = services.current_closing(opportunity)
    if current is None or request.POST.get("closing", str(current.pk)) != str(current.pk):
        return refuse(request, opportunity, NotClosed())
    if request.method == "GET":
        return show(request, panel, title, opportunity, {"form": form_class(current)})
    form = form_class(current, request.POST)
    try:
        if form.is_valid():
            form.save(by=request.user)
            messages.success(request, done)
            return leave_dialog(request, opportunity.get_absolute_url())
    except NotClosed as refusal:
        return refuse(request, opportunity, refusal)
    except PeriodClosed as refusal:
        form.add_error("closed_on" if "closed_on" in form.fields else None, str(refusal))
    except (ValidationError, IntegrityError) as error:
        form.add_error(None, sentences(error))
    if services.current_closing(opportunity) != current:  # since it was read: that says more than its quotes
        return refuse(request, opportunity, NotClosed())
    return show(request, panel, title, opportunity, {"form": form}, status=422)


def get_opportunity(request: HttpRequest, pk: int, action: str) -> Opportunity:
    """The opportunity with its account; 404 when there is none, 403 unless the user may do `action`."""
    opportunity = OPPORTUNITY.one(pk=pk)
    if opportunity is None:
        raise Http404
    require(request.user, action, opportunity)
    return opportunity


def get_closing(opportunity: Opportunity, pk: str) -> OpportunityClose:
    if not re.fullmatch("[0-9]{1,18}", pk):
        raise Http404
    return get_object_or_404(opportunity.closings.select_related("opportunity"), pk=pk)


def show_close(request: HttpRequest, form: CloseForm, status: int = 200) -> HttpResponse:
    return show(request, "closing/_close", _("Close opportunity"), form.opportunity, {"form": form}, status)


def show(
    request: HttpRequest, panel: str, title: str, opportunity: Opportunity, context: dict, status: int = 200
) -> HttpResponse:
    context |= {
        "dialog_title": title,
        "dialog_about": [about for about in (opportunity.topic, opportunity.account) if about],
        "opportunity": opportunity,
        "next": opener(request, opportunity.get_absolute_url()),
    }
    return render_dialog(request, f"opportunities/{panel}.html", context, status)


def refuse(request: HttpRequest, opportunity: Opportunity, refusal: Refused) -> HttpResponse:
    """409: somebody was faster. Says who, as what and when, and leads to the opportunity as it is now."""
    context = {"refusal": refusal, "there": opportunity}
    return show(request, "_refused", _("Nothing was changed"), opportunity, context, status=409)


def tell_closed(request: HttpRequest, closing: OpportunityClose, form: CloseForm) -> None:
    """The message after closing: what was closed, what looks odd about it, and Undo."""
    count = len(form.plan.quotes)
    if not count:
        text = _("Closed as won.") if closing.outcome == State.WON else _("Closed as lost.")
    elif closing.outcome == State.WON:
        text = ngettext("Closed as won, with %(count)s quote.", "Closed as won, with %(count)s quotes.", count)
    else:
        text = ngettext("Closed as lost, with %(count)s quote.", "Closed as lost, with %(count)s quotes.", count)
    warnings = facts.closing_warnings(form.closing(), form.plan.winner)
    context = {"closing": closing, "text": text % {"count": count}, "warnings": warnings}
    messages.success(request, render_to_string("opportunities/closing/_closed_message.html", context))


def sentences(error: ValidationError | IntegrityError) -> list[str] | str:
    """What refused a closing that the form had found right: a rule that changed in between, or a guard."""
    return error.messages if isinstance(error, ValidationError) else guards.sentence(error)
