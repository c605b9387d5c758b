"""The server fails or is not there while a deal is closed: the dialog says so, and keeps what was typed."""

from unittest import mock

from django.db import OperationalError
from playwright.sync_api import expect

from opportunities.models import Opportunity
from opportunities.tests.browser.test_closing import open_dialog

FULL = OperationalError("database or disk is full")


def test_what_was_typed_stays_in_the_dialog_when_the_server_fails_and_is_sent_again(
    page, live_server, sign_in, salesperson, opportunity
):
    # given the dialog, filled in
    sign_in(page, salesperson)
    page.goto(live_server.url + opportunity.get_absolute_url())
    dialog = open_dialog(page, "Close as lost")
    dialog.get_by_label("Status reason").select_option(label="Price")
    dialog.get_by_label("Details").fill("A third below us")
    dialog.get_by_label("Close all 3 linked quotes").check()
    send = dialog.get_by_role("button", name="Close opportunity")

    # when the disk of the database is full
    with mock.patch("opportunities.closing.services.record_closings", side_effect=FULL):
        send.click()
        expect(dialog.get_by_role("alert")).to_contain_text("The database takes no changes at the moment")
    # and then the network is cut
    page.context.set_offline(True)
    send.click()
    expect(dialog.get_by_role("alert")).to_contain_text("the server could not be reached")
    page.context.set_offline(False)

    # then nothing is closed, what was typed is there, and can be sent as it is
    assert Opportunity.objects.get().state == "open"
    expect(dialog.get_by_label("Details")).to_have_value("A third below us")
    expect(dialog.get_by_label("Status reason").locator("option:checked")).to_have_text("Price")
    send.click()
    expect(page.get_by_role("status")).to_contain_text("Closed as lost, with 3 quotes.")
    assert Opportunity.objects.get().state == "lost"
