"""What every request passes: sign-in, the user's language and time zone, and no public caching."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Every page needs a sign-in unless it says otherwise.

    An expired login sends the whole page to the login, not its form into a dialog.
    """

    def handle_no_permission(self, request, view_func):
        response = super().handle_no_permission(request, view_func)
        return HttpResponseClientRedirect(login_url(request)) if request.htmx else response


def login_url(request):
    from django.contrib.auth.views import redirect_to_login

    page = request.htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL
    return redirect_to_login(page).url


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
    """What a signed-in user sees is kept by no cache; a fragment for htmx is never taken for its page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response
