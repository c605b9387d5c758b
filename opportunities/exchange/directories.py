"""The users, accounts, products and competitors that rows name: found, or dealt with as the mapping says."""

import re
from collections.abc import Iterable
from itertools import chain, count

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from opportunities.exchange.mapping import CREATE, LEAVE_EMPTY, Mapping
from opportunities.exchange.rows import Note, Row
from opportunities.models import Account, Competitor, Product
from opportunities.models.fields import fold


class Directory:
    """The rows of `model` by name. One query per chunk of the file, and one more where some are created."""

    def __init__(self, field: str, model, when_unknown: str):
        self.field, self.model, self.when_unknown = field, model, when_unknown
        self.known: dict[str, list] = {}

    def link(self, rows: Iterable[Row]) -> None:
        """Replaces names by what they mean; an object still to be created has no key yet, see `save_new`."""
        named = [row for row in rows if self.field in row.values]
        self.load({row.values[self.field] for row in named} - self.known.keys())
        for row in named:
            self.link_row(row, row.values[self.field])

    def link_row(self, row: Row, name: str) -> None:
        found = self.find(name)
        if len(found) > 1:
            row.reject(
                self.field,
                _("“%(name)s” may be several: %(found)s.") % {"name": name, "found": ", ".join(map(str, found))},
            )
        elif found:
            row.values[self.field] = found[0]
        elif self.when_unknown == CREATE:
            row.values[self.field] = self.add(name)
        elif self.when_unknown == LEAVE_EMPTY:
            del row.values[self.field]
            row.given.discard(self.field)
            row.gaps.append(Note(_("unknown %(field)s left empty") % {"field": self.field}, name))
        else:
            row.reject(self.field, _("“%(name)s” is not known.") % {"name": name})

    def load(self, names: set[str]) -> None:
        for name, found in self.model.objects.in_bulk(names, field_name="name").items():
            self.known[name] = [found]

    def find(self, name: str) -> list:
        return self.known.get(name, [])

    def add(self, name: str):
        new = self.model(name=name)
        self.known[name] = [new]
        return new

    def save_new(self, rows: Iterable[Row]) -> None:
        """Creates what `rows` are the first to name, and says so in the row that did."""
        new = {}
        for row in rows:
            named = row.values.get(self.field)
            if named is not None and named.pk is None and id(named) not in new:
                new[id(named)] = named
                row.repair(_("unknown %(field)s created") % {"field": self.field}, str(named))
        self.model.objects.bulk_create(new.values())


class Mergeables(Directory):
    """Accounts or competitors; the name of one that was merged means the one that it was merged into."""

    def load(self, names: set[str]) -> None:
        rows = self.model.objects.select_related("merged_into").in_bulk(names, field_name="name")
        self.known |= {name: [row.kept] for name, row in rows.items()}


class Users(Directory):
    """Users by username, e-mail address or full name, whatever the case."""

    def load(self, names: set[str]) -> None:
        if not self.known:
            for user in self.model.objects.all():
                self.enter(user)

    def enter(self, user) -> None:
        names = (user.username, user.email, user.get_full_name())
        for key in {name.casefold() for name in names if name}:
            self.known.setdefault(key, []).append(user)

    def find(self, name: str) -> list:
        return super().find(name.casefold())

    def add(self, name: str):
        """A user who owns deals but cannot sign in, until an administrator gives a password and a group."""
        first_name, _space, last_name = name.partition(" ")
        base = re.sub(r"[^\w.@+-]+", ".", fold(name))[:140]
        free = (username for username in chain([base], (f"{base}{n}" for n in count(2))) if not self.find(username))
        user = self.model(username=next(free), first_name=first_name, last_name=last_name.strip())
        user.set_unusable_password()
        self.enter(user)
        return user


def directories(mapping: Mapping) -> list[Directory]:
    return [
        Users("owner", get_user_model(), mapping.unknown["owner"]),
        Mergeables("account", Account, mapping.unknown["account"]),
        Directory("product", Product, mapping.unknown["product"]),
        Mergeables("competitor", Competitor, mapping.unknown["competitor"]),
    ]
