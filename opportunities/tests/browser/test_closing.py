"""Closing a deal in a browser, as a salesperson does it."""

import re

import pytest
from playwright.sync_api import Page, expect

from opportunities.models import Opportunity, OpportunityClose, Preferences, Quote
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close, day

LOST, WON = "Close as lost", "Close as won"


def open_dialog(page: Page, button: str):
    page.get_by_role("link", name=button).click()
    dialog = page.get_by_role("dialog", name="Close opportunity")
    expect(dialog).to_be_visible()
    return dialog


def statuses(opportunity) -> dict[str, str]:
    return dict(opportunity.quotes.values_list("number", "status"))


def test_closing_as_lost_with_the_offer_to_close_all_quotes(show, opportunity):
    # given the dialog with a reason, and three quotes open
    page = show(opportunity)
    dialog = open_dialog(page, LOST)
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_label("Details").fill("A third below us")
    # when it is submitted, it offers to close them
    dialog.get_by_role("button", name="Close opportunity").click()
    expect(dialog.get_by_role("checkbox", name="Close all 3 linked quotes")).to_be_checked()
    expect(dialog.get_by_role("checkbox", name="Close all 3 linked quotes")).to_be_focused()
    expect(dialog.get_by_label("Details")).to_have_value("A third below us")
    assert Opportunity.objects.get().state == "open"
    # and when that is accepted, all is closed and the page says so
    dialog.get_by_role("button", name="Close opportunity and 3 quotes").click()
    expect(page.get_by_role("status")).to_contain_text("Closed as lost, with 3 quotes.")
    expect(dialog).to_be_hidden()
    expect(page.locator("#main")).to_contain_text("Lost · Price")
    assert Opportunity.objects.get().state == "lost"
    assert statuses(opportunity) == {"Q-2026-0114": "lost", "Q-2026-0121": "lost", "Q-2026-0130": "canceled"}


def test_closing_as_won_with_a_chosen_winner(show, opportunity):
    page = show(opportunity)
    dialog = open_dialog(page, WON)
    revenue = dialog.get_by_label("Actual revenue")
    expect(revenue).to_have_value("184,000.00")
    # choosing the winner refills the revenue and turns the blank to lost
    dialog.get_by_label("Q-2026-0121 rev. 0 will become").select_option(label="Won")
    expect(revenue).to_have_value("268,900.00")
    expect(dialog.get_by_label("Q-2026-0114 rev. 2 will become")).to_have_value("lost")
    # typed by hand it stays when another wins
    revenue.fill("260000")
    dialog.get_by_label("Q-2026-0114 rev. 2 will become").select_option(label="Won")
    expect(dialog.get_by_label("Q-2026-0121 rev. 0 will become")).to_have_value("lost")
    expect(revenue).to_have_value("260000")
    dialog.get_by_label("Close all 3 linked quotes").check()
    dialog.get_by_role("button", name="Close opportunity and 3 quotes").click()
    expect(page.get_by_role("status")).to_contain_text("Closed as won, with 3 quotes.")
    won = Opportunity.objects.get()
    assert (won.state, won.actual_revenue) == ("won", 260_000)
    assert statuses(opportunity) == {"Q-2026-0114": "won", "Q-2026-0121": "lost", "Q-2026-0130": "canceled"}


def test_a_choice_in_the_instant_in_which_the_dialog_appears_is_not_lost(show, opportunity):
    # given
    page = show(opportunity)
    choose = "queueMicrotask(() => document.querySelector('[name=outcome][value=won]').click())"
    page.evaluate(f'document.addEventListener("htmx:afterSwap", () => {choose}, {{ once: true }})')

    # when
    page.get_by_role("link", name="Close as lost").click()

    # then
    expect(page.get_by_role("dialog").get_by_label("Actual revenue")).to_be_visible()


def test_undo_brings_everything_back(show, opportunity):
    close(opportunity, "lost")
    opportunity = OpportunityFactory(owner=opportunity.owner)
    quote = QuoteFactory(opportunity=opportunity, status="active")
    page = show(opportunity)
    dialog = open_dialog(page, WON)
    dialog.get_by_label("Close the 1 linked quote").check()
    dialog.get_by_role("button", name="Close opportunity and 1 quote").click()
    message = page.get_by_role("status")
    expect(message).to_contain_text("Closed as won, with 1 quote.")
    message.get_by_role("button", name="Undo").click()
    expect(message).to_contain_text("The closing is undone")
    expect(page.get_by_role("link", name=WON)).to_be_visible()
    opportunity.refresh_from_db()
    quote.refresh_from_db()
    assert (opportunity.state, opportunity.actual_revenue, quote.status) == ("open", None, "active")


