"""The column types that several models share."""

import unicodedata

from django.db import models

from opportunities.money import DECIMAL_PLACES, MAX_DIGITS


def fold(text: str) -> str:
    """`text` without case and accents, as searches compare it ("Société" → "societe")."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()  # "™" is TM, decomposed
    return "".join(character for character in decomposed if not unicodedata.combining(character))


class Unindexed(models.Func):
    """A text that the database reads in the row: SQLite, without statistics, would take an index that reads more."""

    template = "(%(expressions)s || '')"
    output_field = models.CharField()


class ReadInRow(models.Func):
    """A value that SQLite reads in the row, too; PostgreSQL knows its indexes well enough to choose."""

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler, connection, **context):
        # A number is compared as one, and a date as the text that it is to SQLite.
        kind = "text" if isinstance(self.output_field, models.DateField) else self.output_field.db_type(connection)
        return self.as_sql(compiler, connection, template=f"CAST(%(expressions)s AS {kind})", **context)


class AmountField(models.DecimalField):
    """An amount of money in the units of the row's currency."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"max_digits": MAX_DIGITS, "decimal_places": DECIMAL_PLACES})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class PercentField(models.DecimalField):
    """A percentage with at most three decimals, such as a tax rate."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"max_digits": 6, "decimal_places": 3})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class SearchedField(models.TextField):
    """A folded text for searching: SQLite does not fold accents."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"editable": False, "default": ""})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"], kwargs["default"]
        return name, path, args, kwargs


class FoldedField(SearchedField):
    """The folded copy of another field of the row."""

    def __init__(self, *args, source: str = "", **kwargs):
        self.source = source
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, model_instance, add):
        folded = fold(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, folded)
        return folded
