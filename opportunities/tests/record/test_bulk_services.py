"""Changing one fact of many opportunities: what is written, what is left and why, and in how many statements."""

import pytest
from django.contrib.auth import get_user_model

from opportunities.models import Opportunity, Stage, TimelineEvent
from opportunities.record import services
from opportunities.record.bulk_services import Left, Result, change_many
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

NEEDS = "This needs the permission to %s. Ask an administrator."
NOT_THEIRS = NEEDS % "change everybody's opportunities (change_any_opportunity)"
NOT_AT_ALL = NEEDS % "change one's own opportunities (change_opportunity)"
CLOSED = "It is closed: only its owner can still be changed."


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def facts(opportunity: Opportunity) -> dict:
    return Opportunity.objects.filter(pk=opportunity.pk).values().get()


def last_event(opportunity: Opportunity) -> dict:
    return opportunity.timeline.values("kind", "by", "text", "data").first()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owner", lambda: get_user_model().objects.get(username="jonas")),
        ("stage", lambda: stage("Commit")),
        ("estimated_close_date", lambda: day(99)),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_each_is_written_and_told_as_an_edit_of_one_does(salesperson, colleague, field, value, known):
    # given three, one of which is edited by itself
    estimate = {} if known else {"estimated_close_date": None}
    deals = [OpportunityFactory(owner=salesperson, topic="Deal", **estimate) for _number in range(3)]
    one = services.edit_opportunity(deals[0], by=salesperson, **{field: value()})

    # when the others are changed together
    keys = [deal.pk for deal in deals[1:]]
    assert change_many(keys, by=salesperson, field=field, value=value()) == Result(2, [])

    # then they are as that one is, and so are their timelines
    for deal in deals[1:]:
        assert getattr(Opportunity.objects.get(pk=deal.pk), field) == value()
        different = {name for name in facts(deal) if facts(deal)[name] != facts(one)[name]}
        assert different <= {"id", "account_id", "search_text", "last_activity_at"}
        assert last_event(deal) == last_event(one)
        assert deal.timeline.count() == 1


def test_a_stage_move_is_activity_and_another_owner_is_none(salesperson, colleague):
    deal = OpportunityFactory(owner=salesperson)
    before = facts(deal)["last_activity_at"]
    change_many([deal.pk], by=salesperson, field="estimated_close_date", value=day(3))
    assert facts(deal)["last_activity_at"] == before
    change_many([deal.pk], by=salesperson, field="stage", value=stage("Commit"))
    assert facts(deal)["last_activity_at"] == deal.timeline.first().at > before


def test_a_leavers_opportunities_are_handed_over_closed_ones_included(manager, salesperson, colleague):
    # given an open, a won and a lost one
    deals = [OpportunityFactory(owner=salesperson) for _number in range(3)]
    close(deals[1], "won")
    close(deals[2], "lost")
    before = [facts(deal) for deal in deals]

    # when a manager hands them over
    result = change_many([deal.pk for deal in deals], by=manager, field="owner", value=colleague)

    # then nothing but the owner is another
    assert result == Result(3, [])
    assert [facts(deal) for deal in deals] == [row | {"owner_id": colleague.pk} for row in before]
    assert deals[2].timeline.first().data == {"owner_from": "Marta Ruiz", "owner_to": "Jonas Weber"}


def test_what_cannot_be_changed_is_left_with_its_reason_and_the_rest_is_changed(salesperson, colleague):
    # given one that can be moved, and one for each reason not to
    mine, closed, theirs, there, gone = (
        OpportunityFactory(owner=owner) for owner in [salesperson, salesperson, colleague, salesperson, salesperson]
    )
    close(closed)
    Opportunity.objects.filter(pk=there.pk).update(stage=stage("Commit"))
    key = gone.pk
    gone.delete()
    before = {deal: (facts(deal), deal.timeline.count()) for deal in [closed, theirs, there]}

    # when all are moved
    keys = [theirs.pk, closed.pk, mine.pk, key, there.pk]
    result = change_many(keys, by=salesperson, field="stage", value=stage("Commit"))

    # then each that is left says why, in the order given, and is as it was
    assert result == Result(
        1,
        [
            Left(theirs, NOT_THEIRS),
            Left(closed, CLOSED),
            Left(None, "Somebody deleted it meanwhile."),
            Left(there, "It is so already."),
        ],
    )
    assert facts(mine)["stage_id"] == stage("Commit").pk
    assert {deal: (facts(deal), deal.timeline.count()) for deal in before} == before
    assert list(result.left_by_reason) == [left.reason for left in result.left]


def test_where_nothing_can_be_changed_nothing_is_written(salesperson, outsider):
    closed, mine = OpportunityFactory(owner=salesperson), OpportunityFactory(owner=outsider)
    close(closed)
    with nothing_changes():
        by_marta = change_many([closed.pk], by=salesperson, field="estimated_close_date", value=day(1))
        by_nobody = change_many([mine.pk], by=outsider, field="owner", value=salesperson)
        none = change_many([], by=salesperson, field="owner", value=outsider)
    assert by_marta == Result(0, [Left(closed, CLOSED)])
    assert by_nobody == Result(0, [Left(mine, NOT_AT_ALL)])
    assert none == Result(0, [])


def test_all_or_nothing_is_written(salesperson, monkeypatch):
    deals = [OpportunityFactory(owner=salesperson) for _number in range(2)]

    def fail(*_arguments, **_named):
        raise RuntimeError

    monkeypatch.setattr(type(TimelineEvent.objects.all()), "bulk_create", fail)
    with nothing_changes(), pytest.raises(RuntimeError):
        change_many([deal.pk for deal in deals], by=salesperson, field="stage", value=stage("Commit"))


@pytest.mark.parametrize(
    ("field", "statements"),
    # a transaction's two, permissions; lock, names, update, events; the last activity that a stage move is
    [("owner", 7), ("stage", 8), ("estimated_close_date", 6)],
)
@pytest.mark.parametrize("count", [2, 50])
def test_two_take_as_many_statements_as_fifty(
    manager, salesperson, colleague, django_assert_num_queries, field, statements, count
):
    # given as many as that, of several owners
    owners = [salesperson, manager]
    keys = [OpportunityFactory(owner=owners[number % 2]).pk for number in range(count)]
    value = {"owner": colleague, "stage": stage("Commit"), "estimated_close_date": day(7)}[field]

    # when they are changed by somebody whose permissions are not known yet
    by = get_user_model().objects.get(pk=manager.pk)
    with django_assert_num_queries(statements):
        assert change_many(keys, by=by, field=field, value=value).changed == count
