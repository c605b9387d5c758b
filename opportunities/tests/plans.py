"""How PostgreSQL is asked for the plan that it has of a big table, while it has a small one."""

from django.db import connection


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
