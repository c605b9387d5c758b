"""What the tests of the dialogs start from: Marta, signed in, and an open opportunity of hers."""

from decimal import Decimal

import pytest

from opportunities.tests.factories import OpportunityFactory


@pytest.fixture
def opportunity(salesperson):
    return OpportunityFactory(owner=salesperson, estimated_revenue=Decimal("1000"))


@pytest.fixture
def signed_in(client, salesperson):
    client.force_login(salesperson)
    return client
