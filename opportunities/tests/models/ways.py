"""The ways to write a row past the services, and another value for any of its columns."""

from datetime import timedelta
from decimal import Decimal
from tempfile import NamedTemporaryFile

from django.core import serializers
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone

from opportunities.models.fields import FoldedField


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def update_by_sql(row: models.Model, **values) -> None:
    columns = ", ".join(f"{row._meta.get_field(name).column} = %s" for name in values)
    stored = [
        row._meta.get_field(name).get_db_prep_save(getattr(value, "pk", value), connection)
        for name, value in values.items()
    ]
    sql(f"UPDATE {row._meta.db_table} SET {columns} WHERE id = %s", *stored, row.pk)


def update_by_queryset(row: models.Model, **values) -> None:
    type(row).objects.filter(pk=row.pk).update(**values)


def update_by_save(row: models.Model, **values) -> None:
    give(row, values).save()


def update_in_bulk(row: models.Model, **values) -> None:
    type(row).objects.bulk_update([give(row, values)], list(values))


def update_by_loaddata(row: models.Model, **values) -> None:
    load(give(row, values))


def load(*rows: models.Model) -> None:
    """As `loaddata` does with a file of `rows`."""
    with NamedTemporaryFile("w", suffix=".json") as file:
        serializers.serialize("json", rows, stream=file)
        file.flush()
        call_command("loaddata", file.name, verbosity=0)


def give(row: models.Model, values: dict) -> models.Model:
    """A copy of `row` as it is now, with other values."""
    copy = type(row).objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


def insert_by_sql(row: models.Model, keyword: str = "INSERT") -> None:
    fields = [field for field in row._meta.concrete_fields if row.pk or not field.primary_key]
    columns = ", ".join(field.column for field in fields)
    stored = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    marks = ", ".join("%s" for _field in fields)
    sql(f"{keyword} INTO {row._meta.db_table} ({columns}) VALUES ({marks})", *stored)


def insert_by_save(row: models.Model) -> None:
    row.save(force_insert=True)


def insert_in_bulk(row: models.Model) -> None:
    type(row).objects.bulk_create([row])


def delete_by_sql(row: models.Model) -> None:
    sql(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)


def delete_by_queryset(row: models.Model) -> None:
    """As `delete()` does once Django's own protection is past."""
    type(row).objects.filter(pk=row.pk)._raw_delete("default")


UPDATES = [update_by_sql, update_by_queryset, update_by_save, update_in_bulk, update_by_loaddata]
INSERTS = [insert_by_sql, insert_by_save, insert_in_bulk, load]
DELETES = [delete_by_sql, delete_by_queryset]


def column_updates(model: type[models.Model], way, *besides: str) -> list[str]:
    """The fields of `model` whose columns `way` can update, but those of `besides`.

    Django gives a new key to a copy, and a folded column its right value, so only some ways reach them.
    """
    reaches_keys = way is update_by_sql
    reaches_folded = way in (update_by_sql, update_by_queryset, update_by_loaddata)
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in besides
        and (reaches_keys or not field.primary_key)
        and (reaches_folded or not isinstance(field, FoldedField))
    ]


def other_value(row: models.Model, name: str):
    """A value for the field `name` that fits its column and is not the one that it has."""
    field, value = row._meta.get_field(name), getattr(row, name)
    match field:
        case models.ForeignKey():
            return field.related_model._base_manager.exclude(pk=getattr(value, "pk", None)).first()
        case _ if field.choices:
            return next(choice for choice, _label in field.choices if choice != value)
        case models.DecimalField():
            return (value or Decimal(0)) + 1
        case models.DateTimeField():
            return (value or timezone.now()) - timedelta(days=1)
        case models.DateField():
            return (value or timezone.localdate()) - timedelta(days=1)
        case models.IntegerField():
            return (value or 0) + 10_000
    return "other"
