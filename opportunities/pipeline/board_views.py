"""The board: opportunities as cards in the columns of their stages, moved from one to the other, and closed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from opportunities.closing import Gone, Refused
from opportunities.models import STAGES, Opportunity, Stage
from opportunities.permissions import require
from opportunities.pipeline import board as contents
from opportunities.pipeline.board import BoardFilter
from opportunities.record import services


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The board; with `stage` and `page` in the address that column further down, for htmx its cards alone."""
    require(request.user, "view")
    filters, stages = BoardFilter(request.GET, request.user), STAGES()
    stage = find(stages, request.GET.get("stage", ""))
    if stage and request.htmx.target == f"more-{stage.pk}":
        column = contents.column(filters, stage, request.GET.get("page", ""))
        if not column.is_later:  # those that were there are gone
            column = contents.Column(stage, [], "", is_later=False)
        return render(request, "opportunities/pipeline/_cards.html", card_context(filters, stages) | {"column": column})
    return show_board(request, filters, stages)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves an opportunity to the `stage` that is sent; `shown` is the one that its card was in.

    A sign-in that had expired leads back here by GET, and on to the board.
    """
    opportunity = get_object_or_404(Opportunity.objects.select_related("stage"), pk=pk)
    require(request.user, "change", opportunity)
    if request.method == "GET":
        return redirect("opportunities:board")
    stages = STAGES()
    stage, shown = (find(stages, request.POST.get(name, "")) for name in ("stage", "shown"))
    filters = BoardFilter(request.POST, request.user)
    done, status = "", 422
    try:
        if stage:
            services.move_to_stage(opportunity, by=request.user, stage=stage, shown_in=shown)
            done, status = _("“%(topic)s” is in %(stage)s now.") % {"topic": opportunity.topic, "stage": stage}, 200
        else:
            messages.warning(request, _("There is no such stage (any more). Reload the page to see those there are."))
    except Gone as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.warning(request, str(refusal))
        status = 409
    if request.htmx:
        return moved(request, opportunity, [shown, stage], filters, stages, done, status)
    if status == 200:
        messages.success(request, done)
        return redirect(f"{filters.address}#card-{opportunity.pk}")
    return show_board(request, filters, stages, status)


def show_board(request: HttpRequest, filters: BoardFilter, stages: list[Stage], status: int = 200) -> HttpResponse:
    further = {request.GET.get("stage", ""): request.GET.get("page", "")}
    columns = [contents.column(filters, stage, further.get(str(stage.pk), "")) for stage in stages]
    context = card_context(filters, stages) | {
        "columns": list(zip(contents.heads(filters, stages), columns, strict=True))
    }
    return render(request, "opportunities/pipeline/board.html", context, status=status)


def moved(
    request: HttpRequest,
    opportunity: Opportunity,
    touched: list[Stage | None],
    filters: BoardFilter,
    stages: list[Stage],
    done: str,
    status: int,
) -> HttpResponse:
    """The card as it is now, or nothing in its place when it is closed, and the heads of the columns it touches."""
    now = Opportunity.objects.select_related("account", "owner", "stage").filter(pk=opportunity.pk).first()
    touched = {*touched, now and now.stage} - {None}
    context = card_context(filters, stages) | {
        "card": contents.card(now, request.user) if now and now.is_open else None,
        "heads": contents.heads(filters, [stage for stage in stages if stage in touched]),
        "done": done,
    }
    answer = render(request, "opportunities/pipeline/_moved.html", context, status=status)
    return trigger_client_event(answer, "board-card", {"id": f"card-{opportunity.pk}"}, after="swap")


def card_context(filters: BoardFilter, stages: list[Stage]) -> dict:
    """What every card of a page needs."""
    return {"filters": filters, "stages": stages, "today": timezone.localdate(), "counted": contents.COUNTED}


def find(stages: list[Stage], pk: str) -> Stage | None:
    return next((stage for stage in stages if str(stage.pk) == pk), None)
