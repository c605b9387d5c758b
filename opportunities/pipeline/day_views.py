"""My day: where a user begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from opportunities.permissions import may, require
from opportunities.pipeline.day import sections_of


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """What waits for the user today, and what happened to their opportunities."""
    require(request.user, "view")
    sections = {section.name: section for section in sections_of(request.user)}
    context = {
        "sections": sections,
        "waits": any(sections[name].count for name in ("overdue", "closing", "steps", "quotes", "idle")),
        "today": timezone.localdate(),
        "may_add": may(request.user, "add"),
        "may_close": may(request.user, "close"),  # one's own, and all here are
    }
    return render(request, "opportunities/pipeline/day.html", context)
