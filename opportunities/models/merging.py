"""What may be there twice: a duplicate that was merged stays, and names the row that has everything of it now."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MergeableQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Without those that were merged into another: what can be chosen and found."""
        return self.filter(merged_into=None)


class Mergeable(models.Model):
    """A row that `opportunities.record.merging` may merge into another one, for good.

    Nothing refers to a merged row, and `merged_into` is never merged itself: the guards (merge_guards.py) see to it.
    """

    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    merged_at = models.DateTimeField(_("merged at"), null=True, blank=True, editable=False)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("merged by"),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_at=None, merged_into=None)
                | (Q(merged_at__isnull=False, merged_into__isnull=False) & ~Q(merged_into=F("id"))),
                name="%(class)s_is_merged_into_another",
                violation_error_message=_("What is merged is merged into another row, at an instant."),
            )
        ]

    @property
    def kept(self) -> Self:
        """The row that stands for this one: itself, unless it was merged."""
        return self.merged_into or self
