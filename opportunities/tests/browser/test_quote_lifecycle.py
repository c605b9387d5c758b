"""A quote's life in a browser: revised, copied, won from its page, and closed as the last one of a deal."""

import re

import pytest
from playwright.sync_api import expect

from opportunities.models import Opportunity, Quote
from opportunities.tests.factories import OpportunityFactory, QuoteLineFactory


@pytest.fixture
def active_quote(salesperson) -> Quote:
    """The only quote of another opportunity of Marta's."""
    quote = QuoteLineFactory(quote__opportunity=OpportunityFactory(owner=salesperson, topic="On-call contract")).quote
    Quote.objects.filter(pk=quote.pk).update(status="active")
    return Quote.objects.get(pk=quote.pk)


def dialog_of(page, link: str, title: str):
    page.get_by_role("link", name=link, exact=True).click()
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    return dialog


def test_a_quote_is_revised_from_its_page(show, active_quote):
    page = show(active_quote)
    dialog = dialog_of(page, "Revise", "Revise quote")
    expect(dialog.get_by_label("Why is it revised?")).to_be_focused()
    # without a reason it is refused at the field
    dialog.get_by_role("button", name="Revise quote").click()
    expect(dialog.get_by_text("Say why it is revised.")).to_be_visible()
    expect(dialog.get_by_label("Why is it revised?")).to_be_focused()
    # with one, the draft of the next revision opens
    dialog.get_by_label("Why is it revised?").fill("They want the night shift")
    dialog.get_by_role("button", name="Revise quote").click()
    expect(page.locator("#main h1")).to_have_text(f"{active_quote.number} rev. 1")
    expect(page.locator("#messages")).to_contain_text("this is the draft of its next revision")
    expect(page).to_have_url(re.compile(Quote.objects.get(revision=1).get_absolute_url()))
    # which lists both revisions, and why
    revisions = page.get_by_role("region", name="Revisions")
    expect(revisions).to_contain_text("They want the night shift")
    revisions.get_by_role("link", name="rev. 0").click()
    expect(page.locator("#main h1")).to_have_text(f"{active_quote.number} rev. 0")


def test_a_quote_is_won_from_its_page_beside_another_active_one(show, opportunity):
    winner = opportunity.quotes.get(number="Q-2026-0121")
    page = show(winner)
    dialog = dialog_of(page, "Win this quote", "Close opportunity")
    expect(dialog.get_by_label("Q-2026-0121 rev. 0 will become")).to_have_value("won")
    expect(dialog.get_by_label("Q-2026-0114 rev. 2 will become")).to_have_value("lost")
    expect(dialog.get_by_label("Actual revenue")).to_have_value("268,900.00")
    dialog.get_by_label("Close all 3 linked quotes").check()
    dialog.get_by_role("button", name="Close opportunity and 3 quotes").click()
    # afterwards one is back at the quote, which is won
    expect(page.locator("#messages")).to_contain_text("Closed as won, with 3 quotes.")
    expect(page.locator("#main h1")).to_have_text("Q-2026-0121 rev. 0")
    expect(page.get_by_role("link", name="Win this quote")).to_have_count(0)
    assert dict(opportunity.quotes.values_list("number", "status")) == {
        "Q-2026-0114": "lost",
        "Q-2026-0121": "won",
        "Q-2026-0130": "canceled",
    }


def test_after_the_last_quote_the_dialog_that_closes_the_opportunity_opens(show, active_quote):
    page = show(active_quote)
    dialog = dialog_of(page, "Close quote", "Close quote")
    dialog.get_by_label("Then close the opportunity").check()
    dialog.get_by_role("button", name="Close quote").click()
    # the next dialog opens by itself, with the focus in it
    dialog = page.get_by_role("dialog", name="Close opportunity")
    expect(dialog.get_by_role("radio", name="Lost")).to_be_focused()
    assert Quote.objects.get().status == "lost"
    # Escape leaves it at the message, which leads there again
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    message = page.locator("#messages")
    expect(message).to_contain_text(f"{active_quote} is closed: Lost.")
    link = message.get_by_role("link", name="Close opportunity")
    expect(link).to_be_focused()
    link.click()
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_role("button", name="Close opportunity").click()
    expect(message).to_contain_text("Closed as lost.")
    expect(page.locator("#main h1")).to_have_text(str(active_quote))
    assert Opportunity.objects.get().state == "lost"


def test_without_the_tick_the_message_offers_it(show, active_quote):
    page = show(active_quote)
    dialog = dialog_of(page, "Close quote", "Close quote")
    dialog.get_by_role("button", name="Close quote").click()
    link = page.locator("#messages").get_by_role("link", name="Close opportunity")
    expect(link).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    link.click()
    expect(page.get_by_role("dialog", name="Close opportunity")).to_be_visible()


def test_a_quote_is_copied_onto_an_opportunity_that_is_found_by_typing(show, opportunity, active_quote):
    page = show(active_quote)
    dialog = dialog_of(page, "Copy", "Copy quote")
    expect(dialog.get_by_role("radio", name="On-call contract")).to_be_checked()
    search = dialog.get_by_label("Another opportunity: its topic or account")
    search.press_sequentially("northw")
    match = dialog.get_by_role("radio", name="Plant maintenance programme 2027")
    expect(match).to_be_visible()
    expect(search).to_be_focused()
    expect(search).to_have_value("northw")
    match.check()
    dialog.get_by_role("button", name="Copy quote").click()
    expect(page.locator("#messages")).to_contain_text(f"This draft is a copy of {active_quote}.")
    expect(page.locator(".crumbs")).to_contain_text("Plant maintenance programme 2027")
    assert opportunity.quotes.count() == 4


def test_without_javascript_a_quote_is_copied_and_the_last_one_leads_on(
    page_without_javascript, live_server, sign_in, salesperson, opportunity, active_quote
):
    page = page_without_javascript
    sign_in(page, salesperson)
    page.goto(live_server.url + active_quote.get_absolute_url())
    page.get_by_role("link", name="Copy", exact=True).click()
    page.get_by_label("Another opportunity: its topic or account").fill("northwind")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("radio", name="Plant maintenance programme 2027").check()
    page.get_by_role("button", name="Copy quote").click()
    expect(page.get_by_text(f"This draft is a copy of {active_quote}.")).to_be_visible()
    page.goto(live_server.url + active_quote.get_absolute_url())
    page.get_by_role("link", name="Close quote").click()
    page.get_by_label("Then close the opportunity").check()
    page.get_by_role("button", name="Close quote").click()
    expect(page.get_by_role("heading", name="Close opportunity")).to_be_visible()
    page.get_by_label("Status reason").select_option(label="Price")
    page.get_by_role("button", name="Close opportunity").click()
    expect(page.locator("#main h1")).to_have_text(str(active_quote))


@pytest.mark.parametrize("link", ["Revise", "Copy", "Close quote"])
def test_a_window_of_360_pixels_is_enough(show, active_quote, link):
    page = show(active_quote)
    page.set_viewport_size({"width": 360, "height": 640})
    page.reload()
    page.get_by_role("link", name=link, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for element in ("html", "#dialog", ".dialog-body"):
        assert page.locator(element).evaluate("e => e.scrollWidth <= e.clientWidth"), element
