"""A view of a list that a user keeps: the filters and the order that its address says."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """`query` is the query string of the list of opportunities, without its page."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=2_000)

    class Meta:
        verbose_name, verbose_name_plural = _("Saved view"), _("Saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="one_saved_view_per_user_and_name",
                violation_error_message=_("There is a saved view of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name
