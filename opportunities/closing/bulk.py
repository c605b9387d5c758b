"""Closing many opportunities at once: what can be closed is, in one transaction, and what is blocked stays open.

Every rule is that of one closing (facts.py, plan.py), and `record_closings` records; here it is said row by row what
blocks, and taken back together.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from opportunities.closing.facts import (
    Closing,
    closing_errors,
    details_error,
    reason_error,
)
from opportunities.closing.plan import Plan, plan_closings
from opportunities.closing.refusals import AlreadyClosed, PeriodClosed, PlanOutOfDate, UndoRefused
from opportunities.closing.services import OF_CLOSED, check_period, record_closings, restore
from opportunities.models import (
    ClosedThrough,
    ClosingBatch,
    Competitor,
    Opportunity,
    OpportunityClose,
    Quote,
    QuoteClose,
    QuoteStatus,
    State,
    StatusReason,
    TimelineEvent,
)
from opportunities.permissions import may_in_closed_period, missing_permission, refusal

MOST = 1_000  # opportunities at once
NONE_WON = "none"
EMPTY = Plan((), {})


@dataclass(frozen=True)
class Shared:
    """What is recorded of all of them; a competitor where a row names no other."""

    outcome: str
    status_reason: StatusReason | None
    closed_on: date | None
    competitor: Competitor | None = None
    details: str = ""

    @cached_property
    def errors(self) -> dict[str, str]:
        """What is wrong with them whatever they are recorded of, by field, in the user's language."""
        closing = Closing(None, self.outcome, self.status_reason, self.closed_on, details=self.details)
        date_error = ""
        if self.closed_on is None:
            date_error = _("Enter the close date.")
        elif self.closed_on > timezone.localdate():
            date_error = _("The close date cannot be in the future.")
        errors = {"status_reason": reason_error(closing), "closed_on": date_error, "details": details_error(closing)}
        return {name: error for name, error in errors.items() if error}


@dataclass(frozen=True)
class Choice:
    """What was chosen for one opportunity alone.

    `shown` is the text of the plan that the user saw (None: none yet), `winner` the id of the quote to win or
    NONE_WON, `revenue` is in the opportunity's currency; `typed` is what was typed for it, and `problem` is what is
    wrong with that.
    """

    shown: str | None = None
    winner: str = ""
    revenue: Decimal | None = None
    competitor: Competitor | None = None
    typed: str = ""
    problem: str = ""


NOTHING_CHOSEN = Choice()


@dataclass(frozen=True)
class Row:
    """What is to be recorded of an opportunity, and what blocks it by field, in the user's language.

    The fields are those of a closing, `winner`, and "" for what no choice mends. `opportunity` and `closing` are
    None once it is deleted.
    """

    key: int
    opportunity: Opportunity | None
    closing: Closing | None = None
    plan: Plan = EMPTY
    choice: Choice = NOTHING_CHOSEN
    blocks: dict[str, str] = field(default_factory=dict)

    @property
    def reasons(self) -> list[str]:
        return list(self.blocks.values())

    @property
    def contenders(self) -> list[Quote]:
        """The active quotes of a win of which one has to be chosen, or none."""
        active = [quote for quote in self.plan.quotes if quote.is_active]
        is_choice = self.closing and self.closing.outcome == State.WON and not self.plan.won_before
        return active if is_choice and len(active) > 1 else []

    @property
    def none_is_won(self) -> bool:
        return self.choice.winner == NONE_WON

    @property
    def needs_revenue(self) -> bool:
        """Whether nothing says what the win is worth."""
        closing = self.closing
        if closing is None or closing.outcome != State.WON or "winner" in self.blocks:
            return False
        return self.plan.winner is None and closing.opportunity.estimated_revenue is None

    @property
    def fates(self) -> list[tuple[Quote, str]]:
        """Each open quote with what it becomes, in the user's language; "" where that is to be chosen."""
        fates = self.plan.fates
        return [(quote, fates[quote.pk] and QuoteStatus(fates[quote.pk]).label) for quote in self.plan.quotes]


@dataclass(frozen=True)
class Result:
    """What was recorded, in the order that was given, and the rows that stay as they are; no batch without any."""

    batch: ClosingBatch | None
    closings: list[OpportunityClose]
    blocked: list[Row]

    @property
    def blocked_keys(self) -> list[int]:
        return [row.key for row in self.blocked]


def close_many(keys: Sequence[int], shared: Shared, choices: Mapping[int, Choice], *, by) -> Result:
    """Closes those of the opportunities with these `keys` that nothing blocks, with all their open quotes.

    One transaction, in a number of statements that does not grow with them. The inverse is `undo_batch`.
    Raises ValidationError by field for what is wrong with all of them, and then nothing is recorded.
    Rule: Dynamics 365, "Close an opportunity".
    """
    if shared.errors:
        raise ValidationError(shared.errors)
    with transaction.atomic():
        rows = read_rows(keys, shared, choices, by=by, lock=True)
        ready = [row.closing for row in rows if not row.blocks]
        batch = ClosingBatch.objects.create(by=by) if ready else None
        closings = record_closings(ready, by=by, together=batch) if ready else []
    return Result(batch, closings, [row for row in rows if row.blocks])


