"""Close many: one dialog for the opportunities that are selected in the list, and what became of each."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from opportunities.closing import Refused, UndoRefused
from opportunities.closing.bulk import MOST, Result, undo_batch
from opportunities.closing.bulk_forms import CloseManyForm
from opportunities.closing.views import sentences
from opportunities.dialog import leave_dialog, opener, render_dialog
from opportunities.models import ClosingBatch
from opportunities.permissions import require
from opportunities.pipeline.bulk_views import refuse_selection
from opportunities.pipeline.selection import read_selection


@require_http_methods(["GET", "POST"])
def close_many(request: HttpRequest) -> HttpResponse:
    """The dialog; with `step=record`, the closings. A choice in it shows it anew, and nothing is judged then.

    A sign-in that had expired leads back here by GET, and on to the list.
    """
    require(request.user, "close")
    if request.method == "GET":
        return redirect("opportunities:list")
    try:
        selection = read_selection(request.POST, request.user, MOST)
    except Refused as refusal:
        return refuse_selection(request, refusal)
    if request.POST.get("step") != "record":
        return show_form(request, CloseManyForm(selection.keys, request.user, initial=request.POST))
    form = CloseManyForm(selection.keys, request.user, request.POST)
    if form.is_valid():
        try:
            result = form.save()
            if result.batch:
                return show_result(request, form, result)
            form = CloseManyForm(selection.keys, request.user, request.POST)  # all of them are blocked by now
        except (ValidationError, IntegrityError) as error:
            form.add_error(None, sentences(error))
    return show_form(request, form, status=422)


@require_http_methods(["GET", "POST"])
def undo_many(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back what was closed together, for whoever did it; asks first where there was no JavaScript."""
    batch = get_object_or_404(ClosingBatch, pk=pk)
    require(request.user, "close")
    try:
        if request.method == "GET":
            if not batch.can_be_undone_by(request.user):
                raise UndoRefused
            return show(request, "_undo_many", _("Undo closings"), {})
        undone, left = undo_batch(batch, by=request.user)
    except Refused as refusal:
        return show(request, "_undo_many", _("Nothing was changed"), {"refusal": refusal}, status=409)
    text = ngettext(
        "%(count)s opportunity is open again, as it was before.",
        "%(count)s opportunities are open again, as they were before.",
        len(undone),
    )
    messages.success(request, text % {"count": len(undone)})
    if left:
        topics = ", ".join(opportunity.topic for opportunity in left)
        messages.warning(request, _("Left alone, since they were changed meanwhile: %(topics)s") % {"topics": topics})
    return leave_dialog(request, reverse("opportunities:list"))


def show_form(request: HttpRequest, form: CloseManyForm, status: int = 200) -> HttpResponse:
    count = len(form.keys)
    about = ngettext("%(count)s opportunity", "%(count)s opportunities", count) % {"count": count}
    return show(request, "_close_many", _("Close many"), {"form": form, "dialog_about": [about]}, status)


def show_result(request: HttpRequest, form: CloseManyForm, result: Result) -> HttpResponse:
    """What became of each row; the list behind the dialog is asked to show itself anew."""
    answer = show(request, "_closed_many", _("Close many"), {"form": form, "result": result})
    return trigger_client_event(answer, "list-changed", after="settle")


def show(request: HttpRequest, panel: str, title: str, context: dict, status: int = 200) -> HttpResponse:
    context |= {"dialog_title": title, "next": opener(request, reverse("opportunities:list"))}
    return render_dialog(request, f"opportunities/pipeline/{panel}.html", context, status)
