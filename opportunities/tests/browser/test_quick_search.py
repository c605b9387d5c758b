"""Quick search and shortcuts, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from opportunities.models import Preferences


@pytest.fixture
def box(show, opportunity):
    """The box of the quick search, reached by "/" on the page of the opportunity."""
    page = show(opportunity)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search opportunities, accounts and quotes")
    expect(box).to_be_focused()
    return box


def test_keys_alone_find_and_open_a_quote(page, box):
    # given what is found as one types
    page.keyboard.type("114")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_text(
        [
            re.compile("Plant maintenance programme 2027.*Northwind Traders", re.DOTALL),
            re.compile("Q-2026-0114 rev. 2.*Full service, 3 sites", re.DOTALL),
            "Show more",
        ]
    )
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#quick-status")).to_have_text("2 found")

    # when one goes down twice, and around
    page.keyboard.press("ArrowUp")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = options.nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    page.keyboard.press("Enter")

    # then it is the quote's page
    expect(page).to_have_url(re.compile(r"/quotes/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Q-2026-0114")


def test_escape_closes_and_empties_and_enter_leads_to_the_page(page, box):
    page.keyboard.type("plant")
    hits = page.get_by_role("listbox")
    expect(hits).to_be_visible()
    page.keyboard.press("Escape")
    expect(hits).to_be_hidden()
    expect(box).to_have_value("plant")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    page.keyboard.type("plant")
    expect(hits).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=plant$"))


def test_shortcuts_follow_links_but_not_while_one_types_or_a_dialog_is_open(page, box):
    # given letters that are shortcuts, typed into the box
    page.keyboard.type("gqnewl?")
    expect(box).to_have_value("gqnewl?")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("#main").focus()

    # when "?" opens the list, then "n" does nothing there
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    page.keyboard.press("n")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    # and "l" opens the dialog of a loss, "g q" the quotes
    page.locator("#main").focus()
    page.keyboard.press("l")
    expect(page.get_by_role("dialog", name="Close opportunity")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page).to_have_url(re.compile("/quotes/$"))


def test_who_switched_shortcuts_off_presses_keys_in_vain(page, show, opportunity, salesperson):
    Preferences.objects.create(user=salesperson, shortcuts=False)
    show(opportunity)
    page.keyboard.press("/")
    page.keyboard.press("?")
    page.keyboard.press("g")
    expect(page.locator("#quick-text")).not_to_be_focused()
    expect(page.get_by_role("dialog")).to_be_hidden()
