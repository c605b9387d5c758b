"""Writing a quote in a browser: with a keyboard, with a pointer, and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from opportunities.models import Quote
from opportunities.quotes import draft_services
from opportunities.tests.factories import OpportunityFactory, ProductFactory
from opportunities.tests.quotes.states import draft, lines

NET = "#quote-total"


@pytest.fixture
def quote(salesperson):
    """A draft of Marta's with the lines A, B and C, of 10, 20 and 30 euros."""
    offered = lines("10", "20", "30")
    for line, name in zip(offered, "ABC", strict=True):
        line.description = name
    return draft(opportunity=OpportunityFactory(owner=salesperson, topic="Plant 2027"), lines=offered)


def descriptions(page: Page):
    return page.locator("#line-rows .line-text > :first-child")


def test_a_quote_is_written_from_the_opportunity_on(show, opportunity):
    # given a product, and the page of an opportunity
    ProductFactory(name="Pump", unit="piece", list_price=1234, tax_rate="5.5")
    page = show(opportunity)

    # when a quote is created, then its first line is waiting to be written
    page.get_by_role("link", name="New quote").click()
    expect(page.get_by_label("Name")).to_have_value("Plant maintenance programme 2027")
    page.get_by_label("Name").fill("Full service")
    page.get_by_role("button", name="Create draft").click()
    line = page.get_by_role("form", name="New line")
    line.get_by_label("Description").fill("On-call shift")
    line.get_by_label("Quantity").fill("2.5")
    line.get_by_label("Unit price").fill("1,000.10")
    line.get_by_label("Tax rate").fill("20")
    page.keyboard.press("Enter")

    # then it is in the table, the totals follow, and the focus is on its button
    expect(descriptions(page)).to_have_text(["On-call shift"])
    expect(page.locator(NET)).to_have_text("€2,500.25")
    expect(page.locator("#quote-totals")).to_contain_text("Tax 20% on €2,500.25")
    expect(page.get_by_role("link", name="Edit: On-call shift")).to_be_focused()
    expect(page.get_by_role("button", name="Activate")).to_be_visible()

    # when another is added from a product, it fills the line, and one more may follow
    page.get_by_role("link", name="Add line").click()
    expect(line.get_by_label("Description")).to_be_focused()
    line.get_by_label("Product").select_option(label="Pump")
    expect(line.get_by_label("Description")).to_have_value("Pump")
    expect(line.get_by_label("Unit price")).to_have_value("1,234.00")
    line.get_by_label("Kind").select_option(label="Product-based line")
    expect(line.get_by_label("Billing method")).to_be_hidden()
    line.get_by_role("button", name="Save and add another").click()
    expect(descriptions(page)).to_have_text(["On-call shift", "Pump"])
    expect(line.get_by_label("Description")).to_be_focused()
    expect(line.get_by_label("Description")).to_have_value("")
    line.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("link", name="Add line")).to_be_focused()
    expect(page.locator(NET)).to_have_text("€3,734.25")
    assert Quote.objects.get(name="Full service").total == 3734.25


def test_a_line_is_edited_in_place_and_told_what_is_wrong(show, quote):
    page = show(quote)
    page.get_by_role("link", name="Edit: B").press("Enter")
    line = page.get_by_role("form", name="Edit line")
    expect(line.get_by_label("Description")).to_be_focused()

    line.get_by_label("Discount", exact=True).fill("120")
    line.get_by_role("button", name="Save line").click()
    expect(line.get_by_label("Discount", exact=True)).to_be_focused()
    expect(line).to_contain_text("A discount is at most 100 %.")

    line.get_by_label("Discount", exact=True).fill("50")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Edit: B")).to_be_focused()
    expect(page.locator(NET)).to_have_text("€50.00")


