"""A quote: what was offered for an opportunity, in the opportunity's currency."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from opportunities.models.fields import AmountField
from opportunities.models.opportunity import Opportunity
from opportunities.money import AMOUNTS, minor_units


class QuoteStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("quote", "Draft")
    ACTIVE = "active", pgettext_lazy("quote", "Active")
    WON = "won", pgettext_lazy("quote", "Won")
    LOST = "lost", pgettext_lazy("quote", "Lost")
    CANCELED = "canceled", pgettext_lazy("quote", "Canceled")
    REVISED = "revised", pgettext_lazy("quote", "Revised")


OPEN_STATUSES = (QuoteStatus.DRAFT, QuoteStatus.ACTIVE)


def quote_label(number: str, revision: int) -> str:
    """How a quote is called; its revision is always shown."""
    return gettext("%(number)s rev. %(revision)s") % {"number": number, "revision": revision}


class QuoteQuerySet(models.QuerySet):
    def open(self) -> "QuoteQuerySet":
        """Drafts and active quotes, expired ones too: what keeps an opportunity from being closed."""
        return self.filter(status__in=OPEN_STATUSES)


class Quote(models.Model):
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="quotes", verbose_name=_("opportunity"))
    number = models.CharField(_("number"), max_length=30)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(_("status"), max_length=8, choices=QuoteStatus, default=QuoteStatus.DRAFT)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    total = AmountField(_("total"), default=0)
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True, editable=False)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("Quote"), _("Quotes")
        ordering = ["pk"]
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


class QuoteLine(models.Model):
    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines", verbose_name=_("quote"))
    position = models.PositiveIntegerField(_("position"), default=0)
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=1)
    unit_price = AmountField(_("unit price"))

    class Meta:
        verbose_name, verbose_name_plural = _("Quote line"), _("Quote lines")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0, unit_price__range=AMOUNTS),
                name="quote_line_amounts_are_not_negative",
                violation_error_message=_("Quantity and unit price are 0 or more."),
            )
        ]

    def __str__(self) -> str:
        return self.description

    def amount(self, currency: str) -> Decimal:
        """Quantity times unit price, rounded half-up to the minor units of `currency`."""
        exact = Decimal(self.quantity) * Decimal(self.unit_price)
        return exact.quantize(Decimal(1).scaleb(-minor_units(currency)), ROUND_HALF_UP)


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
