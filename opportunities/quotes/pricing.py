"""The arithmetic of quotes: exact, and rounded half-up line by line in the currency's minor units.

Every amount of a line is rounded before it is used, so the lines of a quote add up to its totals to the unit.
All amounts are in the quote's currency.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from opportunities.models import DiscountKind, QuoteLine
from opportunities.money import minor_units

ZERO = Decimal(0)
EXACT = Context(prec=60)  # more digits than the largest quantity, price and rates have together
smallest_unit = lru_cache(lambda currency: Decimal(1).scaleb(-minor_units(currency)))


@dataclass(frozen=True)
class LinePrice:
    """What a line comes to: `gross` without its discount, `net` with it, `cost` where it is known."""

    gross: Decimal
    discount: Decimal
    tax: Decimal
    cost: Decimal | None

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount


@dataclass
class TaxSum:
    """What is taxed at one rate, and the tax."""

    rate: Decimal
    net: Decimal = ZERO
    tax: Decimal = ZERO


@dataclass(frozen=True)
class Totals:
    """The sums over the lines of a quote; `taxes` by rate, the lowest first."""

    gross: Decimal
    discount: Decimal
    taxes: list[TaxSum]
    margin: Decimal | None
    margin_percent: Decimal | None
    lines_without_cost: int

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount

    @property
    def tax(self) -> Decimal:
        return sum((tax.tax for tax in self.taxes), ZERO)

    @property
    def total(self) -> Decimal:
        """What the customer pays, tax included."""
        return self.net + self.tax


def rounded(exact: Decimal, currency: str) -> Decimal:
    return exact.quantize(smallest_unit(currency), ROUND_HALF_UP, EXACT)


def price(line: QuoteLine, currency: str) -> LinePrice:
    """What `line` comes to in `currency`."""
    gross = rounded(EXACT.multiply(line.quantity, line.unit_price), currency)
    if line.discount_kind == DiscountKind.PERCENT:
        discount = rounded(EXACT.multiply(gross, line.discount) / 100, currency)
    else:
        discount = line.discount
    tax = rounded(EXACT.multiply(gross - discount, line.tax_rate) / 100, currency)
    cost = None if line.unit_cost is None else rounded(EXACT.multiply(line.quantity, line.unit_cost), currency)
    return LinePrice(gross, discount, tax, cost)


def total_up(lines: Iterable[QuoteLine], currency: str) -> Totals:
    """The totals of `lines`. The margin is that of the lines whose cost is known: None where no line's is."""
    prices = [(line, price(line, currency)) for line in lines]
    taxes: dict[Decimal, TaxSum] = {}
    for line, of_line in prices:
        tax = taxes.setdefault(line.tax_rate, TaxSum(line.tax_rate))
        tax.net += of_line.net
        tax.tax += of_line.tax
    known = [of_line for _line, of_line in prices if of_line.cost is not None]
    known_net = sum((of_line.net for of_line in known), ZERO)
    margin = known_net - sum((of_line.cost for of_line in known), ZERO) if known else None
    return Totals(
        gross=sum((of_line.gross for _line, of_line in prices), ZERO),
        discount=sum((of_line.discount for _line, of_line in prices), ZERO),
        taxes=sorted(taxes.values(), key=lambda tax: tax.rate),
        margin=margin,
        margin_percent=margin / known_net * 100 if margin is not None and known_net else None,
        lines_without_cost=len(prices) - len(known),
    )
