"""Signing in and getting a new password: allauth's flows, with the forms, words and throttles of this site.

Failures are counted for an account and an address together, so that whoever guesses locks out nobody but themselves.
Nothing that is answered depends on whether an account exists.
"""

import logging
from copy import deepcopy
from threading import Thread

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import NON_FIELD_ERRORS
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
TOO_MANY = "too_many_login_attempts"  # allauth's name


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The username or the password is wrong."),
        TOO_MANY: _("Too many attempts have failed. Wait five minutes, then try again."),
    }

    def _get_login_attempts_cache_key(self, request, **credentials) -> str:
        """What failures are counted by. Allauth's has no address, but the host, whose port a visitor may choose."""
        return f"{get_ip(request)} {credentials.get('username', '').lower()}"

    def authentication_failed(self, request, **credentials):
        logger.warning("A sign-in failed.", extra={"address": self.get_client_ip(request)})

    def is_ajax(self, request) -> bool:
        """Answers with pages only, also to a script."""
        return False

    def is_safe_url(self, url) -> bool:
        """A path of this site, no address."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def respond_user_inactive(self, request, user):
        """For who was deactivated while they chose a new password."""
        return redirect("account_login")

    def send_password_reset_mail(self, user, email, context):
        chosen = getattr(user, "preferences", None)
        with translation.override((chosen and chosen.language) or translation.get_language()):
            super().send_password_reset_mail(user, email, context)

    def send_mail(self, template_prefix, email, context):
        """Sends in another thread: an answer that waited for the mail would tell that there is an account."""
        message = self.render_mail(template_prefix, email, context | {"email": email})
        Thread(target=send, args=[message], name="mail").start()


def send(message) -> None:
    try:
        message.send()
    except Exception:  # whatever it is, nobody is waiting for it
        logger.exception("A mail could not be sent.")


class SignInForm(LoginForm):
    """Allauth's, with Django's two fields."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = dict(zip(["login", "password"], deepcopy(AuthenticationForm.base_fields).values(), strict=True))
        self.fields["login"].label = _("Username")

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else field_name


class ResetForm(ResetPasswordForm):
    email = forms.EmailField(label=_("Email"), widget=forms.EmailInput({"autofocus": True, "autocomplete": "email"}))

    def clean_email(self) -> str:
        """Finds who may sign in with a password and has this address, letter by letter but for its case.

        The database may find more, where one letter becomes another when it changes its case.
        """
        email = self.cleaned_data["email"].lower()
        users = get_user_model().objects.filter(email__iexact=email, is_active=True).select_related("preferences")
        self.users = [user for user in users if user.email.lower() == email and user.has_usable_password()]
        return email


class NewPasswordForm(SetPasswordForm):
    """Django's, as allauth makes it."""

    def __init__(self, *args, user, temp_key, **kwargs):
        super().__init__(user, *args, **kwargs)


class Unprocessable:
    """Answers 422 to what is typed wrong, as every form here does, and 429 to who is throttled."""

    def form_invalid(self, form):
        status = 429 if form.has_error(NON_FIELD_ERRORS, TOO_MANY) else 422
        return self.render_to_response(self.get_context_data(form=form), status=status)


class SignIn(Unprocessable, views.LoginView):
    pass


class PasswordReset(Unprocessable, views.PasswordResetView):
    pass


class NewPassword(Unprocessable, views.PasswordResetFromKeyView):
    pass
