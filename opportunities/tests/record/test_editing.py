"""Editing what somebody else edits too, and what is stored in a way that no form would write."""

from datetime import date
from decimal import Decimal

import pytest

from opportunities.formats import format_date, format_instant
from opportunities.models import Opportunity, Stage
from opportunities.record import services
from opportunities.tests.factories import (
    AccountFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    close,
    day,
)
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

MEANWHILE = "Somebody changed this to {} meanwhile; your value is kept here. Save again to replace it."


def told(opportunity: Opportunity, value: str) -> str:
    """What is said of a field that the manager changed to `value` meanwhile."""
    instant = format_instant(opportunity.timeline.first().at)
    return f"Inès Moreau changed this to {value} on {instant}; your value is kept here. Save again to replace it."


@pytest.fixture
def opportunity(salesperson):
    account = AccountFactory(name="Northwind Traders")
    return OpportunityFactory(
        topic="Plant 2027",
        owner=salesperson,
        account=account,
        contact=ContactFactory(account=account, name="Ana"),
        estimated_close_date=day(30),
    )


@pytest.fixture
def signed_in(client, salesperson):
    client.force_login(salesperson)
    return client


def url(opportunity: Opportunity) -> str:
    return f"/opportunities/{opportunity.pk}/edit/"


def change(opportunity: Opportunity, by, **facts) -> None:
    """What somebody else does meanwhile."""
    services.edit_opportunity(opportunity, by=by, **facts)


def errors(response) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def test_an_old_form_overwrites_nothing_that_its_user_left_alone(signed_in, manager, opportunity):
    # given a form, and a manager who changes much of what it shows, also to what cannot be chosen in it
    form = form_of(signed_in.get(url(opportunity)))
    product = ProductFactory()
    theirs = {
        "account": AccountFactory(name="Acme"),
        "contact": None,
        "stage": Stage.objects.get(name="Commit"),
        "product": product,
        "currency": "USD",
        "estimated_revenue": Decimal("7777"),
        "estimated_close_date": day(60),
        "opened_on": day(-9),
    }
    change(opportunity, manager, **theirs)

    # when another topic is saved in it
    response = signed_in.post(url(opportunity), form | {"topic": "Plant 2028"})

    # then both are there
    assert response.status_code == 302
    opportunity.refresh_from_db()
    assert {name: getattr(opportunity, name) for name in ["topic", *theirs]} == {"topic": "Plant 2028"} | theirs
    assert opportunity.timeline.filter(kind="edited").count() == 2


def test_an_owner_who_left_and_was_replaced_meanwhile_is_no_hindrance(client, manager, colleague, opportunity):
    # given a form that shows a user who left, whose opportunity is then handed over
    change(opportunity, manager, owner=colleague)
    colleague.is_active = False
    colleague.save()
    client.force_login(manager)
    form = form_of(client.get(url(opportunity)))
    change(opportunity, manager, owner=manager)

    # when the topic is changed, then the new owner stays
    assert client.post(url(opportunity), form | {"topic": "New"}).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.topic, opportunity.owner) == ("New", manager)


@pytest.mark.parametrize(
    ("name", "theirs", "typed", "in_words"),
    [
        ("topic", "Plant <2029>", "Plant 2028", "Plant <2029>"),
        ("estimated_revenue", Decimal("7777"), "1,500.50", "€7,777.00"),
        ("estimated_close_date", date(2040, 1, 31), "2041-01-31", "31 Jan 2040"),
        ("opened_on", date(2020, 1, 31), "2021-01-31", "31 Jan 2020"),
        ("currency", "USD", "JPY", "USD"),
    ],
)
def test_what_both_changed_is_refused_once_and_then_replaced(
    signed_in, manager, opportunity, name, theirs, typed, in_words
):
    # given a form, and a manager who changes a field of it
    form = form_of(signed_in.get(url(opportunity))) | {name: typed}
    change(opportunity, manager, **{name: theirs})

    # when the field is saved with another value, then it says what is there now, and nothing is saved
    with nothing_changes():
        response = signed_in.post(url(opportunity), form)
    assert response.status_code == 409
    assert errors(response) == {name: [told(opportunity, in_words)]}
    assert form_of(response)[name] == typed

    # when the answer is saved as it is, then it replaces the other
    assert signed_in.post(url(opportunity), form_of(response)).status_code == 302
    assert form_of(signed_in.get(url(opportunity)))[name] == typed


