"""The pages of refusals: a full page, or a panel of the dialog where htmx asked; and that of a server that failed."""

import sys

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
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


def not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page in the place of Django's own answer to a method that an address does not take, which says nothing."""
    page = problem(
        request,
        405,
        _("This address does not work this way"),
        _("Go back, and use the links and buttons of the page."),
    )
    page["Allow"] = response["Allow"]
    return page


# What a database says when it takes no changes: words of SQLite, codes of PostgreSQL.
TAKES_NO_CHANGES = ("readonly database", "database or disk is full", "disk I/O error")
TAKES_NO_CHANGES_STATES = {"25006", "53100"}  # read-only transaction, disk full


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where the database failed, with what that means for what was sent; else 500.

    The page asks the database nothing. failures.js shows its sentence beside what was typed.
    """
    error = sys.exc_info()[1]
    if isinstance(error, Error) and takes_no_changes(error):
        text = _("The database takes no changes at the moment, so nothing was saved. Tell an administrator.")
    elif isinstance(error, (OperationalError, InterfaceError)):
        text = _("The database does not answer at the moment. What you sent last may not have been saved.")
    else:
        return HttpResponse(render_to_string("500.html"), status=500)
    return HttpResponse(render_to_string("503.html", {"text": text}), status=503)


def takes_no_changes(error: Error) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in TAKES_NO_CHANGES_STATES or any(words in str(error) for words in TAKES_NO_CHANGES)


def problem(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"dialog_title": title, "text": text}
    if not hasattr(request, "htmx"):  # refused before the middleware that says what asked, as an unknown host is
        return render(request, "opportunities/dialog_page.html", context | {"panel": "_problem.html"}, status=status)
    return render_dialog(request, "_problem.html", context, status)
