"""What happened: closings and timeline. It is written by the services, and only shown here."""

from django.contrib import admin

from opportunities.admin.base import FoldedSearch, ModelAdmin, ReadOnly, money_column
from opportunities.models import OpportunityClose, QuoteClose, TimelineEvent


@admin.register(OpportunityClose)
class OpportunityCloseAdmin(ReadOnly, FoldedSearch, ModelAdmin):
    revenue = money_column(OpportunityClose, "actual_revenue", currency="opportunity.currency")
    estimate = money_column(OpportunityClose, "estimated_revenue", currency="opportunity.currency")
    fields = [
        "opportunity",
        ("outcome", "closed_on"),
        ("from_status_reason", "status_reason"),
        ("revenue", "estimate"),
        "competitor",
        "details",
        ("corrects", "batch"),
        ("closed_by", "closed_at"),
        ("reopened_by", "reopened_at"),
        "reopen_reason",
    ]
    list_display = ["opportunity", "outcome", "status_reason", "revenue", "closed_on", "closed_by", "reopened_at"]
    list_select_related = ["opportunity", "status_reason", "closed_by"]
    list_filter = ["outcome", "status_reason", "closed_on", ("reopened_at", admin.EmptyFieldListFilter)]
    search_fields = ["opportunity__search_text__contains"]


@admin.register(QuoteClose)
class QuoteCloseAdmin(ReadOnly, FoldedSearch, ModelAdmin):
    list_display = ["quote", "from_status", "to_status", "closed_on", "by", "restored_at"]
    list_select_related = ["quote", "by"]
    list_filter = ["to_status", "closed_on", ("restored_at", admin.EmptyFieldListFilter)]
    search_fields = ["quote__number", "quote__opportunity__search_text__contains"]


@admin.register(TimelineEvent)
class TimelineEventAdmin(ReadOnly, FoldedSearch, ModelAdmin):
    fields = ["opportunity", "sentence", "text", "by", "at"]
    list_display = ["at", "opportunity", "by", "sentence"]
    list_select_related = ["opportunity", "by"]
    list_filter = ["kind", "at"]
    ordering = ["-pk"]
    search_fields = ["opportunity__search_text__contains"]
