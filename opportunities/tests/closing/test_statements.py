"""How many statements a closing takes: the same number whatever hangs on the opportunity."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from opportunities.models import Opportunity, Quote
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, reason
from opportunities.tests.page import form_of

pytestmark = pytest.mark.django_db
COUNTS = [1, 10, 1000]


def statements(queries: CaptureQueriesContext) -> int:
    """Statements without those that only begin and end transactions."""
    marks = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
    return sum(not query["sql"].startswith(marks) for query in queries)


def opportunity_with_quotes(owner, count: int) -> Opportunity:
    opportunity = OpportunityFactory(owner=owner)
    Quote.objects.bulk_create(QuoteFactory.build_batch(count, opportunity=opportunity, status="active"))
    return opportunity


def request_statements(client, call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return statements(queries)


@pytest.mark.parametrize("count", COUNTS)
def test_the_dialog_takes_eight_statements(client, salesperson, count):
    url = reverse("opportunities:close", args=[opportunity_with_quotes(salesperson, count).pk])
    client.force_login(salesperson)
    assert request_statements(client, lambda: client.get(url)) == 8


@pytest.mark.parametrize("count", COUNTS)
def test_closing_takes_fourteen_statements_in_the_request(client, salesperson, count):
    opportunity = opportunity_with_quotes(salesperson, count)
    url = reverse("opportunities:close", args=[opportunity.pk])
    client.force_login(salesperson)
    fields = form_of(client.get(url, {"outcome": "lost"})) | {
        "status_reason": reason("Price").pk,
        "close_quotes": "on",
    }
    headers = {"HX-Request": "true"}
    assert request_statements(client, lambda: client.post(url, fields, headers=headers)) == 14
    opportunity.refresh_from_db()
    assert opportunity.state == "lost"
