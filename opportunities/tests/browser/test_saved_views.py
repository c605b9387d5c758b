"""A view of the list, kept under a name in the browser."""

import re

from playwright.sync_api import expect

from opportunities.models import SavedView
from opportunities.tests.factories import OpportunityFactory


def test_a_view_is_saved_found_after_leaving_opened_and_deleted(show, live_server, opportunity, salesperson):
    # given a list with a filter and an order
    OpportunityFactory(topic="Pump", owner=salesperson, currency="CHF")
    page = show(opportunity)
    page.goto(f"{live_server.url}/opportunities/?currency=CHF")
    page.get_by_label("Order").select_option(label="Estimated revenue, greatest first")
    expect(page).to_have_url(re.compile("sort=-estimated_revenue"))

    # when it is saved under a name, after none was given
    page.get_by_role("link", name="Save view").click()
    dialog = page.get_by_role("dialog", name="Save view")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("This field is required.")
    dialog.get_by_label("Name").fill("Swiss francs")
    page.keyboard.press("Enter")

    # then it is a chip, also after leaving
    views = page.get_by_role("navigation", name="Saved views")
    chip = views.get_by_role("link", name="Swiss francs", exact=True)
    expect(page.locator("#messages .notice")).to_have_text("The view “Swiss francs” is saved.")
    expect(chip).to_have_attribute("aria-current", "page")
    show(opportunity)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Opportunities").click()
    expect(page.locator("tbody a.strong")).to_have_text([opportunity.topic, "Pump"])
    expect(chip).not_to_have_attribute("aria-current", "page")

    # when it is opened, then the list is as it was
    chip.click()
    expect(page.locator("tbody a.strong")).to_have_text(["Pump"])
    expect(page.get_by_label("Order")).to_have_value("-estimated_revenue")
    expect(chip).to_have_attribute("aria-current", "page")

    # when it is deleted, after the question was canceled once, then the chip is gone
    delete = views.get_by_role("link", name="Delete view “Swiss francs”")
    delete.click()
    page.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete view").click()
    expect(page.locator("#messages .notice")).to_have_text("The view “Swiss francs” is deleted.")
    expect(chip).to_have_count(0)
    assert not SavedView.objects.exists()
