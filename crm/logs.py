"""What the log has: a line of JSON for each event, and in none of them a secret or what a customer or user typed.

So no query strings, no form values, and of an error where it happened but not what it says: the texts of errors quote
values ("Key (name)=(Northwind) already exists").
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
# What a line may have besides its message, given as `extra`.
FIELDS = ["method", "path", "status", "milliseconds", "user", "address"]
# Errors whose texts are about the server, and quote no row.
TELLING = (OperationalError, InterfaceError, ConnectionError, TimeoutError)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            "request": request_id.get() or getattr(request, "id", None),
            "path": path_of(request) if isinstance(request, HttpRequest) else None,
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            line["error"] = story_of(record.exc_info[1])
        return json.dumps({name: value for name, value in line.items() if value is not None})


def message_of(record: logging.LogRecord) -> str:
    """The message, without the addresses that Django and gunicorn put into it: they may have secrets in them."""
    if isinstance(record.args, tuple):
        record.args = tuple("…" if isinstance(arg, str) and arg.startswith("/") else arg for arg in record.args)
    return record.getMessage()


def path_of(request: HttpRequest) -> str | None:
    """The path with the keys of rows in it; of another path its pattern, and of one that leads nowhere nothing."""
    match = request.resolver_match
    if match and not all(isinstance(value, int) for value in match.captured_kwargs.values()):
        return f"/{match.route}"
    return match and request.path


def story_of(error: BaseException) -> str:
    """The lines of code that led to `error` and to what caused it, and the name of each error."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    said = f": {error}" if isinstance(error, TELLING) else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return (f"{story_of(cause)}\nThen:\n" if cause else "") + f"{frames}{type(error).__qualname__}{said}"
