"""Statements that are built once: to build one anew takes Django longer than the database needs to answer it."""

import json
from collections.abc import Collection
from copy import copy
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, Expression, Field, QuerySet
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler
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
        compiler.connection = connection
        compiler.as_sql = lambda: (
            sql,
            [param.stored(given[param.name], connection) if isinstance(param, Given) else param for param in params],
        )
        return compiler

    @cached_property
    def built(self) -> tuple[SQLCompiler, str, tuple]:
        compiler = self.query().get_compiler(self.rows.db)
        return compiler, *compiler.as_sql()

    def query(self):
        return self.rows.query


class PreparedUpdate(Prepared):
    """Sets `values` of a queryset with `Given` values in it, called with these; says how many rows there were."""

    def __init__(self, rows: QuerySet, **values: Any):
        super().__init__(rows)
        self.values = values

    def __call__(self, **given: Any) -> int:
        return self.compiler(given).execute_sql("row count")

    def query(self):
        query = self.rows.query.chain(UpdateQuery)
        query.add_update_values(self.values)
        return query
