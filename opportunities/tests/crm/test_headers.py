"""What every answer tells the browser, whoever gives it."""

import pytest

from opportunities.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def check(response) -> None:
    assert {name: response.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert set(response["Content-Security-Policy"].split("; ")) == CSP
    assert "camera=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]
    assert len(response["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("path", "status", "how"),
    [
        ("/", 200, {}),
        ("/opportunities/export.csv", 200, {}),
        ("/admin/", 302, {}),
        ("/nothing/", 404, {}),
        ("/quotes", 301, {}),
        ("/healthz", 200, {}),
        ("/", 400, {"HTTP_HOST": "elsewhere.example"}),
        ("/", 415, {"CONTENT_TYPE": "text/plain; charset=utf-7"}),
    ],
)
def test_every_answer_has_the_policies(client, salesperson, path, status, how):
    client.force_login(salesperson)
    response = client.get(path, **how)
    assert response.status_code == status
    check(response)


def test_an_error_has_them_too(client, salesperson, monkeypatch):
    def fail(*_arguments):
        raise ValueError

    monkeypatch.setattr("opportunities.pipeline.day_views.render", fail)
    client.force_login(salesperson)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    check(response)


@pytest.mark.parametrize("path", ["/", "/opportunities/1/", "/accounts/login/", "/accounts/password/reset/", "/admin/"])
def test_no_page_is_kept_by_a_cache(client, salesperson, path):
    for _ in range(2):
        response = client.get(path)
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
        assert "HX-Request" in response["Vary"].split(", ")
        client.force_login(salesperson)


def test_behind_https_only_https_is_spoken(client, salesperson, settings):
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    plain = client.get("/accounts/login/?next=/")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/accounts/login/?next=/")
    secure = client.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"})
    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert secure.cookies["csrftoken"]["secure"]


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(client, salesperson):
    response = client.post("/accounts/login/", {"username": "marta", "password": PASSWORD})
    cookie = response.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
