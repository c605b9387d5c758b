"""What no browser sends to the admin; most of it was found by the fuzz test, which got a 500."""

import pytest
from django.urls import reverse

from opportunities.models import StatusReason
from opportunities.tests.factories import AccountFactory, OpportunityFactory
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db
ACCOUNTS = "/admin/opportunities/account/"


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def test_a_number_that_no_column_holds_finds_nothing_or_is_refused(admin):
    OpportunityFactory()
    with nothing_changes():
        response = admin.get("/admin/opportunities/opportunity/", {"pk__in": "9" * 20})
    assert response.status_code in (200, 400)  # PostgreSQL compares it, SQLite cannot


@pytest.mark.parametrize("key", ["x", "", "1.5", "-1", "9" * 20])
def test_an_action_for_what_is_no_key_is_refused(admin, key):
    AccountFactory()
    with nothing_changes():
        response = admin.post(ACCOUNTS, {"action": "merge", "_selected_action": key, "index": 0})
    assert response.status_code == 400
    assert "This request could not be read" in response.content.decode()


def test_the_name_of_no_field_is_taken_as_none(admin):
    reason = StatusReason.objects.first()
    assert admin.get(f"/admin/opportunities/statusreason/{reason.pk}/change/", {"_to_field": ""}).status_code == 200


def test_a_row_of_a_list_keeps_its_key_whatever_is_sent(admin):
    url = reverse("admin:opportunities_statusreason_changelist")
    fields = form_of(admin.get(url))
    other = StatusReason.objects.order_by("pk").last().pk
    before = list(StatusReason.objects.order_by("pk").values_list("pk", "state", "name"))
    assert admin.post(url, fields | {"form-0-id": other, "_save": "Save"}).status_code < 500
    assert list(StatusReason.objects.order_by("pk").values_list("pk", "state", "name")) == before


def test_a_method_that_an_address_does_not_take_is_answered_with_a_page(admin):
    response = admin.post("/quotes/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "Go back, and use the links and buttons of the page." in response.content.decode()
