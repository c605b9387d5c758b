"""What is in the log: a line of JSON for each request and error, without anything that somebody typed."""

import json
import logging
import sys

import pytest
from django.db import IntegrityError, OperationalError
from django.urls import get_resolver

from crm.logs import JsonFormatter
from opportunities.tests.factories import OpportunityFactory

SECRET = "Northwind-Vertraulich"


@pytest.fixture
def lines(monkeypatch):
    """The lines that are logged from here on, as they are outside of development."""
    written = []

    class Handler(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Handler()
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(logging.getLogger("crm.request"), "level", logging.INFO)
    monkeypatch.setattr(logging.getLogger("django.request"), "level", logging.ERROR)
    logging.getLogger("crm.request").manager._clear_cache()
    yield written
    logging.getLogger().removeHandler(handler)


def read(lines: list[str]) -> list[dict]:
    assert SECRET not in "".join(lines)
    return [json.loads(line) for line in lines]


@pytest.mark.django_db
def test_each_request_has_one_line_with_the_name_that_is_answered(client, salesperson, lines):
    # given
    client.force_login(salesperson)
    path = OpportunityFactory().get_absolute_url()

    # when
    answers = [client.get(path, {"q": SECRET}, headers={"X-Request-ID": SECRET, "Referer": SECRET}) for _ in range(2)]

    # then
    told = read(lines)
    assert [line["request"] for line in told] == [answer["X-Request-ID"] for answer in answers]
    assert len({line["request"] for line in told}) == 2
    assert told[0].pop("milliseconds") >= 0
    assert set(told[0]) == {"time", "level", "logger", "message", "request", "method", "path", "status", "user"}
    expected = {"level": "info", "method": "GET", "path": path, "status": 200, "user": salesperson.pk}
    assert told[0] | expected == told[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "logged", "status"),
    [
        ("GET", f"/{SECRET}/", None, 404),
        ("GET", f"/accounts/password/reset/key/1-{SECRET}/", "/^accounts/password/reset/key/", 200),
        ("GET", f"/admin/opportunities/account/{SECRET}/change/", "/admin/opportunities/account/<path:", 302),
        ("POST", f"/accounts/login/?next=/{SECRET}", "/accounts/login/", 422),
        ("GET", f"/search/?q={SECRET}", "/search/", 302),
    ],
)
def test_no_path_or_form_that_somebody_typed_is_logged(client, lines, method, path, logged, status):
    client.generic(
        method, path, f"username={SECRET}&password={SECRET}", content_type="application/x-www-form-urlencoded"
    )
    (line,) = [line for line in read(lines) if line["logger"] == "crm.request"]
    assert line["status"] == status
    assert line.get("path", "None").startswith(str(logged))


@pytest.mark.django_db
def test_an_error_is_logged_with_where_it_happened_and_without_values(client, salesperson, lines, monkeypatch):
    # given a page that fails with what somebody typed in hand
    def fail(request):
        local = request.GET["q"]
        try:
            raise IntegrityError(f"Key (name)=({local}) already exists")
        except IntegrityError as error:
            raise ValueError(f"{local} is no number") from error

    (pattern,) = [
        pattern
        for room in get_resolver("opportunities.urls").url_patterns
        for pattern in room.url_patterns
        if pattern.name == "search"
    ]
    monkeypatch.setattr(pattern, "callback", fail)
    client.force_login(salesperson)
    client.raise_request_exception = False

    # when
    response = client.get("/search/", {"q": SECRET})

    # then
    error, request = read(lines)
    assert (response.status_code, request["status"]) == (500, 500)
    assert error["request"] == request["request"] == response["X-Request-ID"]
    assert (error["level"], error["path"], error["message"]) == ("error", "/search/", "Internal Server Error: …")
    assert "IntegrityError\nThen:\n" in error["error"]
    assert error["error"].endswith("ValueError")
    assert f'File "{__file__}"' in error["error"]


def test_what_the_server_says_of_itself_is_told():
    try:
        raise OperationalError("could not extend file: No space left on device")
    except OperationalError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "It failed", (), sys.exc_info())
    error = json.loads(JsonFormatter().format(record))["error"]
    assert error.endswith("OperationalError: could not extend file: No space left on device")


def test_gunicorn_tells_no_address():
    record = logging.LogRecord(
        "gunicorn.error", logging.ERROR, "", 1, "Error handling %s %s", ("GET", f"/?q={SECRET}"), None
    )
    assert json.loads(JsonFormatter().format(record))["message"] == "Error handling GET …"
