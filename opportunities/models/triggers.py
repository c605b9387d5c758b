"""How a guard (guards.py) becomes a trigger of SQLite or of PostgreSQL, and which triggers a database has."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model


@dataclass(frozen=True)
class Guard:
    """Refuses `event` on a row of `table` when `asked_when` and `refuse_when` hold.

    `asked_when` compares what the row was and becomes, and nothing else: where it does not hold, nothing is looked up
    or locked, which would cost an update of many rows more than it costs to write them.
    `locks` names the rows that the condition depends on and that another transaction may be changing; they
    are held first by `lock` (PostgreSQL only; SQLite has one writer). An opportunity is held only when a quote becomes
    open on it, since a guard that always locks it deadlocks.
    `deferred` guards are checked at commit; SQLite has none, there `check_integrity` reports what they refuse.
    Nor does SQLite have TRUNCATE, which PostgreSQL does without asking a guard of DELETE.
    """

    name: str
    table: str
    event: str
    refuse_when: str
    message: str
    asked_when: str = "TRUE"
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


def statements(guard: Guard, vendor: str) -> list[str]:
    """The SQL that creates `guard`; the last one is what the database keeps of its trigger, word for word."""
    if vendor == "sqlite":
        condition = f"({guard.asked_when}) AND ({guard.refuse_when})"
        condition = condition.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")
        return [
            f"CREATE TRIGGER {guard.trigger} BEFORE {guard.event} ON {guard.table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'guard:{guard.name}'); END"
        ]
    kind, when, timing = "TRIGGER", "BEFORE", ""
    if guard.deferred:
        kind, when, timing = "CONSTRAINT TRIGGER", "AFTER", " DEFERRABLE INITIALLY DEFERRED"
    each = "STATEMENT" if guard.event == "TRUNCATE" else "ROW"
    return [
        f"CREATE FUNCTION {guard.trigger}() RETURNS trigger LANGUAGE plpgsql AS $${function_body(guard)}$$",
        f"CREATE {kind} {guard.trigger} {when} {guard.event} ON {guard.table}{timing} "
        f"FOR EACH {each} EXECUTE FUNCTION {guard.trigger}()",
    ]


def function_body(guard: Guard) -> str:
    """What PostgreSQL calls: it lets the row pass, or refuses it."""
    lock = f"PERFORM 1 FROM {guard.locks} FOR {guard.lock}; " if guard.locks else ""
    row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(guard.event, "NEW")
    # One IF in the other: PostgreSQL runs a condition with a query in it as a query, even where the rest decides.
    return (
        f" BEGIN IF {guard.asked_when} THEN {lock}IF {guard.refuse_when} THEN RAISE EXCEPTION 'guard:{guard.name}' "
        f"USING ERRCODE = 'check_violation'; END IF; END IF; RETURN {row}; END "
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


def text(guard: Guard, vendor: str) -> str:
    """What `texts` says of `guard` where the database has it as this version writes it."""
    return (function_body(guard) if vendor == "postgresql" else "") + statements(guard, vendor)[-1]


def texts(connection, cursor) -> dict[str, str]:
    """By trigger, what the database would do: that of a guard that is switched off is missing."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    else:
        cursor.execute(
            "SELECT tgname, prosrc || pg_get_triggerdef(pg_trigger.oid, true) FROM pg_trigger "
            "JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgenabled IN ('O', 'A') AND pg_table_is_visible(pg_class.oid)"
        )
    return dict(cursor.fetchall())


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
