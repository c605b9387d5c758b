"""The public data set arrives with exactly the figures of its README."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, Max, Min, Sum

from opportunities.exchange import Result, import_file, load_mapping
from opportunities.models import Account, Opportunity, OpportunityClose, Product, TimelineEvent
from opportunities.tests.insights.real_data import check_insights

DATA = settings.BASE_DIR.parent / "shared/data/crm-sales-opportunities/sales_pipeline.csv"
MAPPING = settings.BASE_DIR / "docs/crm-sales-opportunities.toml"


@pytest.mark.django_db
def test_the_figures_of_the_public_data_set(client, manager):
    # given
    if not DATA.exists():
        pytest.skip(f"The public data set is expected at {DATA}.")
    mapping = load_mapping(MAPPING)

    # when
    report = import_file(DATA, mapping)

    # then the rows and what was repaired are all told
    assert report.counts == {Result.CREATED: 8_800}
    kinds = {}
    for entry in report.repairs:
        kinds[entry.what] = kinds.get(entry.what, 0) + 1
    assert kinds == {
        "actual_revenue not taken: “Lost” rows have none": 2_473,
        "product translated": 1_480,
        "topic completed as the mapping says": 1_425,
        "account left empty": 1_425,
        "opened_on completed as the mapping says": 500,
        "unknown account created": 85,
        "unknown owner created": 30,
        "unknown product created": 7,
    }

    # then the states, sums and dates are those of the README
    opportunities = Opportunity.objects.order_by()
    states = opportunities.values_list("state", "stage__name", "status_reason__name").annotate(Count("pk"))
    assert set(states) == {
        ("won", "Commit", "Won", 4_238),
        ("lost", "Propose", "Other", 2_473),
        ("open", "Propose", "In progress", 1_589),
        ("open", "Qualify", "In progress", 500),
    }
    assert opportunities.values("external_id").distinct().count() == 8_800
    assert opportunities.filter(state="won").aggregate(sum=Sum("actual_revenue"))["sum"] == Decimal(10_005_534)
    assert opportunities.aggregate(first=Min("closed_on"), last=Max("closed_on")) == {
        "first": date(2017, 3, 1),
        "last": date(2017, 12, 31),
    }
    assert list(opportunities.filter(account=None).values_list("state").annotate(Count("pk"))) == [("open", 1_425)]
    assert (Account.objects.count(), Product.objects.count()) == (85, 7)
    assert opportunities.filter(product__name="GTX Pro").count() == 1_480
    assert not opportunities.filter(topic__contains="GTXPro").exists()

    # then each closed one has its closing, by nobody, and each its events
    assert OpportunityClose.objects.filter(closed_by=None, reopened_at=None).count() == 6_711
    assert dict(TimelineEvent.objects.order_by().values_list("kind").annotate(Count("pk"))) == {
        "imported": 8_800,
        "closed": 6_711,
    }
    call_command("check_integrity")

    # then the insights come to the same
    check_insights(client, manager, DATA.parent)
