"""What happened to an opportunity, told in the order it happened."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.models.opportunity import Opportunity
from opportunities.models.quote import quote_label
from opportunities.models.reference import State


class TimelineEvent(models.Model):
    """One event. `text` is what a person wrote; `data` holds what its sentence names, in no language."""

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

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("Timeline event"), gettext_lazy("Timeline events")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["opportunity", "-at", "-id"], name="timeline_latest_first")]

    def __str__(self) -> str:
        return self.get_kind_display()

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
                stages = {"before": _(data["stage_from"]), "after": _(data["stage_to"])}
                return _("moved the stage from %(before)s to %(after)s") % stages
            case kinds.EDITED if "owner_to" in data:
                return _("handed the opportunity over to %(owner)s") % {"owner": data["owner_to"]}
            case kinds.EDITED:
                return _("edited the opportunity")
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
