"""What the Close opportunity dialog says of each quote: how long it is valid, its net total, and its revisions."""

import re

import pytest
from django.urls import reverse

from opportunities.tests.factories import QuoteFactory, day

pytestmark = pytest.mark.django_db


def offered(client, opportunity) -> list[str]:
    """The rows of the dialog, without what each quote is to become."""
    html = client.get(reverse("opportunities:close", args=[opportunity.pk])).content.decode()
    rows = re.findall(r"<tr[ >].*?<select", html.partition("<tbody>")[2], re.S)
    return [" ".join(re.sub(r"<[^>]*>|<select", " ", row).split()) for row in rows]


def test_each_quote_says_its_net_total_and_until_when_it_is_valid(signed_in, opportunity):
    QuoteFactory(opportunity=opportunity, number="Q-1", status="active", total=950, valid_until=day(0))
    QuoteFactory(opportunity=opportunity, number="Q-2", status="active", total=800, valid_until=day(-1))
    QuoteFactory(opportunity=opportunity, number="Q-3", total=700)

    first, second, third = offered(signed_in, opportunity)

    assert re.fullmatch(r"Q-1 rev\. 0 €950\.00 Active valid until \d+ \w+ \d{4}", first)
    assert re.fullmatch(r"Q-2 rev\. 0 €800\.00 Active Expired valid until \d+ \w+ \d{4}", second)
    assert third == "Q-3 rev. 0 €700.00 Draft"


def test_a_quote_says_which_revision_is_the_current_one_where_there_are_several(signed_in, opportunity):
    # given a number with two open revisions, and one with another revision elsewhere
    QuoteFactory(opportunity=opportunity, number="Q-1", revision=1)
    QuoteFactory(opportunity=opportunity, number="Q-1", revision=3)
    QuoteFactory(opportunity=opportunity, number="Q-2", status="active")
    QuoteFactory(number="Q-2", revision=1)

    assert offered(signed_in, opportunity) == [
        "Q-1 rev. 1 rev. 3 is the current one €900.00 Draft",
        "Q-1 rev. 3 current revision €900.00 Draft",
        "Q-2 rev. 0 €900.00 Active",
    ]
