"""From the first estimate to the end: what a closing's card says of amounts and dates."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from opportunities.models import Account, Opportunity, Stage, State, StatusReason
from opportunities.record import services
from opportunities.record.closing_story import closing_stories
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close, day

pytestmark = pytest.mark.django_db


def promised(salesperson, **facts) -> Opportunity:
    """An opportunity that was created with an estimate of €1,000 for the day after tomorrow."""
    facts = {"estimated_revenue": Decimal("1000"), "estimated_close_date": day(2), "currency": "EUR"} | facts
    return services.create_opportunity(
        by=salesperson,
        account=Account(name="Acme"),
        owner=salesperson,
        topic="Plant",
        stage=Stage.objects.first(),
        status_reason=StatusReason.objects.default_for(State.OPEN),
        opened_on=day(-30),
        **facts,
    )


def figures(opportunity) -> list[tuple]:
    [story] = closing_stories(opportunity)
    return [(figure.label, figure.amount, figure.difference) for figure in story.figures]


def test_a_win_tells_each_amount_and_how_far_it_is_from_the_first_estimate(client, salesperson):
    # given an estimate that rose, and a won quote
    opportunity = promised(salesperson)
    services.edit_opportunity(opportunity, by=salesperson, estimated_revenue=Decimal("1200.50"))
    QuoteFactory(opportunity=opportunity, status="active", total=950)
    close(opportunity, "won", actual_revenue=Decimal("1000"))

    # then
    assert figures(opportunity) == [
        ("First estimate", Decimal("1000"), ""),
        ("Last estimate", Decimal("1200.50"), "+€200.50"),
        ("Won quote", Decimal("950"), "−€50.00"),
        ("Actual", Decimal("1000"), ""),
    ]
    client.force_login(salesperson)
    html = client.get(opportunity.get_absolute_url()).content.decode()
    assert "+€200.50" in html
    assert "2 days earlier than first promised" in html


def test_a_loss_tells_the_estimates_only(salesperson):
    opportunity = promised(salesperson)
    QuoteFactory(opportunity=opportunity, status="active", total=950)
    close(opportunity)
    assert figures(opportunity) == [("First estimate", Decimal("1000"), ""), ("Last estimate", Decimal("1000"), "")]


def test_only_what_is_known_is_told(salesperson):
    # given an imported opportunity, of which no first estimate is known
    opportunity = OpportunityFactory(owner=salesperson)
    close(opportunity, "won", actual_revenue=Decimal("900"))
    assert figures(opportunity) == [("Last estimate", Decimal("1000"), ""), ("Actual", Decimal("900"), "−€100.00")]
    assert closing_stories(opportunity)[0].slip == ""

    # and a lost one, of which there is nothing to compare
    opportunity = OpportunityFactory(owner=salesperson)
    close(opportunity)
    assert figures(opportunity) == []


def test_amounts_of_two_currencies_are_not_compared(salesperson):
    opportunity = promised(salesperson)
    opportunity = services.edit_opportunity(
        opportunity, by=salesperson, currency="JPY", estimated_revenue=Decimal("160000")
    )
    close(opportunity, "won", actual_revenue=Decimal("150000"))
    assert figures(opportunity) == [
        ("First estimate", Decimal("160000"), ""),
        ("Last estimate", Decimal("160000"), ""),
        ("Actual", Decimal("150000"), "−JP¥10,000"),
    ]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (2, "2 days later than first promised"),
        (1, "1 day later than first promised"),
        (0, "on the day first promised"),
        (-1, "1 day earlier than first promised"),
        (-9, "9 days earlier than first promised"),
    ],
)
def test_the_close_date_is_compared_with_the_first_promise_whatever_was_estimated_since(salesperson, days, words):
    opportunity = promised(salesperson, estimated_close_date=timezone.localdate() - timedelta(days=days))
    services.edit_opportunity(opportunity, by=salesperson, estimated_close_date=day(90))
    close(opportunity)
    assert closing_stories(opportunity)[0].slip == words
