"""Opportunities in the admin: edited through the services, closed elsewhere, and read-only once they are."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from opportunities.admin import opportunity as opportunity_admin
from opportunities.models import Opportunity, Quote, StatusReason, TimelineEvent
from opportunities.tests.admin.pages import errors, page, shown, submit, told
from opportunities.tests.factories import (
    AccountFactory,
    ContactFactory,
    OpportunityFactory,
    QuoteFactory,
    UserFactory,
    close,
    day,
    reason,
)

pytestmark = pytest.mark.django_db


def change(opportunity) -> str:
    return page(Opportunity, "change", opportunity.pk)


def rows() -> tuple[list, list]:
    return list(Opportunity.objects.order_by("pk").values_list()), list(TimelineEvent.objects.values_list())


def test_a_new_opportunity_is_open_and_on_the_timeline(client, administrator):
    # when it is added with what is not filled in for the user, and a forged state
    answer = submit(
        client,
        page(Opportunity, "add"),
        topic="Press line",
        account=AccountFactory().pk,
        estimated_revenue="1,234.50",
        estimated_close_date=day(30).isoformat(),
        state="won",
        actual_revenue="5",
        closed_on=day(0).isoformat(),
    )

    # then
    opportunity = Opportunity.objects.get()
    assert told(answer)[0].startswith("The Opportunity “")
    assert (opportunity.state, opportunity.status_reason, opportunity.owner) == (
        "open",
        reason("In progress"),
        administrator,
    )
    assert opportunity.estimated_revenue == Decimal("1234.5")
    assert [(event.kind, event.by) for event in opportunity.timeline.all()] == [("created", administrator)]


def test_account_and_estimate_are_required(client):
    answer = submit(client, page(Opportunity, "add"), topic="Press line")
    assert set(errors(answer)) == {"account", "estimated_revenue", "estimated_close_date"}
    assert rows() == ([], [])


def test_an_edit_is_on_the_timeline_and_in_the_search(client, administrator):
    # given
    opportunity = OpportunityFactory(topic="Press line")

    # when
    submit(client, change(opportunity), topic="Presse à forger")

    # then
    assert [(event.kind, event.by) for event in opportunity.timeline.all()] == [("edited", administrator)]
    assert client.get(page(Opportunity, "changelist"), {"q": "a forger"}).context["cl"].result_count == 1


def test_another_account_takes_its_contact_along(client):
    opportunity = OpportunityFactory()
    contact = ContactFactory()
    submit(client, change(opportunity), account=contact.account.pk, contact=contact.pk)
    opportunity.refresh_from_db()
    assert (opportunity.account, opportunity.contact) == (contact.account, contact)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("contact", lambda: ContactFactory().pk, "This contact belongs to another account."),
        ("estimated_revenue", lambda: "-1", "Enter an amount of 0 or more."),
        ("estimated_revenue", lambda: "1.005", "EUR amounts have at most 2 decimals."),
        ("estimated_revenue", lambda: "NaN", "Enter a number"),
        ("opened_on", lambda: day(1).isoformat(), "An opportunity is not opened in the future."),
        ("opened_on", lambda: "2026-02-30", "Enter a valid date."),
        ("status_reason", lambda: reason("Won").pk, "Select a valid choice."),
        ("currency", lambda: "XXX", "Select a valid choice."),
    ],
)
def test_wrong_input_is_an_error_at_its_field(client, field, value, message):
    # given
    opportunity = OpportunityFactory()
    typed = {field: value()}
    before = rows()

    # when
    answer = submit(client, change(opportunity), **typed)

    # then
    assert [error[: len(message)] for error in errors(answer)[field]] == [message]
    assert rows() == before


def test_an_inactive_reason_is_offered_only_where_it_is_used(client):
    # given
    StatusReason.objects.filter(name="On hold").update(is_active=False)
    has_it, has_another = OpportunityFactory(status_reason=reason("On hold")), OpportunityFactory()

    # when, then
    assert errors(submit(client, change(has_another), status_reason=reason("On hold").pk)).keys() == {"status_reason"}
    submit(client, change(has_it), topic="Still on hold")
    has_it.refresh_from_db()
    assert (has_it.topic, has_it.status_reason.name) == ("Still on hold", "On hold")


def test_the_currency_is_fixed_once_there_is_a_quote(client):
    opportunity = QuoteFactory().opportunity
    submit(client, change(opportunity), currency="JPY", topic="Press line")
    opportunity.refresh_from_db()
    assert (opportunity.currency, opportunity.topic) == ("EUR", "Press line")


def test_an_old_form_overwrites_nothing_that_it_did_not_change(client):
    # given a form, and a colleague's edit since
    opportunity = OpportunityFactory(topic="Press line")
    form = shown(client, change(opportunity))
    submit(client, change(opportunity), topic="Two press lines")

    # when the form is sent with another estimate
    submit(client, change(opportunity), form=form, estimated_revenue="5,000")

    # then both are kept
    opportunity.refresh_from_db()
    assert (opportunity.topic, opportunity.estimated_revenue) == ("Two press lines", 5000)


def test_a_form_from_before_the_closing_changes_nothing_and_says_who_closed_it(client, salesperson):
    # given
    opportunity = OpportunityFactory(owner=salesperson)
    form = shown(client, change(opportunity))
    close(opportunity)
    before = rows()

    # when
    answer = submit(client, change(opportunity), form=form, topic="Reopened?", owner=UserFactory().pk)

    # then
    [[message]] = errors(answer).values()
    assert message.startswith("Marta Ruiz closed this opportunity on ")
    assert rows() == before


def test_a_closing_while_the_form_is_saved_changes_nothing_and_says_so(client, monkeypatch):
    # given a colleague who closes it when the form is checked already
    opportunity = OpportunityFactory(topic="Press line")
    edit = opportunity_admin.edit_opportunity

    def closed_before(*args, **kwargs):
        close(opportunity)
        return edit(*args, **kwargs)

    monkeypatch.setattr(opportunity_admin, "edit_opportunity", closed_before)

    # when
    answer = submit(client, change(opportunity), topic="Reopened?")

    # then
    [message] = told(answer)
    assert message.endswith("Only its owner can still be changed.")
    assert Opportunity.objects.get().topic == "Press line"


def test_a_guard_that_refuses_is_a_message(client, monkeypatch):
    # given a service that forgets to check
    opportunity = OpportunityFactory()
    close(opportunity)
    before = rows()

    def careless(opportunity, **_facts):
        Opportunity.objects.filter(pk=opportunity.pk).update(topic="Changed")

    monkeypatch.setattr(opportunity_admin, "edit_opportunity", careless)

    # when
    answer = submit(client, change(opportunity), owner=UserFactory().pk)

    # then
    assert told(answer) == ["A closed opportunity is read-only, its owner aside."]
    assert rows() == before


def test_of_a_closed_opportunity_the_owner_is_all_that_changes(client, colleague):
    # given
    opportunity = OpportunityFactory()
    close(opportunity, "won")
    assert shown(client, change(opportunity)) == {
        "owner": str(opportunity.owner_id),
        "initial-owner": str(opportunity.owner_id),
    }

    # when
    submit(client, change(opportunity), owner=colleague.pk)

    # then
    opportunity.refresh_from_db()
    assert (opportunity.owner, opportunity.state) == (colleague, "won")


def test_it_is_closed_reopened_and_corrected_through_links(client):
    # given
    is_open, is_closed = OpportunityFactory(), OpportunityFactory()
    close(is_closed)

    # when, then: on its page, and in the list
    list_page = page(Opportunity, "changelist")
    for here, back in [(None, list_page), (is_open, change(is_open)), (is_closed, change(is_closed))]:
        text = unescape(client.get(back).text)
        next_page = back.replace("/", "%2F")
        for opportunity, name, query in [
            (is_open, "close", "outcome=won&"),
            (is_open, "close", "outcome=lost&"),
            (is_closed, "reopen", ""),
            (is_closed, "correct", ""),
        ]:
            link = f'href="{reverse(f"opportunities:{name}", args=[opportunity.pk])}?{query}next={next_page}"'
            assert (link in text) == (here in (None, opportunity)), link


def test_the_list_has_the_links_beside_the_topic_and_names_the_owner(client, salesperson):
    OpportunityFactory(owner=salesperson)
    text = client.get(page(Opportunity, "changelist")).text
    columns = re.findall(r'<(?:th|td)[^>]* class="field-(\w+)', text)
    assert columns == ["topic", "closing", "account", "owner_name", "state", "stage", "estimate"]
    assert '<td class="field-owner_name">Marta Ruiz</td>' in text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["plain", "htmx"])
def test_closing_from_the_admin_leads_back_to_it(client, headers):
    # given the link of the change page
    opportunity = OpportunityFactory()
    link = f"{reverse('opportunities:close', args=[opportunity.pk])}?outcome=lost&next={change(opportunity)}"
    form = client.get(link).context["form"]

    # when the form is sent
    answer = client.post(
        reverse("opportunities:close", args=[opportunity.pk]),
        {
            "outcome": "lost",
            "status_reason": reason("Price").pk,
            "closed_on": day(0).isoformat(),
            "plan": form.plan.text,
            "next": change(opportunity),
        },
        headers=headers,
    )

    # then the browser goes there, and is not given the page as a part of ours
    assert answer.headers["HX-Redirect" if headers else "Location"] == change(opportunity)
    assert "Closed as lost" in told(client.get(change(opportunity)))[0]
    opportunity.refresh_from_db()
    assert opportunity.state == "lost"


@pytest.mark.parametrize("is_closed", [False, True])
def test_no_opportunity_is_deleted_in_the_admin(client, is_closed):
    # given
    opportunity = OpportunityFactory()
    if is_closed:
        close(opportunity)
    before = rows()
    delete_page = reverse("opportunities:delete", args=[opportunity.pk])
    assert (delete_page in client.get(change(opportunity)).text) == (not is_closed)

    # when, then
    assert client.post(page(Opportunity, "delete", opportunity.pk), {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [opportunity.pk], "post": "yes"}
    client.post(page(Opportunity, "changelist"), action)
    assert rows() == before


def test_a_quote_shows_its_lines_and_leads_to_its_own_page(client):
    quote = QuoteFactory()
    quote.lines.create(description="Presse à forger", unit_price=900)
    text = client.get(page(Quote, "change", quote.pk)).text
    assert "Presse à forger" in text
    assert "€900.00" in text
    assert client.get(
        reverse("admin:view_on_site", args=[ContentType.objects.get_for_model(Quote).pk, quote.pk])
    ).url.endswith(quote.get_absolute_url())


def test_a_change_page_asks_as_much_with_many_quotes(client, django_assert_num_queries):
    opportunity = QuoteFactory().opportunity
    with django_assert_num_queries(7):
        client.get(change(opportunity))
    QuoteFactory.create_batch(20, opportunity=opportunity)
    with django_assert_num_queries(7):
        client.get(change(opportunity))
