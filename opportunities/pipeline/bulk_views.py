"""Changing the owner, the stage or the estimated close date of the opportunities that are selected in the list."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from opportunities.closing import Refused
from opportunities.dialog import lead_to, opener, render_dialog
from opportunities.models import guards
from opportunities.permissions import require
from opportunities.pipeline.bulk_forms import FORMS, ChangeForm
from opportunities.pipeline.selection import Selection, read_selection
from opportunities.record.bulk_services import MOST, Result, change_many


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, field: str) -> HttpResponse:
    """Asks what `field` is to be; with an answer, changes what can be changed, and says of the rest why not.

    A sign-in that had expired leads back here by GET, and on to the list.
    """
    require(request.user, "change")
    if request.method == "GET":
        return redirect("opportunities:list")
    try:
        selection = read_selection(request.POST, request.user, MOST)
    except Refused as refusal:
        return refuse_selection(request, refusal)
    if field not in request.POST:
        return ask(request, FORMS[field](), selection)
    form = FORMS[field](request.POST.dict())
    if not form.is_valid():
        return ask(request, form, selection, status=422)
    try:
        result = change_many(selection.keys, by=request.user, field=field, value=form.cleaned_data[field])
    except IntegrityError as error:  # what was chosen was deleted meanwhile
        form.add_error(None, guards.sentence(error))
        return ask(request, form, selection, status=409)
    if result.left:
        return show_result(request, form, result)
    messages.success(request, changed_sentence(result))
    return lead_to(request, opener(request, reverse("opportunities:list")))


def refuse_selection(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """422: says why the selection cannot be worked with."""
    context = {"dialog_title": _("Nothing was changed"), "text": str(refusal)}
    return render_dialog(request, "_problem.html", context, status=422)


def ask(request: HttpRequest, form: ChangeForm, selection: Selection, status: int = 200) -> HttpResponse:
    count = selection.count
    selected = ngettext("%(count)s opportunity", "%(count)s opportunities", count) % {"count": count}
    context = {"dialog_title": form.title, "dialog_about": [selected], "form": form, "selection": selection}
    return show(request, "opportunities/pipeline/_change_many.html", context, status)


def show_result(request: HttpRequest, form: ChangeForm, result: Result) -> HttpResponse:
    """How many were changed and what was left; the list behind the dialog is asked to show itself anew."""
    context = {"dialog_title": form.title, "sentence": changed_sentence(result), "result": result}
    answer = show(request, "opportunities/pipeline/_changed_many.html", context)
    return trigger_client_event(answer, "list-changed", after="settle")


def show(request: HttpRequest, panel: str, context: dict, status: int = 200) -> HttpResponse:
    return render_dialog(request, panel, context | {"next": opener(request, reverse("opportunities:list"))}, status)


def changed_sentence(result: Result) -> str:
    return ngettext("%(count)s opportunity is changed.", "%(count)s opportunities are changed.", result.changed) % {
        "count": result.changed
    }
