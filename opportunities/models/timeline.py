"""What happened to an opportunity, told in the order it happened."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from opportunities.formats import format_date, person
from opportunities.models.opportunity import Opportunity
from opportunities.models.quote import quote_label
from opportunities.models.reference import Stage, State, StatusReason
from opportunities.money import format_money


class TimelineEventQuerySet(models.QuerySet):
    def tell(self, events: "Iterable[TimelineEvent]") -> "list[TimelineEvent]":
        """Writes `events`, and sets the last activity of their opportunities where one is activity.

        For a transaction that holds the opportunities; one statement for each, however many. All events are written
        so, but for those of closings: `record_closings` updates the opportunities anyway.
        """
        told = self.bulk_create(events)
        active = {event.opportunity_id for event in told if event.is_activity}
        if active:
            Opportunity.objects.filter(pk__in=active).update(last_activity_at=last_activity())
        return told

    def activity(self) -> "TimelineEventQuerySet":
        """All events but those edits that move no stage; see `TimelineEvent.is_activity`."""
        return self.filter(~Q(kind=TimelineEvent.Kind.EDITED) | Q(data__has_key="stage_to"))

    def stage_moves(self) -> "TimelineEventQuerySet":
        return self.filter(data__has_key="stage_to")

    def with_stage_times(self) -> "TimelineEventQuerySet":
        """With `stage_since` of each stage move: the instant of the move before it, None for the first one."""
        is_earlier = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
        earlier = TimelineEvent.objects.stage_moves().filter(
            is_earlier, opportunity=OuterRef("opportunity"), at__lte=OuterRef("at")
        )
        return self.annotate(stage_since=Case(When(data__has_key="stage_to", then=Subquery(earlier.values("at")[:1]))))


class TimelineEvent(models.Model):
    """One event. `text` is what a person wrote; `data` holds what its sentence names, in no language.

    Of an edit: `stage_from`, `stage_to`, `owner_from` and `owner_to` are names, and `changes` is a list of
    [field, value before, value after] for every other field, each value as `as_data` keeps it.
    """

    class Kind(models.TextChoices):
        CREATED = "created", gettext_lazy("Created")
        EDITED = "edited", gettext_lazy("Edited")
        NOTE = "note", gettext_lazy("Note")
        QUOTE_CREATED = "quote_created", gettext_lazy("Quote created")
        QUOTE_ACTIVATED = "quote_activated", gettext_lazy("Quote activated")
        QUOTE_REVISED = "quote_revised", gettext_lazy("Quote revised")
        QUOTE_CLOSED = "quote_closed", gettext_lazy("Quote closed")
        QUOTE_COPIED = "quote_copied", gettext_lazy("Quote copied")
        QUOTE_DELETED = "quote_deleted", gettext_lazy("Quote deleted")
        CLOSED = "closed", gettext_lazy("Closed")
        UNDONE = "undone", gettext_lazy("Closing undone")
        REOPENED = "reopened", gettext_lazy("Reopened")
        CORRECTED = "corrected", gettext_lazy("Closing corrected")
        IMPORTED = "imported", gettext_lazy("Imported")

    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="timeline", verbose_name=gettext_lazy("opportunity")
    )
    kind = models.CharField(gettext_lazy("kind"), max_length=20, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=gettext_lazy("by"),
    )
    at = models.DateTimeField(gettext_lazy("at"), default=timezone.now)
    text = models.TextField(gettext_lazy("text"), max_length=10_000, blank=True)
    data = models.JSONField(gettext_lazy("data"), default=dict, blank=True)

    objects = TimelineEventQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("Timeline event"), gettext_lazy("Timeline events")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["opportunity", "-at", "-id"], name="timeline_latest_first"),
            models.Index(fields=["at", "kind", "opportunity"], name="timeline_since"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_activity(self) -> bool:
        """Whether something happened on the deal: notes, stage moves and quotes count, edits of text do not."""
        return self.kind != self.Kind.EDITED or "stage_to" in self.data

    @property
    def sentence(self) -> str:
        """What happened, in the user's language and without its subject: "activated Q-2026-0114 rev. 2"."""
        kinds = self.Kind
        data = {
            "number": "",
            "revision": 0,
            "source_number": "",
            "source_revision": 0,
            "stage_from": "",
            "stage_to": "",
        }
        data |= self.data
        data["quote"] = quote_label(data["number"], data["revision"])
        match self.kind:
            case kinds.CREATED:
                return _("created the opportunity")
            case kinds.EDITED if data["stage_to"]:
                return stage_move(_(data["stage_from"]), _(data["stage_to"]), self.days_in_stage)
            case kinds.EDITED if "owner_from" in data:
                owners = {"before": data["owner_from"], "after": data["owner_to"]}
                return _("handed the opportunity over from %(before)s to %(after)s") % owners
            case kinds.EDITED if "owner_to" in data:
                return _("handed the opportunity over to %(owner)s") % {"owner": data["owner_to"]}
            case kinds.EDITED:
                return _("edited the opportunity")
            case kinds.NOTE if "next_step" in data:
                return _("did the next step: “%(step)s”") % {"step": data["next_step"]}
            case kinds.NOTE:
                return _("wrote a note")
            case kinds.QUOTE_CREATED:
                return _("created %(quote)s") % data
            case kinds.QUOTE_COPIED:
                source = quote_label(data["source_number"], data["source_revision"])
                return _("created %(quote)s as a copy of %(source)s") % (data | {"source": source})
            case kinds.QUOTE_DELETED:
                return _("deleted the draft %(quote)s") % data
            case kinds.QUOTE_ACTIVATED:
                return _("activated %(quote)s") % data
            case kinds.QUOTE_REVISED:
                return _("revised %(quote)s") % data
            case kinds.QUOTE_CLOSED:
                return _("closed %(quote)s") % data
            case kinds.CLOSED if data["outcome"] == State.WON:
                return _("closed the opportunity as won")
            case kinds.CLOSED:
                return _("closed the opportunity as lost")
            case kinds.UNDONE:
                return _("undid the closing")
            case kinds.REOPENED:
                return _("reopened the opportunity")
            case kinds.CORRECTED:
                return _("corrected the closing")
            case kinds.IMPORTED:
                return _("imported the opportunity")
        return self.get_kind_display()

    @property
    def changes(self) -> list[str]:
        """What an edit changed, beyond what its sentence says: "Estimated revenue: €1,000.00 → €1,500.00"."""
        changes = list(self.data.get("changes", []))
        if "stage_to" in self.data and "owner_from" in self.data:
            changes.append(("owner", self.data["owner_from"], self.data["owner_to"]))
        return [change_in_words(*change) for change in changes]

    @property
    def days_in_stage(self) -> int | None:
        """How many days a stage move of `with_stage_times` ended; None where that is not known."""
        if not hasattr(self, "stage_since"):
            return None
        since = timezone.localdate(self.stage_since) if self.stage_since else self.opportunity.opened_on
        return max((timezone.localdate(self.at) - since).days, 0)


