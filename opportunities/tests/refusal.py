"""What a refusal must show: the error that was expected, its sentence, and a database that is as it was."""

from collections import defaultdict
from contextlib import contextmanager
from functools import cache

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from opportunities.models import guards

SENTENCES = {guard.name: guard.message for guard in guards.GUARDS} | {
    constraint.name: str(constraint.violation_error_message)
    for model in apps.get_app_config("opportunities").get_models()
    for constraint in model._meta.constraints
}


@cache
def tables() -> list[str]:
    """Those of the database, but for the attempts that are counted to be throttled."""
    with connection.cursor() as cursor:
        return sorted(set(connection.introspection.table_names(cursor)) - {settings.CACHES["default"]["LOCATION"]})


def snapshot() -> dict[str, list[str]]:
    """Every row of every table, as text; of PostgreSQL in one statement."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(" UNION ALL ".join(f"SELECT '{table}', row::text FROM {table} row" for table in tables()))
            found: dict[str, list[str]] = defaultdict(list)
            for table, row in cursor.fetchall():
                found[table].append(row)
            return {table: sorted(rows) for table, rows in found.items()}
        return {table: rows_of(cursor, table) for table in tables()}


def rows_of(cursor, table: str) -> list[str]:
    cursor.execute(f"SELECT * FROM {table}")
    return sorted(repr(row) for row in cursor.fetchall())


@contextmanager
def nothing_changes():
    """The database is the same after the block as before."""
    before = snapshot()
    yield
    assert snapshot() == before


@contextmanager
def refused(*names: str):
    """The database refuses the block, at the latest at its commit, by one of these guards and constraints.

    By any of them when none is named. Nothing changes.
    """
    with nothing_changes(), refusal(*names):
        yield


@contextmanager
def refusal(*names: str):
    """As `refused`, for one of many blocks: that nothing changes is left to what is around them."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():  # noqa: PT012
        yield
        connection.check_constraints()
    assert guards.sentence(refusal.value) in [SENTENCES[name] for name in names or SENTENCES]
