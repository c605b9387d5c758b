"""Paging by key: every row once, in order, forwards and backwards, whatever the cursor."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import signing

from opportunities import paging
from opportunities.models import Opportunity
from opportunities.paging import CURSOR_AGE, Order
from opportunities.tests.factories import AccountFactory, OpportunityFactory, UserFactory

pytestmark = pytest.mark.django_db

BY_ESTIMATE = Order("estimated_close_date")
LATEST_ESTIMATE_FIRST = Order("estimated_close_date", latest_first=True)
SOME_DAY = date(2026, 11, 1)
DAYS = [SOME_DAY + timedelta(days=n // 3) for n in range(8)] + [None] * 5


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(paging, "SIZE", 3)


@pytest.fixture
def rows():
    """Thirteen opportunities with ties, the last five without a date."""
    owner, account = UserFactory(), AccountFactory()
    for day in reversed(DAYS):
        OpportunityFactory(estimated_close_date=day, owner=owner, account=account)
    return Opportunity.objects.all()


def in_order(latest_first: bool = False) -> list[int]:
    """The ids as Python sorts them: a missing date is later than every other."""
    keys = [(day or date.max, pk) for pk, day in Opportunity.objects.values_list("pk", "estimated_close_date")]
    return [pk for _day, pk in sorted(keys, reverse=latest_first)]


def ids(page) -> list[int]:
    return [row.pk for row in page.rows]


def walk(order: Order, rows) -> list[paging.Page]:
    """Every page from the first to the last."""
    pages = [order.page(rows)]
    while pages[-1].next_cursor:
        pages.append(order.page(rows, cursor=pages[-1].next_cursor))
    return pages


@pytest.mark.parametrize("latest_first", [False, True])
def test_the_pages_hold_every_row_once_and_in_order_forwards_and_backwards(rows, latest_first):
    # given rows with ties and missing dates
    order = Order("estimated_close_date", latest_first)

    # when one walks to the last page
    pages = walk(order, rows)

    # then each row was there once, in order
    assert [len(page.rows) for page in pages] == [3, 3, 3, 3, 1]
    assert [row.pk for page in pages for row in page.rows] == in_order(latest_first)

    # when one walks back from there
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(order.page(rows, cursor=back[-1].previous_cursor))

    # then the pages are the same ones
    assert [ids(page) for page in reversed(back)] == [ids(page) for page in pages]
    assert back[-1].next_cursor


def test_a_missing_date_comes_last(rows):
    assert [page.rows[-1].estimated_close_date for page in walk(BY_ESTIMATE, rows)][-2:] == [None, None]


@pytest.mark.parametrize("latest_first", [False, True])
def test_a_missing_amount_can_come_last_in_both_directions(latest_first):
    # given opportunities with ties, and some without an estimate
    owner, account = UserFactory(), AccountFactory()
    for amount in [None, "0", "0.125", "999999999999.999", None, "7", "7", None, "12.5"]:
        OpportunityFactory(estimated_revenue=amount, owner=owner, account=account)
    order = Order("estimated_revenue", latest_first, missing_last=True)

    # when one walks to the last page, and back
    pages = walk(order, Opportunity.objects.all())
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(order.page(Opportunity.objects.all(), cursor=back[-1].previous_cursor))

    # then the amounts are in order, those that are missing at the end
    amounts = [row.estimated_revenue for page in pages for row in page.rows]
    known = sorted([amount for amount in amounts if amount is not None], reverse=latest_first)
    assert amounts == [*known, None, None, None]
    assert [len(page.rows) for page in pages] == [3, 3, 3]
    assert [ids(page) for page in reversed(back)] == [ids(page) for page in pages]


@pytest.mark.parametrize("latest_first", [False, True])
def test_instants_are_paged_to_the_microsecond(rows, latest_first):
    # given instants with ties, a microsecond apart, one of them on the full second
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    for number, row in enumerate(rows.order_by("pk")):
        rows.filter(pk=row.pk).update(last_activity_at=noon + timedelta(microseconds=number // 2 - 2))

    # then each row is there once, in order
    pages = walk(Order("last_activity_at", latest_first), rows)
    found = [(row.last_activity_at, row.pk) for page in pages for row in page.rows]
    assert found == sorted(rows.values_list("last_activity_at", "pk"), reverse=latest_first)
    assert [len(page.rows) for page in pages] == [3, 3, 3, 3, 1]


def test_sources_are_merged_with_what_is_missing_last(rows):
    # given two sources that have no row in common
    order = Order("estimated_close_date", latest_first=True, missing_last=True)
    middle = in_order()[6]
    sources = [rows.filter(pk__lte=middle), rows.filter(pk__gt=middle)]

    # when one walks through both
    pages = [order.page(*sources)]
    while pages[-1].next_cursor:
        pages.append(order.page(*sources, cursor=pages[-1].next_cursor))

    # then it is as if they were one
    assert [ids(page) for page in pages] == [ids(page) for page in walk(order, rows)]


def test_no_rows_are_one_empty_page():
    assert BY_ESTIMATE.page(Opportunity.objects.none()) == paging.Page([], "", "")


@pytest.mark.parametrize("cursor", ["", "nonsense", "é:\x00:1", "WzEsMiwzXQ:1a2b3c:forged"])
def test_a_forged_cursor_shows_the_first_page(rows, cursor):
    assert ids(BY_ESTIMATE.page(rows, cursor=cursor)) == in_order()[:3]


def test_a_cursor_that_was_changed_shows_the_first_page(rows):
    cursor = BY_ESTIMATE.page(rows).next_cursor
    assert ids(BY_ESTIMATE.page(rows, cursor=cursor[:-1])) == in_order()[:3]


def test_a_cursor_of_another_order_shows_the_first_page(rows):
    cursor = LATEST_ESTIMATE_FIRST.page(rows).next_cursor
    assert ids(BY_ESTIMATE.page(rows, cursor=cursor)) == in_order()[:3]


def test_an_old_cursor_shows_the_first_page(rows, monkeypatch):
    # given a cursor from just before it expires
    cursor = BY_ESTIMATE.page(rows).next_cursor
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + CURSOR_AGE.total_seconds() - 5)
    assert ids(BY_ESTIMATE.page(rows, cursor=cursor)) == in_order()[3:6]

    # when it expired, then it leads to the first page
    monkeypatch.setattr(signing.time, "time", lambda: now + CURSOR_AGE.total_seconds() + 5)
    assert ids(BY_ESTIMATE.page(rows, cursor=cursor)) == in_order()[:3]


def test_a_page_whose_rows_are_gone_is_the_first_page(rows):
    # given somebody on the first page
    cursor = BY_ESTIMATE.page(rows).next_cursor

    # when all behind it is deleted, then the next page is the first one
    rows.exclude(pk__in=in_order()[:3]).delete()
    assert ids(BY_ESTIMATE.page(rows, cursor=cursor)) == in_order()


def test_back_to_a_page_that_lost_rows_is_the_full_first_page(rows):
    # given somebody on the second page
    second = BY_ESTIMATE.page(rows, cursor=BY_ESTIMATE.page(rows).next_cursor)

    # when a row before it is deleted and they go back
    rows.filter(pk=in_order()[0]).delete()

    # then they see a full first page
    assert ids(BY_ESTIMATE.page(rows, cursor=second.previous_cursor)) == in_order()[:3]