def test_a_choice_that_both_changed_is_said_in_words(client, manager, colleague, salesperson, opportunity):
    # given a form, and somebody who changes owner, stage and contact
    client.force_login(manager)
    form = form_of(client.get(url(opportunity)))
    commit, qualify = Stage.objects.get(name="Commit"), Stage.objects.get(name="Qualify")
    change(opportunity, manager, owner=colleague, stage=commit, account=opportunity.account, contact=None)

    # when the same are saved with other values
    mine = {"owner": manager.pk, "stage": qualify.pk, "contact": "Bo", "is_new_contact": "on"}
    with nothing_changes():
        response = client.post(url(opportunity), form | mine)

    # then each names what is there now
    assert errors(response) == {
        name: [told(opportunity, words)]
        for name, words in [("owner", "Jonas Weber"), ("stage", "Commit"), ("contact", "—")]
    }
    assert client.post(url(opportunity), form_of(response)).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.owner, opportunity.stage, opportunity.contact.name) == (manager, qualify, "Bo")


def test_the_same_value_from_both_is_no_conflict(signed_in, manager, opportunity):
    form = form_of(signed_in.get(url(opportunity)))
    change(opportunity, manager, estimated_revenue=Decimal("7777"))
    assert signed_in.post(url(opportunity), form | {"estimated_revenue": "7,777"}).status_code == 302
    assert opportunity.timeline.filter(kind="edited").count() == 1


def test_a_new_contact_is_looked_for_at_the_account_that_is_there_now(signed_in, manager, opportunity):
    # given a form, and a manager who moves the opportunity to another account
    ContactFactory(account=opportunity.account, name="Bo")
    form = form_of(signed_in.get(url(opportunity)))
    change(opportunity, manager, account=AccountFactory(name="Acme"), contact=opportunity.contact)

    # when another contact of the old account is saved, then it is none of the new one
    with nothing_changes():
        response = signed_in.post(url(opportunity), form | {"contact": "Bo"})
    assert errors(response) == {
        "contact": ["“Bo” is no contact of Acme. Choose a suggested one, or tick “This is a new contact”."]
    }
    assert form_of(response)["account"] == "Acme"


@pytest.mark.parametrize("shown", ["", "\x00", "x" * 5000, "9" * 5000, "NaN", "<script>"])
def test_a_form_that_lies_about_what_it_showed_is_asked_again_at_most(signed_in, opportunity, shown):
    # given a form whose every hidden value is senseless
    form = form_of(signed_in.get(url(opportunity)))
    lies = {name: shown for name in form if name.startswith("initial-")}
    assert len(lies) == 11

    # when it is saved as it is, and then with another topic
    assert signed_in.post(url(opportunity), form | lies).status_code == 302
    assert opportunity.timeline.count() == 0
    with nothing_changes():
        response = signed_in.post(url(opportunity), form | lies | {"topic": "New"})

    # then it says what is there now, and takes it the second time
    assert errors(response) == {"topic": [MEANWHILE.format("Plant 2027")]}
    assert signed_in.post(url(opportunity), form_of(response)).status_code == 302
    opportunity.refresh_from_db()
    assert opportunity.topic == "New"


def test_a_form_that_does_not_say_what_it_showed_is_compared_with_what_is_there(signed_in, opportunity):
    form = form_of(signed_in.get(url(opportunity)))
    form = {name: value for name, value in form.items() if not name.startswith("initial-")} | {"topic": "New"}

    # when it is refused for another reason, then what was typed is not taken for what was shown
    response = signed_in.post(url(opportunity), form | {"estimated_revenue": "x"})
    assert form_of(response)["initial-topic"] == "Plant 2027"
    assert signed_in.post(url(opportunity), form_of(response) | {"estimated_revenue": "5"}).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.topic, opportunity.estimated_revenue) == ("New", Decimal("5"))


