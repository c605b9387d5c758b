"""The closing services: each is one transaction, and a refusal changes nothing.

Dynamics 365, "Close an opportunity": a project opportunity is closed as Won or Lost with a status
reason, a date and details; not while quotes are open on it; all its quotes can be closed with it.
Amounts are in the opportunity's currency; `*_on` are dates in the user's time zone, `*_at` instants.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, OuterRef, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities.closing.facts import Closing, closing_errors
from opportunities.closing.plan import Plan, fate_errors, plan_close
from opportunities.closing.refusals import (
    AlreadyClosed,
    Gone,
    NotClosed,
    OpenQuotesRemain,
    PeriodClosed,
    PlanOutOfDate,
    UndoRefused,
)
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
from opportunities.models.prepared import Given, Keys, Prepared, PreparedUpdate
from opportunities.models.quote import quote_facts
from opportunities.models.timeline import last_activity
from opportunities.permissions import may_in_closed_period

# The fields that only a closed opportunity has.
OF_CLOSED = ["closed_on", "actual_revenue", "competitor", "revisions", "first_quoted", "won_quoted"]

# Without its facts: PostgreSQL checks a row that it waited for against the joined rows of before, and drops it.
LOCKED = Prepared(Opportunity.objects.select_for_update(no_key=True).filter(pk=Given("pk")))
# What the current closing, recorded before, says of each of these quotes and opportunities.
QUOTE_CLOSE = QuoteClose.objects.filter(quote=OuterRef("pk"), restored_at=None).order_by()
CLOSE_QUOTES = PreparedUpdate(
    Quote.objects.filter(pk__among=Given("quotes", Keys())), status=Subquery(QUOTE_CLOSE.values("to_status"))
)
OPPORTUNITY_CLOSE = OpportunityClose.objects.filter(opportunity=OuterRef("pk"), reopened_at=None).order_by()
CLOSE_OPPORTUNITIES = PreparedUpdate(
    Opportunity.objects.filter(pk__among=Given("opportunities", Keys())),
    state=Subquery(OPPORTUNITY_CLOSE.values("outcome")),
    status_reason=Subquery(OPPORTUNITY_CLOSE.values("status_reason")),
    closed_on=Subquery(OPPORTUNITY_CLOSE.values("closed_on")),
    actual_revenue=Subquery(OPPORTUNITY_CLOSE.values("actual_revenue")),
    competitor=Subquery(OPPORTUNITY_CLOSE.values("competitor")),
    last_activity_at=last_activity(),
    **quote_facts(),
)


def close_opportunity(
    opportunity: Opportunity,
    *,
    outcome: str,
    status_reason: StatusReason,
    closed_on: date,
    by,
    actual_revenue: Decimal | None = None,
    competitor: Competitor | None = None,
    details: str = "",
    plan: Plan | None = None,
) -> OpportunityClose:
    """Closes `opportunity` as `outcome` ("won" or "lost"), together with the open quotes of `plan`.

    Guaranteed: all or nothing, and the quotes closed are exactly those of `plan`, each in the state and
    with the total that it shows. The inverse is `undo_close` (an hour) or `reopen_opportunity`.
    Raises AlreadyClosed; OpenQuotesRemain where quotes are open and `plan` is None; PlanOutOfDate; PeriodClosed;
    ValidationError by field (`quote-<id>` for a quote). Rule: Dynamics 365, "Close an opportunity".
    """
    with transaction.atomic():
        locked = lock(opportunity)
        if not locked.is_open:
            raise AlreadyClosed(current_closing(locked))
        current = plan_close(locked, outcome, lock=True)
        if current.quotes and plan is None:
            raise OpenQuotesRemain(current)
        if plan is not None and plan.text != current.text:
            raise PlanOutOfDate(current)
        agreed = current.with_fates(plan.fates if plan else {})
        closing = Closing(
            locked,
            outcome,
            status_reason,
            closed_on,
            actual_revenue,
            competitor,
            details,
            quotes=agreed.quotes,
            fates=agreed.fates,
        )
        row_errors = fate_errors(agreed, outcome)
        errors = closing_errors(closing) | {f"quote-{pk}": error for pk, error in row_errors.items()}
        if errors:
            raise ValidationError(errors)
        return record_closings([closing], by=by)[0]


def undo_close(closing: OpportunityClose, *, by) -> Opportunity:
    """Takes `closing` back: the opportunity and the quotes that it closed are exactly as they were.

    The inverse of `close_opportunity`. Raises NotClosed unless `closing` is current, UndoRefused
    unless `by` recorded it within the last hour, and PeriodClosed.
    """
    with transaction.atomic():
        opportunity, current = lock_closed(closing)
        if not current.can_be_undone_by(by):
            raise UndoRefused
        reopen(opportunity, current, current.from_status_reason, by=by)
        restore_quotes(current)
        tell(opportunity, TimelineEvent.Kind.UNDONE, by)
        return opportunity


def reopen_opportunity(
    closing: OpportunityClose, *, by, quotes: Collection[int] | None = None, reason: str = ""
) -> Opportunity:
    """Reopens the opportunity of `closing`; of the quotes that it closed, those with an id in `quotes` come back.

    All come back when `quotes` is None; each in the exact state it had. The status reason becomes the
    default open one. The inverse of `close_opportunity`. Raises NotClosed unless `closing` is current,
    PeriodClosed, and ValidationError for a quote that it did not close.
    """
    with transaction.atomic():
        opportunity, current = lock_closed(closing)
        open_reason = StatusReason.objects.default_for(State.OPEN) or current.from_status_reason
        reopen(opportunity, current, open_reason, by=by, reason=reason)
        restore_quotes(current, quotes)
        tell(opportunity, TimelineEvent.Kind.REOPENED, by, text=reason)
        return opportunity


def correct_closing(
    closing: OpportunityClose,
    *,
    status_reason: StatusReason,
    closed_on: date,
    by,
    actual_revenue: Decimal | None = None,
    competitor: Competitor | None = None,
    details: str = "",
) -> OpportunityClose:
    """Replaces `closing` by one with the same outcome and other facts; the quotes stay as they are.

    A reopening and a closing in one transaction, so that the history keeps both; the same facts again
    are no correction. It has no inverse but another correction.
    Raises NotClosed unless `closing` is current; PeriodClosed for the date it has or is to have; ValidationError by
    field.
    """
    with transaction.atomic():
        opportunity, current = lock_closed(closing)
        correction = Closing(
            opportunity,
            current.outcome,
            status_reason,
            closed_on,
            actual_revenue,
            competitor,
            details,
            corrects=current.quotes_closing,
        )
        if same_facts(correction, current):
            return current
        errors = closing_errors(correction, corrected=current)
        if errors:
            raise ValidationError(errors)
        reopen(opportunity, current, current.from_status_reason, by=by)
        return record_closings([correction], by=by, kind=TimelineEvent.Kind.CORRECTED)[0]


def record_closings(
    batch: Sequence[Closing],
    *,
    by,
    kind: str = TimelineEvent.Kind.CLOSED,
    together: ClosingBatch | None = None,
) -> list[OpportunityClose]:
    """Records `batch` in one transaction, the caller's if it has one, and in a number of statements that does not grow.

    Those that a user closed `together` can be undone together.

    For callers that have locked and checked what they close, as `close_opportunity` does; the database
    refuses a closing that breaks a rule, with an IntegrityError, and then nothing of the batch is kept.
    Raises PeriodClosed, unless an import records what is history (`by` is None).
    The order matters to the guards: the record first, then the quotes, then the opportunity.
    """
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        if by is not None:
            check_period(by, [closing.closed_on for closing in batch])
        records = OpportunityClose.objects.bulk_create(
            OpportunityClose(
                opportunity=closing.opportunity,
                outcome=closing.outcome,
                status_reason=closing.status_reason,
                from_status_reason_id=closing.opportunity.status_reason_id,
                closed_on=closing.closed_on,
                actual_revenue=closing.actual_revenue,
                estimated_revenue=closing.opportunity.estimated_revenue,
                competitor=closing.competitor,
                details=closing.details.strip(),
                corrects=closing.corrects,
                batch=together,
                closed_by=by,
                closed_at=closing.at or now,
            )
            for closing in batch
        )
        quote_records = QuoteClose.objects.bulk_create(
            QuoteClose(
                quote=quote,
                opportunity_close=record,
                from_status=quote.status,
                to_status=closing.fates[quote.pk],
                closed_on=closing.closed_on,
                by=by,
                at=record.closed_at,
            )
            for closing, record in zip(batch, records, strict=True)
            for quote in closing.quotes
        )
        if quote_records:
            close_quotes([record.quote_id for record in quote_records])
        TimelineEvent.objects.bulk_create(
            TimelineEvent(
                opportunity=record.opportunity,
                kind=kind,
                by=by,
                at=record.closed_at,
                text=record.details,
                data={"outcome": record.outcome, "closing": record.pk},
            )
            for record in records
        )
        CLOSE_OPPORTUNITIES(opportunities=[closing.opportunity.pk for closing in batch])
    return records


def check_period(by, days: Collection[date]) -> None:
    """Raises PeriodClosed where one of `days` is in the closed period and `by` may not change anything there."""
    through = ClosedThrough.day()
    if through and any(day <= through for day in days) and not may_in_closed_period(by):
        raise PeriodClosed(through)


def close_quotes(quote_ids: Collection[int]) -> None:
    """Gives each quote the status that its current closing, recorded before, says."""
    CLOSE_QUOTES(quotes=quote_ids)


def same_facts(closing: Closing, current: OpportunityClose) -> bool:
    names = ["status_reason", "closed_on", "actual_revenue", "competitor"]
    facts = [getattr(closing, name) == getattr(current, name) for name in names]
    return all(facts) and closing.details.strip() == current.details


def lock(opportunity: Opportunity) -> Opportunity:
    """The opportunity as it is now, held to the end of the transaction; raises Gone."""
    locked = LOCKED.one(pk=opportunity.pk)
    if locked is None:
        raise Gone
    return locked


def lock_closed(closing: OpportunityClose) -> tuple[Opportunity, OpportunityClose]:
    """The locked opportunity of `closing` and `closing` as it is now; raises NotClosed unless it is current."""
    opportunity = lock(closing.opportunity)
    current = current_closing(opportunity)
    if current is None or current.pk != closing.pk:
        raise NotClosed
    return opportunity, current


def current_closing(opportunity: Opportunity) -> OpportunityClose | None:
    return (
        opportunity.closings.filter(reopened_at=None)
        .select_related("status_reason", "from_status_reason", "closed_by", "corrects")
        .first()
    )


def reopen(
    opportunity: Opportunity, closing: OpportunityClose, open_reason: StatusReason, *, by, reason: str = ""
) -> None:
    """Marks `closing` as reopened and opens its opportunity; what the closing set leaves the current record.

    Raises PeriodClosed.
    """
    check_period(by, [closing.closed_on])
    closing.reopened_by, closing.reopened_at, closing.reopen_reason = by, timezone.now(), reason.strip()
    closing.save(update_fields=["reopened_by", "reopened_at", "reopen_reason"])
    opportunity.state, opportunity.status_reason = State.OPEN, open_reason
    for name in OF_CLOSED:
        setattr(opportunity, name, None)
    opportunity.save(update_fields=["state", "status_reason", *OF_CLOSED])


def restorable_quotes(closing: OpportunityClose):
    """The closings of the quotes that `closing`, or the one that it corrects, closed; in key order of the quotes."""
    return (
        QuoteClose.objects.filter(opportunity_close=closing.quotes_closing, restored_at=None)
        .select_related("quote")
        .order_by("quote")
    )


def restore_quotes(closing: OpportunityClose, chosen: Collection[int] | None = None) -> None:
    """Brings the quotes that `closing` closed (those `chosen`, or all) back to the state each had."""
    records = list(restorable_quotes(closing))
    if chosen is not None:
        if set(chosen) - {record.quote_id for record in records}:
            raise ValidationError({"quotes": _("Choose among the quotes that this closing closed.")})
        records = [record for record in records if record.quote_id in chosen]
    restore(records)


def restore(records: Collection[QuoteClose]) -> None:
    """Brings the quotes of these current closings back to the state each had."""
    QuoteClose.objects.filter(pk__in=[record.pk for record in records]).update(restored_at=timezone.now())
    # Not looked up row by row: PostgreSQL would walk back through all closings for each.
    drafts = [record.quote_id for record in records if record.from_status == QuoteStatus.DRAFT]
    was = Case(When(pk__in=drafts, then=Value(QuoteStatus.DRAFT.value)), default=Value(QuoteStatus.ACTIVE.value))
    Quote.objects.filter(pk__in=[record.quote_id for record in records]).update(status=was)


def tell(opportunity: Opportunity, kind: str, by, text: str = "", data: dict | None = None) -> TimelineEvent:
    """Writes one event on the timeline, for the transaction that makes it happen."""
    event = TimelineEvent(opportunity=opportunity, kind=kind, by=by, text=text.strip(), data=data or {})
    return TimelineEvent.objects.tell([event])[0]
