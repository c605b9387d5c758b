"""Fixtures of the races."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from opportunities.integrity import broken_rules
from opportunities.tests.reliability.processes import Workers
from opportunities.tests.reliability.races import WORKERS, Race
from opportunities.tests.soak import report


@pytest.fixture(scope="session")
def workers(django_db_setup) -> Iterator[Workers]:
    workers = Workers(WORKERS)
    yield workers
    workers.stop()


@pytest.fixture
def race(workers) -> Iterator[Callable[..., Race]]:
    """Begins a race of that name; at the end no rule is broken."""
    races = []

    def begin(name: str, *more: int) -> Race:
        races.append(Race(workers, name, *more))
        return races[-1]

    yield begin
    assert list(broken_rules()) == []
    for each in races:
        report(f"{connection.vendor}: {each.name}: {each.outcomes.total()} rounds, {dict(each.outcomes)}")


@pytest.fixture
def ines(manager):
    return manager
