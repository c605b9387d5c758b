"""Merging accounts and competitors: everything moves to the one that stays, history included, or nothing does."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportunities.closing import correct_closing, reopen_opportunity, undo_close
from opportunities.integrity import broken_rules
from opportunities.models import Account, Competitor, Contact, Opportunity, OpportunityClose
from opportunities.record.merging import MergeRefused, merge_accounts, merge_competitors
from opportunities.record.services import edit_opportunity
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    QuoteFactory,
    close,
    day,
    reason,
)
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def lose_to(competitor, **facts) -> OpportunityClose:
    return close(OpportunityFactory(**facts), status_reason=reason("Out-sold"), competitor=competitor)


def last_change(opportunity) -> tuple:
    event = opportunity.timeline.first()
    return event.kind, event.by.username, event.changes


def test_an_account_gets_the_contacts_and_the_opportunities_of_its_duplicates(administrator):
    # given an account, and two more that are the same one
    kept, second, third = (AccountFactory(name=name) for name in ("Electro", "Electro AG", "Électro"))
    contact = ContactFactory(account=second)
    open_deal = OpportunityFactory(account=second, contact=contact)
    quote = QuoteFactory(opportunity=open_deal)
    won, lost, kept_deal = (OpportunityFactory(account=account) for account in (second, third, kept))
    close(won, "won")
    close(lost)
    activity = dict(Opportunity.objects.values_list("pk", "last_activity_at"))

    # when
    assert merge_accounts(kept, [second, third], by=administrator) == kept

    # then everything is of the one that stays
    assert set(kept.opportunities.all()) == {open_deal, won, lost, kept_deal}
    assert (list(kept.contacts.all()), quote.opportunity.contact) == ([contact], contact)
    assert set(Account.objects.values_list("merged_into", "merged_by")) == {(None, None), (kept.pk, administrator.pk)}
    assert list(Account.objects.current().filter(pk__in=[kept.pk, second.pk, third.pk])) == [kept]

    # and each timeline tells of it, which is no activity
    assert last_change(open_deal) == last_change(won) == ("edited", "admin", ["Account: Electro AG → Electro"])
    assert last_change(lost) == ("edited", "admin", ["Account: Électro → Electro"])
    assert not kept_deal.timeline.exists()
    assert dict(Opportunity.objects.values_list("pk", "last_activity_at")) == activity
    assert list(broken_rules()) == []


def test_an_account_gets_the_details_that_it_lacks_from_the_first_that_has_them(administrator):
    kept = AccountFactory(sector="Energy")
    others = [
        AccountFactory(sector="Other", phone=""),
        AccountFactory(phone="1", website="https://one.example"),
        AccountFactory(phone="2"),
    ]
    merge_accounts(kept, others, by=administrator)
    kept.refresh_from_db()
    assert (kept.sector, kept.phone, kept.website) == ("Energy", "1", "https://one.example")


def test_what_was_closed_before_a_merge_is_undone_and_edited_after_it_as_ever(administrator):
    kept, merged = AccountFactory.create_batch(2)
    deal = OpportunityFactory(account=merged)
    closing = close(deal)
    merge_accounts(kept, [merged], by=administrator)
    undo_close(closing, by=deal.owner)
    edit_opportunity(deal, by=deal.owner, topic="Open again")
    assert Opportunity.objects.values_list("topic", "account", "state").get() == ("Open again", kept.pk, "open")


def test_a_competitor_is_named_wherever_its_duplicates_were_also_where_it_was_reopened(administrator):
    # given closings that name one of them: current, corrected and reopened
    kept, second, third = (CompetitorFactory(name=name) for name in ("Rival", "Rival Inc.", "The rival"))
    lost = lose_to(second)
    won = close(OpportunityFactory(), "won", competitor=third, actual_revenue=Decimal(5))
    corrected = correct_closing(
        lose_to(third),
        status_reason=reason("Out-sold"),
        closed_on=day(0),
        competitor=second,
        by=administrator,
    )
    reopened = reopen_opportunity(lose_to(second), by=administrator)
    other = lose_to(kept)

    # when
    merge_competitors(kept, [second, third], by=administrator)

    # then
    assert set(OpportunityClose.objects.values_list("competitor", flat=True)) == {kept.pk}
    closed = {lost.opportunity, won.opportunity, corrected.opportunity, other.opportunity}
    assert set(kept.opportunities.all()) == closed
    assert list(Competitor.objects.current()) == [kept]
    assert last_change(lost.opportunity) == ("edited", "admin", ["Competitor: Rival Inc. → Rival"])
    both = ["Competitor: Rival Inc. → Rival", "Competitor: The rival → Rival"]
    assert last_change(corrected.opportunity) == ("edited", "admin", both)
    assert last_change(reopened) == ("edited", "admin", ["Competitor: Rival Inc. → Rival"])
    assert last_change(other.opportunity)[0] == "closed"
    assert list(broken_rules()) == []


@pytest.mark.parametrize(
    ("merge", "factory"), [(merge_accounts, AccountFactory), (merge_competitors, CompetitorFactory)]
)
def test_one_that_stayed_and_is_merged_later_takes_along_what_was_merged_into_it(administrator, merge, factory):
    first, second, third = factory.create_batch(3)
    merge(second, [first], by=administrator)
    since = factory._meta.model.objects.get(pk=first.pk).merged_at
    merge(third, [second], by=administrator)
    rows = factory._meta.model.objects.in_bulk([first.pk, second.pk])
    assert {row.merged_into_id for row in rows.values()} == {third.pk}
    assert rows[first.pk].merged_at == since


@pytest.mark.parametrize(
    ("merge", "factory"), [(merge_accounts, AccountFactory), (merge_competitors, CompetitorFactory)]
)
def test_what_cannot_be_merged_any_more_is_refused_and_nothing_changes(administrator, merge, factory):
    # given one that was merged into another, and one that was deleted
    kept, merged, other, gone = (factory(name=name) for name in ("Kept", "Merged", "Other", "Gone"))
    merge(kept, [merged], by=administrator)
    factory._meta.model.objects.filter(pk=gone.pk).delete()

    # then
    for into, duplicates, sentence in [
        (kept, [], "Choose at least two, of which one stays."),
        (kept, [other, kept], "Choose at least two, of which one stays."),
        (other, [merged], "“Merged” was merged into “Kept” meanwhile. Nothing was merged."),
        (merged, [other], "“Merged” was merged into “Kept” meanwhile. Nothing was merged."),
        (other, [kept, gone], "Somebody deleted one of them meanwhile. Nothing was merged."),
        (gone, [other], "Somebody deleted one of them meanwhile. Nothing was merged."),
    ]:
        with nothing_changes(), pytest.raises(MergeRefused) as refusal:
            merge(into, duplicates, by=administrator)
        assert str(refusal.value) == sentence


@pytest.mark.parametrize(("merge", "expected"), [("accounts", 11), ("competitors", 11)])
@pytest.mark.parametrize("count", [1, 60])
def test_the_statements_do_not_grow_with_what_moves(administrator, salesperson, merge, expected, count):
    # given as many accounts, competitors, contacts and closed deals
    accounts, rivals = AccountFactory.create_batch(count + 1), CompetitorFactory.create_batch(count + 1)
    for account, rival in zip(accounts[1:], rivals[1:], strict=True):
        ContactFactory(account=account)
        lose_to(rival, account=account, owner=salesperson)

    # when
    with CaptureQueriesContext(connection) as queries:
        if merge == "accounts":
            merge_accounts(accounts[0], accounts[1:], by=administrator)
        else:
            merge_competitors(rivals[0], rivals[1:], by=administrator)

    # then
    assert len(queries) == expected
    assert Contact.objects.filter(account=accounts[0]).count() == (count if merge == "accounts" else 0)
