"""Merging what is there twice: one row stays, and everything that belongs to its duplicates belongs to it then.

A duplicate is kept without anything of its own: its name leads to the row that it was merged into. A merge has no
inverse. Each service is one transaction, and a refusal changes nothing.
"""

from collections.abc import Collection, Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities.closing.refusals import Refused
from opportunities.models import Account, Competitor, Contact, Opportunity, OpportunityClose, TimelineEvent
from opportunities.models.merging import Mergeable

DETAILS = ["sector", "website", "phone"]  # of an account


class MergeRefused(Refused):
    """The rows cannot be merged (any more)."""


def merge_accounts(kept: Account, duplicates: Collection[Account], *, by) -> Account:
    """Gives `kept` the contacts and opportunities of `duplicates`, open and closed, and with them their quotes.

    A detail that `kept` lacks is that of the first duplicate, by key, that has it. The timeline of each opportunity
    tells of which account it was; that is no activity. The statements do not grow with the rows.
    Raises MergeRefused.
    """
    with transaction.atomic():
        moving = Opportunity.objects.filter(account__in=duplicates)
        kept, merged = lock_all(kept, duplicates, moving)
        fill_gaps(kept, merged.values())
        become(merged, kept, by)
        moves = [(key, merged[account].name) for key, account in moving.order_by("pk").values_list("pk", "account")]
        Contact.objects.filter(account__in=merged).update(account=kept)
        moving.update(account=kept)
        tell_of_moves("account", moves, kept, by)
        return kept


def merge_competitors(kept: Competitor, duplicates: Collection[Competitor], *, by) -> Competitor:
    """Lets every closing that names one of `duplicates`, and its opportunity, name `kept`.

    The timeline of each opportunity tells which competitor it was; that is no activity. The statements do not grow
    with the rows. Raises MergeRefused.
    """
    with transaction.atomic():
        closings = OpportunityClose.objects.filter(competitor__in=duplicates).order_by()
        kept, merged = lock_all(kept, duplicates, Opportunity.objects.filter(pk__in=closings.values("opportunity")))
        become(merged, kept, by)
        named = sorted(set(closings.values_list("opportunity", "competitor")))
        # The closings first: a closed opportunity says what its closing says.
        closings.update(competitor=kept)
        Opportunity.objects.filter(competitor__in=merged).update(competitor=kept)
        tell_of_moves("competitor", [(key, merged[competitor].name) for key, competitor in named], kept, by)
        return kept


def lock_all(
    kept: Mergeable, duplicates: Collection[Mergeable], opportunities: QuerySet
) -> tuple[Mergeable, dict[int, Mergeable]]:
    """`kept` and, by key, the `duplicates` as they are now; they and `opportunities` are held, in the order of keys.

    As every service, it holds the opportunities first. Nothing comes to refer to a row that is held for update.
    There is one merge at a time: another one changes rows that were merged before, too, which this one cannot know.
    Raises MergeRefused.
    """
    keys = {row.pk for row in duplicates}
    if not keys or kept.pk in keys:
        raise MergeRefused(_("Choose at least two, of which one stays."))
    ContentType.objects.select_for_update(no_key=True).get(app_label="opportunities", model=kept._meta.model_name)
    list(opportunities.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    found = type(kept).objects.select_for_update().order_by("pk").in_bulk([*keys, kept.pk])
    if len(found) <= len(keys):
        raise MergeRefused(_("Somebody deleted one of them meanwhile. Nothing was merged."))
    for row in found.values():
        if row.merged_into_id:
            facts = {"name": row, "kept": row.merged_into}
            raise MergeRefused(_("“%(name)s” was merged into “%(kept)s” meanwhile. Nothing was merged.") % facts)
    return found.pop(kept.pk), found


def become(merged: dict[int, Mergeable], kept: Mergeable, by) -> None:
    """Marks the rows as merged into `kept`, and with them what was merged into one of them before."""
    rows = type(kept).objects
    rows.filter(merged_into__in=merged).update(merged_into=kept)
    rows.filter(pk__in=merged).update(merged_into=kept, merged_at=timezone.now(), merged_by=by)


def fill_gaps(kept: Account, others: Collection[Account]) -> None:
    """Gives `kept` each detail that it lacks from the first of `others` that has it."""
    filled = []
    for name in DETAILS:
        found = next((getattr(row, name) for row in others if getattr(row, name)), "")
        if found and not getattr(kept, name):
            setattr(kept, name, found)
            filled.append(name)
    if filled:
        kept.save(update_fields=filled)


def tell_of_moves(field: str, moves: Iterable[tuple[int, str]], kept: Mergeable, by) -> None:
    """An edit of each opportunity, by key, whose `field` was of that name and is `kept` now."""
    changes: dict[int, list] = {}
    for key, name in moves:
        changes.setdefault(key, []).append([field, name, kept.name])
    TimelineEvent.objects.tell(
        TimelineEvent(opportunity_id=key, kind=TimelineEvent.Kind.EDITED, by=by, data={"changes": changed})
        for key, changed in changes.items()
    )
