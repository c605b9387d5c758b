"""Creating, editing and handing over in the browser: who may, and what becomes of bad input."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from opportunities.models import Account, Contact, Opportunity, Preferences, Stage, StatusReason
from opportunities.record import services
from opportunities.tests.factories import (
    AccountFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    QuoteFactory,
    close,
    day,
    reason,
)

pytestmark = pytest.mark.django_db

NEW = "/opportunities/new/"


@pytest.fixture
def account():
    return AccountFactory(name="Northwind Traders")


@pytest.fixture
def opportunity(salesperson, account):
    return OpportunityFactory(topic="Plant 2027", owner=salesperson, account=account)


@pytest.fixture
def filled(salesperson, account):
    """What a salesperson types for a new opportunity."""
    return {
        "topic": "Éclairage 2027",
        "account": account.name,
        "contact": "",
        "contact_email": "",
        "contact_phone": "",
        "owner": salesperson.pk,
        "stage": Stage.objects.get(name="Propose").pk,
        "status_reason": reason("In progress").pk,
        "product": "",
        "currency": "EUR",
        "estimated_revenue": "1,234.50",
        "estimated_close_date": day(30).isoformat(),
        "opened_on": day(0).isoformat(),
    }


def errors(response) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def rows() -> list[dict]:
    return [*Opportunity.objects.order_by("pk").values(), *Account.objects.values(), *Contact.objects.values()]


def typed_again(response, name: str) -> str:
    """The value that the field `name` has on the page."""
    return response.context["form"][name].value()


def test_the_empty_form_proposes_owner_stage_reason_and_day(client, salesperson):
    client.force_login(salesperson)
    form = client.get(NEW).context["form"]
    proposed = {name: form[name].value() for name in ["owner", "stage", "status_reason", "currency", "opened_on"]}
    assert proposed == {
        "owner": salesperson.pk,
        "stage": Stage.objects.get(name="Qualify").pk,
        "status_reason": reason("In progress").pk,
        "currency": "EUR",
        "opened_on": day(0),
    }


def test_an_opportunity_is_created_for_a_known_account(client, salesperson, filled, account):
    # when the form is sent, with the account in another spelling
    client.force_login(salesperson)
    response = client.post(NEW, filled | {"account": "  northwind TRADERS "})

    # then it is there, and the browser goes to it
    created = Opportunity.objects.get()
    assert response.url == created.get_absolute_url()
    assert (created.topic, created.account, created.contact) == ("Éclairage 2027", account, None)
    assert (created.estimated_revenue, created.estimated_close_date) == (Decimal("1234.50"), day(30))
    assert Account.objects.count() == 1


def test_account_and_contact_are_created_on_the_way(client, salesperson, filled):
    # when both are new
    client.force_login(salesperson)
    parties = {
        "account": "Société Dupont",
        "is_new_account": "on",
        "contact": "Ana Léger",
        "contact_email": "ana@example.com",
        "contact_phone": "+33 1 23",
    }
    client.post(NEW, filled | parties)

    # then they are there
    created = Opportunity.objects.get()
    assert created.account.name == "Société Dupont"
    assert (created.contact.name, created.contact.email) == ("Ana Léger", "ana@example.com")
    assert (created.contact.phone, created.contact.account) == ("+33 1 23", created.account)


def test_an_unknown_account_is_asked_about_before_it_is_created(client, salesperson, filled):
    # when a name is mistyped
    client.force_login(salesperson)
    before = rows()
    response = client.post(NEW, filled | {"account": "northwind"})

    # then nothing is saved, and what was meant is suggested
    assert response.status_code == 422
    assert errors(response)["account"] == [
        "No account is called “northwind”. Choose a suggested one, or tick “This is a new account”."
    ]
    assert '<option value="Northwind Traders">' in response.content.decode()
    assert rows() == before


def test_a_contact_of_the_account_is_found_and_an_unknown_one_asked_about(client, salesperson, filled, account):
    # given a contact
    ana = ContactFactory(account=account, name="Ana Léger")
    ContactFactory(name="Jean Petit")  # of another account
    client.force_login(salesperson)

    # then it is found by its name
    client.post(NEW, filled | {"contact": "ana leger"})
    assert Opportunity.objects.get().contact == ana

    # and another is asked about, unless it is ticked as new
    response = client.post(NEW, filled | {"contact": "Jean Petit"})
    assert response.status_code == 422
    assert errors(response)["contact"] == [
        "“Jean Petit” is no contact of Northwind Traders. Choose a suggested one, or tick “This is a new contact”."
    ]
    client.post(NEW, filled | {"contact": "Jean Petit", "is_new_contact": "on"})
    assert list(account.contacts.values_list("name", flat=True)) == ["Ana Léger", "Jean Petit"]


def test_what_is_typed_for_a_new_contact_is_not_lost_silently(client, salesperson, filled, account):
    # given an opportunity with a contact
    ana = ContactFactory(account=account, name="Ana Léger")
    opportunity = OpportunityFactory(owner=salesperson, account=account, contact=ana)
    client.force_login(salesperson)
    before = rows()

    # then a phone for it is refused, and so are a second one of its name and a phone for nobody
    known = (
        "“Ana Léger” is a contact of Northwind Traders already: untick “This is a new contact” and leave the e-mail "
        "and phone of a new contact empty."
    )
    for address in (NEW, f"/opportunities/{opportunity.pk}/edit/"):
        for typed in ({"contact_phone": "1"}, {"contact_email": "ana@example.com"}, {"is_new_contact": "on"}):
            response = client.post(address, filled | typed | {"contact": "Ana Léger"})
            assert errors(response) == {"contact": [known]}
            response = client.post(address, filled | typed)
            assert errors(response) == {"contact": ["Enter the name of the new contact."]}
    assert rows() == before


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("topic", "", "This field is required."),
        ("topic", "x\x00y", "Null characters are not allowed."),
        ("topic", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("account", "", "This field is required."),
        ("account", "x\x00", "Null characters are not allowed."),
        ("account", "x" * 100_000, "Ensure this value has at most 200 characters (it has 100000)."),
        ("contact", "x" * 100_000, "Ensure this value has at most 200 characters (it has 100000)."),
        ("contact", "x\x00", "Null characters are not allowed."),
        ("contact_email", "nobody", "Enter a valid email address."),
        ("owner", "9" * 5000, "Select a valid choice. That choice is not one of the available choices."),
        ("owner", "x\x00", "Null characters are not allowed."),
        ("stage", "0", "Select a valid choice. That choice is not one of the available choices."),
        ("status_reason", "", "This field is required."),
        ("product", "-1", "Select a valid choice. That choice is not one of the available choices."),
        ("currency", "XXX", "Select a valid choice. XXX is not one of the available choices."),
        ("estimated_revenue", "", "This field is required."),
        ("estimated_revenue", "-1", "Enter an amount of 0 or more."),
        ("estimated_revenue", "NaN", "Enter a number, such as 1,234.50."),
        ("estimated_revenue", "1234,5", "Enter a number, such as 1,234.50."),
        ("estimated_revenue", "1.234", "EUR amounts have at most 2 decimals."),
        ("estimated_revenue", "1" * 13, "Enter an amount of at most 999,999,999,999."),
        ("estimated_close_date", "", "This field is required."),
        ("estimated_close_date", "2026-02-30", "Enter a date that exists, such as 2026-11-30."),
        ("opened_on", "9999-12-31", "An opportunity is not opened in the future."),
    ],
)
def test_bad_input_comes_back_at_its_field_as_it_was_typed(client, salesperson, filled, name, value, error):
    # when one field is wrong
    client.force_login(salesperson)
    before = rows()
    response = client.post(NEW, filled | {name: value})

    # then it says so, keeps what was typed, and nothing is saved
    assert response.status_code == 422
    assert errors(response) == {name: [error]}
    assert typed_again(response, name) == value
    assert typed_again(response, "topic") == (value if name == "topic" else "Éclairage 2027")
    assert rows() == before


def test_nothing_at_all_is_refused(client, salesperson):
    client.force_login(salesperson)
    response = client.post(NEW, {})
    assert response.status_code == 422
    assert {"topic", "account", "owner", "estimated_revenue", "estimated_close_date"} <= set(errors(response))


def test_reasons_and_products_to_choose_from_are_open_and_active(client, salesperson, opportunity):
    # given an inactive reason and an inactive product, which an opportunity has already
    inactive, product = reason("On hold"), ProductFactory(name="Old", is_active=False)
    StatusReason.objects.filter(pk=inactive.pk).update(is_active=False)
    client.force_login(salesperson)

    # then they are not offered, except where they are kept
    form = client.get(NEW).context["form"]
    assert [str(choice) for choice in form.fields["status_reason"].queryset] == ["In progress"]
    assert list(form.fields["product"].queryset) == []
    services.edit_opportunity(opportunity, by=salesperson, status_reason=inactive, product=product)
    form = client.get(f"/opportunities/{opportunity.pk}/edit/").context["form"]
    assert [str(choice) for choice in form.fields["status_reason"].queryset] == ["In progress", "On hold"]
    assert list(form.fields["product"].queryset) == [product]


def test_amounts_are_checked_in_the_currency_that_is_chosen(client, salesperson, filled):
    client.force_login(salesperson)
    response = client.post(NEW, filled | {"currency": "JPY", "estimated_revenue": "10.5"})
    assert errors(response) == {"estimated_revenue": ["JPY amounts have at most 0 decimals."]}
    client.post(NEW, filled | {"currency": "TND", "estimated_revenue": "10.505"})
    assert Opportunity.objects.get().estimated_revenue == Decimal("10.505")


def test_a_french_user_types_french_numbers(client, salesperson, filled):
    Preferences.objects.create(user=salesperson, language="fr")
    client.force_login(salesperson)
    client.post(NEW, filled | {"estimated_revenue": "1 234,50"})
    assert Opportunity.objects.get().estimated_revenue == Decimal("1234.50")


def test_the_edit_form_shows_what_is_stored_and_saves_what_is_changed(client, salesperson, opportunity, filled):
    # when the form is opened and sent with another topic
    client.force_login(salesperson)
    address = f"/opportunities/{opportunity.pk}/edit/"
    html = client.get(address).content.decode()
    assert 'value="Plant 2027"' in html
    assert 'value="1,000.00"' in html
    response = client.post(address, filled | {"topic": "Plant 2028"})

    # then the opportunity has it
    opportunity.refresh_from_db()
    assert response.url == opportunity.get_absolute_url()
    assert (opportunity.topic, opportunity.estimated_revenue) == ("Plant 2028", Decimal("1234.50"))


def test_the_current_contact_is_kept_among_namesakes(client, salesperson, opportunity, filled, account):
    # given two contacts of the same name, of whom the second is the one
    _first, second = ContactFactory.create_batch(2, account=account, name="Ana Léger")
    services.edit_opportunity(opportunity, by=salesperson, account=account, contact=second)

    # when the form is sent as it was
    client.force_login(salesperson)
    client.post(f"/opportunities/{opportunity.pk}/edit/", filled | {"contact": "Ana Léger"})

    # then the contact is the same
    opportunity.refresh_from_db()
    assert opportunity.contact == second


def test_the_currency_stays_once_there_is_a_quote(client, salesperson, opportunity, filled):
    QuoteFactory(opportunity=opportunity)
    client.force_login(salesperson)
    address = f"/opportunities/{opportunity.pk}/edit/"
    assert "Fixed, because there are quotes." in client.get(address).content.decode()
    client.post(address, filled | {"currency": "USD"})
    opportunity.refresh_from_db()
    assert (opportunity.currency, opportunity.topic) == ("EUR", "Éclairage 2027")


def test_a_form_from_before_the_closing_is_refused_in_words_and_keeps_what_was_typed(
    client, salesperson, colleague, opportunity, filled
):
    # given an opportunity that was closed while somebody edited it
    close(opportunity, by=colleague)
    before = rows()

    # when they save
    client.force_login(salesperson)
    response = client.post(f"/opportunities/{opportunity.pk}/edit/", filled | {"topic": "Typed at length"})

    # then it says who was faster, and nothing is saved
    assert response.status_code == 409
    [error] = errors(response)["__all__"]
    assert error.startswith("Jonas Weber closed this opportunity on")
    assert typed_again(response, "topic") == "Typed at length"
    assert rows() == before


def test_a_closed_opportunity_is_handed_over_and_not_edited(client, salesperson, colleague, opportunity):
    # given a closed opportunity
    close(opportunity)
    client.force_login(salesperson)
    address = f"/opportunities/{opportunity.pk}/edit/"

    # then its form has the owner only
    assert list(client.get(address).context["form"].fields) == ["owner"]
    assert client.post(address, {"owner": ""}).status_code == 422
    assert client.post(address, {"owner": colleague.pk}).url == opportunity.get_absolute_url()
    opportunity.refresh_from_db()
    assert (opportunity.owner, opportunity.state) == (colleague, "lost")


def test_a_user_who_left_is_no_new_owner_but_stays_the_old_one(client, manager, colleague, filled):
    # given an opportunity of somebody who left
    opportunity = OpportunityFactory(owner=colleague)
    colleague.is_active = False
    colleague.save()
    client.force_login(manager)

    # then nothing new is theirs, and an edit does not hand the old one over by itself
    assert "owner" in errors(client.post(NEW, filled | {"owner": colleague.pk}))
    address = f"/opportunities/{opportunity.pk}/edit/"
    assert f'<option value="{colleague.pk}" selected>' in client.get(address).content.decode()
    assert client.post(address, filled | {"owner": colleague.pk}).status_code == 302


def test_account_and_contacts_are_suggested_without_javascript_too(client, salesperson, opportunity, account):
    ContactFactory(account=account, name="Ana Léger")
    client.force_login(salesperson)
    html = client.get(f"/opportunities/{opportunity.pk}/edit/").content.decode()
    assert re.search(r'<datalist id="account_options">\s*<option value="Northwind Traders">', html)
    assert re.search(r'<datalist id="contact_options">\s*<option value="Ana Léger">', html)


def test_who_may_create_edit_note_and_delete(salesperson, colleague, manager, outsider, opportunity, filled):
    pages = [f"/opportunities/{opportunity.pk}/{page}/" for page in ("edit", "delete")]
    for user, own, create in [
        (salesperson, 200, 200),
        (colleague, 403, 200),
        (manager, 200, 200),
        (outsider, 403, 403),
    ]:
        client = Client()
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [own, own], user
        assert client.get(NEW).status_code == create


@pytest.mark.parametrize("page", ["edit", "notes", "delete"])
def test_a_colleague_changes_nothing_and_is_told_the_permission(client, colleague, opportunity, filled, page):
    before = rows()
    client.force_login(colleague)
    response = client.post(f"/opportunities/{opportunity.pk}/{page}/", filled | {"text": "Hello"})
    assert response.status_code == 403
    assert "change_any_opportunity" in response.content.decode()
    assert rows() == before
    assert opportunity.timeline.count() == 0
