"""The board in a browser: cards moved and closed with a pointer, with a finger, with the keyboard, and by nobody."""

import re

import pytest
from playwright.sync_api import Page, expect

from opportunities.models import Opportunity, Stage
from opportunities.record import services
from opportunities.tests.browser.test_accessibility import violations
from opportunities.tests.factories import OpportunityFactory, close, day

URL = "/opportunities/board/"


@pytest.fixture
def shown(show, live_server, salesperson):
    """Marta's board: Plant and Pump in Propose, Audit in Commit, a thousand euros each."""
    for topic, stage, days in [("Plant", "Propose", 10), ("Pump", "Propose", 20), ("Audit", "Commit", 15)]:
        OpportunityFactory(topic=topic, owner=salesperson, stage=stage_of(stage), estimated_close_date=day(days))
    page = show(Opportunity.objects.first())
    page.goto(live_server.url + URL)
    return page


def stage_of(name: str) -> Stage:
    return Stage.objects.get(name=name)


def column(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def cards(page: Page, name: str):
    return column(page, name).locator(".board-topic a")


def card(page: Page, topic: str):
    return page.locator(".board-cards > .board-card", has_text=topic)


def drag(page: Page, topic: str, target, is_dropped: bool = True):
    """Drags a card by its topic, as a mouse does, to the middle of `target`."""
    start, end = page.get_by_role("link", name=topic, exact=True).bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    expect(target).to_have_class(re.compile("board-over"))
    if is_dropped:
        page.mouse.up()


def end(page: Page, name: str):
    return page.locator(f"[data-drop={name}]")


def test_a_card_dropped_on_lost_and_canceled_is_back_and_nothing_is_saved(shown):
    # when a card is dropped on Lost, the dialog asks
    page = shown
    drag(page, "Plant", end(page, "lost"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="Lost")).to_be_checked()
    expect(dialog).to_contain_text("Plant")

    # when that is left, by each of the ways, then the card is where it was and has the focus
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(card(page, "Plant")).to_be_focused()
    for button in ["Cancel", "Close this dialog"]:
        drag(page, "Plant", end(page, "lost"))
        expect(dialog.get_by_role("radio", name="Lost")).to_be_checked()
        dialog.locator("a, button").filter(has_text="Cancel").or_(dialog.get_by_label(button)).first.click()
        expect(dialog).to_be_hidden()
        expect(card(page, "Plant")).to_be_focused()
    expect(cards(page, "Propose")).to_have_text(["Plant", "Pump"])
    expect(column(page, "Propose")).to_contain_text("2 opportunities")
    assert page.url.endswith(URL)
    assert Opportunity.objects.filter(state="open").count() == 3


def test_a_card_dropped_on_won_and_confirmed_leaves_and_the_sums_follow(shown):
    page = shown
    expect(column(page, "Propose")).to_contain_text("2 opportunities Estimated €2,000.00 Weighted, 40% €800.00")
    drag(page, "Plant", end(page, "won"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="Won")).to_be_checked()
    expect(cards(page, "Propose")).to_have_text(["Plant", "Pump"])

    # a refusal stays in the dialog
    dialog.get_by_label("Actual revenue").fill("x")
    dialog.get_by_role("button", name="Close opportunity").click()
    expect(dialog.get_by_label("Actual revenue")).to_be_focused()
    dialog.get_by_label("Actual revenue").fill("950")
    dialog.get_by_role("button", name="Close opportunity").click()

    # then
    expect(cards(page, "Propose")).to_have_text(["Pump"])
    expect(column(page, "Propose")).to_contain_text("1 opportunity Estimated €1,000.00 Weighted, 40% €400.00")
    expect(page.locator("#messages")).to_contain_text("Closed as won.")
    expect(page.locator("#messages .notice")).to_be_focused()
    assert Opportunity.objects.get(topic="Plant").state == "won"

    # and Undo brings it back
    page.get_by_role("button", name="Undo").click()
    expect(cards(page, "Propose")).to_have_text(["Plant", "Pump"])


def test_a_card_is_dragged_to_another_stage_and_sorted_in(shown):
    page = shown
    drag(page, "Plant", column(page, "Commit"))
    expect(cards(page, "Commit")).to_have_text(["Plant", "Audit"])
    drag(page, "Pump", column(page, "Commit"))
    expect(cards(page, "Commit")).to_have_text(["Plant", "Audit", "Pump"])
    expect(page.locator("#board-said")).to_have_text("“Pump” is in Commit now.")
    expect(card(page, "Pump")).to_be_focused()
    expect(column(page, "Propose")).to_contain_text("0 opportunities")
    expect(column(page, "Propose")).to_contain_text("No opportunities")
    expect(column(page, "Commit")).to_contain_text("3 opportunities Estimated €3,000.00")
    page.reload()
    expect(cards(page, "Commit")).to_have_text(["Plant", "Audit", "Pump"])


def test_a_drag_is_canceled_with_escape_or_beside_the_columns(shown):
    page = shown
    drag(page, "Plant", column(page, "Commit"), is_dropped=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".board-ghost")).to_have_count(0)
    expect(page.locator("#board-said")).to_have_text("Canceled: “Plant” is in Propose as before.")
    drag(page, "Plant", column(page, "Commit"), is_dropped=False)
    page.mouse.move(5, 5)
    page.mouse.up()
    expect(page.locator(".board-ghost, .board-over, .board-carried")).to_have_count(0)
    assert page.url.endswith(URL)
    assert Opportunity.objects.get(topic="Plant").stage.name == "Propose"


