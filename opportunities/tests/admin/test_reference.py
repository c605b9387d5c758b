"""Reasons, stages, products and competitors: what is in use stays, and there is always a default open reason."""

import pytest
from django.urls import reverse

from opportunities.models import Account, Competitor, Contact, Opportunity, Product, Stage, StatusReason
from opportunities.tests.admin.pages import errors, page, shown, staff, submit, told
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    close,
    reason,
)
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def reasons() -> list[tuple]:
    return list(StatusReason.objects.order_by("pk").values_list())


def test_an_added_reason_is_in_the_close_dialog_at_once(client):
    # given
    opportunity = OpportunityFactory()

    # when
    answer = submit(client, page(StatusReason, "add"), state="lost", name="Budget cut", position=9)

    # then
    assert told(answer)[0].startswith("The Status reason “")
    assert StatusReason.objects.get(name="Budget cut").is_active
    assert "Budget cut" in client.get(reverse("opportunities:close", args=[opportunity.pk]), {"outcome": "lost"}).text


def test_a_second_reason_of_the_same_name_is_refused(client):
    before = reasons()
    url = page(StatusReason, "change", reason("Price").pk)
    assert errors(submit(client, url, name="Other")) == {"__all__": ["There is a reason of this name already."]}
    assert reasons() == before


def test_the_state_of_a_reason_is_fixed(client):
    # when a form claims another state
    price = reason("Price")
    submit(client, page(StatusReason, "change", price.pk), state="won", name="Too expensive")

    # then the rest is saved
    price.refresh_from_db()
    assert (price.state, price.name) == ("lost", "Too expensive")


def test_making_another_reason_the_default_moves_the_flag(client):
    submit(client, page(StatusReason, "change", reason("On hold").pk), is_default="on")
    assert list(StatusReason.objects.filter(state="open", is_default=True)) == [reason("On hold")]
    assert list(StatusReason.objects.filter(state="won", is_default=True)) == [reason("Won")]


def test_a_new_reason_may_be_the_default(client):
    submit(client, page(StatusReason, "add"), state="won", name="Tender won", position=9, is_default="on")
    assert StatusReason.objects.default_for("won").name == "Tender won"


@pytest.mark.parametrize(
    ("untick", "message"),
    [
        ("is_default", "New opportunities start with this reason; make another one the default instead."),
        ("is_active", "The default stays active; make another reason the default first."),
    ],
)
def test_there_is_always_an_active_default_open_reason(client, untick, message):
    before = reasons()
    answer = submit(client, page(StatusReason, "change", reason("In progress").pk), untick=untick)
    assert errors(answer) == {untick: [message]}
    assert reasons() == before


def test_an_old_form_does_not_bring_a_former_default_back(client):
    # given a form of the default reason, and another default since
    url = page(StatusReason, "change", reason("In progress").pk)
    form = shown(client, url)
    submit(client, page(StatusReason, "change", reason("On hold").pk), is_default="on")

    # when the form is sent with another name
    submit(client, url, form=form, name="Under way")

    # then the name is all that it changes
    assert reason("Under way").is_default is False
    assert StatusReason.objects.default_for("open") == reason("On hold")


def test_the_default_is_not_deleted(client):
    before = reasons()
    assert client.post(page(StatusReason, "delete", reason("In progress").pk), {"post": "yes"}).status_code == 403
    assert reasons() == before


def test_a_reason_in_use_is_deactivated_instead_of_deleted(client):
    # given a reason that two closings have, one of them taken back
    price = reason("Price")
    close(OpportunityFactory())
    url = page(StatusReason, "delete", price.pk)

    # when its deletion is asked for, then the page says what happens instead
    answer = client.get(url)
    assert "Opportunities: 1" in answer.text
    assert "Make inactive" in answer.text
    assert reason("Price").is_active

    # when that is confirmed
    answer = client.post(url, follow=True)

    # then the reason is inactive and where it was
    assert told(answer) == ["“Price” is in use, so it was not deleted but made inactive."]
    assert reason("Price").is_active is False
    assert Opportunity.objects.get().status_reason == price


@pytest.mark.parametrize("model", [StatusReason, Product])
def test_who_may_delete_but_not_change_deactivates_nothing(client, outsider, model):
    # given
    opportunity = OpportunityFactory(product=ProductFactory(), status_reason=reason("On hold"))
    row = opportunity.status_reason if model is StatusReason else opportunity.product
    name = model._meta.model_name
    staff(client, outsider, f"view_{name}", f"delete_{name}")
    url = page(model, "delete", row.pk)

    # when
    client.get(url)  # keeps the session, which the page renews once
    with nothing_changes():
        answer = client.post(url, {"post": "yes"})

    # then Django's page says what protects it, and offers nothing
    assert answer.status_code == 200
    assert "would require deleting the following protected related objects" in answer.text
    assert "Opportunities: 1" in answer.text
    assert "Make inactive" not in answer.text


def test_a_reason_that_nothing_uses_is_deleted(client):
    client.post(page(StatusReason, "delete", reason("Price").pk), {"post": "yes"})
    assert not StatusReason.objects.filter(name="Price").exists()


