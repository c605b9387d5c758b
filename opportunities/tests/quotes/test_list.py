"""The list of quotes: which ones, in which order, what they come to, and from which index they are read."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportunities.models import Opportunity, Quote
from opportunities.quotes import filters
from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory, UserFactory, close, day

pytestmark = pytest.mark.django_db

URL = "/quotes/"
EVERYBODYS = {"owner": "all"}


def names(response) -> list[str]:
    return [quote.name for quote in response.context["page"].rows]


def text(response) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def shown(client, salesperson):
    """The names on the page that Marta sees at an address."""
    client.force_login(salesperson)
    return lambda **address: names(client.get(URL, address))


@pytest.fixture
def mine(salesperson):
    """Makes a quote on an opportunity of Marta's."""

    def mine(name="Quote", **facts):
        return QuoteFactory(name=name, **{"opportunity__owner": salesperson} | facts)

    return mine


def test_a_salesperson_begins_with_their_own_open_quotes_and_a_manager_with_everybodys(
    client, shown, mine, manager, colleague
):
    # given open quotes of two owners, and a lost one
    mine("Draft")
    mine("Active", status="active")
    close(mine("Lost", status="active").opportunity)
    QuoteFactory(name="Theirs", opportunity__owner=colleague)

    # then
    assert shown() == ["Draft", "Active"]
    assert shown(owner="all") == ["Draft", "Active", "Theirs"]
    assert shown(owner=colleague.pk) == ["Theirs"]
    client.force_login(manager)
    assert names(client.get(URL)) == ["Draft", "Active", "Theirs"]


def test_an_outsider_is_refused_and_told_the_permission(client, outsider):
    client.force_login(outsider)
    response = client.get(URL)
    assert response.status_code == 403
    assert "view_opportunity" in response.content.decode()


@pytest.mark.parametrize("owner", ["mine", "all"])
def test_each_status_can_be_chosen_and_all_of_them(shown, mine, owner):
    # given a quote of each status
    mine("Draft")
    mine("Active", status="active")
    won = mine("Won", status="active").opportunity
    mine("Canceled", opportunity=won)
    close(won, "won")
    close(mine("Lost", status="active").opportunity)

    # then
    for status in ["Draft", "Active", "Won", "Lost", "Canceled"]:
        assert shown(state=status.lower(), owner=owner) == [status]
    assert shown(state="revised", owner=owner) == []
    assert shown(state="all", owner=owner) == ["Lost", "Canceled", "Won", "Active", "Draft"]


def test_open_quotes_are_in_the_order_of_their_validity_the_unlimited_last(shown, mine):
    for name, days, status in [("Soon", 3, "draft"), ("Never", None, "active"), ("Past", -3, "active")]:
        mine(name, status=status, valid_until=None if days is None else day(days))
    assert shown() == ["Past", "Soon", "Never"]
    assert shown(owner="all") == ["Past", "Soon", "Never"]


@pytest.mark.parametrize("owner", ["mine", "all"])
def test_what_expires_within_seven_days_and_what_has_expired(shown, mine, owner):
    # given quotes around both ends of the week, and one that expired after it was lost
    for days in [-1, 0, 7, 8]:
        mine(f"{days}", status="active", valid_until=day(days))
    mine("unlimited")
    close(mine("lost", status="active", valid_until=day(-1)).opportunity)

    # then
    assert shown(validity="expiring", owner=owner) == ["0", "7"]
    assert shown(validity="expired", owner=owner) == ["-1"]
    assert shown(validity="expired", owner=owner, state="all") == ["-1"]
    assert shown(validity="expired", owner=owner, state="draft") == []
    assert shown(validity="expired", owner=owner, state="lost") == []


def test_an_expired_quote_is_marked_wherever_it_is_in_the_list(client, salesperson, mine):
    mine("Past", status="active", valid_until=day(-1))
    mine("Today", status="active", valid_until=day(0))
    client.force_login(salesperson)
    assert text(client.get(URL)).partition("Net total")[2].count("Expired") == 1


