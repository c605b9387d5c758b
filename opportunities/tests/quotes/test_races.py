"""Two at once on the same quote, each in a thread and a connection of its own: one wins, the other hears why not."""

from functools import partial

import pytest

from opportunities.closing import Gone, PlanOutOfDate, plan_close
from opportunities.models import OpportunityClose, Quote
from opportunities.quotes.draft_services import create_quote
from opportunities.quotes.refusals import NotActive, OpportunityIsClosed
from opportunities.quotes.services import copy_quote, delete_draft, revise_quote
from opportunities.tests.closing.test_races import ROUNDS, at_once, kinds, open_quotes_of_closed_opportunities
from opportunities.tests.factories import OpportunityFactory, QuoteLineFactory, close
from opportunities.tests.quotes.states import active

pytestmark = pytest.mark.django_db(transaction=True)


def revise(quote: Quote):
    return partial(revise_quote, quote, by=None, reason="Cheaper", valid_until=None)


def test_a_quote_is_revised_before_the_closing_or_not_at_all():
    for _round in ROUNDS:
        quote = active()
        plan = plan_close(quote.opportunity, "lost")
        closed, revised = at_once(partial(close, quote.opportunity, plan=plan), revise(quote))
        assert (type(closed), type(revised)) in [(OpportunityClose, OpportunityIsClosed), (PlanOutOfDate, Quote)]
        quote.refresh_from_db()
        assert quote.status == ("lost" if isinstance(closed, OpportunityClose) else "revised")
        assert not open_quotes_of_closed_opportunities().exists()


def test_a_quote_is_revised_once():
    quote = active()
    results = at_once(*[revise(quote)] * 8)
    assert kinds(results) == {Quote: 1, NotActive: 7}
    assert list(Quote.objects.order_by("pk").values_list("number", "revision", "status")) == [
        (quote.number, 0, "revised"),
        (quote.number, 1, "draft"),
    ]


def test_no_copy_is_made_onto_an_opportunity_that_is_being_closed():
    for _round in ROUNDS:
        source, onto = QuoteLineFactory().quote, OpportunityFactory()
        plan = plan_close(onto, "lost")
        closed, *copied = at_once(
            partial(close, onto, plan=plan), *[partial(copy_quote, source, by=None, onto=onto)] * 3
        )
        allowed = {OpportunityClose: {Quote, OpportunityIsClosed}, PlanOutOfDate: {Quote}}
        assert {type(result) for result in copied} <= allowed[type(closed)]
        assert not open_quotes_of_closed_opportunities().exists()


def test_copies_in_opposite_directions_do_not_wait_for_each_other():
    there, back = QuoteLineFactory().quote, QuoteLineFactory().quote
    for _round in ROUNDS:
        results = at_once(
            *[partial(copy_quote, there, by=None, onto=back.opportunity)] * 3,
            *[partial(copy_quote, back, by=None, onto=there.opportunity)] * 3,
            partial(create_quote, there.opportunity, by=None, name="New"),
        )
        assert kinds(results) == {Quote: 7}
    assert Quote.objects.values("number").distinct().count() == 2 + 7 * len(ROUNDS)


def test_a_draft_is_copied_before_it_is_deleted_or_not_at_all():
    for _round in ROUNDS:
        quote, onto = QuoteLineFactory().quote, OpportunityFactory()
        deleted, copied = at_once(partial(delete_draft, quote, by=None), partial(copy_quote, quote, by=None, onto=onto))
        assert deleted is None
        assert type(copied) in {Quote, Gone}
        assert onto.quotes.count() == isinstance(copied, Quote)