def last_activity() -> Subquery:
    """In a query of opportunities: the instant of the last activity on the timeline, None without any."""
    events = TimelineEvent.objects.activity().filter(opportunity=OuterRef("pk")).order_by("-at", "-pk")
    return Subquery(events.values("at")[:1])


def as_data(value, currency: str):
    """A value of an opportunity as JSON keeps it, in no language; an amount is in `currency`."""
    match value:
        case None | "":
            return None
        case Decimal():
            return {"amount": str(value), "currency": currency}
        case date():
            return {"date": value.isoformat()}
        case Stage() | StatusReason():
            return {"name": value.name}
        case models.Model() if value._meta.label == settings.AUTH_USER_MODEL:
            return person(value)
    return str(value)


def in_words(kept) -> str:
    """What `as_data` keeps, as the reader's language writes it."""
    match kept:
        case None:
            return "—"
        case {"amount": amount, "currency": currency}:
            return format_money(Decimal(amount), currency)
        case {"date": day}:
            return format_date(date.fromisoformat(day))
        case {"name": name}:
            return _(name)
    return str(kept)


def change_in_words(field: str, before, after) -> str:
    label = capfirst(Opportunity._meta.get_field(field).verbose_name)
    return _("%(field)s: %(before)s → %(after)s") % {
        "field": label,
        "before": in_words(before),
        "after": in_words(after),
    }


def stage_move(before: str, after: str, days: int | None) -> str:
    stages = {"before": before, "after": after, "count": days}
    if days is None:
        return _("moved the stage from %(before)s to %(after)s") % stages
    if days == 0:
        return _("moved the stage from %(before)s to %(after)s after less than a day") % stages
    return (
        ngettext(
            "moved the stage from %(before)s to %(after)s after %(count)s day",
            "moved the stage from %(before)s to %(after)s after %(count)s days",
            days,
        )
        % stages
    )
