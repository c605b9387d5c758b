"""The arithmetic of quotes: whatever is offered, the lines add up to the totals to the unit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opportunities.models import QuoteLine
from opportunities.quotes.draft_services import check_line
from opportunities.quotes.pricing import price, total_up
from opportunities.quotes.services import net_total

pytestmark = pytest.mark.one_database

UNITS = {"EUR": 2, "JPY": 0, "TND": 3}
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow, not wrong
currencies = st.sampled_from(sorted(UNITS))
percentages = st.decimals(0, 100, places=3)


def half_up(exact: Fraction, currency: str) -> Decimal:
    """`exact` rounded to whole minor units, told independently of the product's code: in whole numbers."""
    units = exact * 10 ** UNITS[currency]
    return Decimal((2 * units.numerator + units.denominator) // (2 * units.denominator)).scaleb(-UNITS[currency])


@st.composite
def lines(draw, currency: str) -> QuoteLine:
    """A line as the editor would let it be written."""
    places = UNITS[currency]
    amounts = st.decimals(0, 999_999, places=places)
    line = QuoteLine(
        quantity=draw(st.decimals("0.001", 9_999, places=3)),
        unit_price=draw(amounts),
        tax_rate=draw(percentages),
        unit_cost=draw(st.none() | amounts),
    )
    line.discount_kind = draw(st.sampled_from(["percent", "amount"]))
    if line.discount_kind == "percent":
        line.discount = draw(percentages)
    else:
        gross = half_up(Fraction(line.quantity) * Fraction(line.unit_price), currency)
        line.discount = draw(st.decimals(0, gross, places=places))
    return line


quotes = currencies.flatmap(lambda currency: st.tuples(st.just(currency), st.lists(lines(currency), max_size=12)))


@patient
@given(quotes)
def test_the_lines_add_up_to_the_totals_to_the_unit(quote):
    currency, offered = quote

    totals = total_up(offered, currency)
    prices = [price(line, currency) for line in offered]

    assert totals.gross == sum(one.gross for one in prices)
    assert totals.discount == sum(one.discount for one in prices)
    assert totals.net == sum(one.net for one in prices) == net_total(offered, currency)
    assert totals.tax == sum(one.tax for one in prices)
    assert totals.total == totals.gross - totals.discount + totals.tax
    assert sum(tax.net for tax in totals.taxes) == totals.net
    assert [tax.rate for tax in totals.taxes] == sorted({line.tax_rate for line in offered})


@patient
@given(quotes)
def test_every_amount_is_in_whole_minor_units_and_rounded_half_up_line_by_line(quote):
    currency, offered = quote

    for line in offered:
        priced = price(line, currency)
        gross = half_up(Fraction(line.quantity) * Fraction(line.unit_price), currency)
        assert priced.gross == gross
        if line.discount_kind == "percent":
            assert priced.discount == half_up(Fraction(gross) * Fraction(line.discount) / 100, currency)
        assert priced.tax == half_up(Fraction(priced.net) * Fraction(line.tax_rate) / 100, currency)
        for amount in (priced.gross, priced.discount, priced.net, priced.tax):
            assert amount == round(amount, UNITS[currency])


@patient
@given(quotes)
def test_a_discount_never_takes_more_than_the_line_comes_to(quote):
    currency, offered = quote

    for line in offered:
        check_line(line, currency)
        assert 0 <= price(line, currency).net <= price(line, currency).gross


@patient
@given(quotes)
def test_the_margin_is_that_of_the_lines_whose_cost_is_known(quote):
    currency, offered = quote
    known = [price(line, currency) for line in offered if line.unit_cost is not None]

    totals = total_up(offered, currency)

    assert totals.lines_without_cost == len(offered) - len(known)
    assert totals.margin == (sum(one.net - one.cost for one in known) if known else None)


@pytest.mark.parametrize(
    ("currency", "quantity", "unit_price", "gross"),
    [
        ("EUR", "0.335", "1", "0.34"),
        ("EUR", "0.5", "0.01", "0.01"),
        ("EUR", "0.499", "0.01", "0.00"),
        ("JPY", "0.5", "1", "1"),
        ("JPY", "0.499", "1", "0"),
        ("TND", "0.5", "0.001", "0.001"),
        ("TND", "1.5", "0.333", "0.500"),
    ],
)
def test_half_a_unit_is_rounded_up(currency, quantity, unit_price, gross):
    line = QuoteLine(quantity=Decimal(quantity), unit_price=Decimal(unit_price))

    assert price(line, currency).gross == Decimal(gross)


@pytest.mark.parametrize(
    ("kind", "discount", "sentence"),
    [
        ("percent", "100", None),
        ("percent", "100.001", "A discount is at most 100 %."),
        ("amount", "250.25", None),
        ("amount", "250.26", "A discount is at most what the line comes to, €250.25."),
        ("amount", "0.001", "EUR amounts have at most 2 decimals."),
    ],
)
def test_the_bounds_of_a_discount(kind, discount, sentence):
    line = QuoteLine(
        quantity=Decimal("2.5"), unit_price=Decimal("100.10"), discount=Decimal(discount), discount_kind=kind
    )

    if sentence is None:
        check_line(line, "EUR")
    else:
        with pytest.raises(ValidationError) as refused:
            check_line(line, "EUR")
        assert refused.value.message_dict == {"discount": [sentence]}
