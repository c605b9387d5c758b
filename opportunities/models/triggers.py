"""How a guard (guards.py) becomes a trigger of SQLite or of PostgreSQL, and which triggers a database has."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model


@dataclass(frozen=True)
class Guard:
    """Refuses `event` on a row of `table` when `refuse_when` holds.

    `locks` names the rows that the condition depends on and that another transaction may be changing; they
    are held first by `lock` (PostgreSQL only; SQLite has one writer). An opportunity is held only when a quote becomes
    open on it, since a guard that always locks it deadlocks.
    `deferred` guards are checked at commit; SQLite has none, there `check_integrity` reports what they refuse.
    """

    name: str
    table: str
    event: str
    refuse_when: str
    message: str
    locks: str = ""
    lock: str = "NO KEY UPDATE"
    deferred: bool = False

    @property
    def trigger(self) -> str:
        return f"guard_{self.name}"


def changed(model: type[Model], *besides: str) -> str:
    """The condition that a column of `model` other than those of the fields `besides` changes."""
    columns = [f.column for f in model._meta.concrete_fields if f.name not in besides and not f.primary_key]
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def statement(guard: Guard, vendor: str) -> str:
    """The SQL that creates `guard`."""
    if vendor == "sqlite":
        condition = guard.refuse_when.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")
        return (
            f"CREATE TRIGGER {guard.trigger} BEFORE {guard.event} ON {guard.table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'guard:{guard.name}'); END"
        )
    lock = f"PERFORM 1 FROM {guard.locks} FOR {guard.lock}; " if guard.locks else ""
    row = "OLD" if guard.event == "DELETE" else "NEW"
    when, kind = ("AFTER", "CONSTRAINT TRIGGER") if guard.deferred else ("BEFORE", "TRIGGER")
    timing = "DEFERRABLE INITIALLY DEFERRED" if guard.deferred else ""
    return (
        f"CREATE FUNCTION {guard.trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock}"
        f"IF {guard.refuse_when} THEN RAISE EXCEPTION 'guard:{guard.name}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {row}; END $$; "
        f"CREATE {kind} {guard.trigger} {when} {guard.event} ON {guard.table} {timing} "
        f"FOR EACH ROW EXECUTE FUNCTION {guard.trigger}()"
    )


def drop(connection) -> None:
    """Drops the guards, all or none."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name, table in existing(connection, cursor):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {name}")
            else:
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
                cursor.execute(f"DROP FUNCTION {name}")


def existing(connection, cursor) -> list[tuple[str, str]]:
    """The (name, table) of the guards in the database, of whatever version of this list."""
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard!_%' ESCAPE '!'"
        )
    else:
        cursor.execute(
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND tgname LIKE 'guard!_%' ESCAPE '!' AND pg_table_is_visible(pg_class.oid)"
        )
    return cursor.fetchall()
