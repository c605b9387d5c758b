"""Django's `flush`, which the guards would refuse: closings are history and are not deleted."""

from django.core.management.commands import flush
from django.db import connections

from opportunities.models import guards


class Command(flush.Command):
    def handle(self, **options):
        connection = connections[options["database"]]
        guards.drop(connection)
        try:
            super().handle(**options)
        finally:
            guards.create(connection)