def test_a_product_in_use_is_deactivated_instead_of_deleted(client):
    opportunity = OpportunityFactory(product=ProductFactory(name="Press"))
    answer = client.post(page(Product, "delete", opportunity.product_id), follow=True)
    assert told(answer) == ["“Press” is in use, so it was not deleted but made inactive."]
    assert Product.objects.get(name="Press").is_active is False


@pytest.mark.parametrize("model", [StatusReason, Product])
def test_reasons_and_products_are_not_deleted_in_bulk(client, model):
    ProductFactory()
    rows = list(model.objects.values_list())
    action = {"action": "delete_selected", "_selected_action": [row[0] for row in rows], "post": "yes"}
    client.post(page(model, "changelist"), action)
    assert list(model.objects.values_list()) == rows


def used_rows() -> list:
    contact = ContactFactory()
    opportunity = OpportunityFactory(account=contact.account, contact=contact)
    close(opportunity, competitor=CompetitorFactory())
    return [contact, contact.account, opportunity.stage, Competitor.objects.get(), opportunity.owner]


@pytest.mark.parametrize("index", range(5), ids=["contact", "account", "stage", "competitor", "user"])
def test_other_rows_in_use_are_protected(client, index):
    # given
    row = used_rows()[index]
    model = type(row)

    # when it is deleted by itself, or with the action
    answer = client.post(page(model, "delete", row.pk), {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    answers = [answer, client.post(page(model, "changelist"), action)]

    # then the page counts what uses it, and it is there
    for answer in answers:
        assert answer.status_code == 200
        assert "would require deleting the following protected related objects" in answer.text
        assert "Opportunities: 1" in answer.text
    assert model.objects.filter(pk=row.pk).exists()


def test_deleting_rows_that_somebody_deleted_meanwhile_does_nothing(client):
    action = {"action": "delete_selected", "_selected_action": [0], "post": "yes"}
    assert client.post(page(Account, "changelist"), action, follow=True).status_code == 200


@pytest.mark.parametrize("model", [Account, Contact, Competitor, Stage])
def test_rows_that_nothing_uses_are_deleted(client, model):
    # given
    row = {
        Account: AccountFactory,
        Contact: ContactFactory,
        Competitor: CompetitorFactory,
        Stage: lambda: Stage.objects.create(name="Demo", probability=30),
    }[model]()

    # when
    client.post(page(model, "delete", row.pk), {"post": "yes"})

    # then
    assert not model.objects.filter(pk=row.pk).exists()


def test_positions_and_idle_times_are_edited_in_the_list(client):
    # given
    stages = list(Stage.objects.all())
    form = {"form-TOTAL_FORMS": len(stages), "form-INITIAL_FORMS": len(stages), "_save": "Save"}
    for row, stage in enumerate(stages):
        form |= {f"form-{row}-id": stage.pk, f"form-{row}-position": 9 - row}
        form |= {f"initial-form-{row}-position": stage.position, f"initial-form-{row}-id": stage.pk}
        form |= {f"form-{row}-idle_days": row * 5, f"initial-form-{row}-idle_days": stage.idle_days}

    # when
    answer = client.post(page(Stage, "changelist"), form, follow=True)

    # then
    assert told(answer) == ["4 Stages were changed successfully."]
    assert list(Stage.objects.values_list("name", "idle_days")) == [
        ("Commit", 15),
        ("Negotiate", 10),
        ("Propose", 5),
        ("Qualify", 0),
    ]


def test_a_renamed_account_is_found_by_its_new_name(client):
    account = AccountFactory(name="Northwind")
    submit(client, page(Account, "change", account.pk), name="Énergie du Nord")
    assert [
        row.name for row in client.get(page(Account, "changelist"), {"q": "energie"}).context["cl"].result_list
    ] == ["Énergie du Nord"]


def test_the_account_of_a_contact_is_fixed_while_opportunities_have_it(client):
    # given
    contact, free, other = ContactFactory(), ContactFactory(), AccountFactory()
    OpportunityFactory(account=contact.account, contact=contact)
    account = contact.account

    # when
    for row in (contact, free):
        submit(client, page(Contact, "change", row.pk), account=other.pk, name="Ida Holm")
        row.refresh_from_db()

    # then
    assert (contact.account, contact.name) == (account, "Ida Holm")
    assert (free.account, free.name) == (other, "Ida Holm")


def test_an_old_form_overwrites_nothing_that_it_did_not_change(client):
    # given a form, and a colleague who enters a phone number meanwhile
    account = AccountFactory(name="Northwind")
    url = page(Account, "change", account.pk)
    form = shown(client, url)
    submit(client, url, phone="+33 1 23 45")

    # when the form is sent with a sector
    submit(client, url, form=form, sector="Retail")

    # then both are kept
    account.refresh_from_db()
    assert (account.phone, account.sector) == ("+33 1 23 45", "Retail")


def test_a_list_price_is_typed_in_the_users_format(client):
    answer = submit(client, page(Product, "add"), name="Press", currency="JPY", list_price="1,234.50")
    assert errors(answer) == {"list_price": ["JPY amounts have at most 0 decimals."]}
    submit(client, page(Product, "add"), name="Press", currency="EUR", list_price="1,234.50")
    assert [str(product.list_price) for product in Product.objects.all()] == ["1234.500"]