def test_an_account_is_found_by_its_name_without_case_and_accents(shown, mine):
    account = AccountFactory(name="Société Dupont")
    mine("Theirs", opportunity__account=account)
    mine("Others")
    assert shown(account="societe dupont") == ["Theirs"]
    assert shown(account="Société Dupont", owner="all") == ["Theirs"]


def test_of_accounts_whose_names_differ_in_accents_only_the_very_name_decides(shown, mine):
    for name in ["COTE", "Côte", "Coté"]:
        mine(name, opportunity__account=AccountFactory(name=name))
    assert shown(account="Coté") == ["Coté"]
    assert shown(account="cote") == ["COTE"]


def test_an_unknown_account_is_said_at_its_field_and_matches_nothing(client, salesperson, mine):
    mine()
    client.force_login(salesperson)
    response = client.get(URL, {"account": "<Nobody>"})
    assert response.status_code == 200
    assert names(response) == []
    assert "No account is called “&lt;Nobody&gt;”." in response.content.decode()


def test_the_search_finds_numbers_and_names_without_case_and_accents(shown, mine):
    mine("Éclairage Hall 2", number="Q-2026-0114")
    mine("Other", number="Q-2026-1140")
    assert shown(q="ECLAIRAGE") == ["Éclairage Hall 2"]
    assert shown(q="q-2026-0114") == ["Éclairage Hall 2"]
    assert shown(q="2026-01 hall") == ["Éclairage Hall 2"]
    assert shown(q="0114", owner="all") == ["Éclairage Hall 2"]
    assert shown(q="114") == ["Éclairage Hall 2", "Other"]
    for nothing in ["%", "_", "Q-2026-9999", "hall other"]:
        assert shown(q=nothing) == []


def test_the_totals_are_those_of_all_matches_by_currency(client, salesperson, mine):
    # given sixty quotes in two currencies, more than a page
    in_euros = OpportunityFactory(owner=salesperson)
    in_yen = OpportunityFactory(owner=salesperson, currency="JPY")
    for _number in range(55):
        mine(opportunity=in_euros, total=Decimal("0.10"))
    for _number in range(5):
        mine(opportunity=in_yen, total=1_000, status="active")
    client.force_login(salesperson)

    # then both ways of reading them, and a single page, come to the same
    for address in [{}, EVERYBODYS]:
        response = client.get(URL, address)
        assert response.context["totals"].sums == {"EUR": Decimal("5.5"), "JPY": Decimal(5000)}
        assert "60 quotes · €5.50 · JP¥5,000" in text(response)
    assert "5 quotes · JP¥5,000" in text(client.get(URL, {"state": "active"}))


@pytest.mark.parametrize("address", [{}, EVERYBODYS])
def test_beyond_a_bound_the_list_asks_for_narrower_filters_instead_of_adding_up(
    client, salesperson, mine, monkeypatch, address
):
    monkeypatch.setattr(filters, "COUNTED", 55)
    monkeypatch.setattr("opportunities.quotes.list_views.COUNTED", 55)
    opportunity = OpportunityFactory(owner=salesperson)
    for number in range(56):
        mine(opportunity=opportunity, status="active" if number % 2 else "draft")
    client.force_login(salesperson)
    response = client.get(URL, address)
    assert response.context["totals"] == filters.Totals(56, {})
    assert "More than 55 quotes: narrow the filters to see what they come to." in text(response)


