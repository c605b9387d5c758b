"""A quote: what was offered for an opportunity, in the opportunity's currency."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from opportunities.models.fields import AmountField, FoldedField, Unindexed
from opportunities.models.opportunity import Opportunity
from opportunities.models.search import Words
from opportunities.money import AMOUNTS


class QuoteStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("quote", "Draft")
    ACTIVE = "active", pgettext_lazy("quote", "Active")
    WON = "won", pgettext_lazy("quote", "Won")
    LOST = "lost", pgettext_lazy("quote", "Lost")
    CANCELED = "canceled", pgettext_lazy("quote", "Canceled")
    REVISED = "revised", pgettext_lazy("quote", "Revised")


TEXT_LENGTH = 4_000  # characters, of the introduction and of the closing text

OPEN_STATUSES = (QuoteStatus.DRAFT, QuoteStatus.ACTIVE)
EXPIRING = timedelta(days=7)


def quote_label(number: str, revision: int) -> str:
    """How a quote is called; its revision is always shown."""
    return gettext("%(number)s rev. %(revision)s") % {"number": number, "revision": revision}


class QuoteQuerySet(models.QuerySet):
    def open(self) -> "QuoteQuerySet":
        """Drafts and active quotes, expired ones too: what keeps an opportunity from being closed."""
        return self.filter(status__in=OPEN_STATUSES)

    def ran_out(self) -> "QuoteQuerySet":
        """Those whose last valid day has passed, in the user's time zone; the open ones of them are expired."""
        return self.filter(valid_until__lt=timezone.localdate())

    def running_out(self) -> "QuoteQuerySet":
        """Those whose last valid day is today or within EXPIRING, in the user's time zone."""
        today = timezone.localdate()
        return self.filter(valid_until__range=(today, today + EXPIRING))

    def search(self, text: str) -> "QuoteQuerySet":
        """Those with every word of `text` in their name or as their number; case and accents do not matter."""
        return Words(self, text).of(self)

    def of(self, opportunities: models.QuerySet | Collection[int], statuses: Sequence[str]) -> "QuoteQuerySet":
        """Those of `opportunities` with one of `statuses`, found by their opportunity, however many have the status."""
        found = self.filter(opportunity__in=opportunities)
        return found.alias(read_status=Unindexed("status")).filter(read_status__in=statuses)


class Edited(models.Model):
    """A row that keeps who edited it last, and when; None where nobody knows."""

    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("edited by"),
    )

    class Meta:
        abstract = True


class Quote(Edited):
    """An offer. `total` is net of discount and tax, what becomes revenue when it is won.

    What it says, its texts and lines, changes only while it is a draft; `edited_by` changed that last, at `edited_at`.
    `head_edited_by` edited the texts last, at `head_edited_at`; None where nobody did since the quote was created.
    """

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="quotes", verbose_name=_("opportunity"))
    number = models.CharField(_("number"), max_length=30)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    name = models.CharField(_("name"), max_length=200)
    folded_name = FoldedField(source="name")
    status = models.CharField(_("status"), max_length=8, choices=QuoteStatus, default=QuoteStatus.DRAFT)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    customer_reference = models.CharField(_("customer reference"), max_length=100, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=200, blank=True)
    introduction = models.TextField(_("introduction"), max_length=TEXT_LENGTH, blank=True)
    closing_text = models.TextField(_("closing text"), max_length=TEXT_LENGTH, blank=True)
    total = AmountField(_("net total"), default=0)
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True, editable=False)
    head_edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    head_edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("Quote"), _("Quotes")
        ordering = ["pk"]
        permissions = [("view_quote_cost", "Can see the cost and margin of quotes")]
        # The list of quotes: open ones by their validity, the others latest first.
        indexes = [
            models.Index(fields=["status", "valid_until", "id"], name="quote_by_validity"),
            models.Index(fields=["status", "id"], name="quote_by_status"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "revision"],
                name="one_quote_per_number_and_revision",
                violation_error_message=_("There is a quote of this number and revision already."),
            ),
            models.UniqueConstraint(
                fields=["opportunity"],
                condition=Q(status=QuoteStatus.WON),
                name="one_won_quote_per_opportunity",
                violation_error_message=_("Another quote of this opportunity is won."),
            ),
            models.CheckConstraint(
                condition=Q(total__range=AMOUNTS),
                name="quote_total_is_not_negative",
                violation_error_message=_("A quote's total is 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=QuoteStatus.values),
                name="quote_status_is_known",
                violation_error_message=_("A quote is a draft, active, won, lost, canceled or revised."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="quote_validity_ends_after_it_begins",
                violation_error_message=_("The validity of a quote does not end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return quote_label(self.number, self.revision)

    def get_absolute_url(self) -> str:
        return reverse("opportunities:quote", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_draft(self) -> bool:
        return self.status == QuoteStatus.DRAFT

    @property
    def is_active(self) -> bool:
        return self.status == QuoteStatus.ACTIVE

    @property
    def is_expired(self) -> bool:
        """Whether the last day it was valid has passed, in the user's time zone; it counts as open all the same."""
        return self.is_open and self.valid_until is not None and self.valid_until < timezone.localdate()


def quote_facts() -> dict[str, Subquery]:
    """What a closed opportunity says of its quotes, by field; for a query of opportunities."""
    quotes = Quote.objects.filter(opportunity=OuterRef("pk"))
    revised = quotes.order_by().values("opportunity").annotate(count=Count("pk", filter=Q(revision__gt=0)))
    return {
        "revisions": Subquery(revised.values("count")),
        "first_quoted": Subquery(quotes.order_by("pk").values("total")[:1]),
        "won_quoted": Subquery(quotes.filter(status=QuoteStatus.WON).order_by("pk").values("total")[:1]),
    }


class QuoteCounter(models.Model):
    """The last quote number given out in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Q-{self.year}-{self.last:04d}"

    @classmethod
    def next_number(cls, year: int) -> str:
        """The next free "Q-<year>-<at least four digits>"; holds the counter's row to the end of the transaction."""
        with transaction.atomic():
            cls.objects.bulk_create([cls(year=year)], ignore_conflicts=True)
            counter = cls.objects.select_for_update().get(year=year)
            counter.last += 1
            counter.save(update_fields=["last"])
        return f"Q-{year}-{counter.last:04d}"
