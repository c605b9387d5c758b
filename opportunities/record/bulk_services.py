"""Changing one fact of many opportunities at once: what can be changed is, and the rest is left as it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities.models import Opportunity, Stage, TimelineEvent
from opportunities.permissions import missing_permission, refusal
from opportunities.record.services import edit_data

MOST = 10_000  # opportunities at once


@dataclass(frozen=True)
class Left:
    """An opportunity that stays as it is, and why, in the user's language; `opportunity` is None once deleted."""

    opportunity: Opportunity | None
    reason: str


@dataclass(frozen=True)
class Result:
    """How many were changed, and those that were left, in the order in which they were given."""

    changed: int
    left: list[Left]

    @property
    def left_by_reason(self) -> dict[str, list[Opportunity | None]]:
        by_reason: dict[str, list[Opportunity | None]] = {}
        for left in self.left:
            by_reason.setdefault(left.reason, []).append(left.opportunity)
        return by_reason


def change_many(keys: Iterable[int], *, by, field: str, value) -> Result:
    """Sets `field` (owner, stage or estimated_close_date) of the opportunities with these `keys` to `value`.

    One transaction, in a number of statements that does not grow with them; each has the event on its timeline that
    `edit_opportunity` writes. Left as they are: closed ones (their owner aside), those that `by` may not change,
    those that were deleted, and those that have the value already.
    """
    keys = list(keys)
    with transaction.atomic():
        found = locked(keys, field)
        reasons = {key: reason_to_leave(found.get(key), by, field, value) for key in keys}
        to_change = [found[key] for key in keys if not reasons[key]]
        if to_change:
            write(to_change, by, field, value)
    left = [Left(found.get(key), reason) for key, reason in reasons.items() if reason]
    return Result(len(to_change), left)


def locked(keys: list[int], field: str) -> dict[int, Opportunity]:
    """The opportunities by key, with the owner or the stage that `field` asks for, held in the order of their keys."""
    found = Opportunity.objects.select_for_update(no_key=True).order_by("pk").in_bulk(keys)
    related = {"owner": get_user_model(), "stage": Stage}.get(field)
    if related:  # not joined, see closing.services.lock
        there = related._default_manager.in_bulk({getattr(row, f"{field}_id") for row in found.values()})
        for row in found.values():
            setattr(row, field, there[getattr(row, f"{field}_id")])
    return found


def reason_to_leave(opportunity: Opportunity | None, by, field: str, value) -> str:
    """Why `opportunity` is not changed, in the user's language; "" where it is."""
    if opportunity is None:
        return _("Somebody deleted it meanwhile.")
    missing = missing_permission(by, "change", opportunity)
    if missing:
        return refusal(missing)
    if field != "owner" and not opportunity.is_open:
        return _("It is closed: only its owner can still be changed.")
    if getattr(opportunity, field) == value:
        return _("It is so already.")
    return ""


def write(opportunities: list[Opportunity], by, field: str, value) -> None:
    """Sets `field` of the locked `opportunities`, and tells their timelines."""
    now, events = timezone.now(), []
    for opportunity in opportunities:
        before = {field: getattr(opportunity, field)}
        setattr(opportunity, field, value)
        data = edit_data(before, opportunity)
        events.append(TimelineEvent(opportunity=opportunity, kind=TimelineEvent.Kind.EDITED, by=by, at=now, data=data))
    Opportunity.objects.filter(pk__in=[opportunity.pk for opportunity in opportunities]).update(**{field: value})
    TimelineEvent.objects.tell(events)
