"""Quotes: shown here, changed on their own pages ("View on site")."""

from django.contrib import admin

from opportunities.admin.base import FoldedSearch, ModelAdmin, ReadOnly, money_column
from opportunities.fields import QuantityField
from opportunities.models import Quote, QuoteLine


class QuoteLineInline(ReadOnly, admin.TabularInline):
    model = QuoteLine
    fields = readonly_fields = ["position", "description", "short_quantity", "price"]
    price = money_column(QuoteLine, "unit_price", currency="quote.opportunity.currency")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("quote__opportunity")

    @admin.display(description=QuoteLine._meta.get_field("quantity").verbose_name)
    def short_quantity(self, line):
        return QuantityField().show(line.quantity)


@admin.register(Quote)
class QuoteAdmin(ReadOnly, FoldedSearch, ModelAdmin):
    total_with_currency = money_column(Quote, "total", currency="opportunity.currency")
    fields = [
        "opportunity",
        ("number", "revision"),
        "name",
        "status",
        "valid_until",
        "activated_at",
        "total_with_currency",
    ]
    inlines = [QuoteLineInline]
    list_display = ["__str__", "name", "opportunity", "status", "valid_until", "total_with_currency"]
    list_select_related = ["opportunity"]
    list_filter = ["status", "valid_until", "opportunity__currency"]
    ordering = ["-pk"]
    search_fields = ["number", "opportunity__folded_topic__contains", "opportunity__account__folded_name__contains"]
