"""`manage.py check_integrity`: a clean database passes; each rule finds the row that breaks it."""

from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from opportunities.integrity import broken_rules
from opportunities.models import guards, search_index
from opportunities.models.triggers import statements
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    OpportunityFactory,
    QuoteFactory,
    close,
    reason,
)

pytestmark = pytest.mark.django_db

TELLS = "A closed opportunity has a current closing that says the same."
RECORDED = "A current closing has a closed opportunity that says the same."
QUOTE_TELLS = "A closed quote has a current closing to its status."
QUOTES_SAID = "A closed opportunity says of its quotes what they say, and an open one nothing."
QUOTE_RECORDED = "A current closing of a quote has a closed quote of its status."


@pytest.fixture
def deals():
    """An open deal with a draft; a won one with a won quote; a lost one with a lost quote."""
    open_deal, won, lost = OpportunityFactory.create_batch(3)
    draft = QuoteFactory(opportunity=open_deal)
    won_quote, lost_quote = (QuoteFactory(opportunity=deal, status="active") for deal in (won, lost))
    won_closing, lost_closing = close(won, "won"), close(lost)
    return SimpleNamespace(
        open=open_deal.pk,
        won=won.pk,
        lost=lost.pk,
        draft=draft.pk,
        won_quote=won_quote.pk,
        lost_quote=lost_quote.pk,
        won_closing=won_closing.pk,
        lost_closing=lost_closing.pk,
        won_quote_closing=won_quote.closings.get().pk,
    )


@pytest.fixture
def unguarded(deals):
    """The deals, in a database that refuses nothing."""
    connection.check_constraints()  # PostgreSQL changes no table that waits for a deferred guard
    guards.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_won_quote_per_opportunity")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("ALTER TABLE opportunities_opportunity DROP CONSTRAINT opportunity_estimate_is_not_negative")
    yield deals
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def sql(statement: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def found() -> dict[str, list[int]]:
    return {rule.sentence: keys for rule, keys in broken_rules()}


def test_a_clean_database_passes(deals, capsys):
    call_command("check_integrity")
    assert capsys.readouterr().out == "Every rule holds, and every guard is there.\n"


def test_a_missing_guard_is_told(deals, capsys):
    # given
    connection.check_constraints()
    guards.drop(connection)

    # when
    with pytest.raises(CommandError) as failure:
        call_command("check_integrity")

    # then
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"The guard {name} is missing." for name in guards.missing(connection)]
    assert str(failure.value) == f"{len(printed)} problems were found."


def test_a_guard_of_another_version_is_told(deals, capsys):
    connection.check_constraints()
    guard = next(guard for guard in guards.GUARDS if guard.name == "closing_is_kept")
    sql(f"DROP TRIGGER {guard.trigger}" + (f" ON {guard.table}" if connection.vendor == "postgresql" else ""))
    statement = statements(guard, connection.vendor)[-1]
    sql(statement.replace("DELETE", "UPDATE"))

    with pytest.raises(CommandError, match="1 problem was found"):
        call_command("check_integrity")

    told = "The guard closing_is_kept is switched off, or not that of this version.\n"
    assert capsys.readouterr().out == told


def test_the_rows_that_break_a_rule_are_told(unguarded, capsys):
    # given
    guards.create(connection)
    sql("UPDATE opportunities_opportunity SET estimated_revenue = -1 WHERE id = %s", unguarded.open)

    # when
    with pytest.raises(CommandError, match="1 problem was found"):
        call_command("check_integrity")

    # then
    expected = f"Broken: An estimated revenue is 0 or more. 1 × Opportunity: {unguarded.open}\n"
    assert capsys.readouterr().out == expected


def test_a_reason_of_another_state_is_found(unguarded):
    sql("UPDATE opportunities_opportunity SET status_reason_id = %s WHERE id = %s", reason("Won").pk, unguarded.open)
    assert found() == {"The state of the status reason is the opportunity's state.": [unguarded.open]}


def test_a_closing_with_a_reason_of_another_outcome_is_found(unguarded):
    sql(
        "UPDATE opportunities_opportunityclose SET status_reason_id = %s WHERE id = %s",
        reason("Price").pk,
        unguarded.won_closing,
    )
    assert found() == {
        "The state of the status reason is the closing's outcome.": [unguarded.won_closing],
        TELLS: [unguarded.won],
        RECORDED: [unguarded.won],
    }


def test_two_won_quotes_are_found(unguarded):
    sql(
        "UPDATE opportunities_quote SET opportunity_id = %s, status = 'won' WHERE id = %s",
        unguarded.won,
        unguarded.draft,
    )
    assert found() == {
        "Another quote of this opportunity is won.": [unguarded.draft, unguarded.won_quote],
        QUOTE_TELLS: [unguarded.draft],
    }


def test_a_last_activity_that_is_not_that_of_the_timeline_is_found(unguarded):
    sql("UPDATE opportunities_opportunity SET last_activity_at = %s WHERE id = %s", timezone.now(), unguarded.lost)
    assert found() == {"The last activity of an opportunity is that of its timeline.": [unguarded.lost]}


def test_a_text_for_searching_that_is_not_what_it_should_be_is_found(unguarded):
    with connection.cursor() as cursor:
        search_index.drop_triggers(connection, cursor)
    sql("UPDATE opportunities_opportunity SET search_text = 'anything' WHERE id = %s", unguarded.lost)
    sentence = "What is searched of an opportunity is its topic and the name of its account."
    assert found() == {sentence: [unguarded.lost]}


