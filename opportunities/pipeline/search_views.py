"""Quick search, as one types and as a page; and the list of shortcuts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from opportunities.dialog import render_dialog
from opportunities.permissions import require
from opportunities.pipeline import quick
from opportunities.pipeline.shortcuts import shortcuts

ON_A_PAGE = 20  # of each kind


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What `?q=` finds: under the box in the top bar for htmx, else a page of its own."""
    require(request.user, "view")
    text = request.GET.get("q", "").replace("\0", "").strip()
    as_typed = request.htmx and request.htmx.target == "quick-hits"
    context = {
        "text": text,
        "length": quick.LENGTH,
        "is_enough": quick.is_enough(text),
        "groups": quick.find(text, quick.AT_ONCE if as_typed else ON_A_PAGE),
    }
    template = "_hits" if as_typed else "search"
    return render(request, f"opportunities/pipeline/{template}.html", context)


@require_safe
def shortcut_list(request: HttpRequest) -> HttpResponse:
    return render_dialog(request, "opportunities/pipeline/_shortcuts.html", {"shortcuts": shortcuts()})
