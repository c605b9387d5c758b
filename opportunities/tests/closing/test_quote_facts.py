"""What a closed opportunity keeps of its quotes: how often they were revised, and the first and the won total."""

from decimal import Decimal

import pytest

from opportunities.closing import correct_closing, reopen_opportunity, undo_close
from opportunities.closing.bulk import undo_batch
from opportunities.closing.services import Closing, record_closings
from opportunities.models import ClosingBatch, Opportunity
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close, day, reason

pytestmark = pytest.mark.django_db

NOTHING = (None, None, None)


def facts(opportunity) -> tuple:
    return Opportunity.objects.values_list("revisions", "first_quoted", "won_quoted").get(pk=opportunity.pk)


@pytest.fixture
def quoted():
    """A first quote of 1,000 in draft, and an active one of 900 that revised another twice."""
    opportunity = OpportunityFactory()
    QuoteFactory(opportunity=opportunity, total=Decimal(1000))
    QuoteFactory(opportunity=opportunity, number="Q-2020-8000", revision=1, total=Decimal(950))
    QuoteFactory(opportunity=opportunity, number="Q-2020-8000", revision=2, status="active", total=Decimal("900.50"))
    return opportunity


def test_a_closing_keeps_them_and_its_correction_does_not_change_them(quoted):
    assert facts(quoted) == NOTHING
    closing = close(quoted, "won")
    assert facts(quoted) == (2, Decimal(1000), Decimal("900.50"))
    corrected = {"status_reason": reason("Won"), "closed_on": day(-1), "actual_revenue": Decimal(5)}
    correct_closing(closing, by=quoted.owner, **corrected)
    assert facts(quoted) == (2, Decimal(1000), Decimal("900.50"))


def test_one_that_is_lost_has_no_won_total_and_one_without_quotes_has_nothing(quoted):
    close(quoted)
    close(bare := OpportunityFactory(), "won")
    assert facts(quoted) == (2, Decimal(1000), None)
    assert facts(bare) == NOTHING


def test_undone_or_reopened_it_has_nothing_again(quoted):
    undo_close(close(quoted), by=quoted.owner)
    assert facts(quoted) == NOTHING
    reopen_opportunity(close(quoted, "won"), by=quoted.owner)
    assert facts(quoted) == NOTHING
    batch = ClosingBatch.objects.create(by=(other := OpportunityFactory()).owner)
    QuoteFactory(opportunity=other, status="draft")
    quotes = list(other.quotes.all())
    fates = {quote.pk: "canceled" for quote in quotes}
    lost = Closing(other, "lost", reason("Price"), day(0), quotes=quotes, fates=fates)
    record_closings([lost], by=other.owner, together=batch)
    assert facts(other) == (0, Decimal(900), None)
    undo_batch(batch, by=other.owner)
    assert facts(other) == NOTHING
