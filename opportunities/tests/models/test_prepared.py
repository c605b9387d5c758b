"""Statements that are built once: they answer as Django's own, whatever was given before."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, DecimalField
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


def test_threads_that_build_a_statement_at_once_build_the_same():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _round in range(30):
            prepared = Prepared(Opportunity.objects.with_facts().filter(pk=Given("pk")))
            with ThreadPoolExecutor(3) as threads:
                built = {sql for _compiler, sql, _params in threads.map(lambda rows: rows.build(), [prepared] * 3)}
            assert built == {WITH_FACTS.built[1]}
    finally:
        sys.setswitchinterval(interval)


def test_a_lock_outside_of_a_transaction_is_refused_each_time(transactional_db):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows")
    locked = Prepared(Opportunity.objects.select_for_update(no_key=True).filter(pk=Given("pk")))
    with transaction.atomic():
        assert locked(pk=0) == []
    for _time in range(2):
        with pytest.raises(transaction.TransactionManagementError):
            locked(pk=0)


def test_an_update_that_is_refused_leaves_nothing_of_its_transaction():
    opportunity = OpportunityFactory()
    pay = PreparedUpdate(Opportunity.objects.filter(pk=Given("pk")), actual_revenue=Given("revenue", DecimalField()))
    with pytest.raises(IntegrityError), transaction.atomic():
        pay(pk=opportunity.pk, revenue=1)
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            pay(pk=opportunity.pk, revenue=1)
        assert connection.needs_rollback
        transaction.set_rollback(True)
    assert Opportunity.objects.get().actual_revenue is None


def test_an_update_changes_what_it_is_given_and_counts_it():
    rows = [OpportunityFactory(topic="Before") for _ in range(3)]
    rename = PreparedUpdate(
        Opportunity.objects.filter(pk__among=Given("keys", Keys())), topic=Given("topic", CharField())
    )
    assert rename(keys=[rows[0].pk], topic="After") == 1
    assert rename(keys=[rows[1].pk, 0], topic="Later") == 1
    assert [row.topic for row in Opportunity.objects.order_by("pk")] == ["After", "Later", "Before"]
