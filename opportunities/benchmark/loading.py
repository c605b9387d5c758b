"""Loading many rows: without the triggers, indexes and foreign keys that slow each down, which follow afterwards."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from opportunities.models import guards, search_index
from opportunities.models.triggers import drop as drop_guards

# Of these tables: what creates each index, by its name, but for those of primary keys.
SQLITE_INDEXES = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
POSTGRES_INDEXES = """
    SELECT indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)"""
POSTGRES_CONSTRAINTS = """
    SELECT conname, relname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid
    WHERE contype IN ('f', 'u') AND pg_table_is_visible(t.oid) ORDER BY contype"""  # foreign ones first
SPACE = {  # for sorting what is indexed, in kilobytes; as it is without, afterwards
    "sqlite": ("PRAGMA cache_size = -500000", "PRAGMA cache_size = -65536"),
    "postgresql": ("SET LOCAL maintenance_work_mem = 500000", "RESET maintenance_work_mem"),
}


@contextmanager
def bare(connection, tables: Iterable[str]) -> Iterator[None]:
    """Takes guards, search indexes, indexes, unique constraints and foreign keys off `tables`, and puts them back.

    For one transaction, which fails where a row that was loaded breaks a constraint. Foreign keys are checked by
    PostgreSQL alone, and no guard is asked: who loads writes what the services would have written.
    """
    connection.check_constraints()  # PostgreSQL alters no table while checks of it are put off
    with connection.cursor() as cursor:
        more_space, as_before = SPACE[connection.vendor]
        cursor.execute(more_space)
        drop_guards(connection)
        search_index.drop_triggers(connection, cursor)
        again = set_aside(connection, cursor, set(tables))
        yield
        for statement in again:
            cursor.execute(statement)
        search_index.create(connection)
        guards.create(connection)
        cursor.execute(as_before)


def set_aside(connection, cursor, tables: set[str]) -> list[str]:
    """Drops indexes and constraints of `tables`; returns the statements that create them again."""
    again = []
    if connection.vendor == "postgresql":
        cursor.execute(POSTGRES_CONSTRAINTS)
        for name, table, definition in cursor.fetchall():
            if table in tables:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                again.insert(0, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(POSTGRES_INDEXES if connection.vendor == "postgresql" else SQLITE_INDEXES)
    for name, table, definition in cursor.fetchall():
        if table in tables:
            cursor.execute(f'DROP INDEX "{name}"')
            again.append(definition)
    return again


def load(connection, table: str, columns: Iterable[str], rows: Iterable[tuple]) -> None:
    """Adds `rows` to `table`, each with a value for each of `columns`, the quickest way that the database has."""
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(tuple(columns)))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
