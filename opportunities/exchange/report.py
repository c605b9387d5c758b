"""What an import did with each row, for the screen and as CSV."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TextIO

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Result(TextChoices):
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    SKIPPED = "skipped", _("skipped")
    REJECTED = "rejected", _("rejected")


class Entry(NamedTuple):
    """One thing to say of a row; its fields are the columns of the CSV."""

    line: int
    external_id: str
    result: str
    what: str
    detail: str


@dataclass
class Report:
    """Each row has at least one entry."""

    counts: Counter = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)

    def add(self, rows: Iterable) -> None:
        for row in rows:
            result = Result.REJECTED if row.problems else row.result
            self.counts[result] += 1
            notes = row.problems or row.repairs or [("", "")]
            self.entries += [Entry(row.line, row.external_id, result.value, *note) for note in notes]

    @property
    def rejections(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.result == Result.REJECTED]

    @property
    def repairs(self) -> list[Entry]:
        """What was translated, completed, left empty or not taken in rows that were created or updated."""
        done = (Result.CREATED, Result.UPDATED)
        return [entry for entry in self.entries if entry.result in done and entry.what]

    def write_csv(self, file: TextIO) -> None:
        writer = csv.writer(file)
        writer.writerow(Entry._fields)
        writer.writerows(self.entries)
