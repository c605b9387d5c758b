"""The closed period: one row, whose changes the history of its page tells."""

from django.contrib import admin

from opportunities.admin.base import OneRow
from opportunities.models import ClosedThrough


@admin.register(ClosedThrough)
class ClosedThroughAdmin(OneRow):
    fields = ["closed_through"]

    def construct_change_message(self, request, form, formsets, add=False):
        """Names the day, which Django's own message does not."""
        return str(form.instance)
