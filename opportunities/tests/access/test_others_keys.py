"""Keys of other people's rows, put where one's own belong: nothing of theirs changes, whatever the way."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from opportunities.models import ClosingBatch, Quote, Stage
from opportunities.tests.access.world import make_users, make_world
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, QuoteLineFactory, close, reason
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs():
    return make_world(make_users()["owner"])


@pytest.fixture
def mine(client, theirs):
    """Jonas's deal, with two drafts and a line; he is signed in."""
    jonas = User.objects.get(username="jonas")
    client.force_login(jonas)
    draft = QuoteFactory(opportunity__owner=jonas, opportunity__topic="Mine", name="Own")
    return {"opportunity": draft.opportunity, "draft": draft, "line": QuoteLineFactory(quote=draft)}


def test_a_line_of_their_quote_is_no_line_of_mine(client, mine, theirs):
    path = f"/quotes/{mine['draft'].pk}/lines/{theirs['line'].pk}/"
    with nothing_changes():
        for way, sent in [("", {"description": "Mine"}), ("move/", {"place": 1}), ("remove/", {})]:
            assert client.post(path + way, sent).status_code == 404
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("forged", ["field", "plan", "both"])
def test_their_quote_is_not_closed_with_my_opportunity(client, mine, theirs, forged):
    # given the dialog of mine, with a quote of theirs written into it
    path, quote = f"{mine['opportunity'].get_absolute_url()}close/", theirs["active"]
    sent = form_of(client.get(path, {"outcome": "lost"}))
    sent |= {"outcome": "lost", "status_reason": reason("Price").pk, "close_quotes": "on"}
    if forged != "plan":
        sent[f"quote-{quote.pk}"] = "won"
    if forged != "field":
        sent["plan"] += f" {quote.pk}:{quote.status}:{quote.total}"

    # when
    status = client.post(path, sent).status_code

    # then mine is closed at most
    assert status in {302, 409, 422}
    quote.refresh_from_db()
    assert (quote.status, quote.opportunity.state) == ("active", "open")
    assert Quote.objects.filter(opportunity=theirs["opportunity"]).open().count() == 2


def test_their_closing_is_not_undone_over_mine(client, mine, theirs):
    # given a closing of each of us, and what both closed together with others
    close(mine["opportunity"])
    path = f"{mine['opportunity'].get_absolute_url()}undo/"

    # when, then
    with nothing_changes():
        assert client.post(path, {"closing": theirs["closing"].pk}).status_code == 404
        assert client.post(f"/opportunities/closed-together/{ClosingBatch.objects.get().pk}/undo/").status_code == 409


@pytest.mark.parametrize(
    ("way", "sent"),
    [
        ("owner", {"owner": "jonas"}),
        ("stage", {"stage": "Commit"}),
        ("date", {"estimated_close_date": "2031-01-01"}),
        ("close", {"step": "record", "outcome": "lost", "close_quotes": "on", "closed_on": "2026-01-01"}),
    ],
)
def test_rows_of_theirs_that_i_select_stay_as_they_are(client, mine, theirs, way, sent):
    # given
    owner, stage = mine["opportunity"].owner_id, Stage.objects.get(name="Commit").pk
    values = {"jonas": owner, "Commit": stage}
    sent = {name: values.get(value, value) for name, value in sent.items()} | {"status_reason": reason("Price").pk}

    # when, then
    with nothing_changes():
        response = client.post(f"/opportunities/selected/{way}/", sent | {"selected": theirs["opportunity"].pk})
        assert response.status_code in {200, 409, 422}


def test_my_quote_is_not_copied_onto_their_opportunity(client, mine, theirs):
    with nothing_changes():
        response = client.post(f"/quotes/{mine['draft'].pk}/copy/", {"onto": theirs["opportunity"].pk})
    assert response.status_code == 422


def test_a_contact_of_another_account_is_no_contact_of_mine(client, mine, theirs):
    path = f"{mine['opportunity'].get_absolute_url()}edit/"
    sent = form_of(client.get(path)) | {"contact": theirs["opportunity"].contact_id}
    with nothing_changes():
        assert client.post(path, sent).status_code == 422


def test_their_saved_view_is_neither_listed_nor_deleted(client, mine, theirs):
    assert f"/opportunities/views/{theirs['view'].pk}/" not in client.get("/opportunities/").content.decode()
    with nothing_changes():
        assert client.post(f"/opportunities/views/{theirs['view'].pk}/delete/").status_code == 404


def test_a_page_that_somebody_else_came_to_shows_no_more_than_mine(client, mine, theirs):
    # given the second page of everybody's, which a colleague came to
    owner = theirs["opportunity"].owner
    OpportunityFactory.create_batch(50, owner=owner, account=theirs["opportunity"].account, topic="Theirs")
    other = Client()
    other.force_login(owner)
    cursor = other.get("/opportunities/", {"owner": "all"}).context["page"].next_cursor
    assert cursor

    # when I list with it what is mine, and when I may list nothing any more
    own = client.get("/opportunities/", {"page": cursor})
    mine["opportunity"].owner.groups.clear()
    paths = ["/opportunities/", "/opportunities/export.csv", "/opportunities/export.xlsx", "/quotes/"]
    refused = [client.get(path, {"page": cursor, "owner": "all"}) for path in paths]

    # then
    assert "Theirs" not in own.content.decode()
    assert [response.status_code for response in refused] == [403] * 4
    assert "Theirs" not in "".join(response.content.decode() for response in refused)
