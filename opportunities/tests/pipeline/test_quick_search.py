"""Quick search over opportunities, accounts and quotes; the list of shortcuts."""

import re

import pytest

from opportunities.models import Preferences
from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory

pytestmark = pytest.mark.django_db

URL = "/search/"
AS_TYPED = {"HX-Request": "true", "HX-Target": "quick-hits"}


@pytest.fixture
def deals(salesperson, colleague):
    account = AccountFactory(name="Électro Süd", sector="Energy")
    opportunity = OpportunityFactory(topic="Plant maintenance", account=account, owner=colleague)
    QuoteFactory(opportunity=opportunity, number="Q-2026-0114", name="Full service", status="active")
    return opportunity


@pytest.fixture
def look(client, salesperson):
    client.force_login(salesperson)

    def look(text, **headers):
        return client.get(URL, {"q": text}, headers=headers or AS_TYPED)

    return look


def hits(response) -> list[str]:
    """The name of each hit."""
    return [
        re.sub(r"<[^>]+>", "", name).strip()
        for name in re.findall(
            r'"quick-name">(.*?)</span>\s*(?:<span class="quick-about"|</a>)', response.content.decode()
        )
    ]


@pytest.mark.parametrize("number", ["114", "0114", "2026-0114", "q-2026-0114", "Q-2026-011"])
def test_a_number_finds_its_quote_and_its_opportunity(look, deals, number):
    assert hits(look(number)) == ["Plant maintenance", "Q-2026-0114 rev. 0 Full service"]


def test_words_find_all_kinds_whosever_they_are(look, deals):
    assert hits(look("ELECTRO")) == ["Plant maintenance", "Électro Süd"]
    assert hits(look("electro plant")) == ["Plant maintenance"]
    assert hits(look("service")) == ["Q-2026-0114 rev. 0 Full service"]


def test_a_quote_whose_number_is_typed_comes_before_numbers_that_begin_so(look, deals):
    for serial in range(1140, 1150):
        QuoteFactory(opportunity=deals, number=f"Q-2026-{serial}", name="Other")
    assert next(hit for hit in hits(look("114")) if hit.startswith("Q-")) == "Q-2026-0114 rev. 0 Full service"
    assert len(hits(look("114"))) == 1 + 5


def test_each_kind_has_five_hits_at_most_and_the_page_more(look, deals):
    for _number in range(25):
        OpportunityFactory(topic="Pump station")
    assert hits(look("pump")) == ["Pump station"] * 5
    page = look("pump", **{"Accept": "text/html"})
    assert hits(page) == ["Pump station"] * 20
    assert "/opportunities/?q=pump&amp;owner=all&amp;state=all" in page.content.decode()


def test_an_account_leads_to_its_page(look, deals):
    assert f'href="/accounts/{deals.account_id}/"' in look("electro").content.decode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<nothing>", "Nothing has “&lt;nothing&gt;”."),
        ("ab", "Type at least three letters or digits."),
        ("%%%", "Type at least three letters or digits."),
        ("\0", ""),
        ("x" * 2_000, "Nothing has"),
        ("", ""),
    ],
)
def test_what_finds_nothing_says_why(look, deals, text, sentence):
    response = look(text)
    assert response.status_code == 200
    assert hits(response) == []
    assert sentence in response.content.decode()
    assert look(text, Accept="text/html").status_code == 200


@pytest.mark.parametrize("rows", [1, 30])
def test_the_statements_do_not_grow_with_what_is_found(look, deals, django_assert_num_queries, rows):
    for number in range(rows):
        account = AccountFactory(name=f"Solar {number}")
        opportunity = OpportunityFactory(topic=f"Solar park {number}", account=account)
        QuoteFactory(opportunity=opportunity, name=f"Solar {number}")
    with django_assert_num_queries(9):
        assert hits(look("solar")) != []


def test_whoever_may_not_see_opportunities_is_told_so(client, outsider):
    client.force_login(outsider)
    response = client.get(URL, {"q": "plant"})
    assert response.status_code == 403
    assert "view_opportunity" in response.content.decode()


def test_shortcuts_are_listed_in_the_dialog_and_on_a_page(client, salesperson):
    client.force_login(salesperson)
    panel = client.get("/shortcuts/", headers={"HX-Request": "true"}).content.decode()
    page = client.get("/shortcuts/").content.decode()
    assert re.findall("<kbd>(.)</kbd>", panel) == [*"/", *"ghgogbgqgi", *"n?", "x", *"ewl"]
    assert "<html" not in panel
    assert "<html" in page


def test_every_shortcut_that_is_listed_is_on_a_page(client, salesperson):
    opportunity = OpportunityFactory(owner=salesperson)
    client.force_login(salesperson)
    page = client.get(opportunity.get_absolute_url()).content.decode()
    assert set(re.findall(r'data-shortcut="([^"]+)"', page)) == {
        *("/", "g h", "g o", "g b", "g q", "g i", "n", "?"),
        *("e", "w", "l"),
    }
    assert " data-shortcuts" in page


def test_what_one_may_not_do_has_no_shortcut(client, salesperson, colleague):
    opportunity = OpportunityFactory(owner=colleague)
    client.force_login(salesperson)
    page = client.get(opportunity.get_absolute_url()).content.decode()
    assert not {"e", "w", "l"} & set(re.findall(r'data-shortcut="([^"]+)"', page))


def test_preferences_switch_shortcuts_off_and_on(client, salesperson):
    client.force_login(salesperson)
    client.post("/preferences/", {"language": "", "time_zone": ""})
    assert Preferences.objects.get().shortcuts is False
    assert "data-shortcuts" not in client.get("/shortcuts/").content.decode()
    client.post("/preferences/", {"language": "", "time_zone": "", "shortcuts": "on"})
    assert Preferences.objects.get().shortcuts is True
    assert "data-shortcuts" in client.get("/shortcuts/").content.decode()
