"""The filters of the list that most never ask for, shown on request."""

import re

import pytest
from playwright.sync_api import expect

from opportunities.tests.browser.test_accessibility import violations
from opportunities.tests.factories import OpportunityFactory


@pytest.fixture
def pumps(salesperson):
    """Two of Marta's that a search finds, in two currencies, and one that it does not."""
    OpportunityFactory(topic="Pump house", owner=salesperson)
    OpportunityFactory(topic="Boiler", owner=salesperson, currency="CHF")
    return OpportunityFactory(topic="Pump", owner=salesperson, currency="CHF")


def test_keys_alone_show_more_filters_which_keep_what_was_typed(show, live_server, pumps):
    # given a search that is typed and not asked for yet
    page = show(pumps)
    page.goto(f"{live_server.url}/opportunities/")
    filters = page.locator("#filters")
    filters.get_by_label("Search").fill("pump")
    expect(filters.get_by_label("Currency")).to_have_count(0)

    # when more filters are shown
    filters.get_by_role("link", name="More filters").press("Enter")

    # then one is at their beginning, and nothing else has changed
    expect(filters.locator("summary")).to_be_focused()
    expect(filters.get_by_label("Search")).to_have_value("pump")
    expect(page).to_have_url(f"{live_server.url}/opportunities/")
    expect(filters.get_by_role("list", name="Filters in use")).to_have_count(0)
    expect(page.locator("tbody a.strong")).to_have_count(3)
    assert violations(page) == []

    # when one is chosen, then the list is of both filters, and the others stay
    page.keyboard.press("Enter")
    expect(filters.get_by_label("Currency")).to_be_hidden()
    page.keyboard.press("Enter")
    filters.get_by_label("Currency").select_option("CHF")
    expect(page.locator("tbody a.strong")).to_have_text(["Pump"])
    expect(page).to_have_url(re.compile(r"\?q=pump&currency=CHF$"))
    expect(filters.locator("summary")).to_contain_text("(1 in use)")
    expect(filters.get_by_label("Currency")).to_have_value("CHF")


def test_without_javascript_more_filters_are_a_page(page_without_javascript, live_server, sign_in, salesperson, pumps):
    page = page_without_javascript
    sign_in(page, salesperson)
    page.goto(f"{live_server.url}/opportunities/?q=pump")
    page.get_by_role("link", name="More filters").click()
    expect(page).to_have_url(f"{live_server.url}/opportunities/?q=pump&filters=all")
    filters = page.locator("#filters")
    expect(filters.get_by_label("Search")).to_have_value("pump")
    filters.get_by_label("Currency").select_option("CHF")
    filters.get_by_role("button", name="Show").click()
    expect(page.locator("tbody a.strong")).to_have_text(["Pump"])
    expect(filters.get_by_label("Currency")).to_have_value("CHF")
