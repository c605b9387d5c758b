"""The mapping: a TOML file that says what the columns and words of a CSV file mean. Explained in docs/import.md."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from opportunities.exchange.csv_file import ImportRefused, read_text
from opportunities.models import Stage, State, StatusReason

REQUIRED = ("external_id", "topic", "owner", "currency", "stage", "opened_on")
EXPECTED = ("account", "product", "estimated_revenue", "estimated_close_date")
CLOSING = ("closed_on", "actual_revenue", "competitor", "details")
FIELDS = (*REQUIRED, *EXPECTED, *CLOSING)
# What becomes of a name that is not known, by the field that refers to it; a deal always has an owner.
CREATE, REFUSE, LEAVE_EMPTY = "create", "refuse", "empty"
WHEN_UNKNOWN = {
    "owner": (CREATE, REFUSE),
    "account": (CREATE, REFUSE, LEAVE_EMPTY),
    "product": (CREATE, REFUSE, LEAVE_EMPTY),
    "competitor": (CREATE, REFUSE, LEAVE_EMPTY),
}
COLUMN = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class StageWord:
    """What a word of the file says: the state, how far the deal is (or got), why, and details where a row has none."""

    state: State
    stage: Stage
    status_reason: StatusReason
    details: str = ""


@dataclass(frozen=True)
class Mapping:
    """A checked mapping. `fields` has the templates of each field: the first whose columns are all filled counts."""

    fields: dict[str, tuple[str, ...]]
    stages: dict[str, StageWord]
    values: dict[str, dict[str, str]]
    unknown: dict[str, str]
    empty: frozenset[str]
    date_format: str
    open_reason: StatusReason

    @property
    def columns(self) -> set[str]:
        """The columns that the file must have."""
        templates = [template for several in self.fields.values() for template in several]
        return {column for template in templates for column in COLUMN.findall(template)} | set(self.values)


def load_mapping(path: Path) -> Mapping:
    """The mapping in the TOML file `path`. Raises ImportRefused with all that is wrong with it."""
    try:
        document = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused(_("%(file)s is not TOML: %(error)s.") % {"file": path, "error": error}) from error
    refuse(path, shape_problems(document))  # what follows may rely on the types
    document = {"fields": {}, "stages": {}, "values": {}, "unknown": {}, "empty": [], "date_format": ""} | document
    document["fields"] = {
        name: (templates,) if isinstance(templates, str) else tuple(templates)
        for name, templates in document["fields"].items()
    }
    stages = {stage.name: stage for stage in Stage.objects.all()}
    reasons = {(reason.state, reason.name): reason for reason in StatusReason.objects.filter(is_active=True)}
    open_reason = StatusReason.objects.default_for(State.OPEN)
    problems = [*field_problems(document), *stage_problems(document["stages"], stages, reasons)]
    if open_reason is None:
        problems.append(_("There is no active status reason for open opportunities."))
    refuse(path, problems)
    return Mapping(
        fields=document["fields"],
        stages={
            word: StageWord(
                State(means["state"]),
                stages[means["stage"]],
                reasons[means["state"], means["status_reason"]],
                means.get("details", ""),
            )
            for word, means in document["stages"].items()
        },
        values=document["values"],
        unknown=dict.fromkeys(WHEN_UNKNOWN, REFUSE) | document["unknown"],
        empty=frozenset(document["empty"]),
        date_format=document["date_format"],
        open_reason=open_reason,
    )


def refuse(path: Path, problems: list[str]) -> None:
    if problems:
        raise ImportRefused("\n".join([_("The mapping %(file)s cannot be used:") % {"file": path}, *problems]))


def is_text(value) -> bool:
    return isinstance(value, str)


def is_texts(value) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


def is_table(value, is_entry) -> bool:
    return isinstance(value, dict) and all(map(is_entry, value.values()))


SHAPES = {
    "date_format": is_text,
    "empty": is_texts,
    "fields": lambda value: is_table(value, lambda entry: is_text(entry) or is_texts(entry)),
    "stages": lambda value: is_table(value, lambda entry: is_table(entry, is_text)),
    "values": lambda value: is_table(value, lambda entry: is_table(entry, is_text)),
    "unknown": lambda value: is_table(value, is_text),
}


def shape_problems(document: dict) -> list[str]:
    """What is wrong with the keys at the top, and with the types of what they hold."""
    return unknown_keys("", document, SHAPES) + [
        _("“%(key)s” is not written as in the example of docs/import.md.") % {"key": key}
        for key, value in document.items()
        if key in SHAPES and not SHAPES[key](value)
    ]


def unknown_keys(table: str, keys, known) -> list[str]:
    return [
        _("“%(key)s” is no key of %(table)s; those are: %(known)s.")
        % {"key": key, "table": f"[{table}]" if table else _("a mapping"), "known": ", ".join(known)}
        for key in keys
        if key not in known
    ]


def field_problems(document: dict) -> Iterator[str]:
    fields, unknown, date_format = document["fields"], document["unknown"], document["date_format"]
    yield from unknown_keys("fields", fields, FIELDS)
    yield from unknown_keys("unknown", unknown, WHEN_UNKNOWN)
    for name in REQUIRED:
        if not fields.get(name):
            yield _("[fields] lacks “%(field)s”.") % {"field": name}
    for name, templates in fields.items():
        for template in templates:
            if set("{}") & set(COLUMN.sub("", template)):
                yield _("“%(template)s” of “%(field)s” has a brace too many.") % {"template": template, "field": name}
    for name, answer in unknown.items():
        if name in WHEN_UNKNOWN and answer not in WHEN_UNKNOWN[name]:
            choices = ", ".join(WHEN_UNKNOWN[name])
            yield _("An unknown %(field)s may be: %(choices)s; not “%(answer)s”.") % {
                "field": name,
                "choices": choices,
                "answer": answer,
            }
    if not is_date_format(date_format):
        yield _("“%(format)s” as date_format does not say year, month and day, as %%Y-%%m-%%d does.") % {
            "format": date_format
        }


def is_date_format(text: str) -> bool:
    """Whether a date survives being written and read in this format."""
    day = date(2001, 2, 3)
    try:
        return datetime.strptime(day.strftime(text), text).date() == day
    except ValueError:
        return False


def stage_problems(words: dict, stages: dict, reasons: dict) -> Iterator[str]:
    if not words:
        yield _("[stages] is needed: what each word of the file's stages means.")
    for word, means in words.items():
        table = f"stages.{word}"
        yield from unknown_keys(table, means, ("state", "stage", "status_reason", "details"))
        lacking = [key for key in ("state", "stage", "status_reason") if key not in means]
        if lacking:
            yield _("[%(table)s] lacks %(keys)s.") % {"table": table, "keys": ", ".join(lacking)}
        elif means["state"] not in State.values:
            yield _("“%(state)s” of [%(table)s] is no state; those are: %(states)s.") % {
                "state": means["state"],
                "table": table,
                "states": ", ".join(State.values),
            }
        else:
            named = [name for state, name in reasons if state == means["state"]]
            if means["stage"] not in stages:
                yield not_one_of(_("stage"), means["stage"], table, stages)
            if means["status_reason"] not in named:
                yield not_one_of(_("active status reason of its state"), means["status_reason"], table, named)


def not_one_of(what: str, name: str, table: str, names) -> str:
    return _("“%(name)s” of [%(table)s] is no %(what)s; those are: %(names)s.") % {
        "name": name,
        "table": table,
        "what": what,
        "names": ", ".join(names),
    }
