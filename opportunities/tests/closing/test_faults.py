"""Whatever fails in the middle of a closing, every row is as it was: each write is made to fail in turn."""

from collections.abc import Callable

import pytest
from django.db import connection

from opportunities.closing import correct_closing, plan_close, reopen_opportunity, undo_close
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db(transaction=True)


class Fault(Exception):
    """The failure that a test causes."""


class FailAfterWrite:
    """Lets a number of writes happen, and fails right after the last of them; counts what it saw."""

    def __init__(self, last: int):
        self.last, self.writes = last, 0

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            self.writes += 1
            if self.writes == self.last:
                raise Fault
        return result


def fails_without_a_trace(call: Callable, writes: int) -> None:
    """`call` makes this number of writes, and a fault after any of them leaves every row as it was."""
    for number in range(1, writes + 1):
        with nothing_changes(), pytest.raises(Fault), connection.execute_wrapper(FailAfterWrite(number)):
            call()
    count = FailAfterWrite(0)
    with connection.execute_wrapper(count):
        call()
    assert count.writes == writes


@pytest.fixture
def opportunity():
    opportunity = OpportunityFactory()
    QuoteFactory(opportunity=opportunity, status="active")
    QuoteFactory(opportunity=opportunity)
    return opportunity


def test_a_closing_that_fails_leaves_no_trace(opportunity):
    plan = plan_close(opportunity, "won")
    fails_without_a_trace(lambda: close(opportunity, "won", plan=plan), writes=5)


def test_an_undo_that_fails_leaves_no_trace(opportunity):
    closing = close(opportunity)
    fails_without_a_trace(lambda: undo_close(closing, by=opportunity.owner), writes=6)


def test_a_reopening_that_fails_leaves_no_trace(opportunity):
    closing = close(opportunity)
    fails_without_a_trace(lambda: reopen_opportunity(closing, by=opportunity.owner), writes=6)


def test_a_correction_that_fails_leaves_no_trace(opportunity):
    closing = close(opportunity)
    facts = {"status_reason": reason("Canceled"), "closed_on": day(-1), "by": opportunity.owner}
    fails_without_a_trace(lambda: correct_closing(closing, **facts), writes=5)
