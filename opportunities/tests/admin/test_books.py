"""The closed period: one day, which administrators set, and whose history tells who moved it."""

import pytest
from django.contrib.admin.models import LogEntry

from opportunities.formats import format_date
from opportunities.models import ClosedThrough
from opportunities.tests.admin.pages import errors, page, staff, submit
from opportunities.tests.factories import day
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

LIST, ADD, CHANGE = (page(ClosedThrough, name, *args) for name, *args in [("changelist",), ("add",), ("change", 1)])


def test_the_day_is_set_moved_and_removed_and_the_history_names_each(client, administrator):
    assert client.get(LIST).url == ADD
    submit(client, ADD, closed_through=day(-30).isoformat())
    assert ClosedThrough.day() == day(-30)
    assert client.get(LIST).url == CHANGE
    submit(client, CHANGE, closed_through=day(-1).isoformat())
    assert ClosedThrough.day() == day(-1)
    submit(client, CHANGE, closed_through="")
    assert ClosedThrough.day() is None
    history = LogEntry.objects.order_by("pk").values_list("user", "change_message")
    assert list(history) == [
        (administrator.pk, f"Closed through {format_date(day(-30))}"),
        (administrator.pk, f"Closed through {format_date(day(-1))}"),
        (administrator.pk, "No day is closed"),
    ]
    assert f"Closed through {format_date(day(-30))}" in client.get(page(ClosedThrough, "history", 1)).text


def test_a_day_to_come_is_refused(client):
    with nothing_changes():
        answer = submit(client, ADD, closed_through=day(1).isoformat())
    assert errors(answer) == {
        "closed_through": ["This day is still to come; today's opportunities could not be closed any more."]
    }


def test_there_is_one_day_and_it_stays(client):
    ClosedThrough.objects.create(pk=1, closed_through=day(-1))
    with nothing_changes():
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, {"closed_through": ""}).status_code == 403
        assert client.post(page(ClosedThrough, "delete", 1), {"post": "yes"}).status_code == 403


def test_it_takes_permissions_to_see_and_to_set_the_day(client, salesperson):
    ClosedThrough.objects.create(pk=1, closed_through=day(-1))
    staff(client, salesperson)
    assert client.get(CHANGE).status_code == 403
    staff(client, salesperson, "view_closedthrough")
    assert format_date(day(-1)) in client.get(CHANGE).text
    with nothing_changes():
        assert client.post(CHANGE, {"closed_through": ""}).status_code == 403
