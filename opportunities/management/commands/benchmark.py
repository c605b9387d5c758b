"""`manage.py benchmark`: a database with many opportunities, and how fast the pages are on it."""

import json
import logging
from pathlib import Path
from time import perf_counter

from django.core.management.base import BaseCommand, CommandError

from opportunities.benchmark import fill as filling
from opportunities.benchmark.measure import report


class Command(BaseCommand):
    help = (
        "Fills an empty database with made-up opportunities, their quotes and timelines, and measures how long the "
        "pages take. On one that it filled before, it measures again. Measuring closes some opportunities for good."
    )

    def add_arguments(self, parser):
        parser.add_argument("--opportunities", type=int, default=10_000, help="how many to fill in (default: 10000)")
        parser.add_argument("--users", type=int, default=200, help="who own them (default: 200)")
        parser.add_argument("--samples", type=int, default=50, help="requests of each kind, 0 for none (default: 50)")
        parser.add_argument("--json", type=Path, metavar="FILE", help="writes what was measured to this file too")

    def handle(self, *, opportunities, users, samples, json, **options):
        if not filling.has_data():
            start = perf_counter()
            filling.fill(opportunities, users)
            self.stdout.write(f"Filled in {perf_counter() - start:.0f} s.")
        elif not filling.was_filled():
            raise CommandError("The database has data of its own, so nothing was added or measured. Use an empty one.")
        if samples:
            self.measure(samples, json)

    def measure(self, samples: int, file: Path | None) -> None:
        requests = logging.getLogger("crm.request")
        requests.setLevel(logging.WARNING)  # a line for each would hide the table
        try:
            measured = report(samples)
        finally:
            requests.setLevel(logging.NOTSET)
        self.stdout.write(measured.as_table())
        if file:
            file.write_text(json.dumps(measured.as_json(), indent=1))
