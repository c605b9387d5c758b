"""One row of the file, read through the mapping: values for an opportunity, or what is wrong with it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities.closing import Closing
from opportunities.exchange.csv_file import Record
from opportunities.exchange.mapping import CLOSING, COLUMN, EXPECTED, REQUIRED, Mapping, StageWord
from opportunities.exchange.report import Result
from opportunities.models import Account, Competitor, Opportunity, Product, State
from opportunities.money import CURRENCIES, check_amount

DATES = ("opened_on", "estimated_close_date", "closed_on")
AMOUNTS = ("estimated_revenue", "actual_revenue")
# What only a closed opportunity has, and only a won one; in other rows these cells are not taken.
NOT_TAKEN = {State.OPEN: CLOSING, State.LOST: ("actual_revenue",), State.WON: ()}
LENGTHS = {
    "external_id": Opportunity._meta.get_field("external_id").max_length,
    "topic": Opportunity._meta.get_field("topic").max_length,
    "owner": 150,  # of Django's username, first name and last name
    "account": Account._meta.get_field("name").max_length,
    "product": Product._meta.get_field("name").max_length,
    "competitor": Competitor._meta.get_field("name").max_length,
}


class Note(NamedTuple):
    """Something to report of a row: `what` is the same for all rows of a kind, `detail` is the row's own."""

    what: str
    detail: str = ""


@dataclass
class Row:
    """A row on its way: `values` by field, where references are names until they are found.

    `given` are the fields that the file itself fills: only these change an opportunity that is here already;
    `gaps` tells how a new one gets the others. A row with problems is rejected. The import decides on
    `result`, `opportunity`, `changed` (the values until now, by field) and `closing`.
    """

    line: int
    means: StageWord | None = None
    values: dict = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    problems: list[Note] = field(default_factory=list)
    repairs: list[Note] = field(default_factory=list)
    gaps: list[Note] = field(default_factory=list)
    result: Result = Result.SKIPPED
    opportunity: Opportunity | None = None
    changed: dict = field(default_factory=dict)
    closing: Closing | None = None

    @property
    def external_id(self) -> str:
        return self.values.get("external_id", "")

    def reject(self, what: str, why: str) -> None:
        self.problems.append(Note(what, why))

    def repair(self, what: str, detail: str = "") -> None:
        self.repairs.append(Note(what, detail))

    def skip(self, why: str) -> None:
        self.result, self.repairs = Result.SKIPPED, [Note(why)]


def parse_row(record: Record, mapping: Mapping) -> Row:
    """What `record` says, with all its problems at once; nothing is asked of the database."""
    row = Row(record.line)
    if record.problem:
        row.reject(_("row"), record.problem)
        return row
    cells = read_cells(row, record.cells, mapping)
    texts = {name: fill(row, name, templates, cells) for name, templates in mapping.fields.items()}
    row.means = mapping.stages.get(texts["stage"])
    for name, text in texts.items():
        if not text:
            note_empty(row, name)
        elif row.means and name in NOT_TAKEN[row.means.state]:
            row.repair(
                _("%(field)s not taken: “%(word)s” rows have none") % {"field": name, "word": texts["stage"]}, text
            )
        else:
            parse_field(row, name, text, mapping)
    check_estimate(row)
    row.given &= row.values.keys()
    return row


def external_id(record: Record, mapping: Mapping) -> str:
    """The external ID alone; "" for a row that cannot be read."""
    if record.problem:
        return ""
    row = Row(record.line)
    return fill(row, "external_id", mapping.fields["external_id"], read_cells(row, record.cells, mapping))


def read_cells(row: Row, raw: dict[str, str], mapping: Mapping) -> dict[str, str]:
    """The cells translated as [values] says, and "" for the words that mean an empty one."""
    cells = {column: cell.strip() for column, cell in raw.items()}
    for column, translations in mapping.values.items():
        if (cell := cells[column]) in translations:
            cells[column] = translations[cell]
            row.repair(_("%(column)s translated") % {"column": column}, f"{cell} → {translations[cell]}")
    return {column: "" if cell in mapping.empty else cell for column, cell in cells.items()}


def fill(row: Row, name: str, templates: tuple[str, ...], cells: dict[str, str]) -> str:
    """The first of `templates` whose columns are all filled; "" when none is."""
    for number, template in enumerate(templates):
        if all(cells[column] for column in COLUMN.findall(template)):
            text = COLUMN.sub(lambda match: cells[match[1]], template).strip()
            if number == 0:
                row.given.add(name)
            else:
                row.gaps.append(Note(_("%(field)s completed as the mapping says") % {"field": name}, text))
            return text
    return ""


def note_empty(row: Row, name: str) -> None:
    if name in REQUIRED:
        row.reject(name, _("It is empty."))
    elif name in EXPECTED:
        row.gaps.append(Note(_("%(field)s left empty") % {"field": name}))


def parse_field(row: Row, name: str, text: str, mapping: Mapping) -> None:
    try:
        row.values[name] = parse_text(row, name, text, mapping)
    except ValidationError as error:
        row.reject(name, error.messages[0])


def parse_text(row: Row, name: str, text: str, mapping: Mapping):
    """The value of the field `name`; raises ValidationError with the reason when `text` is none."""
    if name in DATES:
        value = parse_date(text, mapping.date_format)
        if name == "opened_on" and value > timezone.localdate():
            raise ValidationError(_("An opportunity is not opened in the future."))
        return value
    if name in AMOUNTS:
        return parse_amount(text)
    if name == "stage":
        if row.means is None:
            raise ValidationError(_("The mapping has no [stages] entry for “%(word)s”.") % {"word": text[:50]})
        return row.means.stage
    if name == "currency" and text not in dict(CURRENCIES):
        raise ValidationError(
            _("“%(code)s” is no currency here; those are: %(codes)s.")
            % {"code": text[:50], "codes": ", ".join(dict(CURRENCIES))}
        )
    if len(text) > LENGTHS.get(name, len(text)):
        raise ValidationError(
            _("It has %(length)s characters; at most %(most)s are possible.")
            % {"length": len(text), "most": LENGTHS[name]}
        )
    return text


def parse_date(text: str, date_format: str) -> date:
    try:
        return datetime.strptime(text, date_format).date()
    except ValueError:
        raise ValidationError(
            _("“%(text)s” is no date written as %(example)s.")
            % {"text": text[:50], "example": date(2026, 11, 30).strftime(date_format)}
        ) from None


def parse_amount(text: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise ValidationError(_("“%(text)s” is no number such as 1234.50.") % {"text": text[:50]})
    return Decimal(text)


def check_estimate(row: Row) -> None:
    """The estimate obeys the currency; what an actual revenue must obey, the closing checks."""
    estimate, currency = row.values.get("estimated_revenue"), row.values.get("currency")
    if estimate is not None and currency:
        try:
            check_amount(estimate, currency)
        except ValidationError as error:
            row.reject("estimated_revenue", error.messages[0])
