"""Up to which day the books are closed: what was closed by then has been reported, and stays."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.formats import format_date
from opportunities.models.prepared import Prepared


def check_has_come(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("This day is still to come; today's opportunities could not be closed any more."))


class ClosedThrough(models.Model):
    """The one day, which an administrator sets; none, as long as nothing is kept from changing."""

    closed_through = models.DateField(
        gettext_lazy("closed through"),
        null=True,
        blank=True,
        validators=[check_has_come],
        help_text=gettext_lazy(
            "Closing an opportunity with a close date on or before this day, and reopening or correcting such a "
            "closing, needs the permission to close and reopen opportunities in a closed period. Empty: never."
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("Closed period"), gettext_lazy("Closed period")
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="there_is_one_closed_period",
                violation_error_message=gettext_lazy("There is a closed period already; change that one."),
            )
        ]

    def __str__(self) -> str:
        if self.closed_through is None:
            return _("No day is closed")
        return _("Closed through %(date)s") % {"date": format_date(self.closed_through)}

    @classmethod
    def day(cls) -> date | None:
        """The last closed day, or None."""
        return CLOSED_THROUGH.one()


CLOSED_THROUGH = Prepared(ClosedThrough.objects.filter(pk=1).values_list("closed_through", flat=True))
