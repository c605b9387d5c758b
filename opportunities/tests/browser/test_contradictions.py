"""Contradictions in a browser: from a number to its deals, and put right without leaving the page."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from opportunities.tests.browser.test_accessibility import violations
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close


@pytest.fixture
def contradictions(page, live_server, sign_in, manager):
    """The manager's page: a deal won for 850 with a quote of 900."""
    deal = OpportunityFactory(topic="Mill", owner=manager)
    QuoteFactory(opportunity=deal, status="active", total=900)
    close(deal, "won", actual_revenue=Decimal(850))
    sign_in(page, manager)
    page.goto(f"{live_server.url}/insights/forecast/")
    page.get_by_role("link", name="Contradictions").click()
    return page


def test_a_contradiction_is_found_and_put_right_in_the_dialog(contradictions):
    page = contradictions
    count = page.get_by_role("row", name=re.compile("^Revenue other than")).get_by_role("link", name="1")
    count.click()
    assert violations(page) == []
    page.get_by_role("link", name="Correct closing · Mill").click()
    page.get_by_role("dialog").get_by_label("Actual revenue").fill("900")
    page.get_by_role("dialog").get_by_role("button", name="Correct closing").click()
    expect(page.get_by_role("status").get_by_text("The closing is corrected.")).to_be_visible()
    expect(page.get_by_text("No closed opportunity here says so.")).to_be_visible()
    expect(count).to_have_count(0)


def test_on_a_narrow_window_nothing_is_wider_than_it(contradictions):
    contradictions.set_viewport_size({"width": 360, "height": 800})
    assert contradictions.evaluate("document.documentElement.scrollWidth") == 360
