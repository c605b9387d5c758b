"""Filters of the list by what a deal was about and what it came to: every figure of insights is a list by these."""

import django_filters
from django.utils.translation import gettext_lazy

from opportunities.fields import AmountField, DateField
from opportunities.models import Account, Product
from opportunities.models.fields import ReadInRow
from opportunities.quotes.filters import ChoiceFilter, FilterSet

NONE = "-"  # the choice of those that have none of what a filter is about
REVISIONS = [
    (NONE, gettext_lazy("Without quotes")),
    ("0", gettext_lazy("Never revised")),
    ("1", gettext_lazy("Revised once")),
    ("2", gettext_lazy("Revised twice")),
    ("3", gettext_lazy("Revised three times or more")),
]
MOST_REVISIONS = 3  # that are told apart
MOST_DECIMALS = "TND"  # the currency with the most; an amount that is looked for may be in any


class RangeFilter(django_filters.Filter):
    """The beginning or the end of a range; of an index, where that has the order of the list."""

    def filter(self, opportunities, value):
        if value in ("", None) or self.field_name == self.parent.order.field:
            return super().filter(opportunities, value)
        in_row = {f"read_{self.field_name}": ReadInRow(self.field_name)}
        return opportunities.alias(**in_row).filter(**{f"read_{self.field_name}__{self.lookup_expr}": value})


class DayFilter(RangeFilter):
    field_class = DateField


class AmountFilter(RangeFilter):
    field_class = AmountField

    def __init__(self, **kwargs):
        super().__init__(currency=MOST_DECIMALS, **kwargs)


class SizeFilter(AmountFilter):
    """By the revenue: the actual one where it is won, and else the estimated one."""

    def filter(self, opportunities, value):
        return opportunities if value in ("", None) else opportunities.of_size(self.lookup_expr, value)


class DealFilter(FilterSet):
    """What the list of opportunities and insights narrow down alike."""

    sector = ChoiceFilter(label=gettext_lazy("Sector"), empty_label=gettext_lazy("Any"), method="in_sector")
    product = ChoiceFilter(label=gettext_lazy("Product"), empty_label=gettext_lazy("Any"), method="of_product")
    revisions = ChoiceFilter(
        label=gettext_lazy("Revisions of quotes"),
        choices=REVISIONS,
        empty_label=gettext_lazy("Any"),
        method="with_revisions",
    )
    first = ChoiceFilter(
        label=gettext_lazy("First estimate"),
        choices=[("date", gettext_lazy("With a close date"))],
        empty_label=gettext_lazy("Any"),
        method="has_first_date",
    )
    size_from = SizeFilter(label=gettext_lazy("Revenue from"), lookup_expr="gte")
    size_until = SizeFilter(label=gettext_lazy("Revenue until"), lookup_expr="lte")

    def offer_deals(self) -> None:
        """Fills in what is chosen among."""
        sectors = [(sector, sector) for sector in Account.objects.sectors()]
        self.filters["sector"].extra["choices"] = [*sectors, (NONE, gettext_lazy("Without a sector"))]
        products = [(str(pk), name) for pk, name in Product.objects.values_list("pk", "name")]
        self.filters["product"].extra["choices"] = [*products, (NONE, gettext_lazy("Without a product"))]

    def in_sector(self, opportunities, _name, sector):
        return opportunities.in_sector("" if sector == NONE else sector)

    def of_product(self, opportunities, _name, product):
        return opportunities.reading(product=None if product == NONE else int(product))

    def with_revisions(self, opportunities, _name, revisions):
        if revisions == NONE:
            return opportunities.filter(revisions=None)
        lookup = "gte" if int(revisions) == MOST_REVISIONS else "exact"
        return opportunities.filter(**{f"revisions__{lookup}": int(revisions)})

    def has_first_date(self, opportunities, _name, _answer):
        return opportunities.exclude(first_estimated_close_date=None)
