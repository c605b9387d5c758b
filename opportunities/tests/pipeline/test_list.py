"""The list of opportunities: whose, in which state, searched, and with which words in its columns."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory, close, day

pytestmark = pytest.mark.django_db

URL = "/opportunities/"


def topics(response) -> list[str]:
    return [row.topic for row in response.context["page"].rows]


def text(response) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_salesperson_begins_with_their_own_open_opportunities(client, salesperson, colleague):
    # given opportunities of two owners, one of them closed
    OpportunityFactory(topic="Mine", owner=salesperson)
    OpportunityFactory(topic="Theirs", owner=colleague)
    close(OpportunityFactory(topic="Lost", owner=salesperson))

    # when the salesperson opens the list
    client.force_login(salesperson)

    # then it shows theirs, and everybody's when asked
    assert topics(client.get(URL)) == ["Mine"]
    assert set(topics(client.get(URL, {"owner": "all"}))) == {"Mine", "Theirs"}


def test_a_manager_begins_with_everybodys_open_opportunities(client, manager, colleague):
    OpportunityFactory(topic="Theirs", owner=colleague)
    client.force_login(manager)
    assert topics(client.get(URL)) == ["Theirs"]
    assert topics(client.get(URL, {"owner": "mine"})) == []


def test_an_outsider_is_refused_and_told_the_permission(client, outsider):
    client.force_login(outsider)
    response = client.get(URL)
    assert response.status_code == 403
    assert "view_opportunity" in response.content.decode()


def test_a_visitor_is_sent_to_the_login(client):
    assert client.get(URL).url == f"{reverse('account_login')}?next={URL}"


def test_each_state_has_its_own_order(client, salesperson):
    # given open ones by estimate, one without, and closed ones by close date
    for topic, days in [("Later", 9), ("Unknown", None), ("Sooner", 3)]:
        estimate = None if days is None else day(days)
        OpportunityFactory(topic=topic, owner=salesperson, estimated_close_date=estimate, opened_on=day(-90))
    for topic, days in [("Lost before", -9), ("Lost lately", -3)]:
        close(OpportunityFactory(topic=topic, owner=salesperson, opened_on=day(-60)), closed_on=day(days))
    close(OpportunityFactory(topic="Won", owner=salesperson, opened_on=day(-5)), "won")
    client.force_login(salesperson)

    # then open: soonest estimate first; closed: latest first; all: opened last first, ties by id
    assert topics(client.get(URL, {"state": "open"})) == ["Sooner", "Later", "Unknown"]
    assert topics(client.get(URL, {"state": "lost"})) == ["Lost lately", "Lost before"]
    assert topics(client.get(URL, {"state": "won"})) == ["Won"]
    everything = ["Won", "Lost lately", "Lost before", "Sooner", "Unknown", "Later"]
    assert topics(client.get(URL, {"state": "all"})) == everything


def test_the_search_finds_words_of_topic_and_account_without_case_and_accents(client, salesperson):
    # given an opportunity of an account with an accent
    OpportunityFactory(topic="Éclairage 2027", account=AccountFactory(name="Société Dupont"), owner=salesperson)
    OpportunityFactory(topic="Other", owner=salesperson)
    client.force_login(salesperson)

    # then words of both find it
    assert topics(client.get(URL, {"q": "ECLAIRAGE societe"})) == ["Éclairage 2027"]
    assert topics(client.get(URL, {"q": "%"})) == []


def test_an_empty_list_says_so_and_leads_on(client, salesperson):
    client.force_login(salesperson)
    response = client.get(URL, {"q": "<nothing>"})
    assert "No opportunity here has “&lt;nothing&gt;” in its topic or account." in response.content.decode()
    assert "?q=%3Cnothing%3E&amp;owner=all" in response.content.decode()


def test_an_open_row_shows_stage_estimate_overdue_and_open_quotes(client, salesperson):
    # given an overdue opportunity with two open quotes and a closed one
    opportunity = OpportunityFactory(
        topic="Deal", owner=salesperson, estimated_revenue=Decimal("1234.5"), estimated_close_date=day(-1)
    )
    QuoteFactory(opportunity=opportunity)
    QuoteFactory(opportunity=opportunity, status="active")

    # when the list is shown
    client.force_login(salesperson)
    response = client.get(URL)

    # then the row says all that in words
    assert response.context["page"].rows[0].open_quotes == 2
    for words in ["Marta Ruiz", "Propose", "€1,234.50", "Overdue"]:
        assert words in text(response)


def test_an_opportunity_that_closes_today_is_not_overdue(client, salesperson):
    OpportunityFactory(owner=salesperson, estimated_close_date=day(0))
    client.force_login(salesperson)
    assert "status-expired" not in client.get(URL).content.decode()


def test_a_won_row_shows_what_came_true_and_a_lost_row_what_was_estimated(client, salesperson):
    # given a won and a lost opportunity
    won = OpportunityFactory(owner=salesperson, estimated_revenue=1000)
    close(won, "won", actual_revenue=Decimal("950"))
    close(OpportunityFactory(owner=salesperson, estimated_revenue=2000), "lost")
    client.force_login(salesperson)

    # then
    assert "€950.00" in text(client.get(URL, {"state": "won"}))
    lost = text(client.get(URL, {"state": "lost"}))
    assert "€2,000.00" in lost
    assert "Price" in lost


def test_a_state_and_a_reason_of_the_same_name_are_said_once(client, salesperson):
    # given a won, a lost and an open opportunity
    close(OpportunityFactory(owner=salesperson), "won")
    close(OpportunityFactory(owner=salesperson), "lost")
    OpportunityFactory(owner=salesperson)
    client.force_login(salesperson)

    # then each says its state, and its reason or stage where that says more
    rows = text(client.get(URL, {"state": "all"})).partition("Open quotes")[2]
    assert re.findall(r"Marta Ruiz (.+?) €", rows) == ["Open Propose", "Lost Price", "Won"]
    assert "Marta Ruiz Won €" in text(client.get(URL, {"state": "won"}))


def test_a_hundred_words_are_searched_for(client, salesperson):
    OpportunityFactory(topic="a", owner=salesperson)
    client.force_login(salesperson)
    assert topics(client.get(URL, {"q": "a " * 100})) == ["a"]


def test_unknown_account_and_estimate_show_a_dash(client, salesperson):
    OpportunityFactory(owner=salesperson, account=None, estimated_revenue=None, estimated_close_date=None)
    client.force_login(salesperson)
    assert text(client.get(URL)).count("—") == 3


@pytest.mark.parametrize(
    "address",
    [
        {"state": "nonsense"},
        {"owner": "0 OR 1=1"},
        {"q": "\x00"},
        {"q": "x" * 5000},
        {"q": "a " * 5000},
        {"q": "x" * 100_000},
        {"page": "nonsense"},
        {"page": "\x00é"},
        {"state": "\x00", "owner": "\x00"},
    ],
)
def test_a_senseless_address_shows_the_list_as_it_begins(client, salesperson, address):
    OpportunityFactory(topic="Mine", owner=salesperson)
    client.force_login(salesperson)
    response = client.get(URL, address)
    assert response.status_code == 200
    assert topics(response) == ["Mine"]


def test_page_links_keep_the_filters(client, salesperson):
    # given more than a page
    account = AccountFactory()
    for _number in range(60):
        OpportunityFactory(topic="Plant", owner=salesperson, account=account)
    client.force_login(salesperson)

    # when the link of the next page is followed
    first = client.get(URL, {"q": "plant", "owner": "all"})
    [link] = re.findall(r'rel="next"\s+href="([^"]+)"', first.content.decode())
    second = client.get(URL + link.replace("&amp;", "&"))

    # then the other ten are there, and the way back
    assert link.startswith("?q=plant&amp;owner=all&amp;page=")
    assert (len(topics(first)), len(topics(second))) == (50, 10)
    assert second.context["filters"].chosen["owner"] == "all"
    assert 'rel="prev"' in second.content.decode()
    assert 'rel="next"' not in second.content.decode()


def test_the_list_cannot_be_posted_to(client, salesperson):
    client.force_login(salesperson)
    assert client.post(URL).status_code == 405


@pytest.mark.parametrize(("state", "few", "many"), [("open", 8, 10), ("won", 8, 10), ("all", 10, 16)])
def test_one_page_takes_few_statements_and_any_number_of_pages_a_few_more(
    client, salesperson, django_assert_num_queries, state, few, many
):
    """Session, user with preferences, permissions; owners, stages, reasons; page, views; then count and sums.

    In all states at once, page, number and totals are read from each. What fits one page is added up from its rows.
    """
    # given one opportunity with a quote, and one of each other state
    client.force_login(salesperson)
    for outcome in ["won", "lost"]:
        close(OpportunityFactory(owner=salesperson), outcome)
    QuoteFactory(opportunity__owner=salesperson)

    # then
    with django_assert_num_queries(few):
        client.get(URL, {"state": state})
    with django_assert_num_queries(few + 3):  # the competitors, sectors and products
        client.get(URL, {"state": state, "filters": "all"})

    # when there are two pages, and three, then the same
    for _pages in [2, 3]:
        for _number in range(50):
            opportunity = QuoteFactory(opportunity__owner=salesperson).opportunity
            if state == "won":
                close(opportunity, "won")
        with django_assert_num_queries(many):
            assert len(topics(client.get(URL, {"state": state}))) == 50


def test_a_page_that_goes_on_to_rows_without_a_date_takes_one_statement_more(
    client, salesperson, django_assert_num_queries
):
    # given fifty-five opportunities with an estimated close date and five without
    for number in range(60):
        OpportunityFactory(owner=salesperson, estimated_close_date=day(number) if number < 55 else None)
    client.force_login(salesperson)
    cursor = client.get(URL).context["page"].next_cursor

    # then the second page asks for both kinds
    with django_assert_num_queries(11):
        assert len(topics(client.get(URL, {"page": cursor}))) == 10
