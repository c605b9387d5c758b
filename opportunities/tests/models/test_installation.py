"""Guards, reference data and groups are there after whatever makes or empties a database."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import OperationalError, connection

from opportunities.models import Opportunity, OpportunityClose, Stage, StatusReason, guards
from opportunities.models.triggers import statements
from opportunities.permissions import GROUPS
from opportunities.tests.factories import OpportunityFactory, close
from opportunities.tests.models.ways import sql
from opportunities.tests.refusal import refused


def installed() -> dict[str, str]:
    """The guards in the database, each with its text."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard%'"
    if connection.vendor == "postgresql":
        query = (
            "SELECT proname, pg_get_triggerdef(pg_trigger.oid) || prosrc FROM pg_trigger "
            "JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal AND tgname LIKE 'guard%'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_every_guard_is_in_the_database():
    assert set(installed()) == {guard.trigger for guard in guards.supported(connection)}
    assert (guards.missing(connection), guards.outdated(connection)) == ([], [])


@pytest.mark.django_db
def test_a_guard_that_was_dropped_is_missing(db):
    table = " ON opportunities_opportunityclose" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER guard_closing_is_kept{table}")
    assert guards.missing(connection) == ["closing_is_kept"]


@pytest.mark.django_db
@pytest.mark.parametrize("guard", guards.supported(connection), ids=lambda guard: guard.name)
def test_a_guard_that_says_something_else_is_outdated(guard):
    lax = replace(guard, refuse_when=f"({guard.refuse_when}) AND 1 = 0", locks="")
    drop_one(guard)
    for statement in statements(lax, connection.vendor):
        sql(statement.replace("%", "%%"))
    assert (guards.missing(connection), guards.outdated(connection)) == ([], [guard.name])


@pytest.mark.django_db
def test_a_guard_that_is_asked_of_fewer_rows_is_outdated():
    guard = next(guard for guard in guards.GUARDS if guard.name == "quote_moves_within_its_currency")
    drop_one(guard)
    for statement in statements(replace(guard, asked_when=f"{guard.asked_when} AND 1 = 0"), connection.vendor):
        sql(statement)
    assert (guards.missing(connection), guards.outdated(connection)) == ([], [guard.name])


@pytest.mark.django_db
def test_a_guard_that_is_asked_at_another_time_is_outdated():
    guard = next(guard for guard in guards.GUARDS if guard.name == "closing_is_kept")
    drop_one(guard)
    for statement in statements(replace(guard, event="INSERT"), connection.vendor):
        sql(statement.replace("RETURN NEW", "RETURN OLD"))
    assert (guards.missing(connection), guards.outdated(connection)) == ([], ["closing_is_kept"])


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite cannot switch a trigger off")
def test_a_guard_that_is_switched_off_is_told():
    sql("ALTER TABLE opportunities_opportunityclose DISABLE TRIGGER guard_closing_is_kept")
    assert (guards.missing(connection), guards.outdated(connection)) == ([], ["closing_is_kept"])


def drop_one(guard) -> None:
    if connection.vendor == "sqlite":
        sql(f"DROP TRIGGER {guard.trigger}")
    else:
        sql(f"DROP FUNCTION {guard.trigger} CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_migration_makes_the_guards_anew():
    # given a database whose guards are of an earlier version
    before = installed()
    guards.drop(connection)
    table = "opportunities_quote"
    if connection.vendor == "sqlite":
        sql(f"CREATE TRIGGER guard_of_old BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'guard:of_old'); END")
    else:
        sql("CREATE FUNCTION guard_of_old() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$")
        sql(f"CREATE TRIGGER guard_of_old BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION guard_of_old()")

    # when it is migrated
    call_command("migrate", verbosity=0)

    # then its guards are those of this version
    assert installed() == before
    assert guards.outdated(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_keeps_what_administrators_made_of_reasons_and_groups():
    StatusReason.objects.filter(name="Price").update(name="Too expensive")
    Stage.objects.filter(name="Commit").delete()
    Group.objects.get(name="Salespeople").permissions.clear()
    Group.objects.filter(name="Sales managers").delete()

    call_command("migrate", verbosity=0)

    assert StatusReason.objects.filter(name__in=["Price", "Too expensive"]).values_list("name").get() == (
        "Too expensive",
    )
    assert not Stage.objects.filter(name="Commit").exists()
    assert Group.objects.get(name="Salespeople").permissions.count() == 0
    assert Group.objects.get(name="Sales managers").permissions.count() == len(GROUPS["Sales managers"])


@pytest.mark.django_db(transaction=True)
def test_a_flush_empties_a_database_of_closed_deals_and_installs_it_anew():
    close(OpportunityFactory())

    call_command("flush", verbosity=0, interactive=False)

    assert (Opportunity.objects.count(), OpportunityClose.objects.count()) == (0, 0)
    assert list(Stage.objects.values_list("name", "probability", "idle_days")) == Stage.SHIPPED
    assert StatusReason.objects.count() == len(StatusReason.SHIPPED)
    assert {group.name: group.permissions.count() for group in Group.objects.all()} == {
        name: len(codenames) for name, codenames in GROUPS.items()
    }
    close(OpportunityFactory())
    with refused("closing_is_kept"):
        OpportunityClose.objects.all()._raw_delete("default")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, and no lock of a table")
def test_a_migration_that_would_make_everybody_wait_gives_up_and_changes_nothing(monkeypatch):
    # given somebody who reads for long
    monkeypatch.setattr("opportunities.apps.LOCK_TIMEOUT", "100ms")
    reader = connection.copy()
    before = installed()

    # when
    with reader.cursor() as cursor:
        reader.set_autocommit(False)
        cursor.execute("SELECT count(*) FROM opportunities_quote")
        with pytest.raises(OperationalError, match="lock timeout"):
            call_command("migrate", verbosity=0)
    reader.close()

    # then
    assert installed() == before
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
