"""Selecting in the list, and changing owner, stage or estimated close date of what is selected."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import IntegrityError

from opportunities.models import Opportunity, Stage
from opportunities.pipeline import bulk_views
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

URL = "/opportunities/"
OWNER, STAGE, DATE = (f"/opportunities/selected/{name}/" for name in ["owner", "stage", "date"])
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/opportunities/?owner=all"}


@pytest.fixture
def marta(client, salesperson):
    client.force_login(salesperson)
    return salesperson


@pytest.fixture
def deals(marta) -> list[Opportunity]:
    """Three of Marta's."""
    return [OpportunityFactory(topic=topic, owner=marta) for topic in ["Plant", "Pump", "<Audit>"]]


def text(response) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def stages() -> list[str]:
    return list(Opportunity.objects.order_by("pk").values_list("stage__name", flat=True))


def commit() -> Stage:
    return Stage.objects.get(name="Commit")


def keys(deals: list[Opportunity]) -> str:
    return ",".join(str(deal.pk) for deal in deals)


# The list


def test_each_row_has_a_checkbox_that_says_which_it_is_and_belongs_to_the_form(client, deals):
    page = client.get(URL).content.decode()
    for deal in deals[:2]:
        checkbox = re.search(rf'<input[^>]*name="selected"[^>]*value="{deal.pk}"[^>]*>', page)[0]
        assert 'form="bulk"' in checkbox
        assert f'aria-label="Select “{deal.topic}”"' in checkbox
    assert 'aria-label="Select “&lt;Audit&gt;”"' in page
    assert re.findall('formaction="([^"]+)"', page) == [OWNER, STAGE, DATE]


def test_closing_many_is_offered_to_whoever_may_close_everybodys(client, manager):
    OpportunityFactory(owner=manager)
    client.force_login(manager)
    assert "Close many…" in text(client.get(URL))


def test_who_may_close_everybodys_but_change_none_is_offered_no_change(client, outsider):
    permissions = Group.objects.get(name="Sales managers").permissions
    outsider.user_permissions.set(permissions.filter(codename__in=["view_opportunity", "close_any_opportunity"]))
    OpportunityFactory(owner=outsider)
    client.force_login(outsider)
    words = text(client.get(URL))
    assert "Close many…" in words
    assert "Change owner…" not in words


def test_who_may_change_nothing_selects_nothing(client, outsider):
    # given somebody who may only look
    outsider.user_permissions.set(Group.objects.get(name="Salespeople").permissions.filter(codename="view_opportunity"))
    deal = OpportunityFactory(owner=outsider)
    client.force_login(outsider)

    # then there are no checkboxes, and sending what they would send is refused
    page = client.get(URL).content.decode()
    assert "Deal" in page
    assert "bulk-cell" not in page
    assert 'id="bulk"' not in page
    with nothing_changes():
        response = client.post(OWNER, {"selected": deal.pk, "owner": outsider.pk})
    assert response.status_code == 403
    assert "change_opportunity" in response.content.decode()


def test_all_that_match_are_offered_where_there_is_more_than_a_page(client, marta, monkeypatch):
    for _number in range(50):
        OpportunityFactory(owner=marta)
    assert 'name="all"' not in client.get(URL).content.decode()
    OpportunityFactory(owner=marta)
    assert "All 50 on this page are selected. Select all 51 that match" in text(client.get(URL))
    monkeypatch.setattr("opportunities.pipeline.totals.COUNTED", 50)
    assert "All 50 on this page are selected. Select all that match" in text(client.get(URL))


# The dialog


@pytest.mark.parametrize(("url", "field"), [(OWNER, "owner"), (STAGE, "stage"), (DATE, "estimated_close_date")])
def test_the_dialog_asks_what_the_selected_ones_are_to_be_and_begins_with_nothing(client, deals, url, field):
    with nothing_changes():
        page = client.post(url, {"selected": [deal.pk for deal in deals], "next": f"{URL}?owner=all"})
        panel = client.post(url, {"selected": keys(deals)}, headers=HTMX)
    assert page.status_code == panel.status_code == 200
    assert form_of(page) == {
        "csrfmiddlewaretoken": form_of(page)["csrfmiddlewaretoken"],
        "next": f"{URL}?owner=all",
        "selected": keys(deals),
        field: "",
    }
    assert "3 opportunities" in text(page)
    assert "<html" not in panel.content.decode()
    assert form_of(panel)["next"] == f"{URL}?owner=all"


