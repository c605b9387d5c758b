"""Many at once, each in a thread and a connection of its own: one wins, the others hear why not."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from opportunities.closing import (
    AlreadyClosed,
    NotClosed,
    PlanOutOfDate,
    correct_closing,
    plan_close,
    reopen_opportunity,
    undo_close,
)
from opportunities.models import Opportunity, OpportunityClose, Quote, QuoteLine, TimelineEvent, guards
from opportunities.quotes.draft_services import create_quote
from opportunities.quotes.refusals import NotADraft, OpportunityIsClosed
from opportunities.quotes.services import activate_quote
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, QuoteLineFactory, close, day, reason

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable) -> list:
    """What each call returned or raised, all begun at the same moment."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def kinds(results: list) -> Counter:
    return Counter(type(result) for result in results)


def open_quotes_of_closed_opportunities():
    return Quote.objects.open().exclude(opportunity__state="open")


def test_of_twenty_who_close_an_opportunity_one_does():
    # given an opportunity with two quotes, and twenty dialogs that show them
    opportunity = OpportunityFactory()
    QuoteFactory.create_batch(2, opportunity=opportunity, status="active")
    plan = plan_close(opportunity, "lost")

    # when all are sent at once
    results = at_once(*[partial(close, opportunity, plan=plan)] * 20)

    # then one closed it, and nineteen hear by whom
    assert kinds(results) == {OpportunityClose: 1, AlreadyClosed: 19}
    closing = OpportunityClose.objects.get()
    assert {error.closing for error in results if isinstance(error, AlreadyClosed)} == {closing}
    assert (closing.quote_closings.count(), TimelineEvent.objects.count()) == (2, 1)


def test_of_those_who_take_a_closing_back_one_does():
    opportunity = OpportunityFactory()
    QuoteFactory(opportunity=opportunity, status="active")
    closing, owner = close(opportunity), opportunity.owner
    results = at_once(
        *[partial(undo_close, closing, by=owner)] * 4,
        *[partial(reopen_opportunity, closing, by=owner)] * 4,
    )
    assert kinds(results) == {Opportunity: 1, NotClosed: 7}
    assert Quote.objects.get().status == "active"


def test_a_closing_is_corrected_or_reopened_but_not_both():
    closing = close(OpportunityFactory())
    facts = {"status_reason": reason("Canceled"), "closed_on": day(0), "by": closing.closed_by}
    results = at_once(
        *[partial(correct_closing, closing, **facts)] * 4,
        *[partial(reopen_opportunity, closing, by=closing.closed_by)] * 4,
    )
    assert kinds(results)[NotClosed] == 7
    current = OpportunityClose.objects.filter(reopened_at=None).count()
    assert Opportunity.objects.get().is_open == (current == 0)


ROUNDS = range(8)


def test_no_quote_is_added_to_an_opportunity_that_is_being_closed():
    for _round in ROUNDS:
        opportunity = OpportunityFactory()
        plan = plan_close(opportunity, "lost")
        closed, *added = at_once(
            partial(close, opportunity, plan=plan),
            *[partial(create_quote, opportunity, name="Late", valid_until=None, lines=[], by=None)] * 3,
        )
        allowed = {OpportunityClose: {Quote, OpportunityIsClosed}, PlanOutOfDate: {Quote}}
        assert {type(result) for result in added} <= allowed[type(closed)]
        assert not open_quotes_of_closed_opportunities().exists()


def test_no_quote_slips_past_the_services_onto_an_opportunity_that_is_being_closed():
    for number in ROUNDS:
        opportunity = OpportunityFactory()
        plan = plan_close(opportunity, "lost")
        closed, *added = at_once(
            partial(close, opportunity, plan=plan),
            *(partial(Quote.objects.create, opportunity=opportunity, number=f"Q-{number}-{n}") for n in range(3)),
        )
        allowed = {OpportunityClose: {Quote, IntegrityError}, PlanOutOfDate: {Quote}}
        assert {type(result) for result in added} <= allowed[type(closed)]
        refusals = {guards.sentence(result) for result in added if isinstance(result, IntegrityError)}
        assert refusals <= {"This opportunity is closed; no quote is added to it."}
        assert not open_quotes_of_closed_opportunities().exists()


def test_a_quote_is_activated_before_the_closing_or_not_at_all():
    for _round in ROUNDS:
        quote = QuoteLineFactory().quote
        plan = plan_close(quote.opportunity, "lost")
        closed, activated = at_once(
            partial(close, quote.opportunity, plan=plan), partial(activate_quote, quote, by=None)
        )
        assert (type(closed), type(activated)) in [(OpportunityClose, OpportunityIsClosed), (PlanOutOfDate, Quote)]
        quote.refresh_from_db()
        assert quote.status == ("canceled" if isinstance(closed, OpportunityClose) else "active")


def test_a_quote_is_activated_once():
    quote = QuoteLineFactory().quote
    results = at_once(*[partial(activate_quote, quote, by=None)] * 8)
    assert kinds(results) == {Quote: 1, NotADraft: 7}


def test_no_line_slips_past_the_services_onto_a_quote_that_is_being_activated():
    for _round in ROUNDS:
        quote = QuoteLineFactory(unit_price=900).quote
        activated, added = at_once(
            partial(activate_quote, quote, by=None),
            partial(QuoteLine.objects.create, quote=quote, description="Late", unit_price=100),
        )
        assert type(activated) is Quote
        assert activated.total == (900 if isinstance(added, IntegrityError) else 1000)
        assert type(added) in {QuoteLine, IntegrityError}
