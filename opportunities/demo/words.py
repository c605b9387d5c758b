"""What the demo data says, in one language. The lists of all languages are parallel."""

from dataclasses import dataclass

# A line: its description, its price in euros, and how many (of an offer: at most).
Line = tuple[str, float, int]


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
    notes: list[str]
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
