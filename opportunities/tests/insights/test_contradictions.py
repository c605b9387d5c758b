"""Contradictions: each kind is counted, its list has exactly those deals, and each says what disagrees."""

import csv
import io
import re
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from opportunities.closing.facts import Closing
from opportunities.closing.services import record_closings
from opportunities.insights.contradictions import KINDS, LATEST_FIRST, contradicting
from opportunities.models import Opportunity
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    OpportunityFactory,
    QuoteFactory,
    close,
    day,
    reason,
)
from opportunities.tests.plans import prefer_indexes

pytestmark = pytest.mark.django_db

URL = "/insights/contradictions/"


def won(topic: str, owner, quoted: int | None = 900, **facts):
    """A deal that was won a day after it was opened, with a quote of `quoted` or without any."""
    deal = OpportunityFactory(topic=topic, owner=owner, opened_on=day(-1))
    if quoted is not None:
        QuoteFactory(opportunity=deal, number="Q-2026-0007", status="active", total=quoted)
    close(deal, "won", **facts)
    return deal


def imported_without_competitor(topic: str, owner):
    deal = OpportunityFactory(topic=topic, owner=owner)
    record_closings([Closing(deal, "lost", reason("Out-sold"), day(-3))], by=None)
    return deal


@pytest.fixture
def deals(salesperson, colleague):
    """One of Marta's for each kind, another of Jonas's, and three in which nothing disagrees."""
    won("Mill", salesperson, quoted=None)
    won("Tower", colleague, quoted=None)
    won("Bridge", salesperson, quoted=1_000, actual_revenue=Decimal("1000.01"))
    close(OpportunityFactory(topic="Yacht", owner=salesperson, opened_on=day(0)), "lost")
    imported_without_competitor("Dam", salesperson)
    OpportunityFactory(topic="Open", owner=salesperson, opened_on=day(0))
    close(OpportunityFactory(topic="Lost", owner=salesperson), "lost")
    with_competitor = {"status_reason": reason("Out-sold"), "competitor": CompetitorFactory()}
    close(OpportunityFactory(topic="Out-sold", owner=salesperson), "lost", **with_competitor)


def counts(response) -> list[int]:
    return [count.value for _label, count in response.context["kinds"].rows]


def topics(response) -> list[str]:
    return [line[0][1].text for line, _url in response.context["rows"]]


def test_each_kind_is_counted_and_what_agrees_is_not(client, manager, deals):
    client.force_login(manager)
    response = client.get(URL)
    assert [label.text for label, _count in response.context["kinds"].rows] == [
        "Won without a won quote",
        "Revenue other than the won quote's total",
        "Closed the day it was opened",
        "No competitor, though the reason asks for one",
    ]
    assert counts(response) == [2, 1, 1, 1]
    assert topics(response) == ["Tower", "Mill"]  # of the first kind that there is


def test_a_won_quote_of_the_same_total_agrees(salesperson):
    won("Exact", salesperson, quoted=900, actual_revenue=Decimal("900.000"))
    assert [contradicting(kind, Opportunity.objects.all()).count() for kind in KINDS] == [0, 0, 0, 0]


@pytest.mark.parametrize("quoted", ["1000.005", "999.995", "0"])
def test_revenue_above_and_below_the_won_quote_disagrees(salesperson, quoted):
    deal = won("Mill", salesperson, quoted=Decimal(quoted), actual_revenue=Decimal(1_000))
    assert contradicting("revenue", Opportunity.objects.all()).get() == deal
    assert not contradicting("quote", Opportunity.objects.all()).exists()


@pytest.mark.parametrize(
    ("kind", "topics_found", "says"),
    [
        ("quote", ["Tower", "Mill"], ["Won, €900.00", "No won quote"]),
        ("revenue", ["Bridge"], ["Actual revenue: €1,000.01", "Q-2026-0007 rev. 0: €1,000.00"]),
        ("day", ["Yacht"], [f"Opened on {day(0):%-d %b %Y}", f"Closed on {day(0):%-d %b %Y}"]),
        ("competitor", ["Dam"], ["Reason: Out-sold", "No competitor"]),
    ],
)
def test_each_deal_says_what_disagrees(client, manager, deals, kind, topics_found, says):
    client.force_login(manager)
    response = client.get(URL, {"kind": kind})
    assert topics(response) == topics_found
    assert [cell.text.replace("Sept", "Sep") for _heading, cell in response.context["rows"][0][0][4:]] == says


def test_every_number_opens_exactly_so_many(client, manager, deals):
    client.force_login(manager)
    for owner in ["all", "mine", *Opportunity.objects.values_list("owner", flat=True)]:
        for _label, count in client.get(URL, {"owner": owner}).context["kinds"].rows:
            if count.value:
                response = client.get(count.url)
                assert len(topics(response)) == response.context["count"] == count.value
            else:
                assert count.url == ""


