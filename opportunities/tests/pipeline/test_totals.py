"""What all opportunities of the list come to, by currency: exact, to a bound, and all of them when asked."""

import re
from decimal import Decimal

import pytest

from opportunities import paging
from opportunities.models import Stage
from opportunities.pipeline import totals
from opportunities.pipeline.filters import OpportunityFilter
from opportunities.pipeline.totals import Sums, Totals
from opportunities.tests.factories import OpportunityFactory, close

pytestmark = pytest.mark.django_db

URL = "/opportunities/"


def text(response) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def pipeline(salesperson):
    """Sixty-three opportunities of Marta's, more than a page: open ones in two currencies, a won and a lost one."""
    propose, commit = Stage.objects.get(name="Propose"), Stage.objects.get(name="Commit")
    for _number in range(55):
        OpportunityFactory(owner=salesperson, estimated_revenue=Decimal("0.10"), stage=propose)
    for _number in range(5):
        OpportunityFactory(owner=salesperson, estimated_revenue=1_000, stage=commit, currency="JPY")
    OpportunityFactory(owner=salesperson, estimated_revenue=None)
    close(OpportunityFactory(owner=salesperson, estimated_revenue=70), "won", actual_revenue=Decimal("65.55"))
    close(OpportunityFactory(owner=salesperson, estimated_revenue=30), "lost")


@pytest.mark.parametrize("address", [{"owner": "mine"}, {"owner": "all"}, {"owner": "all", "sort": "-opened_on"}])
def test_they_are_those_of_all_matches_by_currency(client, salesperson, pipeline, address):
    client.force_login(salesperson)
    response = client.get(URL, address)
    assert response.context["totals"] == Totals(
        61,
        [
            Sums("EUR", 56, Decimal("5.5"), Decimal("2.2"), Decimal(0)),
            Sums("JPY", 5, Decimal(5000), Decimal(4500), Decimal(0)),
        ],
    )
    shown = "61 opportunities EUR 56 Estimated €5.50 Weighted €2.20 JPY 5 Estimated JP¥5,000 Weighted JP¥4,500"
    assert shown in text(response)


def test_what_was_closed_has_an_actual_revenue_and_is_not_weighted(client, salesperson, pipeline):
    client.force_login(salesperson)
    everything = client.get(URL, {"state": "all"}).context["totals"]
    assert everything.count == 63
    assert everything.sums[0] == Sums("EUR", 58, Decimal("105.5"), Decimal("2.2"), Decimal("65.55"))
    assert "1 opportunity Estimated €70.00 Actual €65.55" in text(client.get(URL, {"state": "won"}))
    assert "1 opportunity Estimated €30.00 Opportunity" in text(client.get(URL, {"state": "lost"}))
    assert client.get(URL, {"q": "nothing"}).context["totals"] == Totals(0, [])


@pytest.mark.parametrize("state", ["open", "all"])
def test_beyond_a_bound_they_are_added_up_only_when_asked(client, salesperson, pipeline, monkeypatch, state):
    # given more matches than are counted
    monkeypatch.setattr(totals, "COUNTED", 60)
    monkeypatch.setattr("opportunities.pipeline.views.COUNTED", 60)
    client.force_login(salesperson)

    # when the list is shown
    response = client.get(URL, {"state": state, "owner": "all"})

    # then it says so, and leads to the exact figures
    assert response.context["totals"] == Totals(61, [], is_too_many=True)
    assert "More than 60 opportunities Add them all up" in text(response)
    [link] = set(re.findall(r'href="(\?[^"]*sum=all)"', response.content.decode()))
    exact = client.get(URL + link.replace("&amp;", "&"))
    assert exact.context["totals"].count == (61 if state == "open" else 63)
    assert exact.context["totals"].sums[0].weighted == Decimal("2.2")
    assert exact.context["filters"].chosen["owner"] == "all"
    assert "autofocus" in exact.content.decode()


def test_exactly_the_bound_is_still_added_up(client, salesperson, pipeline, monkeypatch):
    monkeypatch.setattr(totals, "COUNTED", 61)
    client.force_login(salesperson)
    assert client.get(URL).context["totals"].count == 61
    assert not client.get(URL).context["totals"].is_too_many


def test_the_largest_amounts_are_added_up_exactly(client, salesperson):
    for _number in range(9):
        OpportunityFactory(owner=salesperson, estimated_revenue=Decimal("99999999999.991"), currency="TND")
    client.force_login(salesperson)
    assert client.get(URL).context["totals"].sums[0].estimated == Decimal("899999999999.919")


@pytest.fixture
def few(salesperson):
    """Nine of Marta's, less than a page: in two currencies, with amounts whose weights have further decimals."""
    commit = Stage.objects.get(name="Commit")
    Stage.objects.filter(name="Propose").update(probability=45)
    for _number in range(4):
        OpportunityFactory(owner=salesperson, estimated_revenue=Decimal("0.01"))
    OpportunityFactory(owner=salesperson, estimated_revenue=1_000, stage=commit, currency="JPY")
    OpportunityFactory(owner=salesperson, estimated_revenue=None)
    OpportunityFactory(owner=salesperson, estimated_revenue=None, currency="USD")
    close(OpportunityFactory(owner=salesperson, estimated_revenue=70), "won", actual_revenue=Decimal("65.55"))
    close(OpportunityFactory(owner=salesperson, estimated_revenue=30), "lost")


IN_OTHERS = [Sums("JPY", 1, Decimal(1000), Decimal(900)), Sums("USD", 1)]


@pytest.mark.parametrize("size", [50, 1])
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", Totals(7, [Sums("EUR", 5, Decimal("0.04"), Decimal("0.018")), *IN_OTHERS])),
        ("won", Totals(1, [Sums("EUR", 1, Decimal(70), actual=Decimal("65.55"))])),
        ("lost", Totals(1, [Sums("EUR", 1, Decimal(30))])),
        (
            "all",
            Totals(9, [Sums("EUR", 7, Decimal("100.04"), Decimal("0.018"), Decimal("65.55")), *IN_OTHERS]),
        ),
    ],
)
def test_what_fits_one_page_comes_to_the_same_as_over_several(
    client, salesperson, few, monkeypatch, state, expected, size
):
    monkeypatch.setattr(paging, "SIZE", size)
    client.force_login(salesperson)
    response = client.get(URL, {"state": state})
    assert response.context["totals"] == expected
    assert len(response.context["page"].rows) == min(size, expected.count)


@pytest.mark.parametrize(("size", "statements"), [(7, 0), (6, 2)])
@pytest.mark.parametrize("everything", [False, True])
def test_what_fits_one_page_is_added_up_without_a_statement(
    salesperson, few, monkeypatch, django_assert_num_queries, size, statements, everything
):
    # given a page of the seven open ones, or less
    monkeypatch.setattr(paging, "SIZE", size)
    filters = OpportunityFilter({}, salesperson)
    sources = filters.sources()
    page = filters.order.page(*sources)

    # then beyond one page they are counted, unless everything is asked for, and added up
    with django_assert_num_queries(statements - (everything and statements > 0)):
        assert totals.totals_beside(page, sources, filters.probabilities, everything).count == 7


def test_the_last_page_is_not_taken_for_all(client, salesperson, few, monkeypatch):
    monkeypatch.setattr(paging, "SIZE", 4)
    client.force_login(salesperson)
    cursor = client.get(URL).context["page"].next_cursor
    response = client.get(URL, {"page": cursor})
    assert len(response.context["page"].rows) == 3
    assert response.context["totals"].count == 7
