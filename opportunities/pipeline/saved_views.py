"""Keeping a view of the list of opportunities under a name, and deleting it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opportunities.dialog import lead_to, opener, render_dialog
from opportunities.models import SavedView
from opportunities.permissions import require
from opportunities.pipeline.saved_forms import SavedViewForm
from opportunities.pipeline.saved_services import NameTaken, TooMany, save_view


@require_http_methods(["GET", "POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Asks for a name; submitted, keeps the filters and the order of `query`. A name in use is asked about first."""
    require(request.user, "view")
    if request.method == "GET":
        form = SavedViewForm(request.user, initial={"query": request.GET.get("query", "")})
        return save_dialog(request, form)
    form = SavedViewForm(request.user, request.POST.dict())
    if not form.is_valid():
        return save_dialog(request, form, status=422)
    try:
        view = save_view(request.user, form.cleaned_data["name"], form.cleaned_data["query"], replace=form.may_replace)
    except NameTaken:
        form.ask_to_replace()
        return save_dialog(request, form, status=409)
    except TooMany as refusal:
        form.add_error(None, str(refusal))
        return save_dialog(request, form, status=422)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return lead_to(request, f"{reverse('opportunities:list')}?{view.query}")


def save_dialog(request: HttpRequest, form: SavedViewForm, status: int = 200) -> HttpResponse:
    context = {"dialog_title": _("Save view"), "form": form, "next": opener(request, reverse("opportunities:list"))}
    return render_dialog(request, "opportunities/pipeline/_save_view.html", context, status)


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks; submitted, deletes the view. 404 for that of another user."""
    require(request.user, "view")
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    if request.method == "POST":
        view.delete()
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return lead_to(request, opener(request, reverse("opportunities:list")))
    context = {
        "dialog_title": _("Delete view"),
        "dialog_about": [view.name],
        "next": opener(request, reverse("opportunities:list")),
    }
    return render_dialog(request, "opportunities/pipeline/_delete_view.html", context)
