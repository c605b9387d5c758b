"""Searching for words anywhere in a text, as fast among a million rows as among ten.

A word is looked up in an index of its trigrams (three characters in a row), see search_index.py. Of many words, the one
or two that the fewest rows have are looked up, and the others are looked for in what is found. Where few rows have
the words, these are then sorted. Common words, and those too short for the index, are left to the query: read in the
order of its list, it finds a page of matches soon.
"""

import re
from collections.abc import Sequence
from functools import cache, reduce
from itertools import product
from operator import and_

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigAutoField, Count, Lookup, Q, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import BuiltinLookup
from django.utils import timezone
from django.utils.functional import cached_property

from opportunities.models.fields import SearchedField, fold
from opportunities.models.prepared import Given, Keys
from opportunities.models.search_index import INDEX_OF

LATEST, AT_ONCE = 500, 5  # rows that are read to see how common words are, and how many of them have common words
FEW = 10_000  # rows at most that a database finds by another index than that of a list, and then sorts
RARE = 500  # rows at most that a word is in, to be looked up alone
LOOKED_UP = 4  # words, the longest; of these, the two that the fewest rows have
MOST_WORDS = 30  # more are not looked for
FIRST_YEAR = 2000  # of a quote number
TRIGRAM = re.compile(r"(?=([^\W_]{3}))")  # letters and digits: pg_trgm knows no others
NUMBER = re.compile(r"(?:(?:q-)?([0-9]{4})-)?([0-9]{1,9})")


def words_of(text: str) -> list[str]:
    """The folded words to look for, the longest first; one that is part of another says nothing more."""
    words: list[str] = []
    for word in sorted(set(fold(text.replace("\0", " ")).split()), key=lambda word: (-len(word), word)):
        if not any(word in longer for longer in words):
            words.append(word)
    return words[:MOST_WORDS]


def is_indexed(word: str) -> bool:
    """Whether it has a trigram."""
    return TRIGRAM.search(word) is not None


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


def ends(words: Sequence[str]) -> list[str]:
    """The first and the last trigram of each of `words`, which are indexed: few texts have these and not the words.

    Asking an index for all trigrams takes three times as long.
    """
    found = [TRIGRAM.findall(word) for word in words]
    return list(dict.fromkeys(end for trigrams in found for end in (trigrams[0], trigrams[-1])))


def match(parts: Sequence[str]) -> str:
    """What FTS5 is asked for: all `parts`, each a phrase, in which a sign of its own is text."""
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in parts)


def like(column: str, parts: Sequence[str], connection) -> str:
    """PostgreSQL's condition that `column` has all `parts`. They are written in it: a plan that is kept for whatever
    is looked for would read the wrong index for most words.
    """
    patterns = [f"%{connection.ops.prep_for_like_query(part)}%" for part in parts]
    conditions = " AND ".join([f"{column} LIKE %s"] * len(parts))
    return connection.ops.compose_sql(conditions, patterns).replace("%", "%%")


class InRow(Lookup):
    """A folded text has all of some words, which are looked for in the row alone."""

    lookup_name = "in_row"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        find = "strpos" if connection.vendor == "postgresql" else "instr"  # half the time of LIKE
        found = " AND ".join([f"{find}({column}, %s) > 0"] * len(self.rhs))
        return found, [param for word in self.rhs for param in (*params, word)]


class Has(InRow):
    """The same; the index is asked first, and only rows with the ends of the words are read."""

    lookup_name = "has"

    def as_postgresql(self, compiler, connection):
        in_row, params = self.as_sql(compiler, connection)
        column, column_params = self.process_lhs(compiler, connection)
        return f"{like(column, ends(self.rhs), connection)} AND {in_row}", [*column_params, *params]

    def as_sqlite(self, compiler, connection):
        in_row, params = self.as_sql(compiler, connection)
        meta = self.lhs.target.model._meta
        key, key_params = compiler.compile(Col(self.lhs.alias, meta.pk))
        index = INDEX_OF[meta.db_table].name
        found = f"{key} IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)"
        return f"{found} AND {in_row}", [*key_params, match(ends(self.rhs)), *params]