def test_only_active_users_are_offered_as_owners(client, deals, colleague):
    colleague.is_active = False
    colleague.save(update_fields=["is_active"])
    page = client.post(OWNER, {"selected": keys(deals)}).content.decode()
    assert "Marta Ruiz" in page
    assert "Jonas Weber" not in page
    with nothing_changes():
        assert client.post(OWNER, {"selected": keys(deals), "owner": colleague.pk}).status_code == 422


def test_all_are_changed_and_the_list_says_so(client, deals):
    # when two are moved, as the dialog sends it
    form = form_of(client.post(STAGE, {"selected": keys(deals[:2]), "next": f"{URL}?owner=all"}))
    response = client.post(STAGE, form | {"stage": commit().pk}, follow=True)

    # then it is the list again, with the message
    assert response.redirect_chain == [(f"{URL}?owner=all", 302)]
    assert "2 opportunities are changed." in text(response)
    assert stages() == ["Commit", "Commit", "Propose"]


def test_for_htmx_the_page_goes_on_to_the_list(client, deals):
    response = client.post(DATE, {"selected": keys(deals), "estimated_close_date": day(5)}, headers=HTMX)
    assert '"path": "/opportunities/?owner=all"' in response["HX-Location"]
    assert set(Opportunity.objects.values_list("estimated_close_date", flat=True)) == {day(5)}


def test_all_that_match_are_changed_as_they_were_when_the_dialog_opened(client, deals, manager):
    # given the dialog for all that match, and another that matches since
    query = client.get(URL, {"q": "p"}).context["filters"].full_query
    form = form_of(client.post(STAGE, {"all": "yes", "query": query, "selected": deals[2].pk}))
    OpportunityFactory(topic="Pipes", owner=deals[0].owner)

    # when it is sent
    client.post(STAGE, form | {"stage": commit().pk})

    # then the two that were counted are changed
    assert stages() == ["Commit", "Commit", "Propose", "Propose"]


def test_what_was_left_is_told_by_reason_and_the_list_is_asked_to_show_itself_anew(client, deals, colleague):
    # given a closed one and a colleague's
    close(deals[1])
    theirs = OpportunityFactory(topic="Theirs", owner=colleague)

    # when all are moved
    sent = {"selected": keys([*deals, theirs]), "stage": commit().pk, "next": f"{URL}?owner=all"}
    response = client.post(STAGE, sent, headers=HTMX)

    # then two are, and the panel says why the others are not
    assert response.status_code == 200
    assert response["HX-Trigger-After-Settle"] == '{"list-changed": {}}'
    assert stages() == ["Commit", "Propose", "Commit", "Propose"]
    words = text(response)
    assert words == (
        "Change stage 2 opportunities are changed. 2 are left as they are. "
        "It is closed: only its owner can still be changed. 1 Pump "
        "This needs the permission to change everybody&#x27;s opportunities (change_any_opportunity). "
        "Ask an administrator. 1 Theirs Back to the list"
    )
    assert f'href="{deals[1].get_absolute_url()}"' in response.content.decode()
    assert 'href="/opportunities/?owner=all" data-dialog-close' in response.content.decode()


def test_of_many_that_were_left_the_first_are_named(client, marta):
    deals = [OpportunityFactory(topic=f"No {number}.", owner=marta, stage=commit()) for number in range(53)]
    gone = OpportunityFactory(owner=marta)
    key = gone.pk
    gone.delete()
    with nothing_changes():
        response = client.post(STAGE, {"selected": f"{keys(deals)},{key}", "stage": commit().pk})
    words = text(response)
    assert "0 opportunities are changed. 54 are left as they are. It is so already. 53 No 0. No 1." in words
    assert "No 49. and 3 more Somebody deleted it meanwhile. 1 Back to the list" in words


