"""Quotes: shown here, changed on their own pages ("View on site")."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from opportunities.admin.base import FoldedSearch, ModelAdmin, ReadOnly, money_column
from opportunities.models import Quote, QuoteLine
from opportunities.money import format_percent
from opportunities.permissions import sees_cost
from opportunities.quotes.document import discount_of, quantity_of


class QuoteLineInline(ReadOnly, admin.TabularInline):
    model = QuoteLine
    readonly_fields = [
        "position",
        "kind",
        "billing_method",
        "description",
        "amount",
        "price",
        "given_discount",
        "tax",
    ]
    price = money_column(QuoteLine, "unit_price", currency="quote.opportunity.currency")
    cost = money_column(QuoteLine, "unit_cost", currency="quote.opportunity.currency")

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, *(["cost"] if sees_cost(request.user) else [])]

    get_fields = get_readonly_fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("quote__opportunity")

    @admin.display(description=QuoteLine._meta.get_field("quantity").verbose_name)
    def amount(self, line):
        return quantity_of(line)

    @admin.display(description=QuoteLine._meta.get_field("discount").verbose_name)
    def given_discount(self, line):
        return discount_of(line, line.quote.opportunity.currency)

    @admin.display(description=_("tax"))
    def tax(self, line):
        return format_percent(line.tax_rate)


@admin.register(Quote)
class QuoteAdmin(ReadOnly, FoldedSearch, ModelAdmin):
    total_with_currency = money_column(Quote, "total", currency="opportunity.currency")
    fields = [
        "opportunity",
        ("number", "revision"),
        "name",
        "status",
        ("valid_from", "valid_until"),
        "customer_reference",
        "payment_terms",
        "introduction",
        "closing_text",
        "activated_at",
        ("edited_by", "edited_at"),
        "total_with_currency",
    ]
    inlines = [QuoteLineInline]
    list_display = ["__str__", "name", "opportunity", "status", "valid_until", "total_with_currency"]
    list_select_related = ["opportunity"]
    list_filter = ["status", "valid_until", "opportunity__currency"]
    ordering = ["-pk"]
    search_fields = ["number", "opportunity__search_text__contains"]