def test_a_stale_dialog_comes_back_marked_and_records_nothing(show, opportunity):
    page = show(opportunity)
    dialog = open_dialog(page, LOST)
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_label("Close all 3 linked quotes").check()
    expect(dialog.get_by_role("button", name="Close opportunity and 3 quotes")).to_be_visible()
    # when a colleague adds a quote and changes another meanwhile
    QuoteFactory(opportunity=opportunity, number="Q-2026-0200")
    Quote.objects.filter(number="Q-2026-0130").update(total=63_000)
    dialog.get_by_role("button", name="Close opportunity and 3 quotes").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The quotes changed since they were shown.")
    expect(dialog.get_by_role("row", name=re.compile("Q-2026-0200"))).to_contain_text("New")
    expect(dialog.get_by_role("row", name=re.compile("Q-2026-0130"))).to_contain_text("Was €62,000.00")
    assert Opportunity.objects.get().state == "open"
    dialog.get_by_role("button", name="Close opportunity and 4 quotes").click()
    expect(page.get_by_role("status")).to_contain_text("Closed as lost, with 4 quotes.")


def test_a_double_submit_closes_once(show, opportunity):
    page = show(opportunity)
    dialog = open_dialog(page, LOST)
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_label("Close all 3 linked quotes").check()
    submit = dialog.get_by_role("button", name="Close opportunity and 3 quotes")
    expect(submit).to_be_visible()
    submit.dblclick()
    expect(page.get_by_role("status")).to_contain_text("Closed as lost, with 3 quotes.")
    assert OpportunityClose.objects.count() == 1


def test_a_second_tab_is_told_who_closed_it(show, opportunity, colleague):
    page = show(opportunity)
    dialog = open_dialog(page, LOST)
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_label("Close all 3 linked quotes").check()
    expect(dialog.get_by_role("button", name="Close opportunity and 3 quotes")).to_be_visible()
    close(opportunity, "lost", by=colleague)
    dialog.get_by_role("button", name="Close opportunity").click()
    expect(page.get_by_role("dialog")).to_contain_text("Jonas Weber closed this opportunity as Lost")
    page.get_by_role("link", name="See how it is now").click()
    expect(page.locator("#main")).to_contain_text("Recorded by Jonas Weber")
    assert OpportunityClose.objects.count() == 1


def test_the_keyboard_alone_closes_a_deal_and_escape_changes_nothing(show, opportunity):
    page = show(opportunity)
    button = page.get_by_role("link", name=LOST)
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Close opportunity")
    expect(dialog.get_by_role("radio", name="Lost")).to_be_focused()
    # Escape changes nothing and the focus is back at the button
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    # again, to the end: Won by the arrow and back, reason, details, consent, submit
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("radio", name="Lost")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_label("Actual revenue")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Won")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_label("Actual revenue")).to_be_hidden()
    expect(dialog.get_by_role("radio", name="Lost")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Status reason")).to_be_focused()
    page.keyboard.type("No dec")
    expect(dialog.get_by_label("Status reason")).to_have_value(re.compile(r"\d+"))
    page.keyboard.press("Enter")
    consent = dialog.get_by_role("checkbox", name="Close all 3 linked quotes")
    for _press in range(20):
        if consent.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(consent).to_be_focused()
    if not consent.is_checked():
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Closed as lost, with 3 quotes.")
    # and the focus is in the message, at Undo's door
    expect(page.get_by_role("status").locator(":focus, :focus-within").first).to_be_visible()


def test_cancel_returns_the_focus_and_changes_nothing(show, opportunity):
    page = show(opportunity)
    dialog = open_dialog(page, WON)
    dialog.get_by_label("Details").fill("Never mind")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name=WON)).to_be_focused()
    assert Opportunity.objects.get().state == "open"
    # and opened again it starts afresh
    expect(open_dialog(page, WON).get_by_label("Details")).to_have_value("")


