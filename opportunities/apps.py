"""What the product sets up when Django starts, connects and migrates."""

import sqlite3

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class OpportunitiesConfig(AppConfig):
    name = "opportunities"
    verbose_name = _("Sales")

    def ready(self) -> None:
        connection_created.connect(use_sqlite_limit)
        pre_migrate.connect(drop_guards, sender=self)
        post_migrate.connect(finish_migration, sender=self)


def use_sqlite_limit(connection, **_kwargs) -> None:
    """Asks SQLite how many parameters it takes.

    Django assumes 999, and would close 5,000 quotes in more statements than one quote.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit


def drop_guards(using: str, **_kwargs) -> None:
    from opportunities.models import guards

    guards.drop(connections[using])


def finish_migration(using: str, **_kwargs) -> None:
    """Guards, search indexes, reference data and groups, once the tables are there; also after a `flush`."""
    from opportunities.models import guards, reference, search
    from opportunities.permissions import ship_groups

    connection = connections[using]
    guards.create(connection)
    search.create(connection)
    if guards.missing(connection):
        return  # migrated backwards
    reference.ship_reference_data()
    ship_groups()
