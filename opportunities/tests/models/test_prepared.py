"""Statements that are built once: they answer as Django's own, whatever was given before."""

import pytest
from django.db import connection
from django.db.models import CharField
from django.test.utils import CaptureQueriesContext

from opportunities.models import Opportunity
from opportunities.models.prepared import Given, Keys, Prepared, PreparedUpdate
from opportunities.tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db

WITH_FACTS = Prepared(Opportunity.objects.with_facts().filter(pk=Given("pk")))


def test_each_call_has_the_rows_of_what_it_is_given():
    one, other = OpportunityFactory(), OpportunityFactory()
    for opportunity in [one, other, one]:
        found = WITH_FACTS(pk=opportunity.pk)
        assert found == [opportunity]
        with CaptureQueriesContext(connection) as asked:
            facts = found[0].account.name, found[0].stage.name, found[0].owner.username
        assert facts == (opportunity.account.name, opportunity.stage.name, opportunity.owner.username)
        assert len(asked) == 0


def test_the_statement_is_what_django_builds():
    opportunity = OpportunityFactory()
    with CaptureQueriesContext(connection) as asked:
        list(Opportunity.objects.with_facts().filter(pk=opportunity.pk))
        WITH_FACTS(pk=opportunity.pk)
    built, prepared = (query["sql"] for query in asked)
    assert prepared.replace(f"({opportunity.pk})", str(opportunity.pk)) == built


@pytest.mark.parametrize("pk", [0, -1, 10**18, 2**63 - 1, 2**63, -(2**63) - 1, 10**40])
def test_a_key_that_no_row_has_finds_none(pk):
    OpportunityFactory()
    assert WITH_FACTS(pk=pk) == []
    assert WITH_FACTS.one(pk=pk) is None


def test_many_keys_are_one_parameter():
    rows = [OpportunityFactory() for _ in range(3)]
    among = Prepared(Opportunity.objects.filter(pk__among=Given("keys", Keys())).order_by("pk"))
    for some in [rows, rows[1:], []]:
        assert among(keys=[row.pk for row in some]) == some


def test_an_update_changes_what_it_is_given_and_counts_it():
    rows = [OpportunityFactory(topic="Before") for _ in range(3)]
    rename = PreparedUpdate(
        Opportunity.objects.filter(pk__among=Given("keys", Keys())), topic=Given("topic", CharField())
    )
    assert rename(keys=[rows[0].pk], topic="After") == 1
    assert rename(keys=[rows[1].pk, 0], topic="Later") == 1
    assert [row.topic for row in Opportunity.objects.order_by("pk")] == ["After", "Later", "Before"]
