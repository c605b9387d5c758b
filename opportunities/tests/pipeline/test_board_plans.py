"""From which index the board is read: on a million opportunities, one that scans or sorts all of them takes seconds."""

import re

import pytest
from django.db import connection

from opportunities.models import Opportunity, Stage
from opportunities.pipeline import board
from opportunities.tests.factories import AccountFactory, OpportunityFactory, UserFactory, day
from opportunities.tests.plans import plans_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("owner", "index"), [("all", "opportunity_on_board"), ("mine", "opportunity_mine_on_board")])
def test_cards_and_counts_are_read_from_an_index(salesperson, owner, index):
    # given rows that tell the indexes apart: a fiftieth of a stage is Marta's
    stages, other, account = list(Stage.objects.all()), UserFactory(), AccountFactory()
    Opportunity.objects.bulk_create(
        OpportunityFactory.build(
            stage=stages[number % 4],
            owner=other if number // 4 % 50 else salesperson,
            account=account,
            estimated_close_date=day(number),
        )
        for number in range(1_000)
    )

    # when cards, further cards and the count of a column are read
    filters = board.BoardFilter({"owner": owner}, salesperson)
    column = filters.opportunities.filter(stage=stages[0])
    place = board.CARDS.read(board.CARDS.write(Opportunity(pk=5, estimated_close_date=day(3)), is_back=False))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a table this small is scanned unless that is made dear
            for way in ["seqscan", "bitmapscan", "sort"]:
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute("ANALYZE opportunities_opportunity")
    order = board.CARDS.columns(rising=True)
    further, _missing = board.CARDS.parts(column, place, "gt")
    cards = column.select_related("account", "owner")

    # then each is a range of the index that has them in their order
    for rows in [cards.order_by(*order)[:21], further.order_by(*order)[:21], board.counted(column)]:
        plan = rows.explain()
        assert re.search(rf"(?i)index.* {index}\b", plan), plan
        assert "TEMP B-TREE" not in plan, plan
    [plan] = plans_of(lambda: board.counted(column).count())
    assert re.search(rf"COVERING INDEX {index}|Index Only Scan using {index}", plan), plan


def test_a_closing_writes_to_no_index_that_serves_open_ones_alone():
    indexes = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'opportunities_opportunity' AND type = 'index'"
    if connection.vendor == "postgresql":
        indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'opportunities_opportunity'"
    with connection.cursor() as cursor:
        cursor.execute(indexes)
        found = {name for name, sql in cursor.fetchall() if sql and re.search(r'WHERE \(?"?closed_on"? IS NULL', sql)}
    names = ["on_board", "mine_on_board", "mine_by_step", "forecast"]
    assert found == {f"opportunity_{name}" for name in names}
