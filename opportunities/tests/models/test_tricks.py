"""Writes that are allowed one by one and together break a rule: stale copies, swapped rows, orphans, REPLACE."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from opportunities.closing import record_closings, reopen_opportunity
from opportunities.closing.facts import Closing
from opportunities.models import Opportunity, OpportunityClose, Quote, QuoteClose, StatusReason, guards
from opportunities.tests.factories import close, day, reason
from opportunities.tests.models.test_attacks import closing, quote, quote_closing
from opportunities.tests.models.ways import insert_by_sql, sql, update_by_queryset
from opportunities.tests.refusal import refused

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone has REPLACE")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no deferred guards")


def test_a_stale_copy_of_an_opportunity_does_not_reopen_it(deals):
    stale = Opportunity.objects.get(pk=deals.empty.pk)
    close(deals.empty)
    with refused("open_opportunity_has_no_current_closing", "closed_opportunity_is_read_only"):
        stale.save()


def test_a_stale_copy_of_an_opportunity_does_not_close_it_again(deals):
    stale = Opportunity.objects.get(pk=deals.lost.pk)
    reopen_opportunity(deals.lost_closing, by=deals.lost.owner)
    with refused("closed_opportunity_has_no_open_quotes", "closed_opportunity_agrees_with_its_closing"):
        stale.save()


def test_a_stale_copy_of_an_opportunity_does_not_drift_from_a_correction(deals):
    stale = Opportunity.objects.get(pk=deals.won.pk)
    reopen_opportunity(deals.won_closing, by=deals.won.owner, quotes=[])
    close(deals.won, "won", actual_revenue=Decimal(5))
    with refused("closed_opportunity_agrees_with_its_closing"):
        stale.save()


@pytest.mark.parametrize("name", ["draft", "active"])
def test_a_stale_copy_of_a_quote_does_not_open_it(deals, name):
    stale = Quote.objects.get(pk=getattr(deals, name).pk)
    close(deals.open_)
    with refused("quote_becomes_open_on_an_open_opportunity", "closed_quote_comes_back_as_it_was"):
        stale.save()


def test_a_stale_draft_does_not_deactivate_a_quote(deals):
    stale = Quote.objects.get(pk=deals.draft.pk)
    update_by_queryset(deals.draft, status="active")
    with refused("active_quote_is_no_draft_again"):
        stale.save()


def test_a_stale_line_is_not_saved_on_an_active_quote(deals):
    stale = deals.draft.lines.get()
    update_by_queryset(deals.draft, status="active")
    with refused("line_update_needs_a_draft"):
        stale.save()


def test_a_line_does_not_move_to_or_from_a_quote_that_is_no_draft(deals):
    for moved, target in [(deals.draft, deals.active), (deals.active, deals.draft)]:
        with refused("line_update_needs_a_draft"):
            moved.lines.update(quote=target)


def test_an_opportunity_is_not_closed_past_its_open_quotes(deals):
    with refused("closed_opportunity_has_no_open_quotes"):
        record_closings([Closing(deals.open_, "lost", reason("Price"), day(0))], by=None)


def test_a_draft_does_not_win_and_a_loss_has_no_winner(deals):
    quotes = list(deals.open_.quotes.open())
    for outcome, status, revenue in [("won", "draft", 1), ("lost", "active", None)]:
        fates = {quote.pk: "won" if quote.status == status else "canceled" for quote in quotes}
        name = "Won" if outcome == "won" else "Price"
        with refused("quote_is_won_by_a_win"):
            record_closings(
                [Closing(deals.open_, outcome, reason(name), day(0), revenue, quotes=quotes, fates=fates)], by=None
            )


def test_a_closing_does_not_revise_a_quote(deals):
    quotes = list(deals.open_.quotes.open())
    revised = Closing(
        deals.open_, "lost", reason("Price"), day(0), quotes=quotes, fates={quote.pk: "revised" for quote in quotes}
    )
    with refused("quote_is_revised_alone"):
        record_closings([revised], by=None)


def test_two_quotes_are_not_won_together(deals):
    update_by_queryset(deals.draft, status="active")
    quotes = list(deals.open_.quotes.open())
    both = Closing(
        deals.open_, "won", reason("Won"), day(0), 1, quotes=quotes, fates={quote.pk: "won" for quote in quotes}
    )
    with refused("one_won_quote_per_opportunity"):
        record_closings([both], by=None)


def test_an_opportunity_is_not_closed_twice_in_a_batch(deals):
    with refused("one_current_closing_per_opportunity"):
        record_closings([Closing(deals.empty, "lost", reason("Price"), day(0))] * 2, by=None)


def test_a_quote_is_not_closed_twice(deals):
    with refused("one_current_closing_per_quote"):
        QuoteClose.objects.bulk_create([quote_closing(deals.draft), quote_closing(deals.draft)])


def test_the_record_of_a_closed_opportunity_is_not_exchanged(deals):
    # reopening the record alone is an orphan until commit; a new record in its place would hide the drift
    with refused("closing_starts_current"):
        update_by_queryset(deals.lost_closing, reopened_at=timezone.now())
        OpportunityClose.objects.bulk_create([closing(deals.lost, closed_on=day(-3))])


@pytest.mark.parametrize("model", [Opportunity, OpportunityClose])
def test_a_reason_in_use_is_not_exchanged(deals, model):
    used = model.objects.values_list("status_reason_id", flat=True)[0]
    with refused("reason_in_use_is_kept"):
        sql("DELETE FROM opportunities_statusreason WHERE id = %s", used)
        StatusReason.objects.create(pk=used, state="won", name="New")


def test_a_reason_keeps_its_state(deals):
    for used in [reason("Price"), reason("No decision")]:
        with refused("reason_keeps_its_state"):
            StatusReason.objects.filter(pk=used.pk).update(state="won")


def test_a_reason_that_does_not_exist_yet_is_not_used(deals):
    with refused("opportunity_update_fits_its_reason"):
        update_by_queryset(deals.empty, status_reason=999_999)
        StatusReason.objects.create(pk=999_999, state="won", name="New")


def test_an_opportunity_with_a_quote_is_not_exchanged_for_another_currency(deals):
    deals.open_.currency = "JPY"
    with refused("opportunity_with_history_is_kept"):
        sql("DELETE FROM opportunities_opportunity WHERE id = %s", deals.open_.pk)
        deals.open_.save(force_insert=True)


def test_a_row_keeps_its_id(deals):
    rows = [deals.empty, deals.draft, deals.draft.lines.get(), reason("No decision")]
    rows += [deals.lost_closing, deals.back_quote.closings.get()]
    for row in rows:
        table = row._meta.db_table
        with refused(f"{table}_id_is_fixed", "closing_is_history", "quote_closing_is_history"):
            sql(f"UPDATE {table} SET id = 999999 WHERE id = %s", row.pk)


def test_a_closing_keeps_its_id_when_it_is_reopened(deals):
    left = deals.left_quote.closings.get()
    for row, column in [(deals.lost_closing, "reopened_at"), (left, "restored_at")]:
        table = row._meta.db_table
        with refused(f"{table}_id_is_fixed"):
            sql(f"UPDATE {table} SET id = 999999, {column} = %s WHERE id = %s", timezone.now(), row.pk)


def test_history_is_not_referred_to_before_it_exists(deals):
    """Foreign keys are checked at commit; the guards do not wait for them."""
    for name, row in [
        ("closing_starts_current", closing(Opportunity(pk=999_999))),
        ("quote_is_added_to_an_open_opportunity", quote(Opportunity(pk=999_999))),
        ("quote_closing_starts_current", quote_closing(Quote(pk=999_999))),
        ("quote_closing_starts_current", quote_closing(deals.draft, opportunity_close_id=999_999)),
    ]:
        with refused(name):
            insert_by_sql(row)


@on_sqlite
@pytest.mark.parametrize(
    ("name", "values", "guard"),
    [
        ("won", {"state": "open", "closed_on": None, "actual_revenue": None}, "opportunity_with_history_is_kept"),
        ("open_", {"currency": "JPY"}, "opportunity_with_history_is_kept"),
        ("left_quote", {"status": "draft"}, "quote_with_history_is_kept"),
        ("reopened_closing", {"details": "New"}, "closing_starts_current"),
    ],
)
def test_replacing_a_row_deletes_it_and_is_refused(deals, name, values, guard):
    row = getattr(deals, name)
    for field, value in values.items():
        setattr(row, field, value)
    with refused(guard, "opportunity_insert_fits_its_reason", "closing_is_kept"):
        insert_by_sql(row, "INSERT OR REPLACE")


@on_sqlite
def test_replacing_a_line_of_an_active_quote_is_refused(deals):
    with refused("line_insert_needs_a_draft"):
        insert_by_sql(deals.active.lines.get(), "REPLACE")


@on_postgresql
@pytest.mark.parametrize("model", [model for model in apps.get_models() if model._meta.db_table in guards.KEPT])
def test_a_table_with_history_is_not_emptied(deals, model):
    connection.check_constraints()  # PostgreSQL empties no table that waits for a deferred guard
    table = model._meta.db_table
    with refused(*(f"{kept}_is_not_emptied" for kept in guards.KEPT)):
        sql(f"TRUNCATE {table} CASCADE")


@on_postgresql
def test_a_table_that_history_refers_to_is_not_emptied_with_it(deals):
    connection.check_constraints()
    for table in ["opportunities_account", "opportunities_closingbatch", "opportunities_competitor", "auth_user"]:
        with refused(*(f"{kept}_is_not_emptied" for kept in guards.KEPT)):
            sql(f"TRUNCATE {table} CASCADE")


@on_postgresql
def test_no_orphan_is_committed(deals):
    with refused("closing_agrees_with_its_opportunity"):
        insert_by_sql(closing(deals.empty))
    with refused("closing_agrees_with_its_opportunity"):
        update_by_queryset(deals.won_closing, reopened_at=timezone.now())
    with refused("quote_closing_agrees_with_its_quote"):
        insert_by_sql(quote_closing(deals.draft))
    with refused("quote_closing_agrees_with_its_quote"):
        update_by_queryset(deals.left_quote.closings.get(), restored_at=timezone.now())
    with refused("quote_closing_is_history"):
        update_by_queryset(deals.won_quote.closings.get(), restored_at=timezone.now())


def test_an_opportunity_is_not_won_without_a_revenue(deals):
    with refused("closing_outcome_fits_its_revenue"):
        record_closings([Closing(deals.empty, "won", reason("Won"), day(0))], by=None)


@pytest.mark.parametrize("total", ["NaN", "1000000000000"])
def test_a_total_is_a_number_that_can_be_kept(deals, total):
    with refused("quote_total_is_not_negative"):
        sql("UPDATE opportunities_quote SET total = %s WHERE id = %s", total, deals.draft.pk)
