"""Guessing passwords: it is soon refused, to who guesses alone, and says nothing about which accounts exist."""

from time import perf_counter

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse

from opportunities.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
HERE, THERE = "192.0.2.1", "198.51.100.7"
GUESSED = "wrong"
WRONG = "The username or the password is wrong."
TOO_MANY = "Too many attempts have failed. Wait five minutes, then try again."


def attempt(client, username: str, password: str = GUESSED, address: str = HERE, **headers) -> tuple[int, str]:
    """The status and the error of a sign-in from `address`."""
    data = {"username": username, "password": password}
    response = client.post(LOGIN, data, REMOTE_ADDR=address, headers=headers)
    return response.status_code, "" if response.status_code == 302 else response.context["form"].non_field_errors()[0]


def guess(client, username: str, times: int = 5, **where) -> None:
    for _ in range(times):
        assert attempt(client, username, **where) == (422, WRONG)


@pytest.mark.parametrize("username", ["marta", "no such user", "gone"])
def test_an_account_is_refused_after_five_failures_whether_it_exists_or_not(client, salesperson, username):
    # given
    UserFactory(username="gone", is_active=False)

    # when, then
    guess(client, username)
    assert attempt(client, username) == (429, TOO_MANY)
    assert attempt(client, username.upper(), PASSWORD) == (429, TOO_MANY)
    assert attempt(client, username, PASSWORD) == (429, TOO_MANY)
    assert "_auth_user_id" not in client.session


def test_a_stranger_locks_out_neither_the_owner_elsewhere_nor_who_shares_the_address(client, salesperson, colleague):
    # given a stranger who guessed, and goes on
    guess(client, "marta")
    for _ in range(40):
        assert attempt(client, "marta") == (429, TOO_MANY)

    # when, then
    assert attempt(client, "marta", PASSWORD, address=THERE)[0] == 302
    client.logout()
    assert attempt(client, "jonas", PASSWORD)[0] == 302


def test_who_tries_many_accounts_is_refused_and_nobody_elsewhere(client, salesperson):
    for number in range(30):
        guess(client, f"user {number}", times=1)
    assert attempt(client, "marta", PASSWORD) == (429, TOO_MANY)
    assert attempt(client, "marta", PASSWORD, address=THERE)[0] == 302


def test_signing_in_often_is_no_failure(client, salesperson):
    for _ in range(8):
        assert attempt(client, "marta", PASSWORD)[0] == 302
        client.logout()


def test_what_a_visitor_sends_is_no_other_address(client, salesperson):
    for number in range(5):
        assert attempt(client, "marta", **{"X-Forwarded-For": f"203.0.113.{number}", "Host": f"testserver:{number}"})
    assert attempt(client, "marta", PASSWORD) == (429, TOO_MANY)


def test_behind_a_proxy_the_address_is_what_the_proxy_says(client, salesperson, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(5):
        attempt(client, "marta", **{"X-Forwarded-For": f"203.0.113.{number}, {HERE}"})
    assert attempt(client, "marta", PASSWORD, **{"X-Forwarded-For": HERE}) == (429, TOO_MANY)
    assert attempt(client, "marta", PASSWORD, **{"X-Forwarded-For": f"{HERE}, {THERE}"})[0] == 302


def test_attempts_are_counted_for_all_processes(client, salesperson):
    guess(client, "marta", times=1)
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    assert cache.get(f"allauth:rl:allauth.account:login_failed:30/300.0/ip:ip:{HERE}")


def test_an_unknown_account_takes_as_long_as_a_wrong_password(client, salesperson, settings):
    # given a hash that takes its time, as in production
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    salesperson.set_password(PASSWORD)
    salesperson.save()
    started = perf_counter()
    check_password("wrong", salesperson.password)
    hashing = perf_counter() - started

    # when
    took = {}
    for username in ["marta", "no such user"]:
        started = perf_counter()
        attempt(client, username)
        took[username] = perf_counter() - started

    # then neither is faster than the hash
    assert min(took.values()) > hashing / 2


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/"])
def test_the_admin_signs_in_there_too(client, administrator, path):
    response = client.post(path, {"username": "admin", "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"].startswith((LOGIN, "/admin/login/"))
    assert "_auth_user_id" not in client.session
    assert client.get(path, follow=True).request["PATH_INFO"] == LOGIN


def test_nobody_signs_up(client):
    for name in ["account_signup", "account_email", "account_confirm_email"]:
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert client.get("/accounts/signup/").status_code in {302, 404}
    assert "signup" not in client.get(LOGIN).content.decode().lower().replace("-", "")


def test_an_open_session_guesses_its_password_no_faster(client, salesperson):
    client.force_login(salesperson)
    typed = {"old_password": "wrong", "new_password1": "an even more correct", "new_password2": "an even more correct"}
    statuses = [client.post("/accounts/password_change/", typed).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    response = client.post("/accounts/password_change/", typed | {"old_password": PASSWORD})
    assert "That was too often" in response.content.decode()
    salesperson.refresh_from_db()
    assert salesperson.check_password(PASSWORD)
