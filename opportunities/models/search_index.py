"""The texts that are searched, and the indexes of their trigrams: FTS5 on SQLite, pg_trgm on PostgreSQL.

They are created after every `migrate` where they are missing (SQLite rebuilds tables on the way and loses the
triggers that keep an index right), see apps.py; `/readyz` and `check_integrity` tell when one is missing.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True)
class TextIndex:
    """The index of the folded texts in `column` of `table`; `number` looks up the numbers of a row's quotes."""

    table: str
    column: str
    number: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_search"

    def parts(self, vendor: str) -> dict[str, list[str]]:
        """The statements that create each part, by its name; first the index, then the triggers."""
        if vendor == "postgresql":
            create = f"CREATE INDEX {self.name} ON {self.table} USING gin ({self.column} gin_trgm_ops)"
            return {self.name: [create], **self.postgresql_triggers()}
        create = (
            f"CREATE VIRTUAL TABLE {self.name} USING fts5({self.column}, content='{self.table}', "
            "content_rowid='id', columnsize=0, tokenize='trigram case_sensitive 1')"
        )
        triggers = {
            f"{self.name}_{name}": [f"CREATE TRIGGER {self.name}_{name} AFTER {event} BEGIN {'; '.join(actions)}; END"]
            for name, (event, actions) in self.sqlite_triggers().items()
        }
        return {self.name: [create], **triggers}

    def kind(self, name: str, vendor: str) -> str:
        """What is dropped with the part `name`."""
        if vendor == "postgresql":
            return f"INDEX {name}" if name == self.name else f"FUNCTION {name} CASCADE"  # with its trigger
        return f"{'TABLE' if name == self.name else 'TRIGGER'} {name}"

    def postgresql_triggers(self) -> dict[str, list[str]]:
        return {}

    def sqlite_triggers(self) -> dict[str, tuple[str, list[str]]]:
        """What each does after which event."""
        changed = f"UPDATE OF {self.column} ON {self.table} WHEN OLD.{self.column} <> NEW.{self.column}"
        return {
            "insert": (f"INSERT ON {self.table}", [self.entered("id = NEW.id")]),
            "update": (changed, [self.withdrawn, self.entered("id = NEW.id")]),
            "delete": (f"DELETE ON {self.table}", [self.withdrawn]),
        }

    def entered(self, rows: str) -> str:
        return f"INSERT INTO {self.name} (rowid, {self.column}) SELECT id, {self.column} FROM {self.table} WHERE {rows}"

    @property
    def withdrawn(self) -> str:
        return (
            f"INSERT INTO {self.name} ({self.name}, rowid, {self.column}) VALUES ('delete', OLD.id, OLD.{self.column})"
        )

    def complete(self, cursor) -> None:
        """Writes the texts that are not as they should be."""


