"""Measures requests, warm and repeated, in this process: what Django does from the request to the whole answer.

Not through a web server, whose share is the same for every page and whatever the number of rows: so that nothing
else has to run, and each statement is counted where it is sent.
"""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from statistics import median, quantiles
from time import perf_counter

from django.db import connection
from django.test import Client, override_settings

from opportunities.benchmark.steps import Step, measures
from opportunities.models import Opportunity, Quote, TimelineEvent

LOCAL = {"DEBUG": False, "ALLOWED_HOSTS": ["localhost"], "SECURE_SSL_REDIRECT": False}


class WrongAnswer(Exception):
    """What was to be measured failed; a fast failure is no figure."""


@dataclass(frozen=True)
class Row:
    """How long the requests of a kind took, in milliseconds, and the most statements that one of them sent."""

    name: str
    requests: int
    p50: float
    p95: float
    p50_sql: float  # in statements
    statements: int


@dataclass(frozen=True)
class Report:
    database: str
    opportunities: int
    quotes: int
    events: int
    cores: int
    load: float  # of the machine, when it began
    python: str
    rows: list[Row]

    def as_json(self) -> dict:
        return asdict(self)

    def as_table(self) -> str:
        lines = [
            f"{self.database}: {self.opportunities:,} opportunities, {self.quotes:,} quotes, {self.events:,} events; "
            f"{self.cores} cores, load {self.load:.1f}, Python {self.python}",
            "",
            "| | p50 ms | p95 ms | p50 of SQL | statements | requests |",
            "|---|--:|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {row.name} | {row.p50:.1f} | {row.p95:.1f} | {row.p50_sql:.1f} | {row.statements} | {row.requests} |"
            for row in self.rows
        ]
        return "\n".join(lines)


def report(samples: int) -> Report:
    """Measures everything, each page `samples` times. What it closes stays closed."""
    version = ".".join(map(str, connection.get_database_version()))
    load = os.getloadavg()[0]
    counts = [model.objects.count() for model in (Opportunity, Quote, TimelineEvent)]
    with override_settings(**LOCAL):
        rows = list(measured(samples))
    name = f"{connection.display_name} {version}"
    return Report(name, *counts, os.cpu_count() or 1, load, platform.python_version(), rows)


def measured(samples: int) -> Iterator[Row]:
    for measure in measures():
        client = Client(HTTP_HOST="localhost")
        client.force_login(measure.user)
        for step in islice(measure.steps, measure.warm_up):
            send(client, step)
        count = min(samples, measure.most or samples)
        samples_taken = [send(client, step) for step in islice(measure.steps, count)]
        if samples_taken:
            times, in_sql, statements = zip(*samples_taken, strict=True)
            yield Row(measure.name, len(times), median(times), p95(times), median(in_sql), max(statements))


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def send(client: Client, step: Step) -> tuple[float, float, int]:
    """How many milliseconds the answer took, how many of them in statements, and in how many; raises WrongAnswer."""
    statements: list[float] = []

    def take_time(execute, *arguments):
        start = perf_counter()
        try:
            return execute(*arguments)
        finally:
            statements.append(perf_counter() - start)

    with connection.execute_wrapper(take_time):
        start = perf_counter()
        if step.data is None:
            response = client.get(step.path, headers=step.headers)
        else:
            response = client.post(step.path, step.data, headers=step.headers)
        seconds = perf_counter() - start
    client.cookies.pop("messages", None)  # a browser shows them on the page that follows
    if response.status_code not in (200, 204):
        raise WrongAnswer(f"{step.path} answered {response.status_code}: {response.text[:1_000]}")
    return 1_000 * seconds, 1_000 * sum(statements), len(statements)
