"""Win/loss without the deals that are there for all of test_winloss.py."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from opportunities.insights.periods import Period
from opportunities.insights.winloss import ALL_SUMS, COMPETITOR, OWNER, PRODUCT, REASON, REVISIONS, STAGE, in_period
from opportunities.models import Opportunity
from opportunities.tests.factories import OpportunityFactory
from opportunities.tests.plans import keep_only, prefer_indexes

pytestmark = pytest.mark.django_db


def test_before_anything_is_closed_there_are_words(client, manager):
    OpportunityFactory()
    client.force_login(manager)
    assert "Nothing that matches was closed in these days." in client.get("/insights/").content.decode()


@pytest.mark.parametrize("by", [["closed_on"], [OWNER, REVISIONS], [COMPETITOR, PRODUCT], ["currency", STAGE, REASON]])
def test_all_that_is_added_up_is_in_one_index(salesperson, by):
    """On a million opportunities, reading the rows themselves takes seconds."""
    prefer_indexes("seqscan", "bitmapscan")
    keep_only("opportunity_insights")
    all_deals = Opportunity.objects.in_currency("EUR")
    narrowed = all_deals.in_sector("Energy").of_size("gte", Decimal(5)).reading(stage=1, status_reason=2)
    narrowed = narrowed.reading(competitor=None, owner=salesperson.pk)
    # Of few rows, PostgreSQL may choose another way, by how many there are.
    for deals in [all_deals, narrowed] if connection.vendor == "sqlite" else [all_deals]:
        found = in_period(deals, Period(date(2021, 7, 1), date(2021, 12, 31)))
        plan = found.values_list(*by, "state").annotate(**ALL_SUMS).order_by().explain()
        assert re.search("COVERING INDEX opportunity_insights|Index Only Scan using opportunity_insights", plan), plan
