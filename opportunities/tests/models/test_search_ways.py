"""Whatever way words are found, by an index or in the rows, it is those that have them."""

from itertools import combinations
from random import Random

import pytest

from opportunities.models import Opportunity, search
from opportunities.models.fields import fold
from opportunities.pipeline.filters import OpportunityFilter
from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory, close

pytestmark = pytest.mark.django_db

WORDS = ["turbine", "pump", "alpine", "bakeries", "rené", "2026", "114", "gmbh", "or"]
WAYS = {
    "rare": {},
    "common": {"RARE": 0, "FEW": 0, "AT_ONCE": 0},
    "rare after all": {"RARE": 0, "FEW": 0},
    "looked up": {"RARE": 0},
    "some are rare": {"RARE": 8, "FEW": 0},
}


@pytest.fixture
def texts(salesperson) -> dict[int, str]:
    """What is searched of each opportunity: each mixes words in its topic, its account and its quotes."""
    rng, found = Random(4), {}
    accounts = [AccountFactory(name=f"{' '.join(rng.sample(WORDS, 2))} {number}xyz") for number in range(6)]
    for number in range(30):
        account = rng.choice([*accounts, None])
        topic = " ".join(rng.sample(WORDS, rng.randint(1, 3)))
        opportunity = OpportunityFactory(topic=topic, account=account, owner=salesperson)
        found[opportunity.pk] = fold(f"{topic} {account or ''}")
        if number % 7 == 0:
            QuoteFactory(opportunity=opportunity, number=f"Q-2026-{number:0>3}9", name=topic)
            found[opportunity.pk] += f" q-2026-{number:0>3}9"
        if number % 3 == 0 and number % 7:
            close(opportunity, "lost")
    return found


@pytest.mark.parametrize("way", WAYS)
def test_those_with_all_words_are_found_whatever_the_way(texts, salesperson, monkeypatch, way):
    for name, value in WAYS[way].items():
        monkeypatch.setattr(search, name, value)
    monkeypatch.setattr("opportunities.pipeline.filters.SIZE", -1 if way == "common" else 50)
    for words in [
        *combinations(WORDS, 1),
        *[*combinations(WORDS, 2)][::3],
        ("pump", "or", "gmbh"),
        ("q-2026-0079", "pump"),
    ]:
        expected = {pk for pk, text in texts.items() if all(fold(word) in text for word in words)}
        text = " ".join(words)
        if "114" not in words and "2026" not in words:  # which may be quote numbers
            assert set(Opportunity.objects.search(text).values_list("pk", flat=True)) == expected, text
        address = {"q": text, "state": "all", "owner": "all"}
        listed = [row for rows in OpportunityFilter(address, salesperson).sources() for row in rows]
        assert len(listed) == len({row.pk for row in listed})
        assert {row.pk for row in listed} == set(Opportunity.objects.search(text).values_list("pk", flat=True)), text