# What is refused


@pytest.mark.parametrize(("url", "field"), [(OWNER, "owner"), (STAGE, "stage"), (DATE, "estimated_close_date")])
@pytest.mark.parametrize("value", ["", "x", "0", "-1", "\x00", "9" * 30, "2026-02-30", "1,2", "🦊"])
def test_a_choice_that_makes_no_sense_is_refused_at_its_field(client, deals, url, field, value):
    with nothing_changes():
        response = client.post(url, {"selected": keys(deals), field: value})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert form_of(response)["selected"] == keys(deals)


@pytest.mark.parametrize("url", [OWNER, STAGE, DATE])
@pytest.mark.parametrize(
    "data", [{}, {"selected": "x"}, {"selected": "9" * 5000}, {"all": "yes", "query": "q=nothing"}]
)
def test_without_a_selection_the_dialog_says_so(client, deals, url, data):
    with nothing_changes():
        page, panel = client.post(url, data), client.post(url, data, headers=HTMX)
    assert page.status_code == panel.status_code == 422
    assert "Select at least one opportunity first." in page.content.decode()
    assert "data-panel" in panel.content.decode()
    assert "<html" not in panel.content.decode()


def test_too_many_are_refused_clearly(client, deals, monkeypatch):
    monkeypatch.setattr(bulk_views, "MOST", 2)
    with nothing_changes():
        response = client.post(STAGE, {"selected": keys(deals), "stage": commit().pk})
    assert response.status_code == 422
    assert "More than 2 opportunities are selected; so many cannot be changed at once." in response.content.decode()


def test_a_stage_that_was_deleted_while_it_was_chosen_is_a_conflict(client, deals, monkeypatch):
    def refuse(*_arguments, **_named):
        raise IntegrityError("FOREIGN KEY constraint failed")

    monkeypatch.setattr(bulk_views, "change_many", refuse)
    response = client.post(STAGE, {"selected": keys(deals), "stage": commit().pk})
    assert response.status_code == 409
    assert "The database refused this change, and nothing was saved." in response.content.decode()
    assert form_of(response)["stage"] == str(commit().pk)


def test_a_visitor_and_an_outsider_change_nothing(client, outsider):
    deal = OpportunityFactory()
    with nothing_changes():
        assert client.post(OWNER, {"selected": deal.pk, "owner": outsider.pk}).status_code == 302
    client.force_login(outsider)
    with nothing_changes():
        assert client.post(OWNER, {"selected": deal.pk, "owner": outsider.pk}).status_code == 403


def test_after_an_expired_sign_in_the_address_leads_to_the_list(client, marta):
    for url in [OWNER, STAGE, DATE]:
        assert client.get(url).url == URL
        assert client.put(url).status_code == 405


def test_the_way_back_leads_nowhere_else(client, deals):
    sent = {"selected": keys(deals), "stage": commit().pk, "next": "//evil.example/"}
    assert client.post(STAGE, sent).url == URL


@pytest.mark.parametrize(
    ("url", "field", "statements"), [(OWNER, "owner", 10), (STAGE, "stage", 11), (DATE, "date", 8)]
)
def test_the_dialog_and_its_answer_take_the_same_statements_for_two_and_for_fifty(
    client, marta, colleague, django_assert_num_queries, url, field, statements
):
    # given that many, and a colleague's, which is left
    values = {"owner": colleague.pk, "stage": commit().pk, "estimated_close_date": day(5)}
    theirs = OpportunityFactory(owner=get_user_model().objects.create(username="x"))
    for count in [1, 49]:
        selected = keys([OpportunityFactory(owner=marta) for _number in range(count)] + [theirs])

        # then
        with django_assert_num_queries(statements):
            response = client.post(url, {"selected": selected} | values)
        assert response.context["result"].changed == count
