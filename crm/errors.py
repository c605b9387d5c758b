"""The pages of refusals: a full page, or a panel of the dialog where htmx asked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from opportunities.dialog import render_dialog


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    return problem(request, 400, _("This request could not be read"), _("Go back and try again."))


def permission_denied(request: HttpRequest, exception=None) -> HttpResponse:
    """Says which permission is missing, when the refusal names it (opportunities.permissions.require)."""
    return problem(request, 403, _("You may not do this"), str(exception or "") or _("Ask an administrator."))


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    return problem(request, 404, _("There is nothing here"), _("It may have been deleted, or the address is mistyped."))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return problem(request, 429, _("That was too often"), _("Wait ten minutes, then try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem(
        request,
        403,
        _("This form is too old to be sent"),
        _("You signed in or out since it was shown, or cookies are switched off. Reload the page and try again."),
    )


def problem(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"dialog_title": title, "text": text}
    if not hasattr(request, "htmx"):  # refused before the middleware that says what asked, as an unknown host is
        return render(request, "opportunities/dialog_page.html", context | {"panel": "_problem.html"}, status=status)
    return render_dialog(request, "_problem.html", context, status)
