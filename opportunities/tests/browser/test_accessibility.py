"""axe finds nothing on the pages of this product, in both languages' layouts, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from opportunities.models import Quote
from opportunities.tests.factories import close

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.fixture(params=["light", "dark"])
def themed(request, page):
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return page


@pytest.mark.parametrize(
    "path",
    [
        "/opportunities/",
        "/opportunities/?state=all&owner=all",
        "/opportunities/new/",
        "/opportunities/{opportunity}/",
        "/opportunities/{opportunity}/edit/",
        "/opportunities/{opportunity}/close/?outcome=won",
        "/opportunities/{opportunity}/quotes/new/",
        "/quotes/{quote}/",
        "/quotes/{quote}/revise/",
        "/quotes/{quote}/copy/?q=plant",
        "/quotes/{quote}/close/",
        "/preferences/",
        "/accounts/password_change/",
        "/opportunities/999999/",
    ],
)
def test_a_page_has_no_violations(themed, show, live_server, opportunity, path):
    show(opportunity)
    themed.goto(live_server.url + path.format(opportunity=opportunity.pk, quote=Quote.objects.first().pk))
    assert violations(themed) == []


def test_the_dialog_has_no_violations_first_refused_and_done(themed, show, opportunity):
    page = show(opportunity)
    page.get_by_role("link", name="Close as won").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Close opportunity").click()
    page.get_by_text("Choose what becomes of this quote.").first.wait_for()
    assert violations(page) == []


def test_the_closed_opportunity_has_no_violations(themed, show, opportunity):
    close(opportunity, "lost", details="Too dear")
    assert violations(show(opportunity)) == []


def test_reopening_and_correcting_have_no_violations(themed, live_server, sign_in, manager, opportunity):
    close(opportunity, "lost")
    sign_in(themed, manager)
    for dialog in ["reopen", "correct"]:
        themed.goto(f"{live_server.url}/opportunities/{opportunity.pk}/{dialog}/")
        assert violations(themed) == []


def test_the_login_has_no_violations(themed, live_server):
    themed.goto(f"{live_server.url}/accounts/login/")
    assert violations(themed) == []
