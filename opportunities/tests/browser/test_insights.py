"""Win/loss in a browser: narrowed down, and from a bar to the deals behind it, also without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from opportunities.tests.browser.test_accessibility import violations
from opportunities.tests.factories import AccountFactory, CompetitorFactory, OpportunityFactory, close, reason


@pytest.fixture
def deals(salesperson, colleague):
    """Marta lost two to Contoso and won one; Jonas lost one for its price."""
    contoso, energy = CompetitorFactory(name="Contoso"), AccountFactory(name="Volt", sector="Energy")
    for owner in [salesperson, salesperson]:
        lost = OpportunityFactory(owner=owner, account=energy)
        close(lost, "lost", status_reason=reason("Out-sold"), competitor=contoso)
    close(OpportunityFactory(owner=salesperson), "won")
    close(OpportunityFactory(owner=colleague), "lost")


def open_insights(page, live_server, sign_in, user):
    sign_in(page, user)
    page.goto(f"{live_server.url}/opportunities/")
    page.get_by_role("link", name="Insights").click()
    expect(page.get_by_role("heading", name="Win/loss")).to_be_visible()


def follow_a_bar(page) -> None:
    """Narrows down to Energy, and follows the bar of Contoso to its two deals."""
    page.get_by_text("More filters").click()
    page.get_by_label("Sector", exact=True).select_option("Energy")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("sector=Energy"))
    expect(page.get_by_role("row", name=re.compile("^Contoso")).get_by_role("link").first).to_have_text("2")
    page.get_by_role("link", name="Contoso: 2 lost").click()
    expect(page.get_by_role("heading", name="Opportunities")).to_be_visible()
    expect(page.get_by_text("2 opportunities", exact=True)).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_a_bar_opens_the_deals_behind_it(page, live_server, sign_in, manager, deals):
    open_insights(page, live_server, sign_in, manager)
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    follow_a_bar(page)


def test_all_of_it_works_without_javascript(page_without_javascript, live_server, sign_in, manager, deals):
    page = page_without_javascript
    open_insights(page, live_server, sign_in, manager)
    follow_a_bar(page)
