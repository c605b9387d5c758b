"""The addresses of the project; those of the product are in opportunities/urls.py."""

from allauth.account.decorators import secure_admin_login
from allauth.account.views import password_reset_done
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from crm import health, sign_in
from opportunities.preferences.views import PasswordChange

admin.site.login = secure_admin_login(admin.site.login)  # signs in where everybody does

urlpatterns = [
    path("", include("opportunities.urls")),
    path("accounts/login/", sign_in.SignIn.as_view(), name="account_login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password_change/", PasswordChange.as_view(), name="password_change"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

if settings.EMAIL_URL:
    urlpatterns += [
        path("accounts/password/reset/", sign_in.PasswordReset.as_view(), name="account_reset_password"),
        path("accounts/password/reset/done/", password_reset_done, name="account_reset_password_done"),
        re_path(
            "^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
            sign_in.NewPassword.as_view(),
            name="account_reset_password_from_key",
        ),
    ]

handler400 = "crm.errors.bad_request"
handler403 = "crm.errors.permission_denied"
handler404 = "crm.errors.not_found"
handler429 = "crm.errors.too_many_requests"  # allauth's
handler500 = "crm.errors.server_error"
