"""What the database refuses of merging: nothing refers to what was merged, and what is closed follows a merge only."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from opportunities.models import Account, Competitor, Contact, Opportunity, OpportunityClose
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    close,
    day,
    reason,
)
from opportunities.tests.models.ways import INSERTS, UPDATES, sql
from opportunities.tests.refusal import refused

pytestmark = pytest.mark.django_db


def merge(row, into) -> None:
    """Marks `row` as merged, past the service."""
    table = row._meta.db_table
    sql(f"UPDATE {table} SET merged_into_id = %s, merged_at = %s WHERE id = %s", into.pk, timezone.now(), row.pk)


@pytest.fixture
def firms():
    """Accounts and competitors: one that stays, one merged into it, another; and a closed deal of the merged ones."""
    kept, merged, other = AccountFactory.create_batch(3)
    kept_rival, merged_rival, other_rival = CompetitorFactory.create_batch(3)
    lost = OpportunityFactory(account=merged)
    closing = close(lost, status_reason=reason("Out-sold"), competitor=merged_rival)
    deal, contact = OpportunityFactory(), ContactFactory()
    merge(merged, kept)
    merge(merged_rival, kept_rival)
    return SimpleNamespace(**{name: value for name, value in locals().items() if name != "self"})


@pytest.mark.parametrize("insert", INSERTS, ids=lambda way: way.__name__)
def test_nothing_new_names_what_was_merged(firms, insert):
    facts = {"owner": firms.deal.owner, "stage": firms.deal.stage, "status_reason": reason("In progress")}
    with refused("opportunity_insert_names_no_merged_account"):
        insert(Opportunity(topic="New", account=firms.merged, **facts))
    with refused("contact_insert_names_no_merged_account"):
        insert(Contact(name="New", account=firms.merged))
    facts = {"outcome": "lost", "status_reason": reason("Price"), "from_status_reason": reason("In progress")}
    closing = OpportunityClose(opportunity=firms.deal, closed_on=day(0), competitor=firms.merged_rival, **facts)
    with refused("opportunityclose_insert_names_no_merged_competitor"):
        insert(closing)


@pytest.mark.parametrize("update", UPDATES, ids=lambda way: way.__name__)
def test_nothing_comes_to_name_what_was_merged(firms, update):
    with refused("opportunity_update_names_no_merged_account"):
        update(firms.deal, account=firms.merged)
    with refused("contact_update_names_no_merged_account"):
        update(firms.contact, account=firms.merged)


@pytest.mark.parametrize("insert", INSERTS, ids=lambda way: way.__name__)
def test_nothing_is_inserted_merged_into_what_was_merged(firms, insert):
    with refused("account_insert_merges_into_a_current_one"):
        insert(Account(name="New", merged_into=firms.merged, merged_at=timezone.now()))
    with refused("competitor_insert_merges_into_a_current_one"):
        insert(Competitor(name="New", merged_into=firms.merged_rival, merged_at=timezone.now()))


@pytest.mark.parametrize("update", UPDATES, ids=lambda way: way.__name__)
def test_a_merge_leads_to_a_current_row_and_there_is_no_way_back(firms, update):
    now = timezone.now()
    accounts = (firms.kept, firms.merged, firms.other)
    account_names = [
        "account_update_merges_into_a_current_one",
        "merged_account_is_read_only",
        "account_is_merged_into_another",
    ]
    rivals = (firms.kept_rival, firms.merged_rival, firms.other_rival)
    rival_names = [
        "competitor_update_merges_into_a_current_one",
        "merged_competitor_is_read_only",
        "competitor_is_merged_into_another",
    ]
    for rows, names in [(accounts, account_names), (rivals, rival_names)]:
        kept, merged, other = rows
        into_a_current_one, read_only, into_another = names
        with refused(into_a_current_one):
            update(other, merged_into=merged, merged_at=now)
        with refused(into_a_current_one):  # what was merged into it would be left behind
            update(kept, merged_into=other, merged_at=now)
        with refused(read_only):
            update(merged, merged_into=None, merged_at=None)
        with refused(read_only):
            update(merged, name="New")
        with refused(into_another):
            update(other, merged_into=other, merged_at=now)
        with refused(into_another):
            update(other, merged_into=kept)


# A file for loaddata keeps milliseconds, so that it changes the last activity along with the account.
@pytest.mark.parametrize("update", UPDATES[:-1], ids=lambda way: way.__name__)
def test_the_account_of_a_closed_opportunity_follows_a_merge_and_changes_in_no_other_way(firms, update):
    for account in (firms.other, None):
        with refused("closed_opportunity_is_read_only"):
            update(firms.lost, account=account)
    with refused("closed_opportunity_is_read_only"):
        update(firms.lost, account=firms.kept, topic="New")
    update(firms.lost, account=firms.kept)
    with refused("closed_opportunity_is_read_only"):
        update(firms.lost, account=firms.other)


def test_the_competitor_of_a_closing_follows_a_merge_and_changes_in_no_other_way(firms):
    table = OpportunityClose._meta.db_table
    for competitor in (firms.other_rival.pk, None):
        with refused("closing_is_history"):
            sql(f"UPDATE {table} SET competitor_id = %s WHERE id = %s", competitor, firms.closing.pk)
    with refused("closing_is_history"):
        sql(f"UPDATE {table} SET competitor_id = %s, details = 'New'", firms.kept_rival.pk)
    with refused("closed_opportunity_agrees_with_its_closing"):
        Opportunity.objects.filter(pk=firms.lost.pk).update(competitor=firms.kept_rival)

    sql(f"UPDATE {table} SET competitor_id = %s WHERE id = %s", firms.kept_rival.pk, firms.closing.pk)
    Opportunity.objects.filter(pk=firms.lost.pk).update(competitor=firms.kept_rival)
    connection.check_constraints()
    firms.closing.refresh_from_db()
    assert firms.closing.competitor == firms.kept_rival


@pytest.mark.parametrize(
    ("name", "found"),
    [("Müller", "Kept"), ("mueller gmbh", "Kept"), ("MULLER", "Kept"), ("Kept", "Kept"), ("Nobody", None)],
)
def test_the_name_of_a_merged_account_finds_the_one_that_stays(name, found):
    kept = AccountFactory(name="Kept")
    for other in ("Müller", "Mueller GmbH"):
        merge(AccountFactory(name=other), kept)
    account = Account.objects.called(name)
    assert (account and account.name) == found


def test_of_two_names_that_differ_in_accents_the_one_that_was_not_merged_goes_first():
    kept = AccountFactory(name="Kept")
    merge(AccountFactory(name="Müller"), kept)
    current = AccountFactory(name="MULLER")
    assert Account.objects.called("muller") == current
    assert Account.objects.called("Müller") == kept
