"""The services of one opportunity: what they write, what they refuse, and that a refusal changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from opportunities.closing import Gone, reopen_opportunity
from opportunities.models import Account, Contact, Opportunity, Quote, QuoteLine, Stage, State, StatusReason
from opportunities.record import services
from opportunities.tests.factories import (
    AccountFactory,
    ContactFactory,
    OpportunityFactory,
    QuoteFactory,
    QuoteLineFactory,
    close,
    day,
    reason,
)

pytestmark = pytest.mark.django_db


def facts(**changed) -> dict:
    return {
        "topic": "Éclairage public",
        "currency": "EUR",
        "stage": Stage.objects.first(),
        "status_reason": StatusReason.objects.default_for(State.OPEN),
        "estimated_revenue": Decimal("100"),
        "estimated_close_date": day(10),
        "opened_on": day(0),
    } | changed


def stored(opportunity: Opportunity) -> dict:
    return Opportunity.objects.filter(pk=opportunity.pk).values().get()


def events(opportunity: Opportunity) -> list[str]:
    return [event.sentence for event in opportunity.timeline.order_by("pk")]


def test_creating_stores_the_facts_and_tells_the_timeline(salesperson):
    # when an opportunity of a known account is created
    account = AccountFactory()
    opportunity = services.create_opportunity(by=salesperson, account=account, owner=salesperson, **facts())

    # then it is open, found by search, and its timeline begins
    assert (opportunity.state, opportunity.account, opportunity.estimated_revenue) == ("open", account, Decimal("100"))
    assert Opportunity.objects.search("eclairage").get() == opportunity
    assert events(opportunity) == ["created the opportunity"]


def test_a_new_account_and_a_new_contact_are_created_with_it(salesperson):
    # when account and contact are not there yet
    opportunity = services.create_opportunity(
        by=salesperson,
        account=Account(name="Société Dupont"),
        contact=Contact(name="Ana", email="ana@example.com", phone="+33 1"),
        owner=salesperson,
        **facts(),
    )

    # then they are now, and belong together
    opportunity.refresh_from_db()
    contact = opportunity.contact
    assert opportunity.account.name == "Société Dupont"
    assert (contact.name, contact.email, contact.phone) == ("Ana", "ana@example.com", "+33 1")
    assert contact.account == opportunity.account


def test_a_new_account_or_contact_that_is_there_already_is_not_doubled(salesperson):
    # given both, with another spelling
    there = ContactFactory(account=AccountFactory(name="Société Dupont"), name="Ana Léger")

    # when they are created once more
    opportunity = services.create_opportunity(
        by=salesperson,
        account=Account(name="societe DUPONT"),
        contact=Contact(name="ana leger"),
        owner=salesperson,
        **facts(),
    )

    # then those that were there are used
    assert (opportunity.account, opportunity.contact) == (there.account, there)
    assert (Account.objects.count(), Contact.objects.count()) == (1, 1)


def test_of_two_accounts_with_almost_the_same_name_the_exact_one_is_found():
    first, second = AccountFactory(name="Societe"), AccountFactory(name="Société")
    assert Account.objects.called("Société") == second
    assert Account.objects.called("SOCIETE") == first
    assert Account.objects.called("Sociétés") is None


def test_a_creation_with_a_reason_of_a_closed_state_changes_nothing(salesperson):
    with pytest.raises(IntegrityError):
        services.create_opportunity(
            by=salesperson, account=Account(name="New"), owner=salesperson, **facts(status_reason=reason("Price"))
        )
    assert (Opportunity.objects.count(), Account.objects.count()) == (0, 0)


def test_editing_writes_what_changed_and_one_event(salesperson):
    # given an opportunity
    opportunity = OpportunityFactory(owner=salesperson, topic="Before")
    before = stored(opportunity)

    # when its topic and its estimate change
    services.edit_opportunity(opportunity, by=salesperson, topic="Éclairage", estimated_revenue=Decimal("5"))

    # then only they did, with the folded topic, and one event tells of it
    changes = {"topic": "Éclairage", "folded_topic": "eclairage", "estimated_revenue": Decimal("5")}
    changes["search_text"] = f"eclairage\n{opportunity.account.folded_name}"
    assert stored(opportunity) == before | changes
    assert events(opportunity) == ["edited the opportunity"]


def test_an_edit_does_not_overwrite_what_it_does_not_change(salesperson):
    # given somebody who read the opportunity before another changed its topic
    opportunity = OpportunityFactory(owner=salesperson)
    services.edit_opportunity(opportunity, by=salesperson, topic="Changed meanwhile")

    # when they change its estimate only
    services.edit_opportunity(opportunity, by=salesperson, estimated_revenue=Decimal("7"))

    # then both changes are there
    row = stored(opportunity)
    assert (row["topic"], row["estimated_revenue"]) == ("Changed meanwhile", Decimal("7"))


def test_an_edit_that_changes_nothing_leaves_no_event(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    services.edit_opportunity(opportunity, by=salesperson, topic=opportunity.topic, stage=opportunity.stage)
    assert events(opportunity) == []


def test_moving_the_stage_says_from_where_to_where(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    services.edit_opportunity(opportunity, by=salesperson, stage=Stage.objects.get(name="Commit"), topic="New")
    assert events(opportunity) == ["moved the stage from Propose to Commit"]


def test_handing_over_says_to_whom_also_when_it_is_closed(salesperson, colleague):
    # given a closed opportunity
    opportunity = OpportunityFactory(owner=salesperson)
    close(opportunity)

    # when its owner changes
    services.edit_opportunity(opportunity, by=salesperson, owner=colleague)

    # then nothing else did
    assert stored(opportunity)["owner_id"] == colleague.pk
    assert stored(opportunity)["state"] == "lost"
    assert events(opportunity)[-1] == "handed the opportunity over from Marta Ruiz to Jonas Weber"


def test_an_edit_after_the_closing_is_refused_in_words(salesperson, colleague):
    # given an opportunity that was closed since somebody read it
    opportunity = OpportunityFactory(owner=salesperson)
    close(opportunity, by=colleague)
    before = stored(opportunity)

    # when they change its topic and its owner, with a new account
    with pytest.raises(services.OpportunityIsClosed) as refusal:
        services.edit_opportunity(
            opportunity, by=salesperson, topic="New", owner=colleague, account=Account(name="New"), contact=None
        )

    # then nothing is saved
    assert str(refusal.value).startswith("Jonas Weber closed this opportunity on ")
    assert str(refusal.value).endswith("Only its owner can still be changed.")
    assert stored(opportunity) == before
    assert not Account.objects.filter(name="New").exists()


def test_the_currency_is_fixed_once_there_is_a_quote(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    services.edit_opportunity(opportunity, by=salesperson, currency="USD")
    QuoteFactory(opportunity=opportunity)
    with pytest.raises(IntegrityError, match="currency_is_fixed_by_quotes"):
        services.edit_opportunity(opportunity, by=salesperson, currency="JPY")
    assert stored(opportunity)["currency"] == "USD"


def test_a_note_is_kept_also_on_a_closed_opportunity(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    close(opportunity)
    note = services.add_note(opportunity, by=salesperson, text="Call in May.")
    assert (note.kind, note.text, note.by) == ("note", "Call in May.", salesperson)


def test_what_was_deleted_meanwhile_is_neither_edited_nor_noted(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    Opportunity.objects.get(pk=opportunity.pk).delete()
    with pytest.raises(Gone):
        services.edit_opportunity(opportunity, by=salesperson, topic="New")
    with pytest.raises(Gone):
        services.add_note(opportunity, by=salesperson, text="New")
    with pytest.raises(Gone):
        services.delete_opportunity(opportunity)


def test_deleting_takes_timeline_draft_quotes_and_their_lines_along(salesperson):
    # given an opportunity with a draft with a line, and a note
    opportunity = OpportunityFactory(owner=salesperson)
    QuoteLineFactory(quote__opportunity=opportunity)
    services.add_note(opportunity, by=salesperson, text="Hello")

    # when it is deleted, then nothing of it is left
    services.delete_opportunity(opportunity)
    assert [model.objects.count() for model in (Opportunity, Quote, QuoteLine)] == [0, 0, 0]


def test_an_opportunity_with_an_active_quote_is_not_deleted(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    QuoteFactory(opportunity=opportunity)
    QuoteFactory(opportunity=opportunity, status="active")
    with pytest.raises(services.DeletionRefused, match="1 quote of this opportunity is not a draft"):
        services.delete_opportunity(opportunity)
    assert (Opportunity.objects.count(), Quote.objects.count()) == (1, 2)


def test_an_opportunity_that_was_closed_once_is_not_deleted(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    reopen_opportunity(close(opportunity), by=salesperson)
    with pytest.raises(services.DeletionRefused, match="was closed before"):
        services.delete_opportunity(opportunity)
    assert Opportunity.objects.get().is_open


def test_opened_on_stays_a_calendar_date(salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    services.edit_opportunity(opportunity, by=salesperson, opened_on=date(2026, 1, 31))
    assert stored(opportunity)["opened_on"] == date(2026, 1, 31)
