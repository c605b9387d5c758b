"""The real app in the system's Chromium (CHROMIUM says where it is)."""

import os
import shutil

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from playwright.sync_api import expect

from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    QuoteFactory,
    day,
)

# Playwright's loop runs in the test's thread, where Django would refuse the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
expect.set_options(timeout=15_000)  # a busy CI machine is slow, not wrong
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
FLAGS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",  # all tabs of a context share a process, which takes as long to start as three pages
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "No Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM."
    return browser_type_launch_args | {"executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Started once the database is a file: before that it is "in memory", and all threads share one connection."""
    return live_server


@pytest.fixture(scope="session")
def kept_files():
    """The browser keeps styles and scripts; a page asks for some 25."""
    serve = StaticFilesHandler.serve
    StaticFilesHandler.serve = lambda self, request: kept(serve(self, request))
    yield
    StaticFilesHandler.serve = serve


def kept(response):
    response["Cache-Control"] = "max-age=3600"
    return response


@pytest.fixture(scope="session")
def context(browser, kept_files):
    """One for all tests: a new one would ask for all files anew."""
    yield from lasting(browser.new_context())


@pytest.fixture(scope="session")
def context_without_javascript(browser, kept_files):
    yield from lasting(browser.new_context(java_script_enabled=False))


def lasting(context):
    context.new_page()  # stays open, and with it the process that the pages of the tests share
    yield context
    context.close()


@pytest.fixture
def page(context):
    yield from page_of(context)


@pytest.fixture
def page_without_javascript(context_without_javascript):
    yield from page_of(context_without_javascript)


def page_of(context):
    yield context.new_page()
    for page in context.pages[1:]:
        page.close()
    context.clear_cookies()


@pytest.fixture
def sign_in(live_server):
    """Signs a user in on a page, without the login form."""

    def sign_in(page, user):
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])

    return sign_in


@pytest.fixture
def opportunity(salesperson):
    """Marta's: two active quotes, one draft."""
    account = AccountFactory(name="Northwind Traders")
    contact = ContactFactory(account=account, name="Lena Vogt", email="lena@northwind.example", phone="+49 30 123456")
    CompetitorFactory(name="Contoso")
    opportunity = OpportunityFactory(
        topic="Plant maintenance programme 2027",
        account=account,
        contact=contact,
        owner=salesperson,
        estimated_revenue=184_000,
    )
    for number, revision, status, total, name in [
        ("Q-2026-0114", 2, "active", 181_500, "Full service, 3 sites"),
        ("Q-2026-0121", 0, "active", 268_900, "Full service, 5 sites"),
        ("Q-2026-0130", 0, "draft", 62_000, "Spare parts only"),
    ]:
        valid_until = day(20) if status == "active" else None
        QuoteFactory(
            opportunity=opportunity,
            number=number,
            revision=revision,
            status=status,
            total=total,
            name=name,
            valid_until=valid_until,
        )
    return opportunity


@pytest.fixture
def show(page, live_server, sign_in, salesperson):
    """Shows the page of an opportunity to Marta; complaints of the browser fail the test."""
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sign_in(page, salesperson)

    def show(opportunity):
        page.goto(live_server.url + opportunity.get_absolute_url())
        return page

    yield show
    # A refusal answers 4xx, and a choice made before the last one was answered replaces that one.
    expected = ("status of 4", "htmx:afterRequest", "htmx:sendAbort")
    assert [text for text in complaints if not any(words in text for words in expected)] == []
