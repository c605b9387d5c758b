"""Searching for words anywhere in a text, as fast among a million rows as among ten.

A word is looked up in an index of its trigrams (three characters in a row): FTS5 on SQLite, pg_trgm on
PostgreSQL. Where few rows have the words, they are then picked by their ids. Words that are common together, and
those too short for the index, are left to the query: read in the order of its list, it finds a page of matches soon.

The indexes are created after every `migrate` where they are missing (SQLite rebuilds tables on the way and
loses the triggers that keep an index right), see apps.py; `/readyz` and `check_integrity` tell when one is missing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import BigAutoField, Q, QuerySet
from django.db.models.lookups import BuiltinLookup
from django.utils import timezone

from opportunities.models.fields import fold
from opportunities.models.prepared import Given, Keys

RARE = 5_000  # rows at most that rare words are in
MANY = 25_000  # rows at most that one of several words is in, to be looked up
LOOKED_UP = 4  # words, the longest; they leave few enough rows to read, or are common
MOST_WORDS = 30  # more are not looked for
FIRST_YEAR = 2000  # of a quote number
NUMBER = re.compile(r"(?:(?:q-)?([0-9]{4})-)?([0-9]{1,9})")


@dataclass(frozen=True)
class TextIndex:
    """The index of the folded texts in `column` of `table`."""

    table: str
    column: str

    @property
    def name(self) -> str:
        return f"{self.table}_search"

    def parts(self, vendor: str) -> dict[str, str]:
        """The statements that create it, by the names of what they create."""
        if vendor == "postgresql":
            return {self.name: f"CREATE INDEX {self.name} ON {self.table} USING gin ({self.column} gin_trgm_ops)"}
        insert = f"INSERT INTO {self.name} (rowid, {self.column}) VALUES (NEW.id, NEW.{self.column});"
        delete = (
            f"INSERT INTO {self.name} ({self.name}, rowid, {self.column}) VALUES ('delete', OLD.id, OLD.{self.column});"
        )
        update = f"UPDATE OF {self.column} ON {self.table} WHEN OLD.{self.column} <> NEW.{self.column}"
        return {
            self.name: f"CREATE VIRTUAL TABLE {self.name} USING fts5({self.column}, content='{self.table}', "
            "content_rowid='id', columnsize=0, tokenize='trigram case_sensitive 1')",
            f"{self.name}_insert": f"CREATE TRIGGER {self.name}_insert AFTER INSERT ON {self.table} BEGIN {insert} END",
            f"{self.name}_update": f"CREATE TRIGGER {self.name}_update AFTER {update} BEGIN {delete} {insert} END",
            f"{self.name}_delete": f"CREATE TRIGGER {self.name}_delete AFTER DELETE ON {self.table} BEGIN {delete} END",
        }

    def rows_with(self, words: Sequence[str], most: int, connection) -> set[int]:
        """The ids of the rows whose text contains all `words`, which are indexed; at most `most` + 1 of them."""
        if connection.vendor == "postgresql":
            condition = " AND ".join([f"{self.column} LIKE %s"] * len(words))
            patterns = [f"%{connection.ops.prep_for_like_query(word)}%" for word in words]
            query = f"SELECT id FROM {self.table} WHERE {condition} LIMIT {most + 1}"
        else:  # phrases: what else is a sign of FTS5's own is text
            patterns = [" AND ".join('"' + word.replace('"', '""') + '"' for word in words)]
            query = f"SELECT rowid FROM {self.name} WHERE {self.name} MATCH %s LIMIT {most + 1}"
        with connection.cursor() as cursor:
            cursor.execute(query, patterns)
            return {pk for (pk,) in cursor.fetchall()}


TOPICS = TextIndex("opportunities_opportunity", "folded_topic")
ACCOUNTS = TextIndex("opportunities_account", "folded_name")
QUOTES = TextIndex("opportunities_quote", "folded_name")
INDEXES = [TOPICS, ACCOUNTS, QUOTES]


def words_of(text: str) -> list[str]:
    """The folded words to look for, the longest first; one that is part of another says nothing more."""
    words: list[str] = []
    for word in sorted(set(fold(text.replace("\0", " ")).split()), key=lambda word: (-len(word), word)):
        if not any(word in longer for longer in words):
            words.append(word)
    return words[:MOST_WORDS]


def is_indexed(word: str) -> bool:
    """Whether it has a trigram; pg_trgm makes those of letters and digits alone."""
    return re.search(r"[^\W_]{3}", word) is not None


def whole_numbers(text: str) -> list[str]:
    """The quote numbers that are written out as `text`: "114", "2026-0114" or "Q-2026-0114"."""
    typed = NUMBER.fullmatch(fold(text))
    if not typed:
        return []
    year, serial = typed.groups()
    years = [year] if year else range(FIRST_YEAR, timezone.localdate().year + 2)
    return [f"Q-{year}-{serial:0>4}" for year in years]


def quote_numbers(word: str) -> list[str]:
    """The quote numbers that `word` may stand for: whole ones, or their beginnings but for one or two digits."""
    typed = NUMBER.fullmatch(word)
    missing_digits = 4 - len(typed[2]) if typed else 0
    is_begun = missing_digits == 1 or (missing_digits == 2 and typed[1])
    endings = product("0123456789", repeat=missing_digits) if is_begun else []
    longer = [number for ending in endings for number in whole_numbers(word + "".join(ending))]
    return whole_numbers(word) + longer


class Words:
    """How words are found among rows: in the texts of `index`. Subclasses say where else."""

    def __init__(self, index: TextIndex, database: str):
        self.index, self.database, self.connection = index, database, connections[database]

    def is_elsewhere(self, word: str) -> bool:
        """Whether a row may have the folded `word` in another place than the text."""
        return False

    def contains(self, word: str) -> Q:
        """The condition of having the folded `word`."""
        return Q(**{f"{self.index.column}__contains": word})

    def ids_with(self, words: Sequence[str], most: int) -> set[int] | None:
        """The ids of all rows that have `words` (one of them, where it may be elsewhere); None for more than `most`."""
        found = self.index.rows_with(words, most, self.connection)
        return found if len(found) <= most else None


class Among(BuiltinLookup):
    """A key is among many, or among those `Given`: `IN`, with all in one parameter, where Django has one for each."""

    lookup_name = "among"
    prepare_rhs = False

    def process_lhs(self, compiler, connection, lhs=None):
        if not self.rhs:
            raise EmptyResultSet  # then no statement is sent
        return super().process_lhs(compiler, connection, lhs)

    def as_postgresql(self, compiler, connection):
        key, params = self.process_lhs(compiler, connection)
        return f"{key} = ANY(%s)", [*params, self.keys(connection)]

    def as_sqlite(self, compiler, connection):
        key, params = self.process_lhs(compiler, connection)
        return f"{key} IN (SELECT value FROM json_each(%s))", [*params, self.keys(connection)]

    def keys(self, connection):
        return self.rhs if isinstance(self.rhs, Given) else Keys().get_db_prep_value(self.rhs, connection)


BigAutoField.register_lookup(Among)


def with_words(rows: QuerySet, text: str, how: Words, rare: int | None = None) -> QuerySet:
    """Those of `rows` that have every word of `text`; the words are looked up now, not when the rows are read.

    Of at most `rare` rows with the words, the ids are picked (RARE, unless something else leaves few rows to read).
    """
    rare = RARE if rare is None else min(rare, RARE)
    words = words_of(text)
    asked = [word for word in words if is_indexed(word)][:LOOKED_UP]
    elsewhere = [word for word in asked if how.is_elsewhere(word)]
    together = [word for word in asked if word not in elsewhere]
    groups = [group for group in [together, *([word] for word in elsewhere)] if group]
    most = rare if len(groups) == 1 else MANY  # words that are common each may be rare together
    looked_up, picked = [], None
    for group in groups:
        ids = how.ids_with(group, most)
        if ids is not None:
            looked_up += group
            picked = ids if picked is None else picked & ids
            if len(picked) <= rare:
                rows = rows.filter(pk__among=picked)
                words = [word for word in words if word not in looked_up]
                break
    for word in words:
        rows = rows.filter(how.contains(word))
    return rows


def are_picked(rows: QuerySet) -> bool:
    """Whether the rows of a search are picked by their ids: no other index finds them as fast."""
    return rows.query.is_empty() or any(isinstance(condition, Among) for condition in rows.query.where.children)


def create(connection) -> None:
    """Creates each index that is not whole, with what its table holds; none for a column that is not there (yet)."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        there = existing(connection, cursor)
        for index in INDEXES:
            parts = index.parts(connection.vendor)
            if there.issuperset(parts) or not has_column(connection, cursor, index):
                continue
            for name in [name for name in reversed(parts) if name in there]:  # the triggers, then the table
                cursor.execute(f"DROP {'TABLE' if name == index.name else 'TRIGGER'} {name}")
            if connection.vendor == "postgresql":
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            for statement in parts.values():
                cursor.execute(statement)
            if connection.vendor == "sqlite":
                cursor.execute(f"INSERT INTO {index.name} ({index.name}) VALUES ('rebuild')")


def missing(connection) -> list[str]:
    """The names of the parts of indexes that are not in the database."""
    with connection.cursor() as cursor:
        there = existing(connection, cursor)
    return [name for index in INDEXES for name in index.parts(connection.vendor) if name not in there]


def existing(connection, cursor) -> set[str]:
    """The names of the indexes, tables and triggers of searching in the database."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE '%!_search%' ESCAPE '!'")
    else:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE '%!_search' ESCAPE '!' AND pg_table_is_visible(oid)"
        )
    return {name for (name,) in cursor.fetchall()}


def has_column(connection, cursor, index: TextIndex) -> bool:
    if index.table not in connection.introspection.table_names(cursor):
        return False
    columns = connection.introspection.get_table_description(cursor, index.table)
    return index.column in [column.name for column in columns]