def test_lines_are_moved_with_the_keyboard_and_it_is_said(show, quote):
    page = show(quote)
    page.get_by_role("button", name="Move up: C").press("Enter")
    expect(descriptions(page)).to_have_text(["A", "C", "B"])
    expect(page.locator("#line-said")).to_have_text("“C” is line 2 of 3 now.")
    expect(page.get_by_role("button", name="Move up: C")).to_be_focused()
    page.keyboard.press("Enter")
    expect(descriptions(page)).to_have_text(["C", "A", "B"])
    expect(page.get_by_role("button", name="Move down: C")).to_be_focused()
    expect(page.get_by_role("button", name="Move up: C")).to_be_hidden()
    page.reload()
    expect(descriptions(page)).to_have_text(["C", "A", "B"])


def test_lines_are_moved_with_a_pointer(show, quote):
    page = show(quote)
    handle = page.locator("#line-rows [data-handle]").last.bounding_box()
    first = page.locator("#line-rows > tr").first.bounding_box()
    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, first["y"] + 2, steps=8)
    expect(descriptions(page)).to_have_text(["C", "A", "B"])

    # Escape puts it back
    page.keyboard.press("Escape")
    expect(descriptions(page)).to_have_text(["A", "B", "C"])
    page.mouse.up()

    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, first["y"] + 2, steps=8)
    page.mouse.up()
    expect(page.locator("#line-said")).to_have_text("“C” is line 1 of 3 now.")
    page.reload()
    expect(descriptions(page)).to_have_text(["C", "A", "B"])


def test_lines_are_removed_down_to_the_last(show, quote):
    page = show(quote)
    page.get_by_role("button", name="Remove: B").press("Enter")
    expect(descriptions(page)).to_have_text(["A", "C"])
    expect(page.get_by_role("link", name="Edit: C")).to_be_focused()
    expect(page.locator(NET)).to_have_text("€40.00")
    page.get_by_role("button", name="Remove: C").press("Enter")
    expect(page.get_by_role("link", name="Edit: A")).to_be_focused()
    page.get_by_role("button", name="Remove: A").press("Enter")
    expect(page.get_by_text("This quote has no lines.")).to_be_visible()
    expect(page.get_by_role("link", name="Add line")).to_be_focused()
    expect(page.get_by_role("button", name="Activate")).to_be_hidden()


def test_a_line_that_a_colleague_removed_is_said_and_can_be_added_anew(show, quote, manager):
    page = show(quote)
    page.get_by_role("link", name="Edit: B").click()
    page.get_by_role("form", name="Edit line").get_by_label("Description").fill("Better")
    draft_services.remove_line(quote.lines.get(description="B"), by=manager)

    page.get_by_role("button", name="Save line").click()
    expect(page.get_by_role("alert")).to_contain_text("This line was removed from the quote meanwhile. Inès Moreau")
    page.get_by_role("button", name="Add as a new line").click()
    expect(descriptions(page)).to_have_text(["A", "C", "Better"])


def test_all_of_it_works_without_javascript(page_without_javascript, live_server, sign_in, quote, salesperson):
    page = page_without_javascript
    sign_in(page, salesperson)
    page.goto(live_server.url + quote.get_absolute_url())
    page.get_by_role("button", name="Move down: A").click()
    expect(descriptions(page)).to_have_text(["B", "A", "C"])
    page.get_by_role("button", name="Remove: C").click()
    page.get_by_role("link", name="Edit: A").click()
    page.get_by_label("Quantity").fill("0")
    page.get_by_role("button", name="Save line").click()
    expect(page.get_by_text("Enter a quantity above 0.")).to_be_visible()
    page.get_by_label("Quantity").fill("3")
    page.get_by_label("Quantity").press("Enter")
    expect(page.locator(NET)).to_have_text("€50.00")
    page.get_by_role("link", name="Add line").click()
    ProductFactory(name="Pump", list_price=1234)
    page.reload()
    page.get_by_label("Product").select_option(label="Pump")
    page.get_by_role("button", name="Fill in").click()
    expect(page.get_by_label("Description")).to_have_value("Pump")
    page.get_by_role("button", name="Save line").click()
    expect(descriptions(page)).to_have_text(["B", "A", "Pump"])
