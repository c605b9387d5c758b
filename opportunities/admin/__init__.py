"""The pages of administrators: Django's admin, a file per group of models."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from opportunities.admin import (  # noqa: F401 (they register themselves)
    books,
    history,
    opportunity,
    quote,
    reference,
    seller,
    users,
)

admin.site.site_header = admin.site.site_title = _("Clôture")
