"""The addresses of the project; those of the product are in opportunities/urls.py."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from crm import health
from opportunities.preferences.views import PasswordChange

urlpatterns = [
    path("", include("opportunities.urls")),
    path("accounts/login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/password_change/", PasswordChange.as_view(), name="password_change"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "crm.errors.bad_request"
handler403 = "crm.errors.permission_denied"
handler404 = "crm.errors.not_found"
handler500 = "crm.errors.server_error"
