"""Draws what the quotes of the demo data say: their lines, with discounts, taxes and costs, and their texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.models import User

from opportunities.demo.names import RATES, TAXES
from opportunities.demo.words import Line, Words
from opportunities.models import DiscountKind, LineKind, Product, Quote, QuoteLine
from opportunities.quotes.services import net_total

COST = {LineKind.PRODUCT: (0.6, 0.72), LineKind.PROJECT: (0.5, 0.7)}  # of the price
PERCENTS = [5, 5, 10, 10, 15]
NONE = (Decimal(0), DiscountKind.PERCENT)


def percent(value: str) -> tuple[Decimal, str]:
    return Decimal(value), DiscountKind.PERCENT


def amount(value: str) -> tuple[Decimal, str]:
    return Decimal(value), DiscountKind.AMOUNT


@dataclass(frozen=True)
class Item:
    """So many of a line at a price in euros; a discount in units is in the quote's currency."""

    line: Line
    euros: float
    quantity: int
    discount: tuple[Decimal, str] = NONE
    is_cost_known: bool = True


def price(euros: float, currency: str) -> Decimal:
    """About `euros` in `currency`, as round as prices are."""
    value = euros * RATES[currency]
    step = 1000 if currency == "JPY" else 10 if value >= 200 else 1
    return Decimal(max(step, round(value / step) * step))


def tax_rate(line: Line, currency: str) -> Decimal:
    usual, reduced = TAXES[currency]
    return Decimal(reduced if line.is_reduced else usual)


def cost(line: Line, currency: str) -> Decimal:
    """What one of it costs, always the same part of its usual price."""
    return price(line.euros * Random(line.description).uniform(*COST[line.kind]), currency)


def catalogue(words: Words) -> list[Product]:
    """The products of all lines, priced in euros; each is there once."""
    lines = {line.description: line for offer in words.offers for line in offer.lines if line.kind == LineKind.PRODUCT}
    return [
        Product(
            name=line.description,
            unit=line.unit,
            list_price=price(line.euros, "EUR"),
            unit_cost=cost(line, "EUR"),
            tax_rate=tax_rate(line, "EUR"),
        )
        for line in lines.values()
    ]


class Writer:
    """Writes the quotes, with random numbers of its own: what it writes does not change which deals there are."""

    def __init__(self, rng: Random, words: Words, products: dict[str, Product]):
        self.rng, self.words, self.products = rng, words, products

    def write(self, quote: Quote, items: Sequence[Item], by: User, at: datetime) -> list[QuoteLine]:
        """The lines of `items`; the quote gets their total and its texts, written by `by` within an hour of `at`."""
        currency = quote.opportunity.currency
        edited_at = at + timedelta(minutes=self.rng.randint(5, 55))
        lines = [self.line(item, currency) for item in items]
        for position, line in enumerate(lines, 1):
            line.quote, line.position, line.edited_by, line.edited_at = quote, position, by, edited_at
        quote.total = net_total(lines, currency)
        quote.edited_by, quote.edited_at = by, edited_at
        quote.introduction = self.rng.choice(self.words.introductions)
        quote.closing_text = self.rng.choice(self.words.closing_texts)
        quote.payment_terms = self.rng.choice(self.words.payment_terms)
        if self.rng.random() < 0.4:
            quote.customer_reference = f"RFQ-{at.year}-{self.rng.randint(100, 999)}"
        return lines

    def line(self, item: Item, currency: str) -> QuoteLine:
        line, unit_price = item.line, price(item.euros, currency)
        product = self.products.get(line.description) if currency == "EUR" else None
        discount, discount_kind = item.discount
        return QuoteLine(
            kind=line.kind,
            billing_method=line.billing_method,
            product=product if line.kind == LineKind.PRODUCT else None,
            description=line.description,
            quantity=Decimal(item.quantity),
            unit=line.unit,
            unit_price=unit_price,
            discount=discount,
            discount_kind=discount_kind,
            tax_rate=tax_rate(line, currency),
            unit_cost=cost(line, currency) if item.is_cost_known else None,
        )

    def items(self, lines: Sequence[Line], prices: Sequence[tuple[float, int]]) -> list[Item]:
        """The `lines` at those prices in euros and quantities; some have a discount, of a few the cost is not known."""
        return [
            Item(line, euros, quantity, self.discount(euros), self.rng.random() > 0.03)
            for line, (euros, quantity) in zip(lines, prices, strict=True)
        ]

    def discount(self, euros: float) -> tuple[Decimal, str]:
        chance = self.rng.random()
        if chance < 0.2:
            return percent(str(self.rng.choice(PERCENTS)))
        return amount(str(round(euros / 50) * 5)) if chance < 0.25 and euros >= 500 else NONE

    def cheaper(
        self, quote: Quote, lines: Sequence[QuoteLine], by: User, at: datetime, before: Quote
    ) -> list[QuoteLine]:
        """The lines of the revision of `before`, which had `lines`; what had no discount gets one of 3 percent."""
        currency = quote.opportunity.currency
        edited_at = at + timedelta(minutes=self.rng.randint(5, 25))
        copies = []
        for line in lines:
            facts = {f.name: getattr(line, f.name) for f in QuoteLine._meta.concrete_fields if not f.primary_key}
            facts |= {"quote": quote, "edited_by": by, "edited_at": edited_at}
            if not line.discount:
                facts |= {"discount": Decimal(3), "discount_kind": DiscountKind.PERCENT}
            copies.append(QuoteLine(**facts))
        for name in ("introduction", "closing_text", "payment_terms", "customer_reference"):
            setattr(quote, name, getattr(before, name))
        quote.total, quote.edited_by, quote.edited_at = net_total(copies, currency), by, edited_at
        return copies