def test_a_page_leads_to_the_next_and_both_have_all(client, salesperson, monkeypatch):
    for number in range(3):
        won(f"Mill {number}", salesperson, quoted=None)
    monkeypatch.setattr("opportunities.paging.SIZE", 2)
    client.force_login(salesperson)
    first = client.get(URL)
    second = client.get(URL, {"page": first.context["page"].next_cursor})
    assert (topics(first), topics(second)) == (["Mill 2", "Mill 1"], ["Mill 0"])
    assert first.context["count"] == second.context["count"] == 3


@pytest.mark.parametrize(("kind", "dialog"), [("quote", "reopen"), ("revenue", "correct"), ("competitor", "correct")])
def test_who_may_is_led_to_where_it_is_put_right_and_back(client, manager, salesperson, deals, kind, dialog):
    client.force_login(manager)
    address = f"{URL}?kind={kind}&owner=all"
    [url] = {unescape(url) for url in re.findall(rf'href="(/[^"]*/{dialog}/[^"]*)"', html(client, address))[:1]}
    assert f'name="next" value="{address.replace("&", "&amp;")}"' in html(client, url)
    client.force_login(salesperson)
    content = html(client, f"{URL}?kind={kind}")
    assert f"/{dialog}/" not in content
    assert "A sales manager can put it right." in content


def html(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_corrected_contradicts_no_longer(client, manager, deals):
    client.force_login(manager)
    dam = Opportunity.objects.get(topic="Dam")
    data = {"closing": dam.closings.get().pk, "status_reason": reason("Price").pk, "closed_on": day(-3)}
    [(_line, url)] = client.get(URL, {"kind": "competitor"}).context["rows"]
    response = client.post(url, data | {"next": f"{URL}?kind=competitor"}, follow=True)
    assert response.redirect_chain == [(f"{URL}?kind=competitor", 302)]
    assert (response.context["count"], topics(response)) == (0, [])
    assert "No closed opportunity here says so." in response.content.decode()


def test_a_salesperson_sees_their_own_and_may_not_ask_for_anothers(client, salesperson, colleague, outsider, deals):
    client.force_login(salesperson)
    response = client.get(URL)
    assert (counts(response), topics(response)) == ([1, 1, 1, 1], ["Mill"])
    for owner in ["all", colleague.pk]:
        assert client.get(URL, {"owner": owner}).status_code == 403
    client.force_login(outsider)
    assert client.get(URL).status_code == 403


def test_a_manager_sees_those_of_any_person_and_nonsense_is_the_default(client, manager, colleague, deals):
    client.force_login(manager)
    assert topics(client.get(URL, {"owner": colleague.pk})) == ["Tower"]
    assert counts(client.get(URL, {"owner": "x", "kind": "x", "page": "x"})) == [2, 1, 1, 1]


def test_none_is_said_in_words(client, salesperson):
    client.force_login(salesperson)
    response = client.get(URL)
    assert (response.context["count"], counts(response)) == (0, [0, 0, 0, 0])
    assert "No closed opportunity here says so." in response.content.decode()


def test_both_tables_are_files(client, manager, deals):
    client.force_login(manager)
    rows = read(client, {"table": "contradictions"})
    assert rows[1:3] == [["Won without a won quote", "2"], ["Revenue other than the won quote's total", "1"]]
    headings, *rows = read(client, {"table": "contradictions-quote", "kind": "quote"})
    assert headings == ["Opportunity", "Account", "Owner", "Close date", "It says", "But also"]
    assert [row[0] for row in rows] == ["Tower", "Mill"]
    assert rows[0][2:] == ["Jonas Weber", str(timezone.localdate()), "Won, €900.00", "No won quote"]


def read(client, address: dict) -> list[list[str]]:
    content = client.get(URL, address | {"format": "csv"}).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def test_a_text_is_no_html_and_the_account_may_be_unknown(client, salesperson):
    close(OpportunityFactory(topic="<b>Mill</b>", account=None, owner=salesperson, opened_on=day(0)), "lost")
    close(OpportunityFactory(account=AccountFactory(name="<i>"), owner=salesperson, opened_on=day(0)), "lost")
    client.force_login(salesperson)
    content = html(client, URL)
    assert "&lt;b&gt;Mill" in content
    assert not re.search("<b>Mill|<i>", content)


def test_statements_do_not_grow_with_rows(client, manager, salesperson, deals, django_assert_num_queries):
    client.force_login(manager)
    for _round in range(2):
        for number in range(3):
            won(f"Mill {number}", salesperson, quoted=None)
        with django_assert_num_queries(11):
            client.get(URL)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_read_from_its_own_index(kind):
    prefer_indexes("seqscan", "bitmapscan", "sort")
    found = contradicting(kind, Opportunity.objects.all())
    assert f"contradicting_{kind}" in found.order_by().values("pk").explain()
    assert f"contradicting_{kind}" in found.order_by(*LATEST_FIRST.columns(rising=False))[:51].explain()
