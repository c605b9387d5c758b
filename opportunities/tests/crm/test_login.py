"""Signing in and out, and what everybody else gets."""

import pytest
from django.urls import reverse

from opportunities.tests.factories import PASSWORD, OpportunityFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(client, username: str, password: str, **data):
    return client.post(LOGIN, {"username": username, "password": password} | data)


def test_a_user_signs_in_and_lands_on_their_day(client, salesperson):
    assert client.get(LOGIN).status_code == 200
    response = sign_in(client, "marta", PASSWORD)
    assert (response.status_code, response["Location"]) == (302, reverse("opportunities:day"))
    assert client.session["_auth_user_id"] == str(salesperson.pk)


def test_a_user_lands_on_the_page_that_was_asked_for(client, salesperson):
    page = reverse("opportunities:opportunity", args=[OpportunityFactory().pk])
    response = client.get(page)
    assert (response.status_code, response["Location"]) == (302, f"{LOGIN}?next={page}")
    assert sign_in(client, "marta", PASSWORD, next=page)["Location"] == page


ELSEWHERE = [
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "javascript:alert(1)",
    "\t//x.example",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_other_site_is_landed_on(client, salesperson, elsewhere):
    day = reverse("opportunities:day")
    assert sign_in(client, "marta", PASSWORD, next=elsewhere)["Location"] == day
    assert client.get(LOGIN, {"next": elsewhere})["Location"] == day  # signed in already
    assert client.post(reverse("logout"), {"next": elsewhere})["Location"] == LOGIN


@pytest.mark.parametrize(("username", "password"), [("marta", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_is_refused(client, salesperson, username, password):
    response = sign_in(client, username, password)
    assert response.status_code == 422
    assert response.context["form"].errors
    assert "_auth_user_id" not in client.session


def test_a_user_who_left_is_refused(client, salesperson):
    salesperson.is_active = False
    salesperson.save()
    assert sign_in(client, "marta", PASSWORD).context["form"].errors


def test_a_session_ends_when_its_user_leaves(client, salesperson):
    client.force_login(salesperson)
    salesperson.is_active = False
    salesperson.save()
    assert client.get(reverse("opportunities:list")).status_code == 302


def test_a_signed_in_user_needs_no_second_sign_in(client, salesperson):
    client.force_login(salesperson)
    assert client.get(LOGIN)["Location"] == reverse("opportunities:day")


def test_a_user_signs_out_by_a_form_only(client, salesperson):
    client.force_login(salesperson)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout"))["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_an_expired_login_sends_the_whole_page_to_the_login(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/opportunities/7/"}
    response = client.get(reverse("opportunities:close", args=[7]), headers=headers)
    assert response["HX-Redirect"] == f"{LOGIN}?next=/opportunities/7/"
