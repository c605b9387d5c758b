"""What the tests of quotes share."""

from decimal import Decimal

import pytest

from opportunities.tests.factories import ProductFactory
from opportunities.tests.quotes.states import draft, lines


@pytest.fixture
def quote(client, salesperson):
    """Marta's draft with three lines, of 10, 20 and 30 euros. She is signed in."""
    client.force_login(salesperson)
    offered = lines("10", "20", "30")
    for line, name in zip(offered, "ABC", strict=True):
        line.description = name
    return draft(salesperson, lines=offered)


@pytest.fixture
def product():
    return ProductFactory(name="Pump", unit="piece", list_price=1234, unit_cost=700, tax_rate=Decimal("5.5"))
