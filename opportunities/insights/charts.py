"""Charts that the server draws as SVG: where each bar begins and ends. `_bars.html` and `_columns.html` write them.

Along the window everything is in percent, so that a chart fits any width and its text keeps its size. Each kind of
part has a pattern or a shade of its own, so that a chart is read without its colours; what it shows stands in a table
beside it. A chart is a group of links, one for each bar or part with an address, or else one image.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.text import Truncator

ROW, BAR_TOP, BAR = 48, 22, 16  # pixels: of a row; from its top to its bar; of the bar
PLOT_TOP, PLOT, LABELS = 24, 170, 40  # pixels: above the longest column, of that column, below it
SLOT_FILLED = 70  # percent of what a column could take
LABELLED = 3  # of so many columns, one has its label in a narrow window
SHORTEST = 0.6  # percent of the longest: what is there is seen
LONGEST_LABEL = 34  # characters


@dataclass(frozen=True)
class Part:
    """A piece of a bar, as long as its amount (0 or more).

    `kind` is how it is drawn: "won", "lost", "open", "weighted", "rest" or "other". `text` says in words what it is.
    `url` leads to what it counts, for bars that lead nowhere as a whole.
    """

    kind: str
    amount: Decimal | int
    text: str
    url: str = ""


@dataclass(frozen=True)
class Bar:
    """What `label` comes to: `text` is its value in words, at the end of a bar and above a column.

    `url` leads to what it counts, the whole of it. `note` is a second line below the label of a column.
    """

    label: str
    parts: Sequence[Part]
    text: str
    url: str = ""
    note: str = ""

    @property
    def amount(self) -> Decimal:
        return sum((Decimal(part.amount) for part in self.parts), Decimal(0))

    @property
    def sentence(self) -> str:
        """All that the bar says: "Price: 12 lost, 3 won"."""
        return f"{self.label}: {', '.join(part.text for part in self.parts if part.amount) or self.text}"

    @property
    def short_label(self) -> str:
        return Truncator(self.label).chars(LONGEST_LABEL)


@dataclass(frozen=True)
class Shape:
    """A part where it is drawn, as SVG attributes."""

    part: Part
    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True)
class Drawn:
    """A bar where it is drawn, as SVG attributes: its place, its middle, the line of its text, and its shapes.

    The label of a minor one gives way where the window is narrow.
    """

    bar: Bar
    x: str
    y: str
    width: str
    middle: str
    text_y: str
    shapes: list[Shape]
    is_minor: bool = False


@dataclass(frozen=True)
class Chart:
    """Bars that are compared; `key` is its name on the page, `legend` says by kind what its parts are."""

    key: str
    title: str
    description: str
    bars: Sequence[Bar]
    legend: dict[str, str] = field(default_factory=dict)

    @property
    def is_linked(self) -> bool:
        return any(bar.url or any(part.url for part in bar.parts) for bar in self.bars)

    @property
    def longest(self) -> Decimal:
        return max((bar.amount for bar in self.bars), default=Decimal(0))

    def lengths(self, bar: Bar) -> list[float]:
        """How long each part of `bar` is, in percent of the longest bar."""
        return [float(part.amount / self.longest * 100) if self.longest else 0.0 for part in bar.parts]

    # Bars, one below the other

    @property
    def height(self) -> int:
        return ROW * len(self.bars)

    @property
    def rows(self) -> list[Drawn]:
        return [self.row(number, bar) for number, bar in enumerate(self.bars)]

    def row(self, number: int, bar: Bar) -> Drawn:
        top, shapes, end = number * ROW, [], 0.0
        for part, length in zip(bar.parts, self.lengths(bar), strict=True):
            if part.amount:
                width = max(length, SHORTEST)
                shapes.append(shape(bar, part, percent(end), str(top + BAR_TOP), percent(width), str(BAR)))
                end += width
        return Drawn(bar, "0", str(top), "100%", "50%", str(top + 15), shapes)

    # Columns, side by side

    @property
    def columns_height(self) -> int:
        return PLOT_TOP + PLOT + LABELS

    @property
    def ground(self) -> int:
        """Where the columns stand."""
        return PLOT_TOP + PLOT

    @property
    def columns(self) -> list[Drawn]:
        return [self.column(number, bar) for number, bar in enumerate(self.bars)]

    def column(self, number: int, bar: Bar) -> Drawn:
        slot = 100 / len(self.bars)
        left, width = slot * (number + (100 - SLOT_FILLED) / 200), slot * SLOT_FILLED / 100
        top, shapes = float(self.ground), []
        for part, length in zip(bar.parts, self.lengths(bar), strict=True):
            if part.amount:
                height = max(length, SHORTEST) * PLOT / 100
                top -= height
                shapes.append(shape(bar, part, percent(left), f"{top:.1f}", percent(width), f"{height:.1f}"))
        middle = percent(slot * (number + 0.5))
        return Drawn(
            bar, percent(slot * number), "0", percent(slot), middle, f"{top - 6:.1f}", shapes, bool(number % LABELLED)
        )


def shape(bar: Bar, part: Part, x: str, y: str, width: str, height: str) -> Shape:
    return Shape(part, x, y, width, height, f"{bar.label}: {part.text}")


def percent(number: float) -> str:
    return f"{number:.2f}%"
