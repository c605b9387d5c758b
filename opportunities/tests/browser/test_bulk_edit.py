"""Selecting in the list and changing what is selected: with the mouse, with keys alone, and all that match."""

import pytest
from playwright.sync_api import expect

from opportunities.models import Opportunity
from opportunities.tests.browser.test_accessibility import violations
from opportunities.tests.factories import OpportunityFactory, close, day


@pytest.fixture
def deals(salesperson):
    """Marta's, in the order of the list."""
    topics = ["Audit", "Boiler", "Crane", "Drive", "Engine"]
    return [
        OpportunityFactory(topic=topic, owner=salesperson, estimated_close_date=day(number))
        for number, topic in enumerate(topics)
    ]


@pytest.fixture
def listed(show, live_server, deals):
    page = show(deals[0])
    page.goto(f"{live_server.url}/opportunities/")
    return page


def row(page, topic: str):
    return page.get_by_role("checkbox", name=f"Select “{topic}”")


def bar(page):
    return page.get_by_role("form", name="Selected opportunities")


def test_a_range_is_selected_with_the_mouse_and_handed_over_but_for_one(listed, deals, salesperson, colleague):
    # given a range, of which one is deselected
    page = listed
    expect(bar(page)).to_be_hidden()
    row(page, "Audit").click()
    row(page, "Drive").click(modifiers=["Shift"])
    row(page, "Boiler").click()
    expect(page.locator("#bulk-count")).to_have_text("3 selected")
    expect(page.locator("#bulk-said")).to_have_text("3 selected")
    page.emulate_media(reduced_motion="reduce")
    assert violations(page) == []

    # when these are handed over, one of which a colleague got meanwhile
    Opportunity.objects.filter(topic="Crane").update(owner=colleague)
    bar(page).get_by_role("button", name="Change owner…").click()
    dialog = page.get_by_role("dialog", name="Change owner")
    expect(dialog).to_contain_text("3 opportunities")
    dialog.get_by_label("Owner").select_option(label="Jonas Weber")
    dialog.get_by_role("button", name="Change owner").click()

    # then the dialog says which was left and why, and the list behind shows what is still there
    expect(dialog).to_contain_text("2 opportunities are changed. 1 is left as it is.")
    expect(dialog.get_by_role("region", name="This needs the permission")).to_contain_text("Crane")
    expect(page.locator("tbody a.strong")).to_have_text(["Boiler", "Engine"])
    assert violations(page) == []
    dialog.get_by_role("link", name="Back to the list").click()
    expect(row(page, "Boiler")).to_be_focused()
    expect(bar(page)).to_be_hidden()
    assert list(Opportunity.objects.filter(owner=salesperson).values_list("topic", flat=True)) == ["Boiler", "Engine"]


def test_keys_alone_select_and_move_to_another_stage(listed, deals):
    # given two rows, chosen by "x" on a link and by a range of the space bar, and one taken out again
    page = listed
    page.get_by_role("link", name="Boiler", exact=True).focus()
    page.keyboard.press("x")
    expect(row(page, "Boiler")).to_be_checked()
    row(page, "Drive").focus()
    page.keyboard.press("Shift+Space")
    expect(page.locator("#bulk-count")).to_have_text("3 selected")
    page.keyboard.press("x")
    expect(page.locator("#bulk-count")).to_have_text("2 selected")

    # when Escape clears all, then Enter on a box opens nothing; selected anew, they are moved
    page.keyboard.press("Escape")
    expect(page.locator("#bulk-said")).to_have_text("Nothing is selected any more.")
    expect(bar(page)).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    bar(page).get_by_role("button", name="Change stage…").press("Enter")
    dialog = page.get_by_role("dialog", name="Change stage")
    expect(dialog.get_by_label("Stage")).to_be_focused()
    page.keyboard.press("Escape")
    expect(bar(page).get_by_role("button", name="Change stage…")).to_be_focused()
    expect(row(page, "Drive")).to_be_checked()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Stage")).to_be_focused()
    page.keyboard.type("Commit")
    dialog.get_by_role("button", name="Change stage").press("Enter")

    # then the list says so, and the row is still selected, until the filters change
    expect(page.locator("#messages .notice")).to_have_text("1 opportunity is changed.")
    expect(page.get_by_role("row", name="Drive")).to_contain_text("Commit")
    expect(row(page, "Drive")).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text("1 selected")
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.get_by_role("columnheader", name="Opened")).to_be_visible()
    expect(row(page, "Drive")).not_to_be_checked()
    assert Opportunity.objects.filter(stage__name="Commit").count() == 1


def test_all_that_match_are_selected_beyond_the_page(listed, deals, salesperson):
    # given more than a page
    page = listed
    for number in range(48):
        OpportunityFactory(topic=f"Deal {number:02}", owner=salesperson, estimated_close_date=day(90))
    close(OpportunityFactory(owner=salesperson))
    page.reload()
    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(page.locator("#bulk-count")).to_have_text("50 selected")
    expect(bar(page)).to_contain_text("All 50 on this page are selected.")
    everything = bar(page).get_by_role("checkbox", name="Select all 53 that match")
    everything.check()
    expect(page.locator("#bulk-count")).to_have_text("All that match are selected")

    # a row that is taken out takes the rest out; a wrong date keeps the dialog
    row(page, "Audit").uncheck()
    expect(everything).to_be_hidden()
    row(page, "Audit").check()
    expect(everything).not_to_be_checked()
    everything.check()
    bar(page).get_by_role("button", name="Change estimated close date…").click()
    dialog = page.get_by_role("dialog", name="Change estimated close date")
    expect(dialog).to_contain_text("53 opportunities")
    dialog.get_by_role("button", name="Change estimated close date").click()
    expect(dialog.get_by_label("Estimated close date")).to_be_focused()
    expect(dialog).to_contain_text("This field is required.")
    dialog.get_by_label("Estimated close date").fill(day(33).isoformat())
    dialog.get_by_role("button", name="Change estimated close date").click()

    # then all are changed
    expect(page.locator("#messages .notice")).to_have_text("53 opportunities are changed.")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert Opportunity.objects.filter(estimated_close_date=day(33)).count() == 53
