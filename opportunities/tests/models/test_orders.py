"""Every order of writes: the parts of a closing and of a reopening in every order, and every stale row after every act.

Whatever is not refused leaves a database in which no rule is broken, and in which what was closed is as it was.
"""

from collections.abc import Callable
from itertools import permutations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from opportunities.closing import correct_closing, reopen_opportunity, undo_close
from opportunities.models import Opportunity, OpportunityClose, Quote, QuoteClose, QuoteLine, guards
from opportunities.models.quote import quote_facts
from opportunities.quotes import draft_services, services
from opportunities.tests.factories import close, day, reason
from opportunities.tests.models.test_attacks import closing, lost, opened, quote_closing
from opportunities.tests.models.ways import load
from opportunities.tests.refusal import SENTENCES, nothing_changes
from opportunities.tests.reliability import rows
from opportunities.tests.soak import size

pytestmark = pytest.mark.soak

# A stale copy of what is open sets it back. It is no rule of the design, and the next event sets it right.
LAST_ACTIVITY = "The last activity of an opportunity is that of its timeline."


def broken_rules() -> list[str]:
    return [sentence for sentence in rows.broken_rules() if sentence != LAST_ACTIVITY]


def parts_of_a_closing(deals) -> dict[str, Callable[[], object]]:
    """What closes an open deal with a draft and an active quote, each part a statement of its own."""
    deal, draft, active = deals.open_, deals.draft, deals.active

    def record_quotes() -> None:
        current = OpportunityClose.objects.filter(opportunity=deal, reopened_at=None).first()
        QuoteClose.objects.bulk_create(
            [
                quote_closing(draft, opportunity_close=current, from_status="draft"),
                quote_closing(active, opportunity_close=current, from_status="active", to_status="lost"),
            ]
        )

    def close_quotes() -> None:
        Quote.objects.filter(pk=draft.pk).update(status="canceled")
        Quote.objects.filter(pk=active.pk).update(status="lost")

    return {
        "record": lambda: OpportunityClose.objects.bulk_create([closing(deal)]),
        "record quotes": record_quotes,
        "close quotes": close_quotes,
        "close": lambda: Opportunity.objects.filter(pk=deal.pk).update(**lost(), **quote_facts()),
    }


def parts_of_a_reopening(deals) -> dict[str, Callable[[], object]]:
    deal, record = deals.won, deals.won_closing
    return {
        "reopen record": lambda: OpportunityClose.objects.filter(pk=record.pk).update(reopened_at=timezone.now()),
        "open": lambda: Opportunity.objects.filter(pk=deal.pk).update(**opened(), **dict.fromkeys(quote_facts())),
        "restore records": lambda: record.quote_closings.update(restored_at=timezone.now()),
        "open quotes": lambda: [
            Quote.objects.filter(pk=quote.pk).update(status=status)
            for quote, status in [(deals.won_quote, "active"), (deals.won_draft, "draft")]
        ],
    }


# The orders that the guards let pass, as README says of a closing: the record first, the opportunity last. Quotes that
# are closed before there is a record are closed by themselves.
ALLOWED = {
    parts_of_a_closing: {
        ("record", "record quotes", "close quotes", "close"),
        ("record quotes", "record", "close quotes", "close"),
        ("record quotes", "close quotes", "record", "close"),
    },
    parts_of_a_reopening: {("reopen record", "open", "restore records", "open quotes")},
}


@pytest.mark.parametrize("parts_of", ALLOWED)
def test_the_parts_pass_in_one_order_and_a_beginning_alone_breaks_no_rule(deals, parts_of):
    passed = set()
    for order in permutations(parts_of(deals)):
        for length in range(size(len(order), 1), len(order) + 1):
            parts = parts_of(deals)
            error = attempt(*(parts[name] for name in order[:length]))
            if error is None and length == len(order):
                passed.add(order)
    assert passed == ALLOWED[parts_of]


