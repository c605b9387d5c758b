"""The records of what was closed: written once by `opportunities.closing`, never edited, never deleted."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opportunities.formats import format_instant, person, state_in_words
from opportunities.models.fields import AmountField
from opportunities.models.opportunity import Opportunity
from opportunities.models.quote import OPEN_STATUSES, Quote, QuoteStatus
from opportunities.models.reference import Competitor, State, StatusReason
from opportunities.money import AMOUNTS

UNDO_TIME = timedelta(minutes=60)
DETAILS_LENGTH = 2000


class ClosingBatch(models.Model):
    """Closings that were recorded together, and can be undone together."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by"))
    at = models.DateTimeField(_("recorded at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("Batch of closings"), _("Batches of closings")

    def __str__(self) -> str:
        return f"{person(self.by)} · {format_instant(self.at)}"

    def can_be_undone_by(self, user) -> bool:
        """Whether `user` closed them at most an hour ago."""
        return self.by_id == user.pk and timezone.now() - self.at <= UNDO_TIME


class OpportunityClose(models.Model):
    """One closing of an opportunity; it is the current one until it is reopened."""

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="closings", verbose_name=_("opportunity"))
    outcome = models.CharField(_("outcome"), max_length=4, choices=State.choices[1:])
    status_reason = models.ForeignKey(StatusReason, models.PROTECT, related_name="+", verbose_name=_("status reason"))
    from_status_reason = models.ForeignKey(
        StatusReason, models.PROTECT, related_name="+", verbose_name=_("status reason before")
    )
    closed_on = models.DateField(_("close date"))
    actual_revenue = AmountField(_("actual revenue"), null=True, blank=True)
    estimated_revenue = AmountField(_("estimated revenue at closing"), null=True, blank=True)
    competitor = models.ForeignKey(
        Competitor, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("competitor")
    )
    details = models.TextField(_("details"), max_length=DETAILS_LENGTH, blank=True)
    # The closing whose quotes this one stands for, when it corrects an earlier one (always the first of a chain).
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    batch = models.ForeignKey(
        ClosingBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="closings",
        verbose_name=_("closed together with"),
    )
    # Nobody, for what an import brought in closed.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reopened by")
    )
    reopened_at = models.DateTimeField(_("reopened at"), null=True, blank=True)
    reopen_reason = models.TextField(_("reason for reopening"), max_length=DETAILS_LENGTH, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("Closing of the opportunity"), _("Closings of opportunities")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity"],
                condition=Q(reopened_at=None),
                name="one_current_closing_per_opportunity",
                violation_error_message=_("This opportunity is closed already."),
            ),
            models.CheckConstraint(
                condition=Q(outcome=State.WON, actual_revenue__isnull=False, actual_revenue__range=AMOUNTS)
                | Q(outcome=State.LOST, actual_revenue=None),
                name="closing_outcome_fits_its_revenue",
                violation_error_message=_("A won closing has an actual revenue of 0 or more; a lost one has none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} · {self.closed_on}"

    @property
    def outcome_in_words(self) -> str:
        return state_in_words(self.get_outcome_display(), self.status_reason)

    @property
    def quotes_closing(self) -> "OpportunityClose":
        """The closing that closed this one's quotes: itself, or the one that it corrects."""
        return self.corrects or self

    def can_be_undone_by(self, user, now=None) -> bool:
        """Whether `user` closed it at most an hour ago, it is current, and it is no correction."""
        return (
            self.reopened_at is None
            and self.corrects_id is None
            and self.closed_by_id is not None
            and self.closed_by_id == user.pk
            and (now or timezone.now()) - self.closed_at <= UNDO_TIME
        )


class QuoteClose(models.Model):
    """One closing of a quote, with the status it had; unrestored as long as the quote stays closed."""

    quote = models.ForeignKey(Quote, models.PROTECT, related_name="closings", verbose_name=_("quote"))
    # Empty when the quote was closed, or revised, by itself: then it never comes back.
    opportunity_close = models.ForeignKey(
        OpportunityClose,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quote_closings",
        verbose_name=_("closing of the opportunity"),
    )
    from_status = models.CharField(_("from"), max_length=8, choices=[(s.value, s.label) for s in OPEN_STATUSES])
    to_status = models.CharField(
        _("to"), max_length=8, choices=[(s.value, s.label) for s in QuoteStatus if s not in OPEN_STATUSES]
    )
    reason = models.TextField(_("reason"), max_length=DETAILS_LENGTH, blank=True)
    closed_on = models.DateField(_("close date"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    at = models.DateTimeField(_("recorded at"), default=timezone.now)
    restored_at = models.DateTimeField(_("restored at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("Closing of the quote"), _("Closings of quotes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["quote"],
                condition=Q(restored_at=None),
                name="one_current_closing_per_quote",
                violation_error_message=_("This quote is closed already."),
            ),
            models.CheckConstraint(
                condition=Q(from_status__in=OPEN_STATUSES) & ~Q(to_status__in=OPEN_STATUSES),
                name="quote_closing_goes_from_open_to_closed",
                violation_error_message=_("A closing takes a quote from open to closed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quote_id}: {self.get_from_status_display()} → {self.get_to_status_display()}"
