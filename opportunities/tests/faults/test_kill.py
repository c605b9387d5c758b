"""The server is killed (-9) at random moments of closings: each deal is closed as a whole or not at all.

Every other time only the workers are killed, in the middle of the requests that they serve, and now and then the
sessions of the database are cut instead. Whoever sends the form again gets the deal closed, or hears that it is.
"""

import time
from collections import Counter
from http.client import HTTPException
from random import Random
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from opportunities.integrity import broken_rules
from opportunities.models import Opportunity, OpportunityClose, QuoteClose, TimelineEvent
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, reason
from opportunities.tests.faults.conftest import close_url
from opportunities.tests.faults.server import Server
from opportunities.tests.page import form_of
from opportunities.tests.soak import report, size

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]
CLOSINGS = size(5, 200)
RESTARTS = size(5, 10)  # every so many closings the whole server is killed, else its workers or database sessions
NO_ANSWER = 599  # a status that nobody sends
SECRET = "0" * 32  # of the form: the cookie that comes with it says the same


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "server.log")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def cookies(salesperson) -> str:
    client = Client()
    client.force_login(salesperson)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}; csrftoken={SECRET}"


def cut_sessions() -> None:
    """Ends every session of the database but this one, as a server that shuts down does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def settle() -> None:
    """Waits until the database is done with what it was sent: PostgreSQL ends a transaction without its client."""
    if connection.vendor == "postgresql":
        for _attempt in range(1_000):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
                )
                if cursor.fetchone() == (0,):
                    return
            time.sleep(0.01)
        raise AssertionError("A transaction of a server that is dead goes on.")


def is_closed_whole(opportunity: Opportunity) -> bool:
    """Whether all that a closing writes is there, exactly once; fails where some of it is."""
    opportunity.refresh_from_db()
    written = (
        opportunity.state,
        [quote.status for quote in opportunity.quotes.order_by("pk")],
        list(OpportunityClose.objects.filter(opportunity=opportunity).values_list("outcome", "details")),
        QuoteClose.objects.filter(quote__opportunity=opportunity).count(),
        TimelineEvent.objects.filter(opportunity=opportunity).count(),
    )
    nothing = ("open", ["active", "draft"], [], 0, 0)
    everything = ("lost", ["lost", "canceled"], [("lost", "Too dear")], 2, 1)
    assert written in (nothing, everything)
    return written == everything


def test_a_server_that_is_killed_leaves_no_closing_half_done(server, cookies, salesperson):
    rng, seen, took = Random(1), Counter(), 0.05
    for number in range(CLOSINGS):
        # given the dialog, as the server shows it
        opportunity = OpportunityFactory(owner=salesperson)
        QuoteFactory(opportunity=opportunity, status="active")
        QuoteFactory(opportunity=opportunity)
        url, answers = close_url(opportunity), []
        server.wait()
        shown = server.ask("GET", f"{url}?outcome=lost", cookies=cookies)
        form = form_of(shown) | {"csrfmiddlewaretoken": SECRET, "status_reason": reason("Price").pk}
        form |= {"close_quotes": "on", "details": "Too dear"}

        # when it is sent, and something dies while it is recorded
        def send(form=form, url=url, answers=answers):
            try:
                answers.append(server.ask("POST", url, form, cookies))
            except (OSError, HTTPException):
                answers.append(HttpResponse(status=NO_ANSWER))  # a browser says that the server could not be reached

        sender, began = Thread(target=send), time.monotonic()
        sender.start()
        time.sleep(rng.uniform(0, 1.2 * took))
        if number % RESTARTS == RESTARTS - 1:
            what = "server killed"
            server.kill()
        elif connection.vendor == "postgresql" and number % 2:
            what = "sessions cut"
            cut_sessions()
        else:
            what = "workers killed"
            server.kill_workers()
        sender.join()
        [answer] = answers
        if answer.status_code == 302:
            took = 0.9 * took + 0.1 * (time.monotonic() - began)
        if what == "server killed":
            server.start()

        # then the deal is whole, and so it is for whoever heard that it was closed
        settle()
        closed = is_closed_whole(opportunity)
        heard = {NO_ANSWER: "no answer", 302: "closed", 503: "told"}[answer.status_code]
        assert closed or heard != "closed"
        assert heard != "told" or b"data-failure" in answer.content
        seen[f"{what}, {heard}: {'closed' if closed else 'open'}"] += 1
        # and sent again, it is closed by now, or was already
        server.wait()
        again = server.ask("POST", url, form, cookies)
        assert again.status_code == (409 if closed else 302)
        assert is_closed_whole(opportunity)
    assert list(broken_rules()) == []
    assert Opportunity.objects.filter(state="lost").count() == CLOSINGS
    counted = "; ".join(f"{count} × {what}" for what, count in sorted(seen.items()))
    report(f"faults on {connection.display_name}, {CLOSINGS} closings: {counted}")
