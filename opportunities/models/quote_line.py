"""A line of a quote: what is offered, how much of it, and at what price. Its arithmetic is in quotes/pricing.py."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opportunities.models.fields import AmountField, PercentField
from opportunities.models.quote import Edited, Quote
from opportunities.models.reference import UNIT_LENGTH, Product
from opportunities.money import AMOUNTS, MAX_QUANTITY

DESCRIPTION_LENGTH = 2_000  # characters
PERCENT = (Decimal(0), Decimal(100))


class LineKind(models.TextChoices):
    PROJECT = "project", _("Project-based line")
    PRODUCT = "product", _("Product-based line")


class BillingMethod(models.TextChoices):
    TIME_AND_MATERIAL = "time_and_material", _("Time and material")
    FIXED_PRICE = "fixed_price", _("Fixed price")


class DiscountKind(models.TextChoices):
    PERCENT = "percent", _("Percent")
    AMOUNT = "amount", _("Amount")


class QuoteLine(Edited):
    """`unit_price`, `unit_cost` and a discount in units are in the quote's currency; an unknown cost is None."""

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines", verbose_name=_("quote"))
    position = models.PositiveIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=7, choices=LineKind, default=LineKind.PROJECT)
    billing_method = models.CharField(
        _("billing method"), max_length=17, choices=BillingMethod, blank=True, default=BillingMethod.FIXED_PRICE
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    description = models.TextField(_("description"), max_length=DESCRIPTION_LENGTH)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=1)
    unit = models.CharField(_("unit"), max_length=UNIT_LENGTH, blank=True)
    unit_price = AmountField(_("unit price"))
    discount = AmountField(_("discount"), default=0)
    discount_kind = models.CharField(
        _("kind of discount"), max_length=7, choices=DiscountKind, default=DiscountKind.PERCENT
    )
    tax_rate = PercentField(_("tax rate (%)"), default=0)
    unit_cost = AmountField(_("unit cost"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("Quote line"), _("Quote lines")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=LineKind.PROJECT, billing_method__in=BillingMethod.values)
                | Q(kind=LineKind.PRODUCT, billing_method=""),
                name="quote_line_kind_fits_its_billing_method",
                violation_error_message=_("A project-based line has a billing method, a product-based line has none."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__range=(Decimal(0), MAX_QUANTITY), unit_price__range=AMOUNTS),
                name="quote_line_amounts_are_not_negative",
                violation_error_message=_("Quantity and unit price are 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(unit_cost=None) | Q(unit_cost__range=AMOUNTS),
                name="quote_line_cost_is_not_negative",
                violation_error_message=_("A unit cost is 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(discount_kind=DiscountKind.AMOUNT, discount__range=AMOUNTS)
                | Q(discount_kind=DiscountKind.PERCENT, discount__range=PERCENT),
                name="quote_line_discount_is_in_bounds",
                violation_error_message=_("A discount is 0 or more, and at most 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__range=PERCENT),
                name="quote_line_tax_rate_is_a_percentage",
                violation_error_message=_("A tax rate is between 0 and 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return self.description
