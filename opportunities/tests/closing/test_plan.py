"""What becomes of each quote: what is proposed, and what is refused (design, section 2, "Fates")."""

from decimal import Decimal

import pytest

from opportunities.closing import Plan, plan_close, reopen_opportunity
from opportunities.closing.plan import fate_errors, parse_plan_text
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close

pytestmark = pytest.mark.django_db


def opportunity_with(*statuses: str):
    """An opportunity, and its quotes in these statuses."""
    opportunity = OpportunityFactory()
    return opportunity, [QuoteFactory(opportunity=opportunity, status=status) for status in statuses]


@pytest.mark.parametrize(
    ("outcome", "statuses", "fates"),
    [
        ("won", [], []),
        ("won", ["active"], ["won"]),
        ("won", ["draft"], ["canceled"]),
        ("won", ["draft", "active", "draft"], ["canceled", "won", "canceled"]),
        ("won", ["active", "active", "draft"], ["", "", "canceled"]),
        ("lost", ["active"], ["lost"]),
        ("lost", ["draft", "active", "active"], ["canceled", "lost", "lost"]),
    ],
)
def test_each_open_quote_has_the_fate_that_is_right_unless_the_user_says_otherwise(outcome, statuses, fates):
    opportunity, quotes = opportunity_with(*statuses)
    plan = plan_close(opportunity, outcome)
    assert plan.quotes == tuple(quotes)
    assert list(plan.fates.values()) == fates


CHOOSE = "Choose what becomes of this quote."
NO_WINNER = "No quote is won when the opportunity is lost."
DRAFT = "A draft cannot be won; activate it first."
SECOND = "Only one quote can be won; {} is won already."
UNKNOWN = "This quote becomes won, lost or canceled."


@pytest.mark.parametrize(
    ("outcome", "statuses", "fates", "expected"),
    [
        ("won", ["active", "active"], ["won", "lost"], ["", ""]),
        ("won", ["active", "active"], ["canceled", "won"], ["", ""]),
        ("won", ["active", "active"], ["lost", "lost"], ["", ""]),
        ("won", ["active", "draft"], ["canceled", "lost"], ["", ""]),
        ("lost", ["active", "draft"], ["canceled", "lost"], ["", ""]),
        ("won", ["active", "active"], ["won", ""], ["", CHOOSE]),
        ("won", ["active", "active"], ["", ""], [CHOOSE, CHOOSE]),
        ("won", ["active", "active", "active"], ["won", "won", "won"], ["", SECOND, SECOND]),
        ("won", ["draft", "active"], ["won", "lost"], [DRAFT, ""]),
        ("lost", ["active", "draft"], ["won", "won"], [NO_WINNER, NO_WINNER]),
        ("lost", ["active"], ["revised"], [UNKNOWN]),
        ("won", ["active"], ["draft"], [UNKNOWN]),
        ("won", ["active"], ["gone"], [UNKNOWN]),
    ],
)
def test_a_fate_that_cannot_be_is_an_error_at_its_quote(outcome, statuses, fates, expected):
    _opportunity, quotes = opportunity_with(*statuses)
    chosen = {quote.pk: fate for quote, fate in zip(quotes, fates, strict=True)}
    errors = fate_errors(Plan(tuple(quotes), chosen), outcome)
    assert errors == {quote.pk: error.format(quotes[0]) for quote, error in zip(quotes, expected, strict=True) if error}


def test_a_quote_without_a_fate_is_an_error():
    _opportunity, [quote] = opportunity_with("active")
    assert fate_errors(Plan((quote,), {}), "won") == {quote.pk: CHOOSE}


def test_beside_a_quote_that_stayed_won_no_other_is_won():
    # given an opportunity that was reopened without its won quote, and has another one since
    opportunity, [won] = opportunity_with("active")
    reopen_opportunity(close(opportunity, "won"), by=opportunity.owner, quotes=[])
    other = QuoteFactory(opportunity=opportunity, status="active")

    # when it is to be closed as won
    plan = plan_close(opportunity, "won")

    # then that quote is the winner, and the other cannot be
    assert (plan.winner, plan.fates) == (won, {other.pk: "lost"})
    assert fate_errors(plan.with_fates({other.pk: "won"}), "won") == {other.pk: SECOND.format(won)}


def test_the_text_of_a_plan_tells_status_and_total_of_each_quote_in_key_order():
    opportunity, [draft, active] = opportunity_with("draft", "active")
    text = plan_close(opportunity, "won").text
    assert text == f"{draft.pk}:draft:900.000,{active.pk}:active:900.000"
    assert parse_plan_text(text) == {draft.pk: ("draft", Decimal(900)), active.pk: ("active", Decimal(900))}
    assert parse_plan_text("") == {}


@pytest.mark.parametrize(
    "text", ["x", "1", "1:draft", "1:draft:x", "x:draft:1", "1:gone:1", "1:draft:1:1", ",", "1:draft:1,", "9" * 5000]
)
def test_a_garbled_plan_is_none(text):
    assert parse_plan_text(text) is None
