"""The texts that are searched, and the indexes of their trigrams: FTS5 on SQLite, pg_trgm on PostgreSQL.

Their triggers are dropped before migrations, since SQLite rebuilds no table that a trigger of another one names, and
made anew after them, see apps.py; what was written meanwhile is put right. `/readyz` and `check_integrity` tell when
a part is missing.
"""

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

    def triggers(self, vendor: str) -> dict[str, list[str]]:
        """The statements that create each trigger, by its name."""
        if vendor == "postgresql":
            return {
                f"{self.name}_{name}": [
                    f"CREATE FUNCTION {self.name}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$",
                    f"CREATE TRIGGER {self.name}_{name} {event} FOR EACH ROW EXECUTE FUNCTION {self.name}_{name}()",
                ]
                for name, (event, body) in self.postgresql_triggers().items()
            }
        return {
            f"{self.name}_{name}": [f"CREATE TRIGGER {self.name}_{name} AFTER {event} BEGIN {'; '.join(actions)}; END"]
            for name, (event, actions) in self.sqlite_triggers().items()
        }

    def parts(self, vendor: str) -> list[str]:
        """The names of the index and its triggers."""
        return [self.name, *self.triggers(vendor)]

    def postgresql_triggers(self) -> dict[str, tuple[str, str]]:
        """What each does at which event."""
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

    def written(self, rows: str) -> str:
        return f"UPDATE {self.table} SET {self.column} = {self.text(self.table)} WHERE {rows}"

    def postgresql_triggers(self):
        # Another account is held as by a foreign key: nobody changes its name, which is unique, at the same time. The
        # same one is not held: a rename of it waits for this row, and holds rows in the order of their keys.
        hold = f"PERFORM 1 FROM {self.accounts} WHERE id = NEW.account_id FOR KEY SHARE;"
        is_another = "TG_OP = 'INSERT' OR NEW.account_id IS DISTINCT FROM OLD.account_id"
        hold_its = f"PERFORM 1 FROM {self.table} WHERE account_id = NEW.id ORDER BY id FOR NO KEY UPDATE;"
        is_named = "TG_OP = 'INSERT' OR NEW.folded_name <> OLD.folded_name"
        return {
            "text": (
                f"BEFORE INSERT OR UPDATE OF folded_topic, account_id, {self.column} ON {self.table}",
                f"IF {is_another} THEN {hold} END IF; NEW.{self.column} := {self.text('NEW')}; RETURN NEW;",
            ),
            "rename": (
                f"AFTER INSERT OR UPDATE OF folded_name ON {self.accounts}",
                f"IF {is_named} THEN {hold_its} {self.written('account_id = NEW.id')}; END IF; RETURN NULL;",
            ),
        }

    def sqlite_triggers(self):
        # The index is told of no text but right ones: of a wrong one, it could not be told to forget it.
        text, this, its = self.text("NEW"), "id = NEW.id", "account_id = NEW.id"
        all_withdrawn = (
            f"INSERT INTO {self.name} ({self.name}, rowid, {self.column}) "
            f"SELECT 'delete', id, {self.column} FROM {self.table} WHERE {its}"
        )
        renamed = [all_withdrawn, self.written(its), self.entered(its)]
        sources = f"UPDATE OF folded_topic, account_id ON {self.table} WHEN OLD.{self.column} <> {text}"
        wrong = f"UPDATE OF {self.column} ON {self.table} WHEN NEW.{self.column} <> {text}"
        return super().sqlite_triggers() | {
            "insert": (f"INSERT ON {self.table}", [self.written(this), self.entered(this)]),
            "update": (sources, [self.withdrawn, self.written(this), self.entered(this)]),
            "correct": (wrong, [self.written(this)]),
            "name": (f"INSERT ON {self.accounts}", renamed),  # REPLACE, too
            "rename": (f"UPDATE OF folded_name ON {self.accounts} WHEN OLD.folded_name <> NEW.folded_name", renamed),
        }

    def complete(self, cursor):
        cursor.execute(self.written(f"{self.column} <> {self.text(self.table)}"))


OPPORTUNITIES = OpportunityText("opportunities_opportunity", "search_text", number="quotes__number")
INDEXES = [
    OPPORTUNITIES,
    TextIndex("opportunities_account", "folded_name"),
    TextIndex("opportunities_quote", "folded_name", number="number"),
]
INDEX_OF = {index.table: index for index in INDEXES}


def create(connection) -> None:
    """Makes each index whole, with what its table holds; none for a column that is not there (yet)."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        there = existing(connection, cursor)
        for index in INDEXES:
            if not there.issuperset(index.parts(connection.vendor)) and has_column(connection, cursor, index):
                make(connection, cursor, index)


def make(connection, cursor, index: TextIndex) -> None:
    if connection.vendor == "sqlite":  # without its triggers, nobody knows what it lacks
        cursor.execute(f"DROP TABLE IF EXISTS {index.name}")
        cursor.execute(
            f"CREATE VIRTUAL TABLE {index.name} USING fts5({index.column}, content='{index.table}', "
            "content_rowid='id', columnsize=0, tokenize='trigram case_sensitive 1')"
        )
    drop_triggers(connection, cursor, index)
    for statements in index.triggers(connection.vendor).values():
        for statement in statements:
            cursor.execute(statement)
    index.complete(cursor)
    if connection.vendor == "sqlite":
        cursor.execute(f"INSERT INTO {index.name} ({index.name}) VALUES ('rebuild')")
    else:
        connection.check_constraints()  # no index is created while checks of its table are put off
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        texts = f"{index.table} USING gin ({index.column} gin_trgm_ops)"
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {index.name} ON {texts}")


def drop_triggers(connection, cursor, *indexes: TextIndex) -> None:
    """Drops the triggers of `indexes`, all unless some are given; `create` makes them anew."""
    for index in indexes or INDEXES:
        for name in index.triggers(connection.vendor):
            part = (
                f"TRIGGER IF EXISTS {name}" if connection.vendor == "sqlite" else f"FUNCTION IF EXISTS {name} CASCADE"
            )
            cursor.execute(f"DROP {part}")


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
