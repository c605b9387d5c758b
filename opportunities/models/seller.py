"""Who sells: what is printed on every quote besides the quote itself."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Seller(models.Model):
    """The one seller, which an administrator describes. The logo is kept here, so that web processes share it."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    footer = models.TextField(_("footer"), max_length=500, blank=True)
    payment_terms = models.CharField(_("payment terms of a new quote"), max_length=200, blank=True)
    logo = models.BinaryField(_("logo"), blank=True, default=b"", editable=False)
    logo_type = models.CharField(_("type of the logo"), max_length=20, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("Seller"), _("Seller")
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="there_is_one_seller",
                violation_error_message=_("There is a seller already; change that one."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Seller":
        """The seller; a nameless one that is not saved yet where nobody has described it."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
