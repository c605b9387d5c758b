"""The pages of one opportunity: read, create, edit, hand over, note, delete."""

from collections.abc import Callable

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from opportunities.closing import Gone, Refused
from opportunities.closing.services import lock
from opportunities.dialog import leave_dialog, render_dialog
from opportunities.models import Opportunity, Stage, State, StatusReason, guards
from opportunities.permissions import require
from opportunities.record import services
from opportunities.record.forms import HandOverForm, NextStepForm, NoteForm, OpportunityForm
from opportunities.record.page import OPPORTUNITY, page_of


@require_safe
def opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, get_opportunity(request, pk, "view"))


@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps a note on the timeline; a sign-in that had expired leads back here by GET, and on to the opportunity."""
    opportunity = get_opportunity(request, pk, "change")
    if request.method == "GET":
        return redirect(opportunity)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return show(request, opportunity, 422, note_form=form)
    try:
        services.add_note(opportunity, by=request.user, text=form.cleaned_data["text"])
    except Gone as refusal:
        raise Http404 from refusal
    messages.success(request, _("The note is on the timeline."))
    return redirect(opportunity)


@require_http_methods(["GET", "POST"])
def next_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes the next step of an open opportunity, or says what is wrong on its page; by GET, leads there."""
    opportunity = get_opportunity(request, pk, "change")
    if request.method == "GET":
        return redirect(opportunity)
    try:
        with transaction.atomic():
            lock(opportunity)
            form = NextStepForm(get_opportunity(request, pk, "change"), request.POST.dict())
            if form.is_valid():
                form.save(by=request.user)
                messages.success(request, _("The next step is saved."))
                return redirect(opportunity)
    except Gone as refusal:
        raise Http404 from refusal
    except services.OpportunityIsClosed as refusal:
        return refuse(request, pk, refusal)
    return show(request, form.opportunity, 409 if form.is_late else 422, step_form=form)


@require_http_methods(["GET", "POST"])
def next_step_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tells the timeline that the step which was shown is done; by GET, leads to the opportunity."""
    opportunity = get_opportunity(request, pk, "change")
    if request.method == "GET":
        return redirect(opportunity)
    try:
        services.finish_next_step(opportunity, by=request.user, step=request.POST.get("step", ""))
    except Gone as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        return refuse(request, pk, refusal)
    messages.success(request, _("Done: the step is on the timeline."))
    return redirect(opportunity)


def refuse(request: HttpRequest, pk: int, refusal: Refused) -> HttpResponse:
    """The page as it is by now, and why nothing was done."""
    messages.error(request, str(refusal))
    return show(request, get_opportunity(request, pk, "view"), 409)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    require(request.user, "add")
    blank = Opportunity(
        owner=request.user,
        stage=Stage.objects.first(),
        status_reason=StatusReason.objects.default_for(State.OPEN),
        opened_on=timezone.localdate(),
    )
    title = _("New opportunity")
    if request.method == "GET":
        return form_page(request, OpportunityForm(blank), title)
    return save(request, lambda: OpportunityForm(blank, request.POST.dict()), title, _("The opportunity is created."))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an open opportunity; of a closed one, only its owner."""
    opportunity = get_opportunity(request, pk, "change")
    if opportunity.is_open or "topic" in request.POST:  # a form from before the closing is refused in words
        form_class, title, done = OpportunityForm, _("Edit opportunity"), _("The changes are saved.")
    else:
        form_class, title, done = HandOverForm, _("Hand over opportunity"), _("The opportunity is handed over.")
    if request.method == "GET":
        return form_page(request, form_class(opportunity), title)

    def locked_form() -> OpportunityForm | HandOverForm:
        try:
            lock(opportunity)
        except Gone:  # saving it says so
            return form_class(opportunity, request.POST.dict())
        return form_class(get_opportunity(request, pk, "change"), request.POST.dict())

    return save(request, locked_form, title, done)


def save(
    request: HttpRequest, bind: Callable[[], OpportunityForm | HandOverForm], title: str, done: str
) -> HttpResponse:
    """Saves what was typed into the form that `bind` makes, in the same transaction; says `done`, or what is wrong."""
    status = 422
    with transaction.atomic():
        form = bind()
        try:
            if form.is_valid():
                saved = form.save(by=request.user)
                messages.success(request, done)
                return redirect(saved)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        except IntegrityError as error:
            form.add_error(None, guards.sentence(error))
    return form_page(request, form, title, 409 if form.is_late else status)


def form_page(
    request: HttpRequest, form: OpportunityForm | HandOverForm, title: str, status: int = 200
) -> HttpResponse:
    context = {"form": form, "title": title, "opportunity": form.opportunity}
    return render(request, "opportunities/record/edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, or says why not; submitted, deletes the opportunity."""
    opportunity = get_opportunity(request, pk, "change")
    refusal, status = services.deletion_refusal(opportunity), 200
    if request.method == "POST":
        try:
            services.delete_opportunity(opportunity)
        except Gone as gone:
            raise Http404 from gone
        except services.DeletionRefused as refused:
            refusal, status = str(refused), 409
        else:
            messages.success(request, _("“%(topic)s” is deleted.") % {"topic": opportunity.topic})
            return leave_dialog(request, reverse("opportunities:list"))
    context = {
        "dialog_title": _("Delete opportunity"),
        "dialog_about": [opportunity.topic],
        "opportunity": opportunity,
        "refusal": refusal,
    }
    return render_dialog(request, "opportunities/record/_delete.html", context, status)


@require_safe
def account_options(request: HttpRequest) -> HttpResponse:
    """The accounts to suggest for what is typed so far."""
    require(request.user, "view")
    return options(request, services.account_names(request.GET.get("account", "")))


@require_safe
def contact_options(request: HttpRequest) -> HttpResponse:
    """The contacts to suggest, for the account that is typed."""
    require(request.user, "view")
    return options(request, services.contact_names(request.GET.get("account", "")))


def options(request: HttpRequest, names: list[str]) -> HttpResponse:
    return render(request, "opportunities/record/_options.html", {"names": names})


def get_opportunity(request: HttpRequest, pk: int, action: str) -> Opportunity:
    """The opportunity as its page needs it; 404 when there is none, 403 unless the user may do `action`."""
    opportunity = OPPORTUNITY.one(pk=pk)
    if opportunity is None:
        raise Http404
    require(request.user, action, opportunity)
    return opportunity


def show(request: HttpRequest, opportunity: Opportunity, status: int = 200, **forms: Form) -> HttpResponse:
    """The page of `opportunity`, with those of its `forms` that were sent and refused."""
    address = request.GET
    context = page_of(opportunity, request.user, show=address.get("timeline", ""), before=address.get("before", ""))
    context |= {"note_form": NoteForm(), "step_form": NextStepForm(opportunity)} | forms
    return render(request, "opportunities/record/opportunity.html", context, status=status)
