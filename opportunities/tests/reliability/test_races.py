"""Web workers and imports that act on the same opportunity at the same moment, as real processes.

Whatever comes first: no rule is broken, no update is lost, and whoever came second reads why in words. Each race is
between a closing, or something as big, and one other thing; what it needs is made anew for each round.
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest

from opportunities.closing.bulk import Shared, close_many
from opportunities.models import Opportunity, OpportunityClose, Quote
from opportunities.tests.factories import (
    OpportunityFactory,
    QuoteFactory,
    QuoteLineFactory,
    close,
    day,
    reason,
)
from opportunities.tests.quotes.states import active, draft
from opportunities.tests.reliability.processes import Import
from opportunities.tests.reliability.races import (
    MAPPING,
    ROUNDS,
    WORKERS,
    bulk_closing,
    closing,
    opportunity_form,
    post,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]


def head(quote: Quote, **changes) -> dict:
    """What the form of a draft's head sends; `shown` is what it was filled with."""
    return {"name": quote.name, "valid_until": quote.valid_until.isoformat()} | changes


LINE = {"kind": "product", "description": "Late", "quantity": "1", "unit_price": "100", "tax_rate": "0"}
LINE |= {"discount": "0", "discount_kind": "percent", "billing_method": ""}


def is_there(quote: Quote, **facts) -> bool:
    return Quote.objects.filter(pk=quote.pk, **facts).exists()


# What is done to a quote while its opportunity is closed: how the quote is made, what is sent, what is there then.
QUOTE_CHANGES: dict[str, tuple[Callable, Callable, Callable]] = {
    "add a quote": (
        draft,
        lambda user, quote: post(user, "quote_create", quote.opportunity_id, **head(quote, name="Late")),
        lambda quote: quote.opportunity.quotes.filter(name="Late", status="draft").count() == 1,
    ),
    "activate": (
        draft,
        lambda user, quote: post(user, "quote_activate", quote.pk),
        lambda quote: is_there(quote, status="active"),
    ),
    "revise": (
        active,
        lambda user, quote: post(user, "quote_revise", quote.pk, reason="Cheaper", valid_until=day(9).isoformat()),
        lambda quote: (
            is_there(quote, status="revised")
            and Quote.objects.filter(number=quote.number, revision=1, status="draft").count() == 1
        ),
    ),
    "edit the head": (
        draft,
        lambda user, quote: post(user, "quote_edit", quote.pk, **head(quote, name="Late")),
        lambda quote: is_there(quote, name="Late"),
    ),
    "add a line": (
        draft,
        lambda user, quote: post(user, "quote_line_add", quote.pk, **LINE),
        lambda quote: is_there(quote, total=Decimal(1000)) and quote.lines.count() == 2,
    ),
    "remove the line": (
        draft,
        lambda user, quote: post(user, "quote_line_remove", quote.pk, quote.lines.get().pk),
        lambda quote: is_there(quote, total=0) and not quote.lines.exists(),
    ),
    "close the quote": (
        active,
        lambda user, quote: post(user, "quote_close", quote.pk, to_status="canceled", closed_on=day(0).isoformat()),
        lambda quote: is_there(quote, status="canceled"),
    ),
    "delete the draft": (
        draft,
        lambda user, quote: post(user, "quote_delete", quote.pk),
        lambda quote: not is_there(quote),
    ),
    "copy the quote": (
        active,
        lambda user, quote: post(user, "quote_copy", quote.pk, onto=quote.opportunity_id),
        lambda quote: quote.opportunity.quotes.filter(status="draft").count() == 1,
    ),
}


def test_a_quote_changes_before_the_closing_or_not_at_all(race, ines):
    for change, (make, send, is_done) in QUOTE_CHANGES.items():
        between = race(f"close, and {change}")
        for _round in range(ROUNDS):
            quote = make()
            deal = quote.opportunity
            closed, changed = between.run(closing(ines, deal), send(ines, quote))
            deal.refresh_from_db()
            assert closed.is_done or changed.is_done
            assert deal.is_open != closed.is_done
            assert changed.is_done == is_done(quote)
            # The name of a quote is not in the plan that the closing was agreed to by.
            assert not (closed.is_done and changed.is_done) or change == "edit the head"


# What is done to an opportunity while it is closed; the last says whether it can be done to a closed one.
CHANGES: dict[str, tuple[Callable, Callable, bool]] = {
    "edit": (
        lambda user, deal: post(user, "edit", deal.pk, **opportunity_form(deal, topic="Late")),
        lambda deal: deal.topic == "Late",
        False,
    ),
    "hand over": (
        lambda user, deal: post(user, "change_owner", selected=str(deal.pk), owner=user.pk),
        lambda deal: deal.owner.username == "ines",
        True,
    ),
    "note": (
        lambda user, deal: post(user, "note", deal.pk, text="Late"),
        lambda deal: deal.timeline.filter(kind="note", text="Late").count() == 1,
        True,
    ),
    "next step": (
        lambda user, deal: post(user, "next_step", deal.pk, next_step="Late", next_step_on=day(1).isoformat()),
        lambda deal: deal.next_step == "Late",
        False,
    ),
    "delete": (lambda user, deal: post(user, "delete", deal.pk), lambda deal: False, False),
}


