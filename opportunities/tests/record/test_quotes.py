"""The quotes on the page of their opportunity: a number's latest revision, and the older ones below it."""

import re

import pytest

from opportunities.tests.factories import OpportunityFactory, QuoteFactory
from opportunities.tests.quotes.pages import words

pytestmark = pytest.mark.django_db


def test_older_revisions_stand_below_the_current_one_and_open_numbers_first(client, salesperson):
    # given a number that is open in its third revision, and a number before it that is closed
    opportunity = OpportunityFactory(owner=salesperson)
    for number, revision, status in [
        ("Q-1", 0, "lost"),
        ("Q-2", 2, "draft"),
        ("Q-2", 0, "revised"),
        ("Q-2", 1, "lost"),
    ]:
        store(opportunity, number, revision, status)
    client.force_login(salesperson)

    # when the page is read
    response = client.get(opportunity.get_absolute_url())

    # then the open number is first, with its older revisions
    assert re.search(
        r"Q-2 rev\. 2 Full service Draft .* Q-2 rev\. 1 older revision Lost .* "
        r"Q-2 rev\. 0 older revision Revised .* Q-1 rev\. 0 Full service Lost",
        words(response),
    )
    assert response.content.decode().count("older-revision") == 2


def store(opportunity, number: str, revision: int, status: str) -> None:
    """A quote of that status, whatever was in between."""
    quote = QuoteFactory(opportunity=opportunity, number=number, revision=revision)
    if status != "draft":
        opportunity.quotes.filter(pk=quote.pk).update(status="active")
        quote.closings.create(from_status="active", to_status=status, closed_on=opportunity.opened_on)
        opportunity.quotes.filter(pk=quote.pk).update(status=status)
