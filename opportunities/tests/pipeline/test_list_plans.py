"""From which index each list of opportunities is read: on a million, a page that scans or sorts all takes seconds."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from opportunities.models import Opportunity, Stage, search
from opportunities.pipeline.filters import OpportunityFilter
from opportunities.pipeline.views import with_columns
from opportunities.tests.factories import AccountFactory, CompetitorFactory, day, reason
from opportunities.tests.plans import keep_only, prefer_indexes

pytestmark = pytest.mark.django_db

EVERYBODYS = {"owner": "all"}
PLANS = [
    ({}, "opportunity_mine_by_estimate"),
    ({"sort": "-estimated_close_date"}, "opportunity_mine_by_estimate"),
    ({"sort": "opened_on"}, "opportunity_mine_by_opening"),
    ({"state": "won"}, "opportunity_mine_by_close_date"),
    ({"state": "all"}, "opportunity_mine_by_opening"),
    (EVERYBODYS, "opportunity_by_estimate"),
    (EVERYBODYS | {"sort": "-estimated_close_date"}, "opportunity_by_estimate"),
    (EVERYBODYS | {"sort": "estimated_revenue"}, "opportunity_by_revenue"),
    (EVERYBODYS | {"sort": "-estimated_revenue"}, "opportunity_by_revenue"),
    (EVERYBODYS | {"sort": "-opened_on"}, "opportunity_by_opening"),
    (EVERYBODYS | {"state": "lost"}, "opportunity_by_close_date"),
    (EVERYBODYS | {"state": "all"}, "opportunity_by_opening"),
    (EVERYBODYS | {"state": "all", "sort": "-estimated_revenue"}, "opportunity_by_revenue"),
    ({"sort": "last_activity_at"}, "opportunity_mine_by_activity"),
    ({"idle": "yes"}, "opportunity_mine_by_activity"),
    (EVERYBODYS | {"sort": "-last_activity_at"}, "opportunity_by_activity"),
    (EVERYBODYS | {"state": "all", "sort": "last_activity_at"}, "opportunity_by_activity"),
    (EVERYBODYS | {"idle": "yes"}, "opportunity_by_activity"),
    (EVERYBODYS | {"idle": "yes", "sort": "estimated_close_date"}, "opportunity_by_estimate"),
    (EVERYBODYS | {"steps": "due"}, "opportunity_by_estimate"),
    (EVERYBODYS | {"overdue": "yes"}, "opportunity_by_estimate"),
    (EVERYBODYS | {"quotes": "yes"}, "opportunity_by_estimate"),
    (EVERYBODYS | {"estimated_from": "2026-01-01"}, "opportunity_by_estimate"),
    (EVERYBODYS | {"amount_from": "1", "sort": "estimated_revenue"}, "opportunity_by_revenue"),
    (EVERYBODYS | {"state": "won", "closed_from": "2026-01-01"}, "opportunity_by_close_date"),
    # Which of the two is read first, PostgreSQL cannot tell in a table this small.
    (EVERYBODYS | {"state": "all", "competitor": "rival"}, "opportunity_by_(competitor|close_date)"),
]


@pytest.fixture
def chosen(salesperson):
    """The filters that Marta has at an address."""
    AccountFactory(name="Northwind")
    rival = CompetitorFactory()
    prefer_indexes("seqscan", "bitmapscan", "sort")
    keys = {
        "rival": str(rival.pk),
        "in progress": str(reason("In progress").pk),
        "a stage": str(Stage.objects.first().pk),
    }
    return lambda address: OpportunityFilter(
        {name: keys.get(value, value) for name, value in address.items()}, salesperson
    )


@pytest.mark.parametrize(("address", "index"), PLANS)
def test_every_list_is_read_in_its_order_from_an_index(chosen, address, index):
    filters = chosen(address)
    for source in filters.sources():
        for plan in [page_plan(filters.order, with_columns(source)), source.order_by()[:1_001].explain()]:
            assert not re.search(r"Seq Scan on opportunities_opportunity|SCAN opportunities_opportunity$", plan), plan
        plan = page_plan(filters.order, with_columns(source))
        assert re.search(index, plan), plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort" not in plan, plan


@pytest.mark.parametrize(
    ("address", "index"),
    [
        (EVERYBODYS | {"account": "Northwind", "state": "all"}, "account_id"),
        ({"state": "all", "sort": "-estimated_revenue"}, "owner|mine_"),
        (EVERYBODYS | {"currency": "JPY"}, "opportunity_by_currency"),
        (EVERYBODYS | {"reason": "in progress"}, "status_reason_id"),
    ],
)
def test_what_few_have_is_found_by_it_and_sorted(chosen, address, index):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL goes by how many rows have what, which a table this small does not tell")
    filters = chosen(address)
    for source in filters.sources():
        plan = page_plan(filters.order, source)
        assert re.search(rf"(?i)index \S*({index})|index scan using \S*({index})", plan), plan


@pytest.mark.parametrize(
    ("address", "index"),
    [({"stage": "a stage"}, "opportunity_mine_on_board"), (EVERYBODYS | {"stage": "a stage"}, "opportunity_on_board")],
)
def test_open_ones_in_a_stage_are_read_as_the_board_has_them(chosen, address, index):
    """PostgreSQL does; SQLite reads the stage in the row."""
    keep_only(index)
    filters = chosen(address)
    [source] = filters.sources()
    plan = page_plan(filters.order, source)
    expected = index if connection.vendor == "postgresql" else index.replace("on_board", "by_estimate")
    assert re.search(rf"(?i)index.* {expected}\b", plan), plan
    assert "TEMP B-TREE" not in plan, plan


def test_few_opportunities_with_words_are_found_by_the_index_of_their_texts(chosen):
    filters = chosen(EVERYBODYS | {"q": "turbine retrofit", "state": "all"})
    [source] = filters.sources()
    if connection.vendor == "postgresql":  # pg_trgm is read so
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_bitmapscan = on")
    else:
        plan = page_plan(filters.order, source)
        assert "opportunities_opportunity_search" in plan, plan
    plan = source[:1_001].explain()
    assert "opportunities_opportunity_search" in plan, plan
    assert not re.search(r"Seq Scan on opportunities_opp|SCAN opportunities_opportunity$|opportunity_by", plan), plan


@pytest.fixture
def many(monkeypatch):
    """Every word is one that many have."""
    monkeypatch.setattr(search, "RARE", -1)
    monkeypatch.setattr(search, "FEW", -1)


def test_common_words_are_read_in_the_order_of_the_list_and_counted_as_opened(chosen, many, monkeypatch):
    monkeypatch.setattr(OpportunityFilter, "are_common", lambda *_arguments: True)
    filters = chosen(EVERYBODYS | {"q": "turbine"})
    [source] = filters.sources()
    for plan, index in [
        (page_plan(filters.order, source), "opportunity_by_estimate"),
        (source[:1_001].explain(), "opportunity_by_opening"),
    ]:
        assert index in plan, plan
        assert "Sort" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan


def test_words_that_the_first_rows_have_not_are_looked_up_all_the_same(chosen, many):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL goes by how many rows have what, which a table this small does not tell")
    filters = chosen(EVERYBODYS | {"q": "turbine"})
    [source] = filters.sources()
    plan = page_plan(filters.order, source)
    assert "opportunities_opportunity_search" in plan, plan
    assert "INDEX opportunity_by_estimate" in plan, plan


def page_plan(order, rows) -> str:
    """How the database reads a page of `rows` in the middle of the list."""
    days = {"estimated_close_date": day(3), "closed_on": day(-3), "opened_on": day(-9)}
    row = Opportunity(pk=5, estimated_revenue=7, last_activity_at=timezone.now() - timedelta(days=99), **days)
    place = order.read(order.write(row, is_back=False))
    [first, *_others] = order.parts(rows, place, "lt" if order.latest_first else "gt")
    return first.order_by(*order.columns(rising=not order.latest_first))[:51].explain()
