"""What every request passes: a name for the log, its character set, sign-in, language and time zone, and no caching."""

import logging
from time import perf_counter
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.auth.views import redirect_to_login
from django.db import DataError
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from crm.errors import bad_request, not_allowed, problem
from crm.logs import path_of, request_id
from opportunities.dialog import current_path

logger = logging.getLogger("crm.request")
# What no page of ours uses, no page may use.
UNUSED = [
    *["accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "geolocation", "gyroscope", "hid"],
    *[
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
    ],
]
POLICY = ", ".join(f"{feature}=()" for feature in UNUSED)


class RequestMiddleware:
    """Names the request and logs how it went. The name is ours: one that a visitor sends could be anybody's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started, request.id = perf_counter(), uuid4().hex
        token = request_id.set(request.id)
        try:
            response = self.get_response(request)
            self.log(request, response, started)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.id
        response["Permissions-Policy"] = POLICY
        return response

    def log(self, request, response, started: float) -> None:
        user = getattr(request, "_cached_user", None)  # where `request.user` could ask a database that is down
        extra = {
            "method": request.method,
            "path": path_of(request),
            "status": response.status_code,
            "milliseconds": round(1_000 * (perf_counter() - started)),
            "user": user and user.pk,
        }
        logger.info("A request was answered.", extra=extra)


class Utf8Middleware:
    """Refuses a form in another character set: browsers send ours, and some sets decode to what cannot be stored."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        charset = request.content_params.get("charset", "utf-8").lower()
        if charset not in {"utf-8", "utf8"}:
            return problem(request, 415, _("This request could not be read"), _("Forms are read in UTF-8."))
        return self.get_response(request)


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Every page needs a sign-in unless it says otherwise.

    An expired login sends the whole page to the login, not its form into a dialog.
    """

    def handle_no_permission(self, request, view_func):
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        page = current_path(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
        return HttpResponseClientRedirect(redirect_to_login(page).url)


class PreferencesMiddleware:
    """Speaks the language and uses the time zone that a signed-in user chose; else the browser's and the site's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        preferences = getattr(request.user, "preferences", None)
        if preferences and preferences.language:
            translation.activate(preferences.language)
            request.LANGUAGE_CODE = preferences.language
        zone = ZoneInfo(preferences.time_zone) if preferences and preferences.time_zone else None
        with timezone.override(zone):
            return self.get_response(request)


class PrivatePagesMiddleware:
    """No page is kept by a cache; a fragment for htmx is never taken for its page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        add_never_cache_headers(response)
        return response


class ReadableRefusalsMiddleware:
    """What Django refuses without a word, or not at all, is refused with a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        return not_allowed(request, response) if response.status_code == 405 else response

    def process_exception(self, request, exception):
        """A number that no column holds is no mistake of ours, such as `?pk__in=99999999999999999999` in the admin."""
        return bad_request(request) if isinstance(exception, (OverflowError, DataError)) else None