def test_an_opportunity_changes_while_it_is_closed_and_nothing_is_lost(race, ines):
    for change, (send, is_done, is_possible_afterwards) in CHANGES.items():
        between = race(f"close, and {change}")
        for _round in range(ROUNDS):
            deal = OpportunityFactory()
            closed, changed = between.run(closing(ines, deal), send(ines, deal))
            deal = Opportunity.objects.filter(pk=deal.pk).first()
            if deal is None:
                assert (change, closed.status, changed.is_done) == ("delete", 404, True)
                continue
            assert closed.is_done
            assert not deal.is_open
            assert changed.is_done == is_done(deal)
            assert changed.is_done or not is_possible_afterwards


def test_of_four_who_close_one_does(race, ines):
    between = race("close four times")
    for _round in range(ROUNDS):
        deal = OpportunityFactory()
        QuoteFactory.create_batch(2, opportunity=deal, status="active")
        answers = between.run(*[closing(ines, deal)] * WORKERS)
        assert sorted(answer.status for answer in answers) == [302, 409, 409, 409]
        assert (deal.closings.count(), deal.timeline.count()) == (1, 1)
        assert all("Inès Moreau closed this opportunity" in answer.text for answer in answers if not answer.is_done)


def test_closing_as_won_and_as_lost(race, ines):
    between = race("close as won and as lost")
    for _round in range(ROUNDS):
        quote = QuoteLineFactory(quote__status="draft").quote
        Quote.objects.filter(pk=quote.pk).update(status="active")
        deal = quote.opportunity
        answers = between.run(*[closing(ines, deal, outcome) for outcome in ("won", "lost", "won", "lost")])
        outcome = deal.closings.get().outcome
        assert [answer.status for answer in answers].count(302) == 1
        quote.refresh_from_db()
        assert quote.status == outcome


def test_taking_a_closing_back_while_it_is_corrected_and_closed_again(race, ines):
    between = race("reopen, undo, correct and close again")
    for _round in range(ROUNDS):
        quote = active()
        deal = quote.opportunity
        again = closing(ines, deal)
        done = close(deal, by=ines)
        correction = {"status_reason": reason("Canceled").pk, "closed_on": day(0).isoformat(), "closing": done.pk}
        reopened, undone, corrected, closed = between.run(
            post(ines, "reopen", deal.pk, closing=done.pk, quotes=[quote.pk]),
            post(ines, "undo", deal.pk, closing=done.pk),
            post(ines, "correct", deal.pk, **correction),
            again,
        )
        back = [reopened.is_done, undone.is_done, corrected.is_done]
        assert back.count(True) == 1
        deal.refresh_from_db()
        quote.refresh_from_db()
        assert deal.is_open == (not corrected.is_done and not closed.is_done)
        assert quote.status == ("active" if deal.is_open else "lost")


def test_many_at_once_and_one_of_them(race, ines):
    between = race("close many twice, close one, activate a quote of another")
    for _round in range(ROUNDS):
        deals = OpportunityFactory.create_batch(4)
        QuoteFactory.create_batch(2, opportunity=deals[1], status="active")
        line = QuoteLineFactory(quote__opportunity=deals[2]).quote
        between.run(
            bulk_closing(ines, deals),
            bulk_closing(ines, deals[::-1]),
            closing(ines, deals[1]),
            post(ines, "quote_activate", line.pk),
        )
        assert Counter(OpportunityClose.objects.values_list("opportunity", flat=True)).most_common(1)[0][1] == 1
        assert deals[0].closings.count() == deals[3].closings.count() == 1


def test_many_undone_while_others_reopen_and_hand_over(race, ines):
    between = race("undo many twice, reopen one, hand many over")
    for _round in range(ROUNDS):
        deals = OpportunityFactory.create_batch(4)
        QuoteFactory.create_batch(2, opportunity=deals[1], status="active")
        facts = Shared("lost", reason("Price"), day(0))
        batch = close_many([deal.pk for deal in deals], facts, {}, by=ines).batch
        current = deals[2].closings.get()
        selected = ",".join(str(deal.pk) for deal in reversed(deals))
        between.run(
            post(ines, "undo_many", batch.pk),
            post(ines, "undo_many", batch.pk),
            post(ines, "reopen", deals[2].pk, closing=current.pk),
            post(ines, "change_owner", selected=selected, owner=ines.pk),
        )
        states = Opportunity.objects.filter(pk__in=[deal.pk for deal in deals]).values_list("state", "owner")
        assert set(states) == {("open", ines.pk)}


def test_an_import_and_those_who_close(race, ines, tmp_path):
    mapping, file = tmp_path / "mapping.toml", tmp_path / "deals.csv"
    mapping.write_text(MAPPING)
    between = race("import twice, close many, close one")
    for number in range(ROUNDS):
        deals = [OpportunityFactory(external_id=f"{number}-{place}") for place in range(4)]
        QuoteFactory(opportunity=deals[3], status="active")
        rows = [
            f"{deal.external_id},Brought in,{deal.owner.username},Lost,{deal.opened_on},{day(0)}"
            for deal in (deals[2], deals[0], deals[3], deals[1])
        ]
        file.write_text("\n".join(["id,topic,owner,phase,opened,closed", *rows]))
        between.run(
            Import(str(file), str(mapping), chunk=1),
            bulk_closing(ines, deals),
            closing(ines, deals[0]),
            Import(str(file), str(mapping), chunk=2),
        )
        for deal in deals:
            assert deal.closings.count() == 1
