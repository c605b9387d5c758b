"""The services of one opportunity: each is one transaction, and a refusal changes nothing.

Closing and reopening are not here: `opportunities.closing` does that. Amounts are in the opportunity's currency.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.closing.refusals import Refused
from opportunities.closing.services import current_closing, lock, tell
from opportunities.formats import format_instant, person
from opportunities.models import Account, Contact, Opportunity, QuoteStatus, Stage, TimelineEvent
from opportunities.models.fields import fold
from opportunities.models.timeline import as_data

SUGGESTIONS = 20
NAME_LENGTH = Account._meta.get_field("name").max_length


class OpportunityIsClosed(Refused):
    """A closed opportunity is read-only, its owner aside."""

    def __init__(self, opportunity: Opportunity):
        closing = current_closing(opportunity)
        how = _("%(person)s closed this opportunity on %(instant)s. Only its owner can still be changed.")
        how %= {"person": person(closing.closed_by), "instant": format_instant(closing.closed_at)}
        super().__init__(how[0].upper() + how[1:])


class MovedMeanwhile(Refused):
    """The opportunity is not in the stage any more that it was shown in."""

    def __init__(self, opportunity: Opportunity):
        facts = {"topic": opportunity.topic, "stage": opportunity.stage}
        move = opportunity.timeline.stage_moves().select_related("by").first()
        if move is None:
            super().__init__(_("“%(topic)s” was moved to %(stage)s meanwhile. Nothing was changed.") % facts)
            return
        moved = _("%(person)s moved “%(topic)s” to %(stage)s on %(instant)s. Nothing was changed.")
        moved %= facts | {"person": person(move.by), "instant": format_instant(move.at)}
        super().__init__(moved[0].upper() + moved[1:])


class NextStepChanged(Refused):
    """The next step is not the one that was shown any more."""

    def __init__(self, opportunity: Opportunity):
        if not opportunity.next_step:
            super().__init__(_("Somebody did or removed this step meanwhile. Nothing was changed."))
            return
        changed = _("Somebody changed the next step to “%(step)s” meanwhile. Nothing was changed.")
        super().__init__(changed % {"step": opportunity.next_step})


class DeletionRefused(Refused):
    """Only an opportunity that was never closed and has at most draft quotes is deleted."""


def create_opportunity(*, by, account: Account, contact: Contact | None = None, **facts) -> Opportunity:
    """A new open opportunity with `facts` by field; an unsaved `account` or `contact` is created with it.

    The inverse is `delete_opportunity`. Raises IntegrityError for a status reason that is not an open one.
    """
    with transaction.atomic():
        account, contact = saved_parties(account, contact)
        opportunity = Opportunity.objects.create(
            account=account,
            contact=contact,
            first_estimated_revenue=facts.get("estimated_revenue"),
            first_estimated_close_date=facts.get("estimated_close_date"),
            **facts,
        )
        tell(opportunity, TimelineEvent.Kind.CREATED, by)
        return opportunity


def edit_opportunity(opportunity: Opportunity, *, by, **facts) -> Opportunity:
    """Writes those `facts` (by field) that differ from what is stored, and one timeline event if any does.

    An unsaved account or contact among them is created. Raises Gone; OpportunityIsClosed where anything but
    the owner of a closed opportunity would change; IntegrityError for what a guard refuses.
    """
    with transaction.atomic():
        locked = lock(opportunity)
        if "account" in facts:
            facts["account"], facts["contact"] = saved_parties(facts["account"], facts.get("contact"))
        before = {name: getattr(locked, name) for name in facts}
        changes = {name: value for name, value in facts.items() if value != before[name]}
        if not locked.is_open and changes.keys() - {"owner"}:
            raise OpportunityIsClosed(locked)
        if not changes:
            return locked
        for name, value in changes.items():
            setattr(locked, name, value)
        derived = ["folded_topic"] if "topic" in changes else []
        if "currency" in changes:  # an amount in another currency is nothing to compare with
            locked.first_estimated_revenue = locked.estimated_revenue
            derived.append("first_estimated_revenue")
        locked.save(update_fields=[*changes, *derived])
        data = edit_data({name: before[name] for name in changes}, locked)
        tell(locked, TimelineEvent.Kind.EDITED, by, data=data)
        return locked


def edit_data(before: dict, opportunity: Opportunity) -> dict:
    """What the timeline keeps of an edit of `opportunity`, whose changed fields had the values `before`.

    Every changed field with both its values, see TimelineEvent.
    """
    data = {}
    if "stage" in before:
        data |= {"stage_from": before["stage"].name, "stage_to": opportunity.stage.name}
    if "owner" in before:
        data |= {"owner_from": person(before["owner"]), "owner_to": person(opportunity.owner)}
    currency = before.get("currency", opportunity.currency)
    changes = [
        [name, as_data(value, currency), as_data(getattr(opportunity, name), opportunity.currency)]
        for name, value in before.items()
        if name not in ("stage", "owner")
    ]
    return data | ({"changes": changes} if changes else {})


def move_to_stage(opportunity: Opportunity, *, by, stage: Stage, shown_in: Stage | None) -> Opportunity:
    """Moves `opportunity` to `stage` from the one that the user was shown.

    Raises Gone; OpportunityIsClosed; MovedMeanwhile where it is neither in `shown_in` nor in `stage` now.
    """
    with transaction.atomic():
        locked = lock(opportunity)
        if not locked.is_open:
            raise OpportunityIsClosed(locked)
        if locked.stage_id not in (shown_in and shown_in.pk, stage.pk):
            raise MovedMeanwhile(locked)
        return edit_opportunity(locked, by=by, stage=stage)


def finish_next_step(opportunity: Opportunity, *, by, step: str) -> Opportunity:
    """Clears the next step, whose text is `step`, and tells the timeline that it is done.

    Raises Gone; OpportunityIsClosed; NextStepChanged unless `step` is still the next one.
    """
    with transaction.atomic():
        locked = lock(opportunity)
        if not locked.is_open:
            raise OpportunityIsClosed(locked)
        if not step or locked.next_step != step:
            raise NextStepChanged(locked)
        data = {"next_step": locked.next_step, "next_step_on": as_data(locked.next_step_on, locked.currency)}
        locked.next_step, locked.next_step_on = "", None
        locked.save(update_fields=["next_step", "next_step_on"])
        tell(locked, TimelineEvent.Kind.NOTE, by, data=data)
        return locked


def add_note(opportunity: Opportunity, *, by, text: str) -> TimelineEvent:
    """Keeps what a person wrote; also on a closed opportunity. Raises Gone."""
    with transaction.atomic():
        return tell(lock(opportunity), TimelineEvent.Kind.NOTE, by, text=text)


def delete_opportunity(opportunity: Opportunity) -> None:
    """Deletes `opportunity` with its timeline and its draft quotes. Raises Gone and DeletionRefused."""
    with transaction.atomic():
        locked = lock(opportunity)
        refusal = deletion_refusal(locked)
        if refusal:
            raise DeletionRefused(refusal)
        locked.quotes.all().delete()
        locked.delete()


def deletion_refusal(opportunity: Opportunity) -> str:
    """Why `opportunity` is not deleted, in the user's language; "" when it may be."""
    if opportunity.closings.exists():
        return _("This opportunity was closed before: its history is kept, and so is the opportunity.")
    kept = opportunity.quotes.exclude(status=QuoteStatus.DRAFT).count()
    if kept:
        return ngettext(
            "%(count)s quote of this opportunity is not a draft (any more): it is kept, and so is the opportunity.",
            "%(count)s quotes of this opportunity are not drafts (any more): they are kept, and so is the opportunity.",
            kept,
        ) % {"count": kept}
    return ""