def test_without_javascript_the_dialog_is_a_page(
    page_without_javascript, live_server, sign_in, salesperson, opportunity
):
    page = page_without_javascript
    sign_in(page, salesperson)
    page.goto(live_server.url + opportunity.get_absolute_url())
    page.get_by_role("link", name=WON).click()
    expect(page.get_by_role("heading", name="Close opportunity")).to_be_visible()
    # a changed outcome comes back with the right reasons and all else kept
    page.get_by_role("radio", name="Lost").check()
    page.get_by_label("Details").fill("Changed my mind")
    page.get_by_role("button", name="Close opportunity").click()
    expect(page.get_by_text("“Won” is no reason for this outcome")).to_be_visible()
    expect(page.get_by_role("radio", name="Lost")).to_be_checked()
    expect(page.get_by_label("Details")).to_have_value("Changed my mind")
    page.get_by_label("Status reason").select_option(label="Price")
    page.get_by_role("button", name="Close opportunity and 3 quotes").click()
    expect(page.get_by_text("Closed as lost, with 3 quotes.")).to_be_visible()
    # Undo asks first
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Undo closing")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The closing is undone")).to_be_visible()
    assert Opportunity.objects.get().state == "open"


def test_a_window_of_360_pixels_is_enough(show, opportunity):
    page = show(opportunity)
    page.set_viewport_size({"width": 360, "height": 640})
    page.reload()
    dialog = open_dialog(page, LOST)
    for element in ("html", "#dialog", ".dialog-body"):
        assert page.locator(element).evaluate("e => e.scrollWidth <= e.clientWidth"), element
    dialog.get_by_label("Status reason").select_option(label="Price")
    submit = dialog.get_by_role("button", name="Close opportunity")
    expect(submit).to_be_in_viewport()
    submit.click()
    dialog.get_by_role("button", name="Close opportunity and 3 quotes").click()
    expect(page.get_by_role("status")).to_contain_text("Closed as lost, with 3 quotes.")


def test_a_salesperson_who_chose_french_closes_in_french(show, opportunity, salesperson):
    Preferences.objects.create(user=salesperson, language="fr")
    page = show(opportunity)
    page.get_by_role("link", name="Fermer comme conclue").click()
    dialog = page.get_by_role("dialog", name="Fermer l'opportunité")
    dialog.get_by_label("Q-2026-0114 rév. 2").select_option(label="Conclu")
    revenue = dialog.get_by_label("Revenu réel")
    expect(revenue).to_have_value("181\u202f500,00")  # a narrow no-break space, as French writes it
    revenue.fill("181 400,50")
    dialog.get_by_role("checkbox", name="Fermer les 3 devis liés").check()
    dialog.get_by_role("button", name="Fermer l'opportunité et 3 devis").click()
    expect(page.get_by_role("status")).to_contain_text("3 devis")
    assert str(Opportunity.objects.get().actual_revenue) == "181400.500"


def test_a_choice_after_somebody_closed_it_says_so_in_the_dialog(show, opportunity, colleague):
    page = show(opportunity)
    dialog = open_dialog(page, LOST)
    close(opportunity, "lost", by=colleague)
    dialog.get_by_label("Status reason").select_option(label="Price")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(
        "Jonas Weber closed this opportunity as Lost"
    )


def test_the_page_of_its_own_behaves_like_the_dialog(show, live_server, opportunity):
    page = show(opportunity)
    page.goto(f"{live_server.url}/opportunities/{opportunity.pk}/close/?outcome=lost")
    expect(page.get_by_role("radio", name="Lost")).to_be_focused()
    page.get_by_role("radio", name="Won").check()
    expect(page.get_by_label("Actual revenue")).to_have_value("184,000.00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Close opportunity")
    page.get_by_role("button", name="Close opportunity").click()
    expect(page.get_by_text("Choose what becomes of this quote.")).to_have_count(2)
    expect(page.get_by_label("Q-2026-0114 rev. 2 will become")).to_be_focused()
    page.get_by_label("Q-2026-0114 rev. 2 will become").select_option(label="Won")
    expect(page.get_by_label("Actual revenue")).to_have_value("181,500.00")
    page.get_by_role("button", name="Close opportunity and 3 quotes").click()
    expect(page.get_by_role("status").first).to_contain_text("Closed as won, with 3 quotes.")
    expect(page).to_have_url(live_server.url + opportunity.get_absolute_url())