@pytest.mark.parametrize("address", [{}, EVERYBODYS, {"state": "all"}, {"state": "all", "owner": "all"}])
def test_the_pages_hold_every_quote_once_and_their_links_keep_the_filters(client, salesperson, mine, address):
    # given more than two pages, drafts and active ones, with and without an end
    opportunity = OpportunityFactory(owner=salesperson)
    for number in range(110):
        mine(
            f"Plant {number}",
            opportunity=opportunity,
            status="active" if number % 3 else "draft",
            valid_until=day(number // 7) if number % 5 else None,
        )
    client.force_login(salesperson)

    # when one follows the links to the last page, and back
    pages = [client.get(URL, address | {"q": "plant"})]
    while link := re.search(r'rel="next"\s+href="([^"]+)"', pages[-1].content.decode()):
        pages.append(client.get(URL + link[1].replace("&amp;", "&")))
    back = re.search(r'rel="prev"\s+href="([^"]+)"', pages[-1].content.decode())
    before = client.get(URL + back[1].replace("&amp;", "&"))

    # then each was there once
    assert [len(names(page)) for page in pages] == [50, 50, 10]
    assert len({name for page in pages for name in names(page)}) == 110
    assert names(before) == names(pages[1])
    assert "q=plant" in back[1]


@pytest.mark.parametrize(
    "address",
    [
        {"state": "nonsense"},
        {"state": "null"},
        {"state": ["nonsense", "\x00"]},
        {"owner": "0 OR 1=1"},
        {"owner": "9" * 40},
        {"owner": "-1"},
        {"validity": "sometimes"},
        {"q": "\x00"},
        {"q": "x" * 5000},
        {"page": "nonsense"},
        {"page": "\x00é"},
        {"unknown": "\x00", "number": "1"},
        {"state": "\x00", "owner": "\x00", "validity": "\x00"},
    ],
)
def test_a_senseless_address_shows_the_list_as_it_begins(client, salesperson, mine, address):
    mine("Mine")
    client.force_login(salesperson)
    response = client.get(URL, address)
    assert response.status_code == 200
    assert names(response) == ["Mine"]


@pytest.mark.parametrize("account", ["\x00", "x" * 5000])
def test_a_senseless_account_is_an_error_at_its_field(client, salesperson, mine, account):
    mine("Mine")
    client.force_login(salesperson)
    response = client.get(URL, {"account": account})
    assert response.status_code == 200
    assert names(response) == []
    assert "account" in response.context["filters"].form.errors


def test_a_filter_that_makes_no_sense_is_shown_as_it_is_taken(client, manager):
    client.force_login(manager)
    html = client.get(URL, {"owner": "nobody", "q": "\x00"}).content.decode()
    assert '<option value="all" selected>Everybody&#x27;s</option>' in html
    assert "invalid" not in html


def test_a_hundred_words_are_searched_for(shown, mine):
    mine("a")
    assert shown(q="a " * 100) == ["a"]


def test_the_navigation_says_where_one_is(client, salesperson, mine):
    quote = mine()
    client.force_login(salesperson)
    current = r'href="([^"]+)"\s+aria-current="true"'
    for url, there in [
        (URL, URL),
        (quote.get_absolute_url(), URL),
        (quote.opportunity.get_absolute_url(), "/opportunities/"),
        (f"{quote.opportunity.get_absolute_url()}quotes/new/", "/opportunities/"),
    ]:
        navigation = client.get(url).content.decode().partition("</nav>")[0]
        assert re.findall(current, navigation) == [there]


def test_the_list_cannot_be_posted_to(client, salesperson):
    client.force_login(salesperson)
    assert client.post(URL).status_code == 405


@pytest.mark.parametrize(
    ("address", "few", "many"),
    [
        ({}, 6, 8),
        (EVERYBODYS, 7, 11),
        ({"state": "won"}, 6, 6),
        ({"owner": "all", "state": "all", "account": "Northwind"}, 7, 9),
    ],
)
def test_one_page_takes_few_statements_and_any_number_of_pages_a_few_more(
    client, salesperson, mine, address, few, many
):
    """Session, user, permissions, names of owners, the account, the page, its opportunities; count and sums.

    Drafts and active quotes of everybody are two ranges of an index, each read, counted and added up by itself.
    """
    client.force_login(salesperson)
    account = AccountFactory(name="Northwind")
    mine(opportunity__account=account, status="active")
    won = mine(opportunity__account=account, status="active")
    close(won.opportunity, "won")

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, address)
        return len(queries)

    assert statements() == few
    for number in [60, 120]:
        opportunity = OpportunityFactory(owner=salesperson, account=account)
        for _number in range(60):
            mine(opportunity=opportunity)
        assert Quote.objects.open().count() > number
        assert statements() == many