def find_contact(account: Account, name: str) -> Contact | None:
    """The contact of `account` of that name: case and accents do not matter, but the exact name goes first."""
    matches = [contact for contact in account.contacts.order_by("pk") if fold(contact.name) == fold(name)]
    return max(matches, key=lambda contact: contact.name == name, default=None)


def account_names(text: str) -> list[str]:
    """The names of a few accounts that contain `text`; case and accents do not matter."""
    if len(text) > NAME_LENGTH:  # SQLite refuses a very long pattern
        return []
    text = fold(text.replace("\0", ""))
    found = Account.objects.current().filter(folded_name__contains=text)
    return list(found.values_list("name", flat=True)[:SUGGESTIONS])


def contact_names(account_name: str) -> list[str]:
    """The names of the contacts of the account of that name."""
    account = Account.objects.called(account_name)
    return list(account.contacts.values_list("name", flat=True)[:SUGGESTIONS]) if account else []


def saved_parties(account: Account, contact: Contact | None) -> tuple[Account, Contact | None]:
    """Both as they are in the database: one that was made meanwhile is used, not doubled."""
    if account.pk is None:
        account = Account.objects.called(account.name) or Account.objects.get_or_create(name=account.name)[0]
    if contact is not None and contact.pk is None:
        contact.account = account
        there = find_contact(account, contact.name)
        contact = there or Contact.objects.create(
            account=account, name=contact.name, email=contact.email, phone=contact.phone
        )
    return account, contact