def test_what_belongs_to_something_merged_is_found(unguarded):
    deal, (kept, merged) = OpportunityFactory(), AccountFactory.create_batch(2)
    sql("UPDATE opportunities_opportunity SET account_id = %s WHERE id = %s", merged.pk, deal.pk)
    merged_into = "UPDATE opportunities_account SET merged_into_id = %s, merged_at = %s WHERE id = %s"
    sql(merged_into, kept.pk, timezone.now(), merged.pk)
    assert found() == {"What was merged into another has nothing of its own.": [deal.pk]}


def test_an_open_quote_of_a_closed_opportunity_is_found(unguarded):
    sql("UPDATE opportunities_quote SET status = 'draft' WHERE id = %s", unguarded.lost_quote)
    assert found() == {
        "A closed opportunity has no open quotes.": [unguarded.lost_quote],
        QUOTE_RECORDED: [unguarded.lost_quote],
    }


@pytest.mark.parametrize(
    ("deal", "drift"),
    [
        ("won", "closed_on = '2020-01-01'"),
        ("won", "actual_revenue = 1"),
        ("lost", "status_reason_id = (SELECT id FROM opportunities_statusreason WHERE name = 'No decision')"),
        ("lost", "competitor_id = (SELECT id FROM opportunities_competitor)"),
    ],
)
def test_an_opportunity_that_drifted_from_its_closing_is_found(unguarded, deal, drift):
    CompetitorFactory()
    key = getattr(unguarded, deal)
    sql(f"UPDATE opportunities_opportunity SET {drift} WHERE id = %s", key)
    assert found() == {TELLS: [key], RECORDED: [key]}


def test_a_closed_opportunity_without_a_closing_is_found(unguarded):
    sql("DELETE FROM opportunities_quote WHERE id = %s", unguarded.draft)
    sql(
        "UPDATE opportunities_opportunity SET state = 'lost', closed_on = opened_on, status_reason_id = %s "
        "WHERE id = %s",
        reason("Price").pk,
        unguarded.open,
    )
    assert found() == {TELLS: [unguarded.open]}


def test_a_current_closing_of_an_open_opportunity_is_found(unguarded):
    """SQLite cannot refuse this: it has no guards that wait for the commit."""
    sql(
        "UPDATE opportunities_opportunityclose SET opportunity_id = %s WHERE id = %s",
        unguarded.open,
        unguarded.lost_closing,
    )
    assert found()[RECORDED] == [unguarded.open]
    assert found()[TELLS] == [unguarded.lost]


def test_a_closed_quote_without_a_closing_is_found(unguarded):
    sql("UPDATE opportunities_quote SET status = 'canceled' WHERE id = %s", unguarded.draft)
    assert found() == {QUOTE_TELLS: [unguarded.draft]}


def test_a_current_closing_of_an_open_quote_is_found(unguarded):
    """SQLite cannot refuse this: it has no guards that wait for the commit."""
    sql(
        "UPDATE opportunities_quoteclose SET quote_id = %s, opportunity_close_id = NULL WHERE id = %s",
        unguarded.draft,
        unguarded.won_quote_closing,
    )
    assert found() == {QUOTE_TELLS: [unguarded.won_quote], QUOTE_RECORDED: [unguarded.draft]}


def test_a_quote_closed_with_another_opportunity_is_found(unguarded):
    sql(
        "UPDATE opportunities_quoteclose SET opportunity_close_id = %s WHERE id = %s",
        unguarded.lost_closing,
        unguarded.won_quote_closing,
    )
    assert found() == {"A quote is closed with its own opportunity.": [unguarded.won_quote_closing]}


def test_a_quote_that_came_back_alone_is_found(unguarded):
    sql(
        "UPDATE opportunities_quoteclose SET restored_at = %s WHERE id = %s",
        timezone.now(),
        unguarded.won_quote_closing,
    )
    sql(
        "UPDATE opportunities_quote SET opportunity_id = %s, status = 'active' WHERE id = %s",
        unguarded.open,
        unguarded.won_quote,
    )
    assert found() == {
        "A quote is closed with its own opportunity.": [unguarded.won_quote_closing],
        "A quote comes back only with its opportunity.": [unguarded.won_quote_closing],
        QUOTES_SAID: [unguarded.won],
    }


@pytest.mark.parametrize(
    ("deal", "fact"), [("won", "won_quoted = 899"), ("lost", "revisions = NULL"), ("open", "first_quoted = 900")]
)
def test_facts_of_quotes_that_are_not_theirs_are_found(unguarded, deal, fact):
    sql(f"UPDATE opportunities_opportunity SET {fact} WHERE id = %s", getattr(unguarded, deal))
    assert found() == {QUOTES_SAID: [getattr(unguarded, deal)]}


def test_a_correction_of_another_opportunitys_closing_is_found(unguarded):
    sql(
        "UPDATE opportunities_opportunityclose SET corrects_id = %s WHERE id = %s",
        unguarded.lost_closing,
        unguarded.won_closing,
    )
    assert found() == {"A correction is of a closing of the same opportunity.": [unguarded.won_closing]}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only: PostgreSQL holds foreign keys for everybody")
@pytest.mark.django_db(transaction=True)
def test_a_row_that_refers_to_nothing_is_found():
    opportunity = OpportunityFactory()
    with connection.constraint_checks_disabled():
        sql("UPDATE opportunities_opportunity SET account_id = 4711 WHERE id = %s", opportunity.pk)
        assert found() == {"What a row refers to is there.": [opportunity.pk]}
        sql("UPDATE opportunities_opportunity SET account_id = NULL")