for lookup in [InRow, Has]:
    SearchedField.register_lookup(lookup)


class Words:
    """The words of `text`, which `rows` have in the text of their table's index, or as the number of a quote."""

    def __init__(self, rows: QuerySet, text: str):
        self.index, self.connection = INDEX_OF[rows.model._meta.db_table], connections[rows.db]
        self.all = rows.model._default_manager.using(rows.db).order_by()
        self.words = words_of(text)
        self.asked = [word for word in self.words if is_indexed(word)][:LOOKED_UP]
        self.numbered = cache(self.find_numbers)

    def find_numbers(self, word: str) -> list[int]:
        """The rows with a quote of which `word` is the number."""
        numbers = quote_numbers(word) if self.index.number else []
        if not numbers:
            return []
        return list(self.all.filter(**{f"{self.index.number}__in": numbers}).values_list("pk", flat=True))

    def have(self, words: list[str], way: str) -> Q:
        """The condition of having all `words`, or the only one, which may be a number; `way` names a lookup."""
        found = Q(**{f"{self.index.column}__{way}": words})
        numbered = self.numbered(words[0]) if len(words) == 1 else []
        return found | Q(pk__among=numbered) if numbered else found

    def how_many(self, words: list[str], most: int) -> int:
        """How many rows have all `words`, more or less; `most` + 1 stands for more.

        PostgreSQL only estimates it; SQLite counts, more rather than less.
        """
        index = self.index
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                condition = like(index.column, words, self.connection)
                cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT FROM {index.table} WHERE {condition}", [])
                return min(cursor.fetchone()[0][0]["Plan"]["Plan Rows"], most + 1)
            found = f"SELECT 1 FROM {index.name} WHERE {index.name} MATCH %s LIMIT {most + 1}"
            cursor.execute(f"SELECT count(*) FROM ({found})", [match(ends(words))])
            return cursor.fetchone()[0]

    @cached_property
    def rarest(self) -> list[str]:
        """The words, one or two, that the index is asked for."""
        if len(self.asked) <= 2:
            return self.asked
        counts = {word: self.how_many([word], RARE) for word in self.asked}
        rarest = sorted(self.asked, key=counts.get)
        return rarest[: 1 if counts[rarest[0]] <= RARE else 2]

    @cached_property
    def groups(self) -> list[list[str]]:
        """The rarest words, those together that the index finds together."""
        numbers = [word for word in self.rarest if self.numbered(word)]
        together = [word for word in self.rarest if word not in numbers]
        return [group for group in [together, *([word] for word in numbers)] if group]

    @cached_property
    def are_few(self) -> bool:
        """Whether so few rows have the words that these are found first, and then sorted."""
        return any(self.how_many(group, FEW) <= FEW for group in self.groups)

    def among(self, rows: QuerySet, by_index: bool) -> QuerySet:
        """Those of `rows` that have all the words: the same ones, found by the index or read in their order."""
        groups = self.groups if by_index else []
        asked = [word for group in groups for word in group]
        for group in groups:
            rows = rows.filter(self.have(group, "has"))
        for word in self.words:
            if word not in asked:
                rows = rows.filter(self.have([word], "in_row"))
        return rows

    def are_common(self, rows: QuerySet, most: int) -> bool:
        """Whether at least `most` of `rows`, the first ones of an order, have the words."""
        have = [self.have([word], "in_row") for word in self.words]
        return rows.aggregate(hits=Count("pk", filter=reduce(and_, have)))["hits"] >= most

    def of(self, rows: QuerySet) -> QuerySet:
        """Those of `rows` that have all the words."""
        if not self.words:
            return rows
        return self.among(rows, self.are_few or not self.are_common(rows.order_by("-pk")[:LATEST], AT_ONCE))


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