def test_an_old_form_does_not_take_a_closed_opportunity_from_its_new_owner(client, manager, colleague, opportunity):
    # given a closed opportunity, and two managers who hand it over
    close(opportunity)
    client.force_login(manager)
    form = form_of(client.get(url(opportunity)))
    change(opportunity, manager, owner=colleague)

    # when the second saves, then they are told of the first
    with nothing_changes():
        response = client.post(url(opportunity), form | {"owner": manager.pk})
    assert errors(response) == {"owner": [told(opportunity, "Jonas Weber")]}
    assert client.post(url(opportunity), form_of(response)).status_code == 302
    opportunity.refresh_from_db()
    assert opportunity.owner == manager


def test_a_form_from_before_the_closing_says_who_closed_it_whatever_was_changed(signed_in, colleague, opportunity):
    form = form_of(signed_in.get(url(opportunity)))
    close(opportunity, by=colleague)
    with nothing_changes():
        response = signed_in.post(url(opportunity), form | {"topic": "New"})
    assert response.status_code == 409
    assert errors(response)["__all__"][0].startswith("Jonas Weber closed this opportunity on")
    assert list(errors(response)) == ["__all__"]


def test_a_topic_of_two_lines_can_be_edited(signed_in, opportunity):
    # given a topic that was imported with a line break, which a browser sends as two characters or not at all
    Opportunity.objects.update(topic="Plant\n2027")
    form = form_of(signed_in.get(url(opportunity))) | {"topic": "Plant2027", "initial-topic": "Plant\r\n2027"}
    assert signed_in.post(url(opportunity), form).status_code == 302
    opportunity.refresh_from_db()
    assert opportunity.topic == "Plant2027"


def test_a_contact_of_another_account_stays_until_it_is_changed(signed_in, opportunity):
    # given an opportunity that was imported with a contact of another account
    stranger = ContactFactory(account=AccountFactory(name="Acme"), name="Bo")
    Opportunity.objects.update(contact=stranger)

    # when its topic is saved, then the contact stays
    form = form_of(signed_in.get(url(opportunity)))
    assert signed_in.post(url(opportunity), form | {"topic": "New"}).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.topic, opportunity.contact) == ("New", stranger)

    # and it may be moved to its account
    assert signed_in.post(url(opportunity), form | {"topic": "New", "account": "Acme"}).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.account.name, opportunity.contact) == ("Acme", stranger)


def test_an_opportunity_is_not_expected_to_close_before_it_was_opened(signed_in, opportunity):
    # when either date is changed so
    form = form_of(signed_in.get(url(opportunity))) | {"opened_on": day(-5).isoformat()}
    early = {"estimated_close_date": day(-6).isoformat()}
    told = f"The estimated close date cannot be before the opportunity was opened, on {format_date(day(-5))}."
    new = {name: value for name, value in form.items() if not name.startswith("initial-")}
    for address, typed in [(url(opportunity), form | early), ("/opportunities/new/", new | early)]:
        with nothing_changes():
            response = signed_in.post(address, typed)
        assert response.status_code == 422
        assert errors(response) == {"estimated_close_date": [told]}

    # then it is refused; on the same day is fine
    assert signed_in.post(url(opportunity), form | {"estimated_close_date": day(-5).isoformat()}).status_code == 302

    # but what was stored so already is no hindrance to changing something else
    Opportunity.objects.update(estimated_close_date=day(-40))
    form = form_of(signed_in.get(url(opportunity)))
    assert signed_in.post(url(opportunity), form | {"topic": "New"}).status_code == 302


def test_an_opportunity_that_was_opened_further_east_can_be_edited(signed_in, opportunity):
    Opportunity.objects.update(opened_on=day(1))
    form = form_of(signed_in.get(url(opportunity)))
    assert signed_in.post(url(opportunity), form | {"topic": "New"}).status_code == 302
    with nothing_changes():
        response = signed_in.post(url(opportunity), form | {"opened_on": day(2).isoformat()})
    assert errors(response) == {"opened_on": ["An opportunity is not opened in the future."]}
