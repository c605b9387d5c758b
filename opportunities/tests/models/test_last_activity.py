"""The last activity of an opportunity: told with its events, and found by the migration for those that were there."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from opportunities.models import Opportunity, Stage, TimelineEvent, guards
from opportunities.record.services import add_note, edit_opportunity
from opportunities.tests.factories import OpportunityFactory, close, day

pytestmark = pytest.mark.django_db

NOW = timezone.now()
STAGE_MOVE = {"stage_from": "Qualify", "stage_to": "Propose"}


def event(opportunity, days_ago: int, kind: str = "note", **facts) -> TimelineEvent:
    return TimelineEvent(opportunity=opportunity, kind=kind, at=NOW - timedelta(days=days_ago), **facts)


def days_ago(opportunity) -> int:
    """How many days before NOW the last activity was."""
    opportunity.refresh_from_db()
    return (NOW - opportunity.last_activity_at).days


def test_what_is_told_is_the_last_activity_of_each_opportunity_in_two_statements(django_assert_num_queries):
    called, moved, edited = OpportunityFactory.create_batch(3, last_activity_at=NOW - timedelta(days=99))
    events = [event(called, 3), event(called, 5), event(moved, 7, "edited", data=STAGE_MOVE)]
    with django_assert_num_queries(2):
        told = TimelineEvent.objects.tell([*events, event(edited, 1, "edited", data={"owner_to": "Marta"})])
    assert [days_ago(deal) for deal in (called, moved, edited)] == [3, 7, 99]
    assert [row.pk for row in told] == list(TimelineEvent.objects.order_by("pk").values_list("pk", flat=True))


def test_edits_alone_are_told_in_one_statement(django_assert_num_queries):
    deal = OpportunityFactory()
    with django_assert_num_queries(1):
        TimelineEvent.objects.tell([event(deal, 1, "edited")])


def test_what_is_told_of_long_ago_is_not_the_last_activity():
    deal = OpportunityFactory()
    TimelineEvent.objects.tell([event(deal, 2)])
    TimelineEvent.objects.tell([event(deal, 9)])
    assert days_ago(deal) == 2


def test_the_services_keep_it_on_open_and_on_closed_opportunities(salesperson):
    deal = OpportunityFactory(owner=salesperson, last_activity_at=NOW - timedelta(days=99))
    edit_opportunity(deal, by=salesperson, topic="Renamed")
    assert days_ago(deal) == 99
    edit_opportunity(deal, by=salesperson, stage=Stage.objects.get(name="Commit"))
    last = [deal.timeline.first().at]
    close(deal)
    last.append(deal.timeline.first().at)
    last.append(add_note(deal, by=salesperson, text="They called").at)
    deal.refresh_from_db()
    assert last == sorted(set(last))
    assert deal.last_activity_at == last[-1]


def test_the_migration_finds_it_for_open_and_closed_opportunities(salesperson):
    # given opportunities with events, closed, and without any
    told, silent, lost = OpportunityFactory.create_batch(3, opened_on=day(-40), owner=salesperson)
    TimelineEvent.objects.tell([event(told, 5), event(told, 9), event(told, 1, "edited")])
    close(lost)
    right = dict(Opportunity.objects.values_list("pk", "last_activity_at"))
    connection.check_constraints()
    guards.drop(connection)
    Opportunity.objects.update(last_activity_at=NOW + timedelta(days=1))

    # when
    migration = import_module("opportunities.migrations.0018_last_activity")
    migration.fill(apps, SimpleNamespace(connection=connection))

    # then
    found = dict(Opportunity.objects.values_list("pk", "last_activity_at"))
    assert {told.pk: found[told.pk], lost.pk: found[lost.pk]} == {told.pk: right[told.pk], lost.pk: right[lost.pk]}
    assert found[silent.pk].date() == day(-40)
