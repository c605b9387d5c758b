"""Statements that are built once: to build one anew takes Django longer than the database needs to answer it."""

import json
from collections.abc import Collection
from copy import copy
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import BigIntegerField, Expression, Field, QuerySet
from django.db.models.sql import Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import ROW_COUNT
from django.utils.functional import cached_property


class Keys(Field):
    """Many keys in one parameter."""

    def get_db_prep_value(self, value: Collection[int], connection, prepared=False):
        return list(value) if connection.vendor == "postgresql" else json.dumps(list(value))


class Given(Expression):
    """In a prepared statement: a value that comes with each call under `name`, a key unless it is of another field."""

    def __init__(self, name: str, field: Field | None = None):
        super().__init__(output_field=field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def stored(self, value: Any, connection) -> Any:
        """`value` as a parameter; raises EmptyResultSet, as Django does, for a key that no row can have."""
        if isinstance(value, int) and abs(value) > BigIntegerField.MAX_BIGINT:
            raise EmptyResultSet
        return self.output_field.get_db_prep_value(value, connection)


class Prepared:
    """A queryset with `Given` values in it, called with these."""

    def __init__(self, rows: QuerySet):
        self.rows = rows

    def __call__(self, **given: Any) -> list:
        rows = self.rows.all()
        compiler = self.compiler(given)
        rows.query.get_compiler = lambda *_args, **_kwargs: compiler
        return list(rows)

    def one(self, **given: Any) -> Any:
        """The first row, or None."""
        return next(iter(self(**given)), None)

    def compiler(self, given: dict[str, Any]) -> SQLCompiler:
        """What Django asks for the statement; it has it already."""
        built, sql, params = self.built
        compiler, connection = copy(built), connections[self.rows.db]
        if self.rows.query.select_for_update and connection.features.has_select_for_update:
            require_transaction(connection)
        compiler.connection = connection
        compiler.as_sql = lambda: (
            sql,
            [param.stored(given[param.name], connection) if isinstance(param, Given) else param for param in params],
        )
        return compiler

    @cached_property
    def built(self) -> tuple[SQLCompiler, str, tuple]:
        return self.build()

    def build(self) -> tuple[SQLCompiler, str, tuple]:
        compiler = self.query().get_compiler(self.rows.db)
        return compiler, *compiler.as_sql()

    def query(self) -> Query:
        """Of each thread that builds the statement its own: building changes it."""
        return self.rows.query.chain()


def require_transaction(connection) -> None:
    """Django asks for it when it builds a statement that locks, which is done once."""
    if connection.get_autocommit():
        raise transaction.TransactionManagementError("select_for_update cannot be used outside of a transaction.")


class PreparedUpdate(Prepared):
    """Sets `values` of a queryset with `Given` values in it, called with these; says how many rows there were."""

    def __init__(self, rows: QuerySet, **values: Any):
        super().__init__(rows.all())
        self.rows._for_write = True  # no router sends it to a replica
        self.values = values

    def __call__(self, **given: Any) -> int:
        with transaction.mark_for_rollback_on_error(using=self.rows.db):
            return self.compiler(given).execute_sql(ROW_COUNT)

    def query(self) -> Query:
        query = self.rows.query.chain(UpdateQuery)
        query.add_update_values(self.values)
        return query
