"""The views that a user keeps of the list: saved, replaced when they say so, deleted, and nobody else's."""

import pytest

from opportunities.models import SavedView
from opportunities.pipeline import saved_services
from opportunities.tests.factories import OpportunityFactory
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

URL = "/opportunities/"
SAVE = "/opportunities/views/save/"
FULL = "owner=all&sort=-estimated_revenue&state=open&currency=EUR"


@pytest.fixture
def marta(client, salesperson):
    client.force_login(salesperson)
    return salesperson


def views(user) -> dict[str, str]:
    return dict(SavedView.objects.filter(user=user).values_list("name", "query"))


def delete_url(view: SavedView) -> str:
    return f"/opportunities/views/{view.pk}/delete/"


def test_the_list_leads_to_a_dialog_that_keeps_what_is_shown(client, marta):
    # given a list with filters, an order and a page
    page = client.get(URL, {"currency": "EUR", "owner": "all", "sort": "-estimated_revenue", "page": "x", "sum": "all"})

    # when its view is saved
    query = page.context["filters"].full_query
    form = form_of(client.get(SAVE, {"query": query}))
    response = client.post(SAVE, form | {"name": " Big deals "})

    # then it is kept without its page, and the list shows it as a link
    assert response.url == f"{URL}?{FULL}"
    assert views(marta) == {"Big deals": FULL}
    shown = client.get(response.url)
    assert [(view.name, view.is_current) for view in shown.context["saved_views"]] == [("Big deals", True)]
    assert f'href="{URL}?{FULL.replace("&", "&amp;")}" aria-current="page">Big deals</a>' in shown.content.decode()
    assert [view.is_current for view in client.get(URL).context["saved_views"]] == [False]


def test_only_what_the_list_knows_and_what_makes_sense_is_kept(client, marta):
    query = "page=abc&sum=all&evil=%3Cscript%3E&currency=XXX&amount_from=a+lot&owner=9999&q=pump&next=//evil.example"
    client.post(SAVE, {"name": "Pumps", "query": query})
    assert views(marta) == {"Pumps": "q=pump&owner=mine&sort=estimated_close_date&state=open"}


def test_a_view_means_the_same_when_its_user_becomes_a_manager(client, marta, manager):
    OpportunityFactory(topic="Theirs", owner=manager)
    client.post(SAVE, {"name": "Mine", "query": ""})
    marta.groups.set(manager.groups.all())
    rows = client.get(f"{URL}?{views(marta)['Mine']}").context["page"].rows
    assert rows == []


def test_a_name_in_use_is_asked_about_and_then_replaced(client, marta):
    # given a view
    client.post(SAVE, {"name": "Big", "query": "currency=EUR"})
    before = views(marta)

    # when another is saved under its name
    with nothing_changes():
        asked = client.post(SAVE, {"name": "Big", "query": "currency=CHF"})

    # then the dialog says so and keeps what was typed
    assert asked.status_code == 409
    assert "You keep a view called “Big” already. Save again to replace it." in asked.content.decode()
    assert "Replace view" in asked.content.decode()

    # when it is sent again, then the view is replaced
    assert client.post(SAVE, form_of(asked)).status_code == 302
    assert views(marta) == {"Big": before["Big"].replace("EUR", "CHF")}


def test_consent_to_replace_one_view_is_none_to_replace_another(client, marta):
    for name in ["Big", "Small"]:
        client.post(SAVE, {"name": name, "query": "currency=EUR"})
    asked = form_of(client.post(SAVE, {"name": "Big", "query": "currency=CHF"}))
    with nothing_changes():
        assert client.post(SAVE, asked | {"name": "Small"}).status_code == 409


def test_saving_the_same_again_changes_nothing(client, marta):
    for _time in range(2):
        assert client.post(SAVE, {"name": "Big", "query": "currency=EUR"}).status_code == 302
    assert len(views(marta)) == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "\x00"])
def test_a_name_that_is_none_is_refused_at_its_field(client, marta, name):
    with nothing_changes():
        response = client.post(SAVE, {"name": name, "query": "currency=EUR"})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"name"}
    assert form_of(response)["query"] == "currency=EUR"


def test_filters_that_are_too_long_to_be_kept_are_refused(client, marta):
    with nothing_changes():
        response = client.post(SAVE, {"name": "Long", "query": f"q={'😀' * 200}"})
    assert response.status_code == 422
    assert "These filters are too long to be kept." in response.content.decode()


def test_there_are_at_most_fifty_of_one_user(client, marta, colleague, monkeypatch):
    # given as many as there can be
    monkeypatch.setattr(saved_services, "MOST", 2)
    SavedView.objects.create(user=colleague, name="Theirs", query="")
    for name in ["A", "B"]:
        client.post(SAVE, {"name": name, "query": ""})

    # when one more is saved, then it is refused; one of them can still be replaced
    with nothing_changes():
        response = client.post(SAVE, {"name": "C", "query": ""})
    assert response.status_code == 422
    assert "You keep 2 views, which is as many as there can be. Delete one first." in response.content.decode()
    assert client.post(SAVE, {"name": "B", "query": "currency=EUR", "replaces": "B"}).status_code == 302


def test_a_view_is_deleted_after_a_question(client, marta):
    # given a view
    client.post(SAVE, {"name": "Big", "query": ""})
    view = SavedView.objects.get()

    # when one asks, then nothing happens yet
    with nothing_changes():
        assert "The view is deleted for good." in client.get(delete_url(view)).content.decode()

    # when one confirms, then it is gone
    assert client.post(delete_url(view)).url == URL
    assert views(marta) == {}
    assert client.post(delete_url(view)).status_code == 404


def test_a_view_of_another_user_is_not_found_and_not_listed(client, marta, colleague):
    view = SavedView.objects.create(user=colleague, name="Theirs", query="")
    with nothing_changes():
        assert client.get(delete_url(view)).status_code == 404
        assert client.post(delete_url(view)).status_code == 404
    assert client.get(URL).context["saved_views"] == []
    client.post(SAVE, {"name": "Theirs", "query": "currency=EUR"})
    assert views(colleague) == {"Theirs": ""}


def test_an_outsider_and_a_visitor_keep_none(client, outsider):
    with nothing_changes():
        assert client.post(SAVE, {"name": "x", "query": ""}).status_code == 302
    client.force_login(outsider)
    with nothing_changes():
        assert client.post(SAVE, {"name": "x", "query": ""}).status_code == 403


def test_the_dialog_is_a_panel_for_htmx_and_leads_back_to_the_view(client, marta):
    headers = {"HX-Request": "true"}
    assert "<html" not in client.get(SAVE, headers=headers).content.decode()
    response = client.post(SAVE, {"name": "Big", "query": ""}, headers=headers)
    assert f"{URL}?owner=mine" in response["HX-Location"]
