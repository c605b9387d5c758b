"""What the demo data says, in one language. The lists of all languages are parallel."""

from dataclasses import dataclass

from opportunities.models import BillingMethod, LineKind


@dataclass(frozen=True)
class Line:
    """What one line of an offer sells: at most `most` of it, at about `euros` each."""

    description: str
    euros: float
    most: int
    unit: str = ""
    kind: str = LineKind.PROJECT
    billing_method: str = ""
    is_reduced: bool = False  # taxed at the reduced rate


def work(description: str, euros: float, most: int, unit: str) -> Line:
    """Work, billed by the `unit` of time."""
    return Line(description, euros, most, unit, billing_method=BillingMethod.TIME_AND_MATERIAL)


def fixed(description: str, euros: float, most: int, unit: str = "") -> Line:
    """Work at a fixed price."""
    return Line(description, euros, most, unit, billing_method=BillingMethod.FIXED_PRICE)


def part(description: str, euros: float, most: int, unit: str) -> Line:
    """A product."""
    return Line(description, euros, most, unit, LineKind.PRODUCT)


def book(description: str, euros: float, most: int, unit: str) -> Line:
    """A product that is taxed less."""
    return Line(description, euros, most, unit, LineKind.PRODUCT, is_reduced=True)


@dataclass(frozen=True)
class Offer:
    """Something that is sold. `topic` may hold {year} and {n}."""

    topic: str
    product: str
    lines: list[Line]


@dataclass(frozen=True)
class Words:
    sectors: dict[str, str]
    offers: list[Offer]
    variants: list[str]  # names of quotes
    site: str  # the name of one of many quotes, with {n}
    everything: str  # the name of a long quote
    introductions: list[str]
    closing_texts: list[str]
    payment_terms: list[str]
    seller_address: str
    seller_footer: str
    next_steps: list[str]
    notes: list[str]
    advice: list[str]  # notes of others
    won: list[str]  # details of closings
    lost: list[str]
    withdrawn: list[str]  # why a quote was closed by itself
    revised: list[str]
    reopened: list[str]
    corrected: str
    # The showcase: the names of its three quotes, why it was revised, and a note.
    showcase_quotes: tuple[str, str, str]
    showcase_revised: str
    showcase_note: str