def attempt(*writes: Callable[[], object]) -> IntegrityError | None:
    """The refusal of `writes` in one transaction, at the latest at its commit, or None; either way they are undone.

    On SQLite, that has no guards at commit, `check_integrity` tells of what it kept.
    """
    with nothing_changes(), transaction.atomic():
        try:
            with transaction.atomic():
                for write in writes:
                    write()
                connection.check_constraints()
        except IntegrityError as error:
            return error
        broken = broken_rules()
        assert connection.vendor == "sqlite" or broken == []
        transaction.set_rollback(True)
        return IntegrityError("; ".join(broken)) if broken else None


# What is done through the services before a stale row is written.
ACTS: dict[str, Callable] = {
    "close as lost": lambda d: close(d.open_),
    "close as won": lambda d: close(d.empty, "won"),
    "undo": lambda d: undo_close(d.won_closing, by=d.won.owner),
    "reopen without the quotes": lambda d: reopen_opportunity(d.won_closing, by=d.won.owner, quotes=[]),
    "reopen and close again": lambda d: (reopen_opportunity(d.lost_closing, by=d.lost.owner), close(d.lost)),
    "correct": lambda d: correct_closing(
        d.lost_closing, status_reason=reason("Canceled"), closed_on=day(0), by=d.lost.owner
    ),
    "activate": lambda d: services.activate_quote(d.draft, by=None),
    "revise": lambda d: services.revise_quote(d.active, by=None, reason="Cheaper", valid_until=None),
    "close a quote": lambda d: services.close_quote(d.active, to_status="lost", closed_on=day(0), by=None),
    "edit a draft": lambda d: draft_services.add_line(d.draft, by=None, description="New", unit_price=1),
    "delete a draft": lambda d: services.delete_draft(d.draft, by=None),
}
MODELS = (Opportunity, Quote, QuoteLine, OpportunityClose, QuoteClose)
STALE_WAYS: dict[str, Callable] = {
    "save": lambda row: row.save(),
    "bulk_update": lambda row: type(row).objects.bulk_update([row], columns(type(row))),
    "update": lambda row: type(row).objects.filter(pk=row.pk).update(**as_stored(row)),
    "loaddata": load,
}


def as_stored(row) -> dict:
    """Its columns with keys instead of rows, which may be gone."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def columns(model) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if not field.primary_key]


def closed_rows() -> dict[tuple, tuple]:
    """What must not change: what is closed, but for the owner and the last activity, and what is history."""
    rows = [
        *Opportunity.objects.exclude(state="open"),
        *Quote.objects.exclude(status="draft"),
        *QuoteLine.objects.exclude(quote__status="draft"),
        *OpportunityClose.objects.all(),
        *QuoteClose.objects.all(),
    ]
    free = {"owner_id", "last_activity_at"}
    return {
        (type(row), row.pk): tuple(
            getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in free
        )
        for row in rows
    }


@pytest.mark.parametrize("act", ACTS)
def test_no_stale_row_changes_what_is_closed(deals, act):
    # given every row as it was before the act
    stale = [row for model in MODELS for row in model.objects.order_by("pk")]
    ACTS[act](deals)
    connection.check_constraints()
    before = closed_rows()
    now = {(type(row), row.pk): row for model in MODELS for row in model.objects.all()}

    # when each that the act changed is written again
    ways = list(STALE_WAYS.values())[: size(1, None)]
    tried, refused, sentences = 0, 0, set()
    for row in stale:
        there = now.get((type(row), row.pk))
        if there and all(getattr(row, f.attname) == getattr(there, f.attname) for f in row._meta.concrete_fields):
            continue
        for way in ways:
            tried += 1
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        way(row)
                        connection.check_constraints()
                except IntegrityError as refusal:
                    refused += 1
                    sentences.add(guards.sentence(refusal))

                # then it is refused, or breaks no rule and leaves what is closed as it is
                after = closed_rows()
                assert {key: after.get(key) for key in before} == before
                assert broken_rules() == []
                transaction.set_rollback(True)
    assert tried >= len(ways)
    gone = "The database refused this change, and nothing was saved."  # a line of a quote that was deleted
    assert sentences <= {*SENTENCES.values(), *([gone] if act == "delete a draft" else [])}
    assert refused > 0 or act in {"edit a draft", "delete a draft"}