BY_OPPORTUNITY = "opportunity_id" if connection.vendor == "sqlite" else "(opportunity_id|pkey)"
PLANS = [
    ({"owner": "all"}, "quote_by_validity"),
    ({"owner": "all", "state": "active"}, "quote_by_validity"),
    ({"owner": "all", "validity": "expiring"}, "quote_by_validity"),
    ({"owner": "all", "validity": "expired"}, "quote_by_validity"),
    ({"owner": "all", "state": "lost"}, "quote_by_(status|validity)"),
    ({"owner": "mine"}, "opportunity_id"),
    ({"owner": "mine", "validity": "expired"}, "opportunity_id"),
    # Only a million quotes keep PostgreSQL from reading them by their ids here.
    ({"owner": "mine", "state": "lost"}, BY_OPPORTUNITY),
    ({"owner": "all", "account": "Northwind"}, "opportunity_id"),
    ({"owner": "all", "account": "Northwind", "state": "won"}, "opportunity_id"),
    ({"owner": "all", "state": "all", "q": "q-2026-0114"}, "(rowid|pkey)"),
]


def test_every_filter_is_read_from_an_index(salesperson, subtests):
    """On a million quotes, a page that scans all of them would take seconds."""
    fill(salesperson)
    for address, index in PLANS:
        chosen = filters.QuoteFilter(address, salesperson)
        for quotes in chosen.sources():
            with subtests.test(address=str(address)):
                plan, counted = page_plan(chosen.order, quotes), quotes[: filters.COUNTED].explain()
                assert re.search(rf"(?i)(index|key).*{index}", plan), plan
                # Adding up needs no order, so either index of the status will do.
                enough = "quote_by_(status|validity)" if index.startswith("quote_by") else index
                assert re.search(rf"(?i)(index|key).*{enough}", counted), counted


def fill(salesperson) -> None:
    """As many rows as a planner needs to see what an index is worth, of fifty owners and two hundred accounts."""
    accounts = [AccountFactory(name="Northwind"), *AccountFactory.create_batch(199)]
    owners = [salesperson, *UserFactory.create_batch(49)]
    model = OpportunityFactory(owner=salesperson, account=accounts[0])
    facts = {"stage": model.stage, "status_reason": model.status_reason, "topic": "Deal"}
    opportunities = Opportunity.objects.bulk_create(
        Opportunity(account=accounts[n % 200], owner=owners[n // 20], **facts) for n in range(1_000)
    )
    Quote.objects.bulk_create(
        Quote(
            opportunity=opportunities[n % 1_000],
            number=f"Q-2026-{n:04d}",
            name="Full service",
            status="active" if n % 2 else "draft",
            valid_until=day(n % 400 - 200),
        )
        for n in range(4_000)
    )
    if connection.vendor == "postgresql":  # tables this small are read whole unless that is made dear
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE opportunities_opportunity, opportunities_quote")
            for way in ["seqscan", "bitmapscan", "hashjoin", "mergejoin"]:
                cursor.execute(f"SET LOCAL enable_{way} = off")


def page_plan(order, quotes) -> str:
    """How the database reads a page of `quotes` in the middle of the list."""
    middle = Quote.objects.order_by("pk")[2_000]
    place = order.read(order.write(Quote(pk=middle.pk, valid_until=day(3)), is_back=False))
    [first, *_others] = order.parts(quotes, place, "lt" if order.latest_first else "gt")
    return first.order_by(*order.columns(rising=not order.latest_first))[:51].explain()
