"""How a database reads; how PostgreSQL is asked for the plan that it has of a big table, while it has a small one."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def plans_of(read: Callable[[], object]) -> list[str]:
    """How the database reads what `read` asks it for, statement by statement."""
    prefix = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with CaptureQueriesContext(connection) as queries:
        read()
    plans = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"{prefix} {query['sql']}")
            plans.append("\n".join(str(row) for row in cursor.fetchall()))
    return plans


def prefer_indexes(*ways: str) -> None:
    """Makes `ways`, such as "seqscan", dear for PostgreSQL in this transaction: it would read few rows by them.

    It plans then as for opportunities that nobody has counted; there may be none yet. A table that autovacuum has
    seen empty is not read by the index that serves best: all of them are as cheap.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE opportunities_opportunity CASCADE")
            for way in ways:
                cursor.execute(f"SET LOCAL enable_{way} = off")


def keep_only(index: str) -> None:
    """Drops the other indexes of opportunities that PostgreSQL may read: in a table this small all are as cheap."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "opportunities_opportunity")
            for name in found:
                if found[name]["index"] and not found[name]["unique"] and name != index:
                    cursor.execute(f'DROP INDEX "{name}"')
