"""What the tests of faults start from: an opportunity with two quotes, and the form that closes them all."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from opportunities.models import Opportunity
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, reason
from opportunities.tests.page import form_of


@pytest.fixture(autouse=True)
def whole_connection():
    """A connection that was cut is no use to the test that follows."""
    yield
    connection.close()


@pytest.fixture
def opportunity(salesperson):
    """Marta's: an active quote and a draft."""
    opportunity = OpportunityFactory(owner=salesperson)
    QuoteFactory(opportunity=opportunity, status="active")
    QuoteFactory(opportunity=opportunity)
    return opportunity


@pytest.fixture
def marta(salesperson):
    """Her browser, which shows a failure of the server as it comes."""
    client = Client(raise_request_exception=False)
    client.force_login(salesperson)
    return client


def close_url(opportunity: Opportunity) -> str:
    return reverse("opportunities:close", args=[opportunity.pk])


def lost(client: Client, opportunity: Opportunity) -> dict:
    """The fields that close `opportunity` as lost with its quotes, as the dialog shows them now."""
    fields = form_of(client.get(close_url(opportunity), {"outcome": "lost"}))
    return fields | {"status_reason": reason("Price").pk, "close_quotes": "on", "details": "Too dear"}
