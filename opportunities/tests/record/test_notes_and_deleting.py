"""Notes and deleting: what is kept, what is refused, and where it leads."""

import re

import pytest

from opportunities.models import Opportunity
from opportunities.tests.factories import PASSWORD, OpportunityFactory, QuoteFactory, close

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(salesperson):
    return OpportunityFactory(owner=salesperson)


def test_a_note_is_added_also_to_a_closed_opportunity(client, salesperson, opportunity):
    close(opportunity)
    client.force_login(salesperson)
    response = client.post(f"/opportunities/{opportunity.pk}/notes/", {"text": "One\r\nTwo"})
    assert response.url == opportunity.get_absolute_url()
    assert opportunity.timeline.get(kind="note").text == "One\nTwo"


def test_ten_thousand_characters_fit_whatever_their_line_breaks(client, salesperson, opportunity):
    client.force_login(salesperson)
    client.post(f"/opportunities/{opportunity.pk}/notes/", {"text": "x\r\n" * 4999 + "xx"})
    assert len(opportunity.timeline.get().text) == 10_000


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "This field is required."),
        ("  \r\n ", "This field is required."),
        ("Hello\x00", "Null characters are not allowed."),
        ("x" * 10_001, "Ensure this value has at most 10000 characters (it has 10001)."),
    ],
)
def test_a_bad_note_comes_back_as_it_was_typed(client, salesperson, opportunity, typed, error):
    client.force_login(salesperson)
    response = client.post(f"/opportunities/{opportunity.pk}/notes/", {"text": typed})
    assert response.status_code == 422
    assert response.context["note_form"].errors == {"text": [error]}
    assert response.context["note_form"]["text"].value() == typed
    assert opportunity.timeline.count() == 0


def test_a_sign_in_that_expired_under_a_note_leads_to_the_opportunity(client, salesperson, opportunity):
    # given a note that is sent after the sign-in expired
    address = f"/opportunities/{opportunity.pk}/notes/"
    sign_in = client.post(address, {"text": "Hello"}).url

    # when the salesperson signs in, then the opportunity is there, without the note
    response = client.post(sign_in, {"username": "marta", "password": PASSWORD}, follow=True)
    assert [url for url, _status in response.redirect_chain] == [address, opportunity.get_absolute_url()]
    assert opportunity.timeline.count() == 0


def test_deleting_asks_first_and_leads_to_the_list(client, salesperson, opportunity):
    client.force_login(salesperson)
    address = f"/opportunities/{opportunity.pk}/delete/"
    assert "are deleted for good" in client.get(address).content.decode()
    assert Opportunity.objects.count() == 1
    assert client.post(address).url == "/opportunities/"
    assert Opportunity.objects.count() == 0
    assert client.post(address).status_code == 404


def test_deleting_from_the_dialog_leads_to_the_list_and_not_to_the_deleted_page(client, salesperson, opportunity):
    client.force_login(salesperson)
    page = f"http://testserver/opportunities/{opportunity.pk}/edit/"
    headers = {"HX-Request": "true", "HX-Current-URL": page}
    address = f"/opportunities/{opportunity.pk}/delete/"
    fields = dict(re.findall(r'name="(next)" value="([^"]+)"', client.get(address, headers=headers).content.decode()))
    response = client.post(address, fields, headers=headers)
    assert '"path": "/opportunities/"' in response["HX-Location"]


def test_an_opportunity_with_history_is_not_deleted_and_says_why(client, salesperson, opportunity):
    QuoteFactory(opportunity=opportunity, status="active")
    client.force_login(salesperson)
    for ask, status in [(client.get, 200), (client.post, 409)]:
        answer = ask(f"/opportunities/{opportunity.pk}/delete/")
        assert answer.status_code == status
        assert "1 quote of this opportunity is not a draft" in answer.content.decode()
        assert "Delete opportunity</button>" not in answer.content.decode()
    assert Opportunity.objects.count() == 1
