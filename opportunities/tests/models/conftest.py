"""One deal in every state, with quotes in every status, for attacks to choose from."""

from copy import deepcopy
from types import SimpleNamespace

import pytest
from django.db.models import Model

from opportunities.closing import correct_closing, plan_close, reopen_opportunity
from opportunities.closing.services import close_quotes
from opportunities.models import ClosingBatch, Quote, QuoteClose, SavedView
from opportunities.tests.factories import (
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    QuoteLineFactory,
    close,
    day,
    reason,
)


@pytest.fixture
def deals(db, kept_deals) -> SimpleNamespace:
    """Opportunities, their quotes and lines, and the closings; two of whatever a column refers to."""
    return deepcopy(kept_deals)


@pytest.fixture(scope="module")
def kept_deals(kept) -> SimpleNamespace:
    ContactFactory.create_batch(2)
    ProductFactory.create_batch(2)
    competitor, _other = CompetitorFactory.create_batch(2)

    empty = OpportunityFactory(topic="Empty")
    in_yen = OpportunityFactory(topic="In yen", currency="JPY")
    open_ = OpportunityFactory(topic="Open")
    draft, active, revised, canceled = (quote(open_, status) for status in ["draft", "active", "active", "draft"])
    close_alone(revised, "revised")
    close_alone(canceled, "canceled")

    won = OpportunityFactory(topic="Won")
    won_quote, won_draft = quote(won, "active"), quote(won, "draft")
    won_closing = close(won, "won", competitor=competitor)

    lost = OpportunityFactory(topic="Lost")
    lost_quote = quote(lost, "active")
    corrected_closing = close(lost, status_reason=reason("Out-sold"), competitor=competitor)
    lost_closing = correct_closing(corrected_closing, status_reason=reason("Price"), closed_on=day(-1), by=lost.owner)

    reopened = OpportunityFactory(topic="Reopened")
    left_quote, back_quote = quote(reopened, "active"), quote(reopened, "draft")
    reopened_closing = close(reopened, plan=plan_close(reopened, "lost"))
    reopen_opportunity(reopened_closing, by=reopened.owner, quotes=[back_quote.pk], reason="A mistake")

    closed_together = ClosingBatch.objects.create(by=empty.owner)
    saved_view = SavedView.objects.create(user=empty.owner, name="Mine", query="owner=mine")

    deals = SimpleNamespace(**{name: value for name, value in locals().items() if isinstance(value, Model)})
    for row in vars(deals).values():
        row.refresh_from_db()
    return deals


def quote(opportunity, status: str) -> Quote:
    """A quote of `opportunity` with a line."""
    line = QuoteLineFactory(quote__opportunity=opportunity)
    Quote.objects.filter(pk=line.quote_id).update(status=status)
    line.quote.status = status
    return line.quote


def close_alone(quote: Quote, to_status: str) -> None:
    """Closes `quote` apart from its opportunity, as its own page does."""
    QuoteClose.objects.create(quote=quote, from_status=quote.status, to_status=to_status, closed_on=day(0))
    close_quotes([quote.pk])