def test_a_card_is_moved_between_stages_with_the_keyboard(shown):
    page = shown
    said = page.locator("#board-said")
    card(page, "Plant").focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("Picked up “Plant” from Propose. Choose where to with the arrow keys")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Over Negotiate.")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Over Commit.")
    page.keyboard.press("Enter")
    expect(cards(page, "Commit")).to_have_text(["Plant", "Audit"])
    expect(said).to_have_text("“Plant” is in Commit now.")
    expect(card(page, "Plant")).to_be_focused()

    # Escape, and leaving it, put it down where it is
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(said).to_have_text("Canceled: “Plant” is in Commit as before.")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    expect(said).to_have_text("Canceled: “Plant” is in Commit as before.")
    expect(page.locator(".board-carried, .board-over")).to_have_count(0)
    assert Opportunity.objects.get(topic="Plant").stage.name == "Commit"


def test_a_card_is_closed_as_lost_with_the_keyboard(shown):
    # when it is carried past the last column and past Won
    page = shown
    card(page, "Audit").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board-said")).to_have_text("Over Won.")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board-said")).to_have_text("Over Lost.")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")

    # then the dialog is closed with Escape once, and confirmed the second time
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="Lost")).to_be_checked()
    page.keyboard.press("Escape")
    expect(card(page, "Audit")).to_be_focused()
    for key in ["Space", "ArrowRight", "ArrowRight", "Enter"]:
        page.keyboard.press(key)
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_role("button", name="Close opportunity").press("Enter")
    expect(cards(page, "Commit")).to_have_count(0)
    expect(column(page, "Commit")).to_contain_text("0 opportunities")
    assert Opportunity.objects.get(topic="Audit").state == "lost"


def test_a_move_that_a_colleague_made_meanwhile_is_shown(shown, manager):
    page = shown
    services.edit_opportunity(Opportunity.objects.get(topic="Plant"), by=manager, stage=stage_of("Negotiate"))
    drag(page, "Plant", column(page, "Commit"))
    expect(cards(page, "Negotiate")).to_have_text(["Plant"])
    expect(page.locator("#messages")).to_contain_text("Inès Moreau moved “Plant” to Negotiate on")
    expect(card(page, "Plant")).to_be_focused()
    expect(column(page, "Negotiate")).to_contain_text("1 opportunity")
    expect(column(page, "Propose")).to_contain_text("1 opportunity")
    assert Opportunity.objects.get(topic="Plant").stage.name == "Negotiate"


def test_what_a_colleague_closed_or_took_over_meanwhile_does_not_look_moved(shown, manager, colleague):
    page = shown
    dialog = page.get_by_role("dialog")

    # given a card of what was closed: dropped on Won, it says who closed it, and then it leaves
    close(Opportunity.objects.get(topic="Plant"), by=manager)
    drag(page, "Plant", end(page, "won"))
    expect(dialog).to_contain_text("Inès Moreau closed this opportunity as Lost on")
    page.keyboard.press("Escape")
    expect(cards(page, "Propose")).to_have_text(["Pump"])
    expect(column(page, "Propose")).to_contain_text("1 opportunity")

    # given a card of what was handed over: it may not be moved, and then it is not there
    services.edit_opportunity(Opportunity.objects.get(topic="Pump"), by=manager, owner=colleague)
    drag(page, "Pump", column(page, "Commit"))
    expect(dialog).to_contain_text("change_any_opportunity")
    expect(cards(page, "Commit")).to_have_text(["Audit"])
    page.keyboard.press("Escape")
    expect(cards(page, "Propose")).to_have_count(0)
    expect(cards(page, "Commit")).to_have_text(["Audit"])

    # given a card of what was closed: dropped on a stage, it leaves
    close(Opportunity.objects.get(topic="Audit"), by=manager)
    drag(page, "Audit", column(page, "Propose"))
    expect(page.locator("#messages")).to_contain_text("Inès Moreau closed this opportunity on")
    expect(page.locator(".board-card")).to_have_count(0)