def read_rows(
    keys: Sequence[int], shared: Shared, choices: Mapping[int, Choice], *, by, lock: bool = False
) -> list[Row]:
    """A row for each key, in their order. With `lock` opportunities and quotes are held, each in key order."""
    opportunities = Opportunity.objects.order_by("pk")
    # Not joined where they are locked, see services.lock.
    opportunities = opportunities.select_for_update(no_key=True) if lock else opportunities.select_related("account")
    found = opportunities.in_bulk(keys)
    plans = plan_closings(found.values(), shared.outcome, lock=lock)
    current = current_closings(found)
    through = None if may_in_closed_period(by) else ClosedThrough.day()
    rows = []
    for key in keys:
        opportunity = found.get(key)
        if opportunity is None:
            rows.append(Row(key, None, blocks={"": _("Somebody deleted it meanwhile.")}))
        elif key in current:
            rows.append(Row(key, opportunity, blocks={"": str(AlreadyClosed(current[key]))}))
        elif missing := missing_permission(by, "close", opportunity):
            rows.append(Row(key, opportunity, blocks={"": refusal(missing)}))
        else:
            rows.append(open_row(opportunity, plans[key], shared, choices.get(key, NOTHING_CHOSEN), through))
    return rows


def current_closings(opportunity_ids: Iterable[int]) -> dict[int, OpportunityClose]:
    """By opportunity, the closing of each that is closed."""
    closings = OpportunityClose.objects.filter(opportunity__in=list(opportunity_ids), reopened_at=None)
    return {closing.opportunity_id: closing for closing in closings.select_related("closed_by")}


def open_row(opportunity: Opportunity, plan: Plan, shared: Shared, choice: Choice, through: date | None) -> Row:
    """The row of an open opportunity that may be closed; the day `through` and those before it are closed."""
    is_stale = choice.shown not in (None, plan.text)
    plan = chosen(plan, shared.outcome, choice)
    closing = Closing(
        opportunity,
        shared.outcome,
        shared.status_reason,
        shared.closed_on,
        revenue(opportunity, plan, choice) if shared.outcome == State.WON else None,
        choice.competitor or shared.competitor,
        shared.details,
        quotes=plan.quotes,
        fates=plan.fates,
    )
    blocks = {name: error for name, error in closing_errors(closing).items() if name not in shared.errors}
    if "" in plan.fates.values():
        blocks.pop("actual_revenue", None)  # the winner will say
        blocks["winner"] = _("Several quotes are active: choose the one that is won.")
    if choice.problem:
        blocks["actual_revenue"] = choice.problem
    if through and shared.closed_on and shared.closed_on <= through:
        blocks["closed_on"] = str(PeriodClosed(through))
    if is_stale:
        blocks[""] = str(PlanOutOfDate(plan))
    return Row(opportunity.pk, opportunity, closing, plan, choice, blocks)


def chosen(plan: Plan, outcome: str, choice: Choice) -> Plan:
    """`plan` with the winner that was chosen, or with none where that was chosen."""
    if outcome != State.WON or "" not in plan.fates.values():
        return plan
    if choice.winner == NONE_WON:
        return plan.with_fates({pk: fate or QuoteStatus.LOST.value for pk, fate in plan.fates.items()})
    return plan.with_winner(choice.winner)


def revenue(opportunity: Opportunity, plan: Plan, choice: Choice) -> Decimal | None:
    """What was typed; else what the winner is worth; else the estimate. As the dialog of one suggests."""
    if choice.revenue is not None:
        return choice.revenue
    return plan.winner.total if plan.winner else opportunity.estimated_revenue


def undo_batch(batch: ClosingBatch, *, by) -> tuple[list[Opportunity], list[Opportunity]]:
    """Takes back what `batch` closed: those opportunities and their quotes are exactly as they were.

    Returns them, and those that are left alone, since they were reopened or corrected meanwhile. The inverse of
    `close_many`: one transaction, in a number of statements that does not grow.
    Raises UndoRefused unless `by` recorded it within the last hour, and PeriodClosed.
    """
    if not batch.can_be_undone_by(by):
        raise UndoRefused
    with transaction.atomic():
        keys = list(batch.closings.values_list("opportunity", flat=True))
        locked = Opportunity.objects.select_for_update(no_key=True).order_by("pk").in_bulk(keys)
        closings = {closing.opportunity_id: closing for closing in batch.closings.filter(reopened_at=None)}
        check_period(by, [closing.closed_on for closing in closings.values()])
        reopen_all(closings.values(), by=by)
        records = QuoteClose.objects.filter(opportunity_close__in=closings.values(), restored_at=None)
        restore(records.order_by("quote"))
        TimelineEvent.objects.tell(
            TimelineEvent(opportunity=locked[pk], kind=TimelineEvent.Kind.UNDONE, by=by) for pk in closings
        )
    undone = [row for pk, row in locked.items() if pk in closings]
    return undone, [row for pk, row in locked.items() if pk not in closings]


def reopen_all(closings: Collection[OpportunityClose], *, by) -> None:
    """Marks `closings` as reopened and opens their opportunities, as services.reopen does with one."""
    ids = [closing.pk for closing in closings]
    OpportunityClose.objects.filter(pk__in=ids).update(reopened_by=by, reopened_at=timezone.now())
    reason = OpportunityClose.objects.filter(pk__in=ids, opportunity=OuterRef("pk")).values("from_status_reason")
    Opportunity.objects.filter(pk__in=[closing.opportunity_id for closing in closings]).update(
        state=State.OPEN, status_reason=Subquery(reason), **dict.fromkeys(OF_CLOSED)
    )
