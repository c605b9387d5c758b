"""Merging while others merge, write and close: nothing is left behind on what was merged, and nobody waits for ever."""

from functools import partial

import pytest
from django.db import IntegrityError

from opportunities.closing import correct_closing
from opportunities.integrity import broken_rules
from opportunities.models import Account, Competitor, Opportunity, OpportunityClose, guards
from opportunities.record.merging import MergeRefused, merge_accounts, merge_competitors
from opportunities.record.services import OpportunityIsClosed, create_opportunity, edit_opportunity
from opportunities.tests.closing.test_races import at_once, kinds
from opportunities.tests.factories import AccountFactory, CompetitorFactory, OpportunityFactory, close, reason

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(6)
MERGED = "This one was merged into another meanwhile; choose that one."


def refusals(results: list) -> set[str]:
    return {guards.sentence(error) for error in results if isinstance(error, IntegrityError)}


def test_merges_in_a_circle_leave_one_that_stays(administrator):
    for _round in ROUNDS:
        a, b, c = AccountFactory.create_batch(3)
        circle = [(a, b), (b, c), (c, a)]
        results = at_once(*[partial(merge_accounts, into, [row], by=administrator) for into, row in circle])
        assert kinds(results) == {Account: 2, MergeRefused: 1}
        assert Account.objects.current().filter(pk__in=[a.pk, b.pk, c.pk]).count() == 1
    assert list(broken_rules()) == []


def test_what_is_written_during_a_merge_follows_it_or_is_refused(administrator):
    deal = OpportunityFactory()
    facts = {"owner": deal.owner, "stage": deal.stage, "status_reason": deal.status_reason, "by": administrator}
    for _round in ROUNDS:
        kept, merged = AccountFactory.create_batch(2)
        old = OpportunityFactory(account=merged)
        merge, *others = at_once(
            partial(merge_accounts, kept, [merged], by=administrator),
            *[partial(create_opportunity, account=merged, topic="New", **facts)] * 2,
            partial(edit_opportunity, deal, by=administrator, account=merged),
            partial(edit_opportunity, old, by=administrator, topic="Renamed"),
            partial(close, old),
        )
        assert merge == kept
        assert kinds(others).keys() <= {Opportunity, OpportunityClose, OpportunityIsClosed, IntegrityError}
        assert refusals(others) <= {MERGED}
        assert not merged.opportunities.exists()
    assert list(broken_rules()) == []


def test_what_is_closed_during_a_merge_names_the_one_that_stays_or_is_not_closed(administrator):
    facts = {"status_reason": reason("Out-sold")}
    for _round in ROUNDS:
        kept, merged = CompetitorFactory.create_batch(2)
        deals = OpportunityFactory.create_batch(2)
        closing = close(OpportunityFactory(), competitor=merged, **facts)
        correction = {"closed_on": closing.closed_on, "by": administrator, "details": "New"} | facts
        merge, *others = at_once(
            partial(merge_competitors, kept, [merged], by=administrator),
            *[partial(close, deal, competitor=merged, **facts) for deal in deals],
            partial(correct_closing, closing, competitor=merged, **correction),
        )
        assert merge == kept
        assert kinds(others).keys() <= {OpportunityClose, IntegrityError}
        assert refusals(others) <= {MERGED}
        assert Competitor.objects.current().filter(pk__in=[kept.pk, merged.pk]).get() == kept
        assert not OpportunityClose.objects.filter(competitor=merged).exists()
    assert list(broken_rules()) == []