def test_a_click_counts_while_what_follows_from_a_choice_arrives(show, opportunity):
    # given a dialog in which a choice was made, whose answer is on its way
    page = show(opportunity)
    dialog = open_dialog(page, LOST)
    waiting = []
    page.route("**/close/preview/", lambda route: waiting.append(route))
    with page.expect_request("**/close/preview/"):
        dialog.get_by_role("radio", name="Won").check()

    # when the answer comes between the press and the release of the button
    dialog.get_by_role("button", name="Close opportunity").hover()
    page.mouse.down()
    waiting[0].continue_()
    expect(dialog.get_by_label("Actual revenue")).to_have_value("184,000.00")
    page.mouse.up()

    # then the form is sent
    expect(dialog.get_by_text("Choose what becomes of this quote.")).to_have_count(2)


def test_what_follows_from_a_choice_is_announced(show, opportunity):
    page = show(opportunity)
    dialog = open_dialog(page, WON)
    dialog.get_by_label("Q-2026-0114 rev. 2 will become").select_option(label="Won")
    expect(dialog.locator("[aria-live=polite]")).to_contain_text("Q-2026-0114 rev. 2: 181,500.00.")


@pytest.mark.parametrize("button", [WON, LOST])
def test_an_expired_login_leads_the_whole_page_to_the_login(show, opportunity, button):
    page = show(opportunity)
    page.context.clear_cookies()
    page.get_by_role("link", name=button).click()
    expect(page).to_have_url(re.compile(rf"/accounts/login/\?next={opportunity.get_absolute_url()}"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_dead_server_is_said_aloud(page, live_server, sign_in, salesperson, opportunity):
    sign_in(page, salesperson)
    page.goto(live_server.url + opportunity.get_absolute_url())
    dialog = open_dialog(page, LOST)
    dialog.get_by_label("Status reason").select_option(label="Price")
    page.route("**/close/", lambda route: route.abort())
    dialog.get_by_role("button", name="Close opportunity").click()
    expect(dialog.get_by_role("alert")).to_contain_text("the server could not be reached")
    expect(dialog.get_by_label("Status reason")).not_to_have_value("")
    assert Opportunity.objects.get().state == "open"


def test_reopening_brings_back_the_chosen_quotes(page, live_server, sign_in, manager, opportunity):
    close(opportunity, "lost", closed_on=day(-2))
    sign_in(page, manager)
    page.goto(live_server.url + opportunity.get_absolute_url())
    page.get_by_role("link", name="Reopen").click()
    dialog = page.get_by_role("dialog", name="Reopen opportunity")
    dialog.get_by_role("checkbox", name=re.compile("Q-2026-0121")).uncheck()
    dialog.get_by_label("Reason for reopening").fill("They called back")
    dialog.get_by_role("button", name="Reopen opportunity").click()
    expect(page.get_by_role("status")).to_contain_text("The opportunity is open again.")
    expect(page.locator("#main")).to_contain_text("They called back")
    assert statuses(opportunity) == {"Q-2026-0114": "active", "Q-2026-0121": "lost", "Q-2026-0130": "draft"}


def test_correcting_a_closing_keeps_the_history(page, live_server, sign_in, manager, opportunity):
    close(opportunity, "lost", closed_on=day(-2))
    sign_in(page, manager)
    page.goto(live_server.url + opportunity.get_absolute_url())
    page.get_by_role("link", name="Correct closing").click()
    dialog = page.get_by_role("dialog", name="Correct closing")
    dialog.get_by_label("Status reason").select_option(label="Out-sold")
    dialog.get_by_role("button", name="Correct closing").click()
    expect(dialog.get_by_text("“Out-sold” needs a competitor.")).to_be_visible()
    dialog.get_by_label("Competitor").select_option(label="Contoso")
    dialog.get_by_role("button", name="Correct closing").click()
    expect(page.get_by_role("status")).to_contain_text("The closing is corrected.")
    expect(page.locator("#main")).to_contain_text("Lost · Out-sold")
    assert list(OpportunityClose.objects.order_by("pk").values_list("status_reason__name", flat=True)) == [
        "Price",
        "Out-sold",
    ]
