"""The server as it runs in production: gunicorn with its configuration, without DEBUG, over PostgreSQL."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from opportunities.models import Opportunity
from opportunities.tests.factories import PASSWORD, OpportunityFactory, reason
from opportunities.tests.page import form_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="production runs on PostgreSQL"),
]
TOKEN = "a" * 32


class Server:
    """gunicorn on a port of its own, and a browser that talks to it."""

    def __init__(self, process: subprocess.Popen):
        self.process, self.lines, self.session = process, [], ""
        started = self.line_with("Listening at")
        self.host = urlsplit(started.partition("Listening at: ")[2].split()[0]).netloc

    def line_with(self, text: str) -> str:
        """The message of the next line in the log that has `text`."""
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            if text in self.lines[-1]["message"]:
                return self.lines[-1]["message"]
        raise AssertionError(self.lines)

    def post(self, path: str, fields: dict) -> tuple[int, str | None]:
        """The status and where it leads; the session is kept."""
        browser = HTTPConnection(self.host, timeout=20)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={TOKEN}; sessionid={self.session}",
        }
        browser.request("POST", path, urlencode(fields | {"csrfmiddlewaretoken": TOKEN}), headers)
        response = browser.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            if cookie.startswith("sessionid="):
                self.session = cookie.removeprefix("sessionid=").partition(";")[0]
        browser.close()
        return response.status, response.headers["Location"]


@pytest.fixture
def server():
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": url}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", "127.0.0.1:0", "--workers", "2"],
        cwd=Path(__file__).resolve().parents[3],
        env=environment | {"ALLOWED_HOSTS": "127.0.0.1", "PYTHONWARNINGS": "ignore"},  # no static files are collected
        stderr=subprocess.PIPE,
        text=True,
    )
    yield Server(process)
    process.terminate()
    process.wait(timeout=10)
    process.stderr.close()


def closing_of(opportunity: Opportunity) -> tuple[str, dict]:
    """The address that closes it as lost, and what its dialog sends."""
    browser, path = Client(), f"{opportunity.get_absolute_url()}close/"
    browser.force_login(opportunity.owner)
    fields = form_of(browser.get(path, {"outcome": "lost"}))
    return path, fields | {"outcome": "lost", "status_reason": reason("Price").pk}


def wait_until_it_waits() -> None:
    """Returns when another connection waits for a row that this one has locked."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_it_signs_in_closes_and_when_told_to_stop_finishes_what_it_does(server, salesperson, settings):
    # given a user with a password as in production, and two deals
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    salesperson.set_password(PASSWORD)
    salesperson.save()
    quick, slow = OpportunityFactory.create_batch(2, owner=salesperson)

    # when one is closed
    assert server.post("/accounts/login/", {"username": "marta", "password": PASSWORD}) == (302, "/")
    assert server.post(*closing_of(quick)) == (302, quick.get_absolute_url())

    # and, while the other waits for its row, the server is told to stop
    path, fields = closing_of(slow)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Opportunity.objects.select_for_update().get(pk=slow.pk)
            answer = pool.submit(server.post, path, fields)
            wait_until_it_waits()
            server.process.send_signal(signal.SIGTERM)
            server.line_with("Handling signal: term")
            time.sleep(0.3)
            assert server.process.poll() is None

        # then it is closed, and the server is gone
        assert answer.result() == (302, slow.get_absolute_url())
    assert server.process.wait(timeout=10) == 0
    assert list(Opportunity.objects.values_list("state", flat=True)) == ["lost", "lost"]
    server.lines += map(json.loads, server.process.stderr)
    assert [line["status"] for line in server.lines if line["logger"] == "crm.request"] == [302, 302, 302]
