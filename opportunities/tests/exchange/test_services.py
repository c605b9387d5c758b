"""The import: what it creates, changes and closes, and what it leaves alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from time import sleep

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from opportunities.exchange import Result
from opportunities.models import Account, Opportunity, OpportunityClose
from opportunities.record.merging import merge_accounts, merge_competitors
from opportunities.tests.exchange.conftest import MAPPING, OPEN, WON, told
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    UserFactory,
    close,
    reason,
)
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def test_an_open_row_becomes_an_open_opportunity(bring_in):
    # given
    product = ProductFactory(name="Cable")

    # when
    report = bring_in("A1,Eva Berg,Acmé,Cabel,Talking,05.01.2025,1000.50,,,,")

    # then
    opportunity = Opportunity.objects.with_facts().get(external_id="A1")
    assert (opportunity.topic, opportunity.folded_topic) == ("Cable for Acmé", "cable for acme")
    assert (opportunity.account.name, opportunity.product, opportunity.currency) == ("Acmé", product, "EUR")
    assert (opportunity.stage.name, opportunity.status_reason) == ("Negotiate", reason("On hold"))
    assert (opportunity.state, opportunity.opened_on) == ("open", date(2025, 1, 5))
    assert (opportunity.estimated_revenue, opportunity.estimated_close_date) == (Decimal("1000.50"), None)
    assert told(report) == [
        (2, "created", "product translated", "Cabel → Cable"),
        (2, "created", "unknown owner created", "eva.berg"),
        (2, "created", "unknown account created", "Acmé"),
    ]
    event = opportunity.timeline.get()
    assert (event.kind, event.by) == ("imported", None)


def test_a_won_row_arrives_closed_with_its_closing(bring_in):
    # given
    rival = CompetitorFactory(name="Rival")

    # when
    bring_in("A2,Eva Berg,Acme,Cable,Won,05.01.2025,1000,06.02.2025,900,Rival,Price was right")

    # then
    opportunity = Opportunity.objects.with_facts().get()
    assert (opportunity.state, opportunity.status_reason, opportunity.stage.name) == ("won", reason("Won"), "Commit")
    closing = OpportunityClose.objects.get()
    assert (closing.opportunity, closing.outcome, closing.closed_by) == (opportunity, "won", None)
    assert (closing.status_reason, closing.from_status_reason) == (reason("Won"), reason("In progress"))
    assert (closing.closed_on, closing.competitor, closing.details) == (date(2025, 2, 6), rival, "Price was right")
    assert (closing.actual_revenue, closing.estimated_revenue) == (Decimal("900"), Decimal("1000"))
    assert [event.kind for event in opportunity.timeline.order_by("pk")] == ["imported", "closed"]


def test_a_lost_row_has_no_revenue_and_takes_the_details_of_its_stage_word(bring_in):
    # when
    report = bring_in("A3,Eva Berg,Acme,Cable,Lost,05.01.2025,1000,06.02.2025,0,,")

    # then
    closing = OpportunityClose.objects.get()
    assert (closing.outcome, closing.status_reason, closing.details) == ("lost", reason("Other"), "Not told.")
    assert closing.actual_revenue is None
    assert (2, "created", "actual_revenue not taken: “Lost” rows have none", "0") in told(report)


def test_what_only_a_closed_opportunity_has_is_not_taken_from_an_open_row(bring_in):
    # when
    report = bring_in("A1,Eva Berg,Acme,Cable,Talking,05.01.2025,1000,06.02.2025,900,Rival,Hm")

    # then
    opportunity = Opportunity.objects.get()
    assert (opportunity.state, opportunity.closed_on, opportunity.actual_revenue) == ("open", None, None)
    assert [what for _line, _result, what, _detail in told(report) if "not taken" in what] == [
        f"{field} not taken: “Talking” rows have none"
        for field in ("closed_on", "actual_revenue", "competitor", "details")
    ]


def test_what_is_missing_is_completed_or_left_empty_and_told(bring_in):
    # when a row has neither an account nor a known product, an opening date or an estimate
    report = bring_in("A1,Eva Berg,-,Lamp,Talking,-,,,,,")

    # then
    opportunity = Opportunity.objects.get()
    assert (opportunity.topic, opportunity.account, opportunity.product) == ("Lamp", None, None)
    assert (opportunity.opened_on, opportunity.estimated_revenue) == (date(2025, 1, 1), None)
    assert told(report) == [
        (2, "created", "topic completed as the mapping says", "Lamp"),
        (2, "created", "opened_on completed as the mapping says", "01.01.2025"),
        (2, "created", "account left empty", ""),
        (2, "created", "estimated_revenue left empty", ""),
        (2, "created", "unknown product left empty", "Lamp"),
        (2, "created", "unknown owner created", "eva.berg"),
    ]


def test_a_created_user_cannot_sign_in(bring_in):
    # given
    UserFactory(username="eva.berg", first_name="Another", last_name="Person")

    # when
    bring_in(OPEN)

    # then
    owner = Opportunity.objects.get().owner
    assert (owner.username, owner.first_name, owner.last_name) == ("eva.berg2", "Eva", "Berg")
    assert not owner.has_usable_password()
    assert not owner.groups.exists()


@pytest.mark.parametrize("name", ["marta", "MARTA RUIZ", "marta@example.com"])
def test_an_owner_is_found_by_username_full_name_or_address(bring_in, name):
    # given
    marta = UserFactory(username="marta", first_name="Marta", last_name="Ruiz", email="Marta@example.com")

    # when
    bring_in(f"A1,{name},Acme,Cable,Talking,05.01.2025,1000,,,,")

    # then
    assert Opportunity.objects.get().owner == marta
    assert get_user_model().objects.count() == 1


def test_the_same_file_again_changes_nothing(bring_in):
    # given
    rows = [OPEN, WON, "A5,Eva Berg,-,Lamp,Talking,-,,,,,"]
    bring_in(*rows)

    # when
    with nothing_changes():
        report = bring_in(*rows)

    # then
    assert told(report) == [
        (2, "skipped", "unchanged", ""),
        (3, "skipped", "closed here, left as it is", ""),
        (4, "skipped", "unchanged", ""),
    ]


def test_an_open_opportunity_follows_its_row_where_the_row_says_something(bring_in):
    # given an opportunity whose estimated revenue the next file does not know, nor when it was opened
    account = AccountFactory(name="Acme")
    stored = OpportunityFactory(external_id="A1", account=account, estimated_revenue=5)
    opened_on = stored.opened_on

    # when
    report = bring_in(f"A1,{stored.owner.username},Zürich AG,Cable,Talking,-,,,,,")

    # then
    stored.refresh_from_db()
    assert (stored.account.name, stored.folded_topic) == ("Zürich AG", "cable for zurich ag")
    assert (stored.stage.name, stored.status_reason) == ("Negotiate", reason("On hold"))
    assert (stored.estimated_revenue, stored.opened_on) == (Decimal("5"), opened_on)
    assert told(report) == [
        (2, "updated", "account changed", ""),
        (2, "updated", "stage changed", ""),
        (2, "updated", "status_reason changed", ""),
        (2, "updated", "topic changed", ""),
        (2, "updated", "unknown account created", "Zürich AG"),
    ]
    assert [event.kind for event in stored.timeline.all()] == ["edited"]


def test_a_contact_of_another_account_is_left_empty_and_told(bring_in):
    # given
    contact = ContactFactory(name="Ida Holm")
    stored = OpportunityFactory(external_id="A1", account=contact.account, contact=contact)

    # when the file has it for another account
    report = bring_in(OPEN)

    # then
    stored.refresh_from_db()
    assert (stored.account.name, stored.contact) == ("Acme", None)
    assert (2, "updated", "contact of another account left empty", "Ida Holm") in told(report)


def test_the_timeline_tells_a_moved_stage_and_a_new_owner(bring_in):
    # given
    stored = OpportunityFactory(external_id="A1")

    # when
    bring_in(OPEN)

    # then
    event = stored.timeline.get()
    assert (event.data["stage_from"], event.data["stage_to"]) == ("Propose", "Negotiate")
    assert (event.data["owner_from"], event.data["owner_to"]) == (stored.owner.username, "Eva Berg")
    assert event.by is None


def test_an_open_opportunity_is_closed_when_its_row_is(bring_in):
    # given
    stored = OpportunityFactory(external_id="A2", status_reason=reason("On hold"), opened_on=date(2025, 1, 5))

    # when
    report = bring_in(WON)

    # then it is closed, from the stage and reason that it had here
    stored.refresh_from_db()
    assert (stored.state, stored.closed_on, stored.actual_revenue) == ("won", date(2025, 2, 6), Decimal("900"))
    assert (stored.stage.name, stored.closings.get().from_status_reason) == ("Propose", reason("On hold"))
    assert report.counts == {Result.UPDATED: 1}


def test_a_closed_opportunity_is_never_touched(bring_in):
    # given
    stored = OpportunityFactory(external_id="A1")
    close(stored)

    # when the file still has it open, with another account
    with nothing_changes():
        report = bring_in(OPEN.replace("Acme", "Other"))

    # then
    assert told(report) == [(2, "skipped", "closed here, left as it is", "")]


@pytest.mark.django_db(transaction=True)
def test_what_is_closed_while_the_import_waits_for_it_is_not_touched(bring_in):
    # given
    stored = OpportunityFactory(external_id="A1")

    def bring_in_beside():
        try:
            return bring_in(OPEN)
        finally:
            connection.close()

    # when
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            close(stored)
            importing = pool.submit(bring_in_beside)
            sleep(0.5)  # for the import to come as far as it can
        report = importing.result()

    # then
    assert told(report) == [(2, "skipped", "closed here, left as it is", "")]


def test_a_dry_run_tells_the_same_and_writes_nothing(bring_in):
    # given
    rows = [OPEN, WON, "A3,Eva Berg,Acme,Cable,Nowhere,,,,,,"]

    # when
    with nothing_changes():
        dry = bring_in(*rows, dry_run=True, keep_good=True)

    # then
    assert dry.counts == {Result.CREATED: 2, Result.REJECTED: 1}
    assert told(dry) == told(bring_in(*rows, keep_good=True))


def test_good_rows_can_be_kept_without_what_only_rejected_rows_name(bring_in):
    # when
    report = bring_in(
        "A1,Eva Berg,Acme,Cable,Talking,05.01.2025,1000,,,,",
        "A2,Ida Holm,Other,Cable,Won,05.01.2025,1000,,900,,",
        keep_good=True,
    )

    # then
    assert list(Opportunity.objects.values_list("external_id", flat=True)) == ["A1"]
    assert list(Account.objects.values_list("name", flat=True)) == ["Acme"]
    assert list(get_user_model().objects.values_list("username", flat=True)) == ["eva.berg"]
    assert [entry.line for entry in report.rejections] == [3]


def test_statements_do_not_grow_with_rows(bring_in):
    # given
    def rows(prefix: str, count: int) -> list[str]:
        open_rows = [f"{prefix}{n},Eva {n},Acme {n},Cable,Talking,05.01.2025,1000,,,," for n in range(count)]
        return open_rows + [f"{prefix}w{n},Eva {n},Acme {n},Cable,Won,05.01.2025,,06.02.2025,9,," for n in range(count)]

    # when
    with CaptureQueriesContext(
        connection,
    ) as few:
        bring_in(*rows("a", 2))
    with CaptureQueriesContext(connection) as many:
        bring_in(*rows("b", 150))

    # then
    assert len(many) == len(few)


def test_what_completes_new_opportunities_is_not_created_for_others(bring_in):
    # given
    stored = OpportunityFactory(external_id="A1", account=None, status_reason=reason("On hold"))
    mapping = MAPPING.replace('"{customer}"', '["{customer}", "Walk-in"]').replace('"Negotiate"', '"Propose"')

    # when
    with nothing_changes():
        report = bring_in(f"A1,{stored.owner.username},-,Cable,Talking,-,,,,,", mapping=mapping)

    # then
    assert told(report) == [(2, "skipped", "unchanged", "")]


def test_a_name_that_was_merged_means_the_one_that_stays(bring_in, administrator):
    # given an account and a competitor that were imported and merged into others
    acme, rival = AccountFactory(name="Acme"), CompetitorFactory(name="Rival")
    bring_in(OPEN)
    merge_accounts(AccountFactory(name="Kept"), [acme], by=administrator)
    merge_competitors(CompetitorFactory(name="Kept rival"), [rival], by=administrator)

    # when the same row comes again, and one that names both
    report = bring_in(OPEN, "A3,Eva Berg,Acme,Cable,Beaten,05.01.2025,1,06.02.2025,,Rival,")

    # then the first is as it was, and the second is of those that stay
    assert report.counts == {Result.SKIPPED: 1, Result.CREATED: 1}
    closed = Opportunity.objects.get(external_id="A3")
    assert (closed.account.name, closed.competitor.name) == ("Kept", "Kept rival")
    assert Opportunity.objects.get(external_id="A1").account.name == "Kept"
