"""The forecast: what is open by month and by stage, plain and weighted, beside what was won; each number is a list."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from opportunities.insights.forecast import BEFORE, LATER, OVERDUE, UNDATED, Pipeline, Won, forecasts
from opportunities.insights.months import Month
from opportunities.models import Opportunity, Stage, StatusReason
from opportunities.pipeline import totals
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.plans import keep_only, plans_of, prefer_indexes

pytestmark = pytest.mark.django_db

URL = "/insights/forecast/"


def this_month() -> Month:
    return Month.of(timezone.localdate())


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


@pytest.fixture
def pipeline(salesperson, colleague):
    """Marta's in euros and yen, one of Jonas's, and what both won and lost."""
    ahead = this_month().plus(2).first
    for facts in [
        {"estimated_close_date": day(-5), "estimated_revenue": Decimal("100.10"), "stage": stage("Commit")},
        {"estimated_close_date": day(0), "estimated_revenue": 1_000},
        {"estimated_close_date": ahead, "estimated_revenue": 2_000, "stage": stage("Commit")},
        {
            "estimated_close_date": ahead.replace(day=28),
            "estimated_revenue": Decimal("0.01"),
            "stage": stage("Qualify"),
        },
        {"estimated_close_date": ahead, "estimated_revenue": None, "stage": stage("Qualify")},
        {"estimated_close_date": this_month().plus(12).first, "estimated_revenue": 500},
        {"estimated_close_date": None, "estimated_revenue": 50},
        {"estimated_close_date": ahead, "estimated_revenue": 7_000, "currency": "JPY"},
    ]:
        OpportunityFactory(owner=salesperson, **facts)
    OpportunityFactory(owner=colleague, estimated_close_date=day(0), estimated_revenue=40)
    long_ago = this_month().plus(-BEFORE).first
    for owner, closed_on, revenue in [
        (salesperson, day(0), Decimal("900.50")),
        (salesperson, long_ago, Decimal("80.25")),
        (colleague, long_ago, Decimal(30)),
        (salesperson, this_month().plus(-BEFORE - 1).last, Decimal(7_777)),
    ]:
        opened_on = closed_on.replace(year=closed_on.year - 1, day=1)
        close(OpportunityFactory(owner=owner, opened_on=opened_on), "won", closed_on=closed_on, actual_revenue=revenue)
    close(OpportunityFactory(owner=salesperson), "lost")


def sums(count: int, estimated, weighted, unknown: int = 0) -> Pipeline:
    return Pipeline(count, unknown, Decimal(estimated), Decimal(weighted))


def test_what_is_open_is_added_up_by_month_and_stage_and_weighted(pipeline, salesperson):
    [euros, yen] = forecasts(Opportunity.objects.filter(owner=salesperson), timezone.localdate())
    assert (euros.currency, yen.currency) == ("EUR", "JPY")
    ahead = this_month().plus(2)
    assert {when: found for when, found in euros.open_in.items() if found.count} == {
        OVERDUE: sums(1, "100.10", "90.09"),
        this_month(): sums(1, 1_000, 400),
        ahead: sums(3, "2000.01", "1800.001", unknown=1),
        LATER: sums(1, 500, 200),
        UNDATED: sums(1, 50, 20),
    }
    assert {stage.name: found for stage, found in euros.open_at.items()} == {
        "Qualify": sums(2, "0.01", "0.001", unknown=1),
        "Propose": sums(3, 1_550, 620),
        "Negotiate": sums(0, 0, 0),
        "Commit": sums(2, "2100.10", "1890.09"),
    }
    assert euros.open == sums(7, "3650.11", "2510.091", unknown=1)
    assert yen.open == yen.open_in[ahead] == sums(1, 7_000, 2_800)


def test_what_was_won_in_these_months_stands_beside_it(pipeline):
    [euros, _yen] = forecasts(Opportunity.objects.all(), timezone.localdate())
    assert {month: won for month, won in euros.won_in.items() if won.count} == {
        this_month().plus(-BEFORE): Won(2, Decimal("110.25")),
        this_month(): Won(1, Decimal("900.50")),
    }
    assert euros.won == Won(3, Decimal("1010.75"))
    assert euros.months[0] == this_month().plus(-BEFORE)
    assert list(euros.won_in)[-1] == this_month()


def test_nothing_is_said_in_words(client, salesperson):
    client.force_login(salesperson)
    assert "Nothing is open, and nothing was won in these months." in client.get(URL).content.decode()
    assert forecasts(Opportunity.objects.all(), timezone.localdate()) == []


def links(content: str) -> list[tuple[str, str]]:
    """The links to the list of opportunities, each with its text."""
    found = re.findall(r'<a [^>]*href="(/opportunities/\?[^"]*)"[^>]*>\s*([^<]*)', content)
    return [(unescape(url), text) for url, text in found]


def test_every_count_opens_the_list_of_exactly_these(client, manager, pipeline):
    client.force_login(manager)
    for address in [{}, {"owner": str(Opportunity.objects.first().owner_id)}, {"currency": "JPY"}]:
        counts = [(url, int(text)) for url, text in links(client.get(URL, address).content.decode()) if text.isdigit()]
        assert len(counts) > 4
        for url, count in counts:
            assert (url, client.get(url).context["totals"].count) == (url, count)


@pytest.mark.parametrize("counted", [0, 1, 500])
def test_a_list_that_would_not_add_up_so_many_by_itself_is_asked_to(client, manager, pipeline, monkeypatch, counted):
    monkeypatch.setattr(totals, "COUNTED", counted)
    client.force_login(manager)
    counts = [(url, int(text)) for url, text in links(client.get(URL).content.decode()) if text.isdigit()]
    assert max(count for _url, count in counts) > 1
    for url, count in counts:
        assert ("&sum=all" in url) == (count > counted)
        found = client.get(url).context["totals"]
        assert (found.is_too_many, sum(sums.count for sums in found.sums)) == (False, count)


def test_what_lacks_an_estimate_or_a_date_is_a_list_too(client, salesperson, pipeline):
    client.force_login(salesperson)
    page = client.get(URL).context["page"]
    for url, missing in [(page.unknown_url, "estimated_revenue"), (page.when_url(UNDATED), "estimated_close_date")]:
        [opportunity] = client.get(url).context["page"].rows
        assert getattr(opportunity, missing) is None


def test_every_amount_opens_the_list_that_comes_to_it(client, salesperson, pipeline):
    client.force_login(salesperson)
    context = client.get(URL).context
    checked = 0
    for table in [*context["page"].tables, context["currencies"]]:
        for row in [*table.rows, *([table.total] if table.total else [])]:
            linked = [cell for cell in row[1:] if cell.url]
            for url in {cell.url for cell in linked}:
                [sums] = client.get(url).context["totals"].sums
                figures = [cell.value for cell in linked if cell.url == url]
                checked += 1
                # a count and either what is estimated, plain and weighted, or what was won
                assert figures in ([sums.count, sums.estimated, sums.weighted], [sums.count, sums.actual])
    assert checked == 16


def test_the_bars_lead_to_the_same_lists(client, salesperson, pipeline):
    client.force_login(salesperson)
    page = client.get(URL).context["page"]
    months = {cell.url for row in page.month_table.rows for cell in row if cell.url}
    assert {part.url for bar in page.month_chart.bars for part in bar.parts if part.amount} <= months
    assert [bar.url for bar in page.stage_chart.bars] == [row[2].url for row in page.stage_table.rows]


def test_a_salesperson_sees_their_own_and_may_not_ask_for_anothers(client, salesperson, colleague, pipeline):
    client.force_login(salesperson)
    response = client.get(URL)
    assert response.context["page"].forecast.open.count == 7
    assert response.context["filters"].fields["owner"].choices == [("mine", "Mine")]
    assert client.get(URL, {"owner": salesperson.pk}).context["page"].forecast.open.count == 7
    for owner in [colleague.pk, "all"]:
        for url in [URL, f"{URL}changes/", f"{URL}?table=currencies&format=csv"]:
            response = client.get(url, {"owner": owner, "table": "currencies", "format": "csv"})
            assert response.status_code == 403
            assert "change_any_opportunity" in response.content.decode()


def test_a_manager_sees_all_or_any_person(client, manager, colleague, pipeline):
    client.force_login(manager)
    for owner, count in [("", 8), ("all", 8), (colleague.pk, 1), ("nonsense", 8)]:
        assert client.get(URL, {"owner": owner}).context["page"].forecast.open.count == count
    assert client.get(URL, {"owner": "mine"}).context["page"] is None


def test_whoever_may_not_see_opportunities_sees_no_forecast(client, outsider):
    client.force_login(outsider)
    for url in [URL, f"{URL}changes/"]:
        assert client.get(url).status_code == 403


def test_the_currency_with_the_most_open_ones_is_shown_unless_another_is_chosen(client, salesperson, pipeline):
    client.force_login(salesperson)
    assert client.get(URL).context["page"].currency == "EUR"
    assert client.get(URL, {"currency": "JPY"}).context["page"].currency == "JPY"
    assert client.get(URL, {"currency": "XXX"}).context["page"].currency == "EUR"
    response = client.get(URL, {"currency": "USD"})
    assert response.context["page"] is None
    assert [row[0].text for row in response.context["currencies"].rows] == ["Euro (EUR)", "Japanese yen (JPY)"]


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", str(day(1))])
def test_a_day_that_makes_no_sense_is_an_error_at_its_field(client, salesperson, pipeline, since):
    client.force_login(salesperson)
    for url in [URL, f"{URL}changes/"]:
        response = client.get(url, {"since": since})
        assert list(response.context["filters"].errors) == ["since"]
        assert f'value="{since}"' in response.content.decode()


def test_statements_do_not_grow_with_rows(client, salesperson, manager, pipeline, django_assert_num_queries):
    for user, statements in [(salesperson, 9), (manager, 10)]:
        client.force_login(user)
        for _round in range(2):
            OpportunityFactory.create_batch(5, owner=salesperson)
            with django_assert_num_queries(statements):
                client.get(URL)


def test_all_that_is_open_is_added_up_in_one_index(salesperson):
    """On a million opportunities, reading the rows themselves takes seconds."""
    prefer_indexes("seqscan", "bitmapscan")
    keep_only("opportunity_forecast")
    stages, *open_ones, _won = plans_of(lambda: forecasts(Opportunity.objects.all(), timezone.localdate()))
    assert "opportunities_stage" in stages
    assert len(open_ones) == 4
    for plan in open_ones:
        assert re.search("COVERING INDEX opportunity_forecast|Index Only Scan using opportunity_forecast", plan), plan


def test_a_stage_that_was_added_and_a_reason_on_hold_are_counted(salesperson):
    new = Stage.objects.create(name="Legal review", probability=55, position=9)
    on_hold = StatusReason.objects.get(name="On hold")
    OpportunityFactory(owner=salesperson, stage=new, status_reason=on_hold, estimated_revenue=1_000)
    [found] = forecasts(Opportunity.objects.all(), timezone.localdate())
    assert found.open_at[new] == sums(1, 1_000, 550)
