"""A user's own preferences and password."""

from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from opportunities.models import Preferences
from opportunities.preferences.forms import PreferencesForm


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, time zone and shortcuts; they hold from the next page on. A box that is not ticked is not sent."""
    mine = Preferences.objects.filter(user=request.user).first()
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=mine)
    if form.is_valid() and form.fields.keys() - {"shortcuts"} <= request.POST.keys():
        Preferences.objects.update_or_create(user=request.user, defaults=form.cleaned_data)
        translation.activate(form.cleaned_data["language"] or translation.get_language_from_request(request))
        messages.success(request, _("Your preferences are saved."))
        return redirect("opportunities:preferences")
    return render(request, "opportunities/preferences/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@method_decorator(rate_limit(action="change_password"), name="dispatch")
class PasswordChange(SuccessMessageMixin, PasswordChangeView):
    """Django's own; other sessions of the user end with the old password. An open session guesses it no faster."""

    template_name = "account/password_change.html"  # not the name that admin uses for its own page
    success_url = reverse_lazy("opportunities:preferences")
    success_message = gettext_lazy("Your password is changed.")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)
