"""The closing services: what they record, what they refuse, and that a refusal changes nothing."""

from decimal import Decimal

import pytest

from opportunities.closing import close_opportunity, plan_close
from opportunities.models import Quote
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, day, reason

pytestmark = pytest.mark.django_db


def test_an_opportunity_closes_as_won_together_with_its_quotes():
    # given an opportunity with an active quote and a draft
    opportunity = OpportunityFactory()
    active = QuoteFactory(opportunity=opportunity, status="active", total=950)
    draft = QuoteFactory(opportunity=opportunity)

    # when it is closed as won with the plan that is shown first
    closing = close_opportunity(
        opportunity,
        outcome="won",
        status_reason=reason("Won"),
        closed_on=day(0),
        actual_revenue=Decimal("950"),
        by=opportunity.owner,
        plan=plan_close(opportunity, "won"),
    )

    # then it is won, the active quote is won and the draft canceled
    opportunity.refresh_from_db()
    assert (opportunity.state, opportunity.actual_revenue, opportunity.closed_on) == ("won", Decimal("950"), day(0))
    assert dict(Quote.objects.values_list("pk", "status")) == {active.pk: "won", draft.pk: "canceled"}
    assert [record.from_status for record in closing.quote_closings.order_by("quote")] == ["active", "draft"]
