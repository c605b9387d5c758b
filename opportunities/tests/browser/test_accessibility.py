"""axe finds nothing on the pages of this product, in both languages' layouts, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from opportunities.models import Quote
from opportunities.tests.factories import close

RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast", "link-in-text-block"],  # nothing else depends on the scheme
}


def violations(page) -> list[str]:
    """What axe finds on the page as it is, light and then dark."""
    return [violation for scheme in RULES for violation in violations_in(page, scheme)]


def violations_in(page, scheme: str) -> list[str]:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    # What is not asked for would take as long as what is.
    options = {"runOnly": RULES[scheme], "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{scheme}, {rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/opportunities/",
        "/opportunities/?state=all&owner=all",
        "/opportunities/new/",
        "/opportunities/{opportunity}/",
        "/opportunities/{opportunity}/edit/",
        "/opportunities/{opportunity}/close/?outcome=won",
        "/opportunities/{opportunity}/quotes/new/",
        "/accounts/{account}/",
        "/quotes/",
        "/quotes/{quote}/",
        "/quotes/{quote}/revise/",
        "/quotes/{quote}/copy/?q=plant",
        "/quotes/{quote}/close/",
        "/insights/?closed_from=wrong",
        "/search/?q=plant",
        "/shortcuts/",
        "/preferences/",
        "/accounts/password_change/",
        "/opportunities/999999/",
    ],
)
def test_a_page_has_no_violations(page, live_server, sign_in, salesperson, opportunity, path):
    sign_in(page, salesperson)
    ids = {"opportunity": opportunity.pk, "quote": Quote.objects.first().pk, "account": opportunity.account_id}
    page.goto(live_server.url + path.format(**ids))
    assert violations(page) == []


def test_the_dialog_has_no_violations_first_refused_and_done(show, opportunity):
    page = show(opportunity)
    page.get_by_role("link", name="Close as won").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Close opportunity").click()
    page.get_by_text("Choose what becomes of this quote.").first.wait_for()
    assert violations(page) == []


def test_the_closed_opportunity_has_no_violations(show, opportunity):
    close(opportunity, "lost", details="Too dear")
    assert violations(show(opportunity)) == []


def test_reopening_and_correcting_have_no_violations(page, live_server, sign_in, manager, opportunity):
    close(opportunity, "lost")
    sign_in(page, manager)
    for dialog in ["reopen", "correct"]:
        page.goto(f"{live_server.url}/opportunities/{opportunity.pk}/{dialog}/")
        assert violations(page) == []


@pytest.mark.parametrize("path", ["login/", "password/reset/", "password/reset/done/", "password/reset/key/1-none/"])
def test_who_is_not_signed_in_meets_no_violations(page, live_server, path):
    page.goto(f"{live_server.url}/accounts/{path}")
    assert violations(page) == []


def test_a_refused_sign_in_has_no_violations(page, live_server):
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("The username or the password is wrong.").wait_for()
    assert violations(page) == []