@dataclass(frozen=True)
class OpportunityText(TextIndex):
    """Its topic and, on a line of its own, the name of its account: triggers keep it right, whatever writes either."""

    accounts: str = "opportunities_account"

    def text(self, row: str) -> str:
        name = f"SELECT folded_name FROM {self.accounts} WHERE id = {row}.account_id"
        return f"{row}.folded_topic || '\n' || coalesce(({name}), '')"

    @property
    def renamed(self) -> str:
        return f"UPDATE OF folded_name ON {self.accounts} FOR EACH ROW WHEN (OLD.folded_name <> NEW.folded_name)"

    def written(self, rows: str) -> str:
        return f"UPDATE {self.table} SET {self.column} = {self.text(self.table)} WHERE {rows}"

    def postgresql_triggers(self):
        # Another account is held as by a foreign key, so that it is not renamed at the same time. The same one is not
        # held: a rename of it waits for this row. It holds the rows in the order of their keys, as everybody does.
        hold = f"PERFORM 1 FROM {self.accounts} WHERE id = NEW.account_id FOR KEY SHARE;"
        is_another = "TG_OP = 'INSERT' OR NEW.account_id IS DISTINCT FROM OLD.account_id"
        text = f"IF {is_another} THEN {hold} END IF; NEW.{self.column} := {self.text('NEW')}; RETURN NEW;"
        sources = f"UPDATE OF folded_topic, account_id, {self.column} ON {self.table}"
        held = f"PERFORM 1 FROM {self.table} WHERE account_id = NEW.id ORDER BY id FOR NO KEY UPDATE;"
        rename = f"{held} {self.written('account_id = NEW.id')}; RETURN NULL;"
        triggers = {
            f"{self.name}_text": (f"BEFORE INSERT OR {sources} FOR EACH ROW", text),
            f"{self.name}_rename": (f"AFTER {self.renamed}", rename),
        }
        return {
            name: [
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$",
                f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()",
            ]
            for name, (event, body) in triggers.items()
        }

    def sqlite_triggers(self):
        # The index is told of no text but right ones: of a wrong one, it could not be told to forget it.
        text, this, its = self.text("NEW"), "id = NEW.id", "account_id = NEW.id"
        withdrawn = (
            f"INSERT INTO {self.name} ({self.name}, rowid, {self.column}) "
            f"SELECT 'delete', id, {self.column} FROM {self.table} WHERE {its}"
        )
        sources = f"UPDATE OF folded_topic, account_id ON {self.table} WHEN OLD.{self.column} <> {text}"
        wrong = f"UPDATE OF {self.column} ON {self.table} WHEN NEW.{self.column} <> {text}"
        return super().sqlite_triggers() | {
            "insert": (f"INSERT ON {self.table}", [self.written(this), self.entered(this)]),
            "update": (sources, [self.withdrawn, self.written(this), self.entered(this)]),
            "correct": (wrong, [self.written(this)]),
            "rename": (self.renamed, [withdrawn, self.written(its), self.entered(its)]),
        }

    def complete(self, cursor):
        cursor.execute(self.written(f"{self.column} <> {self.text(self.table)}"))


OPPORTUNITIES = OpportunityText("opportunities_opportunity", "search_text", number="quotes__number")
ACCOUNTS = TextIndex("opportunities_account", "folded_name")
QUOTES = TextIndex("opportunities_quote", "folded_name", number="number")
INDEXES = [OPPORTUNITIES, ACCOUNTS, QUOTES]


def create(connection) -> None:
    """Creates each index that is not whole, with what its table holds; none for a column that is not there (yet)."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        there = existing(connection, cursor)
        for index in INDEXES:
            parts = index.parts(connection.vendor)
            if there.issuperset(parts) or not has_column(connection, cursor, index):
                continue
            drop(connection, cursor, there.intersection(parts))
            index.complete(cursor)
            if connection.vendor == "postgresql":
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                connection.check_constraints()  # no index is created while checks of its table are put off
            for statement in [statement for statements in parts.values() for statement in statements]:
                cursor.execute(statement)
            if connection.vendor == "sqlite":
                cursor.execute(f"INSERT INTO {index.name} ({index.name}) VALUES ('rebuild')")


def drop(connection, cursor, names: Collection[str]) -> None:
    """Drops these parts."""
    for index in INDEXES:
        for name in reversed(index.parts(connection.vendor)):  # the triggers, then the index
            if name in names:
                cursor.execute(f"DROP {index.kind(name, connection.vendor)}")


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
            "SELECT relname FROM pg_class WHERE relname LIKE '%!_search' ESCAPE '!' AND pg_table_is_visible(oid) "
            "UNION SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgname LIKE '%!_search!_%' ESCAPE '!' AND tgenabled IN ('O', 'A') AND pg_table_is_visible(tgrelid)"
        )
    return {name for (name,) in cursor.fetchall()}


def has_column(connection, cursor, index: TextIndex) -> bool:
    if index.table not in connection.introspection.table_names(cursor):
        return False
    columns = connection.introspection.get_table_description(cursor, index.table)
    return index.column in [column.name for column in columns]
