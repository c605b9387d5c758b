"""How a form that opens in the page's dialog answers: a fragment for htmx, a full page without it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, HttpResponseLocation


def render_dialog(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    """The panel in `template`, alone for htmx; without it inside a page that works by itself.

    A refused form has `status` 422 (what was typed is wrong) or 409 (somebody was faster).
    """
    page = template if request.htmx else "opportunities/dialog_page.html"
    return render(request, page, context | {"panel": template}, status=status)


def leave_dialog(request: HttpRequest, default: str) -> HttpResponse:
    """On success: back to the page that opened the dialog, refreshed; messages travel along."""
    return lead_to(request, opener(request, default))


def lead_to(request: HttpRequest, page: str) -> HttpResponse:
    """On success: to `page`, in the place of the one that opened the dialog; messages travel along."""
    if request.htmx and page.startswith(reverse("admin:index")):  # its pages are not made of ours
        return HttpResponseClientRedirect(page)
    if request.htmx:
        return HttpResponseLocation(page, target="#main", select="#main", swap="outerHTML show:none")
    return HttpResponseRedirect(page)


def opener(request: HttpRequest, default: str) -> str:
    """The path of the page that opened the dialog, if it is one of ours; else `default`."""
    asked = request.POST.get("next") or request.GET.get("next") or current_path(request)
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    is_dialog = asked.partition("?")[0] == request.path
    return asked if asked.startswith("/") and safe and not is_dialog else default


def current_path(request: HttpRequest) -> str:
    """The path of the page that an htmx request comes from; "" for any other request, and for a header that is none."""
    try:
        return (request.htmx and request.htmx.current_url_abs_path) or ""
    except ValueError:
        return ""
