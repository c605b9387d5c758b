"""Every transition of a quote from every state: what it becomes and what is told, or that nothing changes."""

import pytest
from django.core.exceptions import ValidationError

from opportunities.closing import AlreadyClosed, Gone, plan_close
from opportunities.models import Quote
from opportunities.quotes import draft_services, services
from opportunities.quotes.refusals import NotActive, NotADraft, OpportunityIsClosed, QuoteIsClosed
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.quotes.states import CLOSED, active, draft, quote_in
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def win(quote: Quote) -> None:
    """Closes the opportunity as won, with this quote as the winner whatever it is."""
    opportunity = quote.opportunity
    plan = plan_close(opportunity, "won")
    close(opportunity, "won", plan=plan.with_fates(plan.fates | {quote.pk: "won"}))


def close_as(quote: Quote, status: str) -> Quote:
    return services.close_quote(quote, to_status=status, closed_on=day(0), by=None)


# Each is called with a quote, of which the timeline tells the event then.
TRANSITIONS = {
    "edit head": (lambda quote: draft_services.edit_head(quote, by=None, name="Parts"), None),
    "add line": (lambda quote: draft_services.add_line(quote, by=None, description="Parts", unit_price=5), None),
    "activate": (lambda quote: services.activate_quote(quote, by=None), "quote_activated"),
    "revise": (lambda quote: services.revise_quote(quote, by=None, reason="!", valid_until=None), "quote_revised"),
    "close as lost": (lambda quote: close_as(quote, "lost"), "quote_closed"),
    "close as canceled": (lambda quote: close_as(quote, "canceled"), "quote_closed"),
    "copy": (lambda quote: services.copy_quote(quote, by=None, onto=quote.opportunity), "quote_copied"),
    "copy elsewhere": (lambda quote: services.copy_quote(quote, by=None, onto=OpportunityFactory()), None),
    "delete": (lambda quote: services.delete_draft(quote, by=None), "quote_deleted"),
    "win": (win, "closed"),
}
DRAFT = {
    "edit head": "draft",
    "add line": "draft",
    "activate": "active",
    "revise": NotActive,
    "close as lost": "lost",
    "close as canceled": "canceled",
    "copy": "draft",
    "copy elsewhere": "draft",
    "delete": None,
    "win": ValidationError,
}
ACTIVE = {
    "edit head": NotADraft,
    "add line": NotADraft,
    "activate": NotADraft,
    "revise": "revised",
    "close as lost": "lost",
    "close as canceled": "canceled",
    "copy": "active",
    "copy elsewhere": "active",
    "delete": NotADraft,
    "win": "won",
}


def closed(status: str) -> dict:
    """Of a closed quote: it stays as it is, even when its opportunity is won afterwards, without it."""
    kept = dict.fromkeys(["copy", "copy elsewhere", "win"], status)
    refused = dict.fromkeys(["close as lost", "close as canceled"], QuoteIsClosed) | {"revise": NotActive}
    return dict.fromkeys(["edit head", "add line", "activate", "delete"], NotADraft) | refused | kept


def on_closed(status: str) -> dict:
    """Of a quote on a closed opportunity: it can be copied elsewhere."""
    return dict.fromkeys(TRANSITIONS, OpportunityIsClosed) | {"copy elsewhere": status, "win": AlreadyClosed}


# What each transition makes of a quote in each state: its status afterwards, None for no quote, or the refusal.
TABLE = {
    "draft": DRAFT,
    "expired draft": DRAFT | {"activate": ValidationError},
    "active": ACTIVE,
    "expired": ACTIVE,
    "lost": closed("lost"),
    "canceled": closed("canceled"),
    "revised": closed("revised"),
    "won before": closed("won"),
    "won": on_closed("won"),
    f"draft{CLOSED}": on_closed("canceled"),
    f"active{CLOSED}": on_closed("lost"),
    f"expired{CLOSED}": on_closed("lost"),
    f"lost{CLOSED}": on_closed("lost"),
    f"canceled{CLOSED}": on_closed("canceled"),
    f"revised{CLOSED}": on_closed("revised"),
}
CASES = [(state, name, result) for state, row in TABLE.items() for name, result in row.items()]
ALLOWED = [case for case in CASES if not isinstance(case[2], type)]
REFUSED = [case for case in CASES if isinstance(case[2], type)]


def test_the_table_names_every_transition_in_every_state():
    assert {state: sorted(row) for state, row in TABLE.items()} == dict.fromkeys(TABLE, sorted(TRANSITIONS))
    assert (len(ALLOWED), len(REFUSED)) == (46, 104)


@pytest.mark.parametrize(("state", "name", "status"), ALLOWED)
def test_a_transition_that_is_allowed_gives_its_status_and_is_told(state, name, status):
    # given a quote, and what its timeline tells already
    quote = quote_in(state)
    opportunity, told = quote.opportunity, quote.opportunity.timeline.count()
    transition, event = TRANSITIONS[name]

    # when the transition is made
    transition(quote)

    # then the quote has the status, and one event is told of it, where it is one of the opportunity
    assert Quote.objects.filter(pk=quote.pk).values_list("status", flat=True).first() == status
    assert opportunity.timeline.count() - told == (event is not None)
    if event:
        assert opportunity.timeline.first().kind == event


@pytest.mark.parametrize(("state", "name", "refusal"), REFUSED)
def test_a_transition_that_is_not_allowed_changes_nothing(state, name, refusal):
    quote = quote_in(state)

    with nothing_changes(), pytest.raises(refusal) as refused:
        TRANSITIONS[name][0](quote)

    assert str(refused.value)


OF_ONE_QUOTE = [name for name in TRANSITIONS if name not in ("win", "copy elsewhere")]


@pytest.mark.parametrize("name", [name for name in OF_ONE_QUOTE if name != "copy"])
@pytest.mark.parametrize("make", [draft, active])
def test_a_quote_that_somebody_closed_meanwhile_is_judged_as_it_is_now(make, name):
    quote = make()
    close_as(Quote.objects.get(pk=quote.pk), "lost")

    with nothing_changes(), pytest.raises((NotADraft, NotActive, QuoteIsClosed)):
        TRANSITIONS[name][0](quote)


@pytest.mark.parametrize("name", OF_ONE_QUOTE)
def test_a_quote_that_somebody_deleted_meanwhile_is_gone(name):
    quote = draft()
    services.delete_draft(Quote.objects.get(pk=quote.pk), by=None)

    with nothing_changes(), pytest.raises(Gone):
        TRANSITIONS[name][0](quote)
