"""What the product sets up when Django starts, connects and migrates."""

import sqlite3

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

LOCK_TIMEOUT = "5s"  # of migrations (docs/operations.md, "Upgrade")


class OpportunitiesConfig(AppConfig):
    name = "opportunities"
    verbose_name = _("Sales")

    def ready(self) -> None:
        connection_created.connect(use_sqlite_limit)
        pre_migrate.connect(limit_waiting, sender=self)
        pre_migrate.connect(drop_guards, sender=self)
        pre_migrate.connect(drop_search_triggers, sender=self)
        post_migrate.connect(finish_migration, sender=self)
        post_migrate.connect(stop_limiting, sender=self)


def use_sqlite_limit(connection, **_kwargs) -> None:
    """Asks SQLite how many parameters it takes.

    Django assumes 999, and would close 5,000 quotes in more statements than one quote.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit


def limit_waiting(using: str, **_kwargs) -> None:
    """While a migration waits for a table that is in use, everybody else waits behind it; so it gives up soon."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])


def stop_limiting(using: str, **_kwargs) -> None:
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def drop_guards(using: str, **_kwargs) -> None:
    from opportunities.models import guards

    guards.drop(connections[using])


def drop_search_triggers(using: str, plan, **_kwargs) -> None:
    from opportunities.models import search_index

    if plan:
        with connections[using].cursor() as cursor:
            search_index.drop_triggers(connections[using], cursor)


def finish_migration(using: str, **_kwargs) -> None:
    """Guards, search indexes, reference data and groups, once the tables are there; also after a `flush`."""
    from opportunities.models import guards, reference, search_index
    from opportunities.permissions import ship_groups

    connection = connections[using]
    guards.create(connection)
    search_index.create(connection)
    if guards.missing(connection):
        return  # migrated backwards
    reference.ship_reference_data()
    ship_groups()
