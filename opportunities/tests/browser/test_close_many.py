"""Close many, driven: one row is blocked, mended or left, the others are closed, and all of it is undone."""

import pytest
from playwright.sync_api import expect

from opportunities.models import Opportunity
from opportunities.tests.browser.test_accessibility import violations
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, day


@pytest.fixture
def deals(salesperson, manager):
    """Three of Marta's; the second has two active quotes."""
    deals = [
        OpportunityFactory(topic=topic, owner=salesperson, estimated_close_date=day(number))
        for number, topic in enumerate(["Audit", "Boiler", "Crane"])
    ]
    QuoteFactory.create_batch(2, opportunity=deals[1], status="active")
    return deals


@pytest.fixture
def listed(show, live_server, sign_in, manager, deals):
    page = show(deals[0])
    sign_in(page, manager)
    page.goto(f"{live_server.url}/opportunities/")
    return page


def states() -> dict[str, str]:
    return dict(Opportunity.objects.values_list("topic", "state"))


def test_one_blocked_row_stays_open_is_tried_again_and_all_is_undone(listed):
    # given
    page = listed
    page.get_by_role("checkbox", name="Select all on this page").click()
    page.get_by_role("button", name="Close many…").click()
    dialog = page.get_by_role("dialog", name="Close many")
    expect(dialog.get_by_role("row")).to_have_count(4)

    # when the outcome is changed, then what it blocks is said at its row
    dialog.get_by_text("Won", exact=True).click()
    expect(dialog.get_by_role("row", name="Boiler")).to_contain_text("Several quotes are active")
    expect(dialog.get_by_role("button", name="Close 2 opportunities")).to_be_visible()
    assert violations(page) == []

    # when the rest is closed
    dialog.get_by_role("button", name="Close 2 opportunities").click()
    expect(dialog).to_contain_text("2 opportunities are closed.")
    assert states() == {"Audit": "won", "Boiler": "open", "Crane": "won"}
    assert violations(page) == []

    # when none of its quotes is won, then the last one closes too
    dialog.get_by_role("button", name="Try these again…").click()
    dialog.get_by_label("Won quote of “Boiler”").select_option(label="None is won")
    dialog.get_by_role("button", name="Close 1 opportunity").click()
    expect(dialog.get_by_label("Close all 2 linked quotes")).to_be_checked()
    dialog.get_by_role("button", name="Close 1 opportunity and 2 quotes").click()
    expect(dialog).to_contain_text("1 opportunity is closed.")
    assert set(states().values()) == {"won"}

    # when that is undone, the list says so
    dialog.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("1 opportunity is open again, as it was before.")
    assert states() == {"Audit": "won", "Boiler": "open", "Crane": "won"}


def test_keys_alone_leave_one_out_and_close_the_others(listed):
    # given
    page = listed
    page.get_by_role("checkbox", name="Select all on this page").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Close many…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Close many")

    # when
    dialog.get_by_label("Leave “Boiler” open").focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_role("row")).to_have_count(3)
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_label("Status reason").press("Enter")
    dialog.get_by_role("button", name="Close 2 opportunities").focus()
    page.keyboard.press("Enter")

    # then
    expect(dialog).to_contain_text("2 opportunities are closed.")
    assert states() == {"Audit": "lost", "Boiler": "open", "Crane": "lost"}
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Boiler", exact=True)).to_be_visible()