def test_an_expired_sign_in_leads_to_the_login(shown):
    page = shown
    page.context.clear_cookies(name="sessionid")
    drag(page, "Plant", column(page, "Commit"))
    page.wait_for_url("**/accounts/login/**")
    assert Opportunity.objects.get(topic="Plant").stage.name == "Propose"


def test_the_menu_of_a_card_does_the_same(shown):
    page = shown
    card(page, "Plant").locator("summary").click()
    card(page, "Plant").get_by_role("button", name="Negotiate").click()
    expect(cards(page, "Negotiate")).to_have_text(["Plant"])
    expect(card(page, "Plant")).to_be_focused()
    card(page, "Plant").locator("summary").click()
    card(page, "Plant").get_by_role("link", name="Close as lost").click()
    expect(page.get_by_role("dialog").get_by_role("radio", name="Lost")).to_be_checked()
    page.keyboard.press("Escape")
    expect(card(page, "Plant").get_by_role("link", name="Close as lost")).to_be_focused()


def test_a_finger_moves_a_card_by_its_grip(shown, browser, live_server, sign_in, salesperson):
    # given a phone
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, salesperson)
    page.goto(live_server.url + URL)
    assert page.evaluate("document.documentElement.scrollWidth") == 360

    # when a finger drags the grip of a card to Lost
    session = context.new_cdp_session(page)
    column(page, "Propose").scroll_into_view_if_needed()
    grip, place = card(page, "Plant").locator(".board-grip").bounding_box(), end(page, "lost").bounding_box()
    x, y = grip["x"] + 5, grip["y"] + 5
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x + (place["x"] + 20 - x) * step / 8, "y": y + (place["y"] + 10 - y) * step / 8}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    # then the dialog asks
    expect(page.get_by_role("dialog").get_by_role("radio", name="Lost")).to_be_checked()
    context.close()


def test_more_cards_come_as_one_scrolls_and_none_twice(shown, salesperson):
    # given fifty more cards, and one that was moved beyond those that are loaded
    page = shown
    for number in range(50):
        OpportunityFactory(
            topic=f"Deal {number:02}", owner=salesperson, stage=stage_of("Commit"), estimated_close_date=day(100)
        )
    page.reload()
    expect(cards(page, "Commit")).to_have_count(20)
    Opportunity.objects.filter(topic="Plant").update(estimated_close_date=day(200))
    drag(page, "Plant", column(page, "Commit"))
    expect(cards(page, "Commit")).to_have_count(21)

    # when one scrolls on to the end
    for count in [41, 52]:
        column(page, "Commit").locator(".board-more").evaluate("more => more.scrollIntoView()")
        expect(cards(page, "Commit")).to_have_count(count)
    assert sorted(cards(page, "Commit").all_text_contents()) == sorted(
        ["Audit", "Plant", *[f"Deal {number:02}" for number in range(50)]]
    )
    expect(cards(page, "Commit").last).to_have_text("Plant")


def test_the_board_has_no_violations(shown, colleague):
    OpportunityFactory(owner=colleague, estimated_close_date=day(-1))
    shown.goto(shown.url + "?owner=all")
    shown.locator(".board-menu summary").first.click()
    assert violations(shown) == []
    card(shown, "Plant").focus()
    shown.keyboard.press("Space")
    shown.keyboard.press("ArrowRight")
    assert violations(shown) == []


def test_all_of_it_works_without_javascript(shown, page_without_javascript, live_server, sign_in, salesperson):
    page = page_without_javascript
    sign_in(page, salesperson)
    page.goto(live_server.url + URL)
    expect(end(page, "won")).to_be_hidden()
    card(page, "Plant").locator("summary").click()
    card(page, "Plant").get_by_role("button", name="Commit").click()
    expect(cards(page, "Commit")).to_have_text(["Plant", "Audit"])
    expect(page.locator("#messages")).to_contain_text("“Plant” is in Commit now.")
    card(page, "Plant").locator("summary").click()
    card(page, "Plant").get_by_role("link", name="Close as lost").click()
    page.get_by_role("link", name="Cancel").click()
    card(page, "Plant").locator("summary").click()
    card(page, "Plant").get_by_role("link", name="Close as won").click()
    page.get_by_label("Actual revenue").fill("950")
    page.get_by_role("button", name="Close opportunity").click()
    expect(cards(page, "Commit")).to_have_text(["Audit"])
