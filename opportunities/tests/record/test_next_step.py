"""The next step of an opportunity: planned, changed, done, and what two people at once make of it."""

import pytest

from opportunities.closing import reopen_opportunity, undo_close
from opportunities.models import Opportunity
from opportunities.record import services
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(salesperson):
    return OpportunityFactory(topic="Plant 2027", owner=salesperson, next_step="Call Ana", next_step_on=day(2))


@pytest.fixture
def signed_in(client, salesperson):
    client.force_login(salesperson)
    return client


def url(opportunity: Opportunity, action: str = "") -> str:
    return f"/opportunities/{opportunity.pk}/next-step/{action}"


def shown(client, opportunity) -> dict[str, str]:
    """The form of the next step, as the page of the opportunity has it."""
    form = form_of(client.get(opportunity.get_absolute_url()))
    names = ["next_step", "next_step_on"]
    return {name: form[name] for name in [*names, *(f"initial-{name}" for name in names)]}


def step(opportunity: Opportunity) -> tuple:
    opportunity.refresh_from_db()
    return opportunity.next_step, opportunity.next_step_on


def card(response) -> str:
    return response.content.decode().partition('id="next-step"')[2].partition("</section>")[0]


def test_a_step_is_planned_and_changed_on_the_page_and_the_timeline_tells_of_it(signed_in, opportunity):
    typed = shown(signed_in, opportunity) | {"next_step": " Visit ", "next_step_on": day(5).isoformat()}
    response = signed_in.post(url(opportunity), typed)
    assert response.url == opportunity.get_absolute_url()
    assert step(opportunity) == ("Visit", day(5))
    [event] = opportunity.timeline.all()
    assert event.data == {
        "changes": [
            ["next_step", "Call Ana", "Visit"],
            ["next_step_on", {"date": day(2).isoformat()}, {"date": day(5).isoformat()}],
        ]
    }


def test_a_step_needs_no_date_and_an_emptied_one_is_none(signed_in, opportunity):
    typed = shown(signed_in, opportunity)
    assert signed_in.post(url(opportunity), typed | {"next_step_on": ""}).status_code == 302
    assert step(opportunity) == ("Call Ana", None)
    typed = shown(signed_in, opportunity)
    assert signed_in.post(url(opportunity), typed | {"next_step": ""}).status_code == 302
    assert step(opportunity) == ("", None)


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({"next_step": "", "next_step_on": "2030-01-31"}, "next_step", "Say what is to be done on that day."),
        ({"next_step": "x" * 201}, "next_step", "Ensure this value has at most 200 characters (it has 201)."),
        ({"next_step_on": "31.1."}, "next_step_on", "Enter a date that exists, such as 2026-11-30."),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_at_its_field(signed_in, opportunity, typed, field, error):
    sent = shown(signed_in, opportunity) | typed
    with nothing_changes():
        response = signed_in.post(url(opportunity), sent)
    assert response.status_code == 422
    assert dict(response.context["step_form"].errors) == {field: [error]}
    assert 'class="unfold" open' in card(response)
    assert form_of(response)[field] == sent[field]


def test_an_overdue_step_is_marked_in_words(signed_in, opportunity):
    assert "Overdue" not in card(signed_in.get(opportunity.get_absolute_url()))
    Opportunity.objects.update(next_step_on=day(-1))
    assert "Overdue" in card(signed_in.get(opportunity.get_absolute_url()))


def test_a_step_that_is_done_is_cleared_and_told_as_a_note(signed_in, opportunity):
    assert signed_in.post(url(opportunity, "done/"), {"step": "Call Ana"}).status_code == 302
    assert step(opportunity) == ("", None)
    [event] = opportunity.timeline.all()
    assert (event.kind, event.by.username, event.sentence) == ("note", "marta", "did the next step: “Call Ana”")
    assert event.data == {"next_step": "Call Ana", "next_step_on": {"date": day(2).isoformat()}}


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ("Visit", "Somebody changed the next step to “Visit” meanwhile. Nothing was changed."),
        ("", "Somebody did or removed this step meanwhile. Nothing was changed."),
    ],
)
def test_another_step_than_the_one_shown_is_not_done(signed_in, opportunity, theirs, told):
    Opportunity.objects.update(next_step=theirs)
    with nothing_changes():
        response = signed_in.post(url(opportunity, "done/"), {"step": "Call Ana"})
    assert response.status_code == 409
    assert told in response.content.decode()


def test_no_step_is_not_done(signed_in, opportunity):
    Opportunity.objects.update(next_step="", next_step_on=None)
    with nothing_changes():
        assert signed_in.post(url(opportunity, "done/")).status_code == 409


def test_who_changes_a_step_that_was_done_meanwhile_is_told_and_chooses(signed_in, manager, opportunity):
    # given a form, and a manager who does the step
    typed = shown(signed_in, opportunity) | {"next_step": "Call Bo"}
    services.finish_next_step(opportunity, by=manager, step="Call Ana")

    # when it is saved, then it says who did, and keeps what was typed
    with nothing_changes():
        response = signed_in.post(url(opportunity), typed)
    assert response.status_code == 409
    [error] = response.context["step_form"].errors["next_step"]
    assert error.startswith("Inès Moreau changed this to — on ")

    # when the user takes what is there, then there is no step
    assert signed_in.post(url(opportunity), form_of(response) | {"choice-next_step": "take"}).status_code == 302
    assert step(opportunity) == ("", None)


def test_a_closed_opportunity_shows_no_step_and_changes_none(signed_in, opportunity):
    typed = shown(signed_in, opportunity) | {"next_step": "Visit"}
    close(opportunity)
    assert card(signed_in.get(opportunity.get_absolute_url())) == ""
    with nothing_changes():
        for address, data in [(url(opportunity), typed), (url(opportunity, "done/"), {"step": "Call Ana"})]:
            response = signed_in.post(address, data)
            assert response.status_code == 409
            assert "Marta Ruiz closed this opportunity on" in response.content.decode()


@pytest.mark.parametrize("way_back", [undo_close, reopen_opportunity])
def test_a_deal_that_is_open_again_has_the_step_that_it_had(salesperson, opportunity, way_back):
    way_back(close(opportunity), by=salesperson)
    assert step(opportunity) == ("Call Ana", day(2))


def test_only_who_may_change_the_opportunity_changes_its_step(client, opportunity, colleague, manager, outsider):
    for user in (colleague, outsider):
        client.force_login(user)
        with nothing_changes():
            for action in ("", "done/"):
                assert client.post(url(opportunity, action), {"step": "Call Ana"}).status_code == 403
    client.force_login(colleague)
    response = client.get(opportunity.get_absolute_url())
    assert "Call Ana" in card(response)
    assert "<form" not in card(response)
    client.force_login(manager)
    assert client.post(url(opportunity, "done/"), {"step": "Call Ana"}).status_code == 302


@pytest.mark.parametrize("action", ["", "done/"])
def test_by_get_it_leads_to_the_opportunity(signed_in, opportunity, action):
    assert signed_in.get(url(opportunity, action)).url == opportunity.get_absolute_url()
    assert signed_in.post(f"/opportunities/99/next-step/{action}").status_code == 404
