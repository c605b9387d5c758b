"""The forecast in a browser: charts by keyboard, what changed without asking, and nothing that axe finds."""

import re

import pytest
from playwright.sync_api import expect

from opportunities.tests.browser.test_accessibility import violations
from opportunities.tests.factories import OpportunityFactory, close


@pytest.fixture
def forecast(page, live_server, sign_in, salesperson, opportunity):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    close(OpportunityFactory(owner=salesperson), "won")
    sign_in(page, salesperson)
    page.goto(f"{live_server.url}/insights/forecast/")
    yield page
    assert complaints == []


def test_it_brings_what_changed_along_and_has_no_violations(forecast):
    won = forecast.get_by_role("row", name=re.compile("^Won")).get_by_role("link").first
    expect(won).to_have_text("1")
    assert violations(forecast) == []
    won.click()
    expect(forecast.get_by_role("heading", name="Won", exact=True)).to_be_visible()
    assert violations(forecast) == []


def test_a_bar_is_reached_and_followed_by_keyboard(forecast):
    bar = forecast.get_by_role("link", name=re.compile("^Propose: .* open, weighted"))
    bar.focus()
    assert bar.evaluate("bar => getComputedStyle(bar).outlineStyle") == "solid"
    forecast.keyboard.press("Enter")
    expect(forecast.get_by_role("heading", name="Opportunities")).to_be_visible()
    expect(forecast.get_by_text("1 opportunity", exact=True)).to_be_visible()


def test_on_a_narrow_window_nothing_is_wider_than_it(forecast):
    forecast.set_viewport_size({"width": 360, "height": 800})
    assert forecast.evaluate("document.documentElement.scrollWidth") == 360
