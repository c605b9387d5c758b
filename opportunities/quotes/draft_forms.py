"""The forms of a draft: of its head, and of one line. What fits together, the services say."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opportunities import fields
from opportunities.editing import EditForm
from opportunities.models import BillingMethod, DiscountKind, LineKind, Opportunity, Product, Quote, QuoteLine, Seller
from opportunities.models.quote import TEXT_LENGTH
from opportunities.models.quote_line import DESCRIPTION_LENGTH
from opportunities.models.reference import UNIT_LENGTH
from opportunities.money import MAX_AMOUNT, format_quantity
from opportunities.quotes import draft_services
from opportunities.quotes.services import VALIDITY

# A field of a line, and the fact of a product that fills it.
FILLED_BY_PRODUCT = {
    "description": "name",
    "unit": "unit",
    "unit_price": "list_price",
    "tax_rate": "tax_rate",
    "unit_cost": "unit_cost",
}


class HeadForm(EditForm):
    """What a quote says around its lines; of a quote that is not saved yet, with what is likely to begin with."""

    facts = [
        "name",
        "valid_from",
        "valid_until",
        "customer_reference",
        "payment_terms",
        "introduction",
        "closing_text",
    ]

    name = forms.CharField(label=_("Name"), max_length=200)
    valid_from = fields.DateField(label=_("Valid from"), required=False)
    valid_until = fields.DateField(label=_("Valid until"), required=False)
    customer_reference = forms.CharField(label=_("Customer reference"), max_length=100, required=False)
    payment_terms = forms.CharField(label=_("Payment terms"), max_length=200, required=False)
    introduction = fields.TextField(
        label=_("Introduction"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea({"rows": 4})
    )
    closing_text = fields.TextField(
        label=_("Closing text"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, quote: Quote, data: dict[str, str] | None = None):
        super().__init__(quote, data, {name: getattr(quote, name) for name in self.facts})
        if self.is_bound and quote.pk:
            self.take_up_changes()

    @classmethod
    def blank(cls, opportunity: Opportunity, data: dict[str, str] | None = None) -> "HeadForm":
        today = timezone.localdate()
        quote = Quote(
            opportunity=opportunity,
            name=opportunity.topic,
            valid_from=today,
            valid_until=today + VALIDITY,
            payment_terms=Seller.current().payment_terms,
        )
        return cls(quote, data)

    def last_edit(self) -> tuple | None:
        by, at = self.stored.head_edited_by, self.stored.head_edited_at
        return (by, at) if by and at else None

    def save(self, by) -> Quote:
        """Creates the draft, or writes what the user changed; raises what the service raises."""
        if self.stored.pk is None:
            return draft_services.create_quote(self.stored.opportunity, by=by, **self.cleaned_data)
        changes = {name: self.cleaned_data[name] for name in self.changed_data}
        return draft_services.edit_head(self.stored, by=by, **changes)


class DiscountField(fields.NumberField):
    """A discount of 0 or more, in percent or in money; empty for none."""

    def check(self, discount: Decimal) -> None:
        if not 0 <= discount <= MAX_AMOUNT:
            raise ValidationError(gettext("Enter a discount of 0 or more."), code="bounds")
        if discount != round(discount, 3):
            raise ValidationError(gettext("A discount has at most 3 decimals."), code="precision")

    def show(self, discount: Decimal) -> str:
        return format_quantity(discount)

    def prepare_value(self, value):
        return "" if value == 0 else super().prepare_value(value)


class LineForm(EditForm):
    """One line of a draft, stored or new. Without `sees_cost` it shows no cost, and keeps what is stored."""

    facts = [
        "kind",
        "billing_method",
        "product",
        "description",
        "quantity",
        "unit",
        "unit_price",
        "discount",
        "discount_kind",
        "tax_rate",
        "unit_cost",
    ]
    shown: dict[str, str] | None = None  # what the form showed first, where a product filled it since

    kind = forms.ChoiceField(label=_("Kind"), choices=LineKind)
    billing_method = forms.ChoiceField(
        label=_("Billing method"), choices=[("", "—"), *BillingMethod.choices], required=False
    )
    product = forms.ModelChoiceField(Product.objects.none(), label=_("Product"), required=False)
    description = fields.TextField(
        label=_("Description"), max_length=DESCRIPTION_LENGTH, widget=forms.Textarea({"rows": 2, "dir": "auto"})
    )
    quantity = fields.QuantityField(label=_("Quantity"))
    unit = forms.CharField(label=_("Unit"), max_length=UNIT_LENGTH, required=False)
    unit_price = fields.AmountField(label=_("Unit price"))
    discount = DiscountField(label=_("Discount"), required=False)
    discount_kind = forms.ChoiceField(label=_("Discount in"), choices=DiscountKind)
    tax_rate = fields.PercentField(label=_("Tax rate (%)"), required=False)
    unit_cost = fields.AmountField(label=_("Unit cost"), required=False)

    def __init__(self, line: QuoteLine, data: dict[str, str] | None = None, *, sees_cost: bool):
        self.currency = line.quote.opportunity.currency
        self.facts = [name for name in self.facts if name != "unit_cost" or sees_cost]
        initial = {name: getattr(line, name) for name in self.facts if name != "product"}
        initial["product"] = line.product_id
        super().__init__(line, data, initial, auto_id=f"line-{line.pk or 'new'}-%s")
        if not sees_cost:
            del self.fields["unit_cost"]
        for name in {"unit_price", "unit_cost"} & self.fields.keys():
            self.fields[name].currency = self.currency
        self.offer_products(line)
        if self.is_bound and line.pk:
            self.take_up_changes()

    @classmethod
    def filled_by_product(cls, line: QuoteLine, data: dict[str, str], *, sees_cost: bool) -> "LineForm":
        """What was typed, judged by nobody, with what the chosen product says in the place of some of it."""
        form = cls(line, sees_cost=sees_cost)
        form.initial = {name: data.get(name, "") for name in form.fields}
        form.shown = data
        try:
            product = form.fields["product"].clean(data.get("product"))
        except ValidationError:
            return form
        if product and product.currency == form.currency:
            facts = {
                name: getattr(product, source) for name, source in FILLED_BY_PRODUCT.items() if name in form.fields
            }
            form.initial |= {name: value for name, value in facts.items() if value is not None}
        return form

    def offer_products(self, line: QuoteLine) -> None:
        """Shows the active products in the quote's currency, and the one that the line has; others are known."""
        products = Product.objects.filter(Q(is_active=True) | Q(pk=line.product_id))
        offered = products.filter(Q(currency=self.currency) | Q(pk=line.product_id))
        self.fields["product"].queryset = products
        self.fields["product"].widget.choices = [("", "—"), *offered.values_list("pk", "name")]

    def clean_discount(self) -> Decimal:
        return self.cleaned_data["discount"] or Decimal(0)

    def clean_tax_rate(self) -> Decimal:
        return self.cleaned_data["tax_rate"] or Decimal(0)

    def clean(self):
        cleaned_data = super().clean()
        if cleaned_data.get("kind") == LineKind.PRODUCT:
            cleaned_data["billing_method"] = ""
        return cleaned_data

    def last_edit(self) -> tuple | None:
        by, at = self.stored.edited_by, self.stored.edited_at
        return (by, at) if by and at else None

    @property
    def as_shown(self) -> list[str]:
        if self.shown is None:
            return super().as_shown
        names = [self.add_initial_prefix(name) for name in self.facts]
        return [forms.HiddenInput().render(name, self.shown[name]) for name in names if name in self.shown]

    def save(self, by) -> QuoteLine:
        """Adds the line, or writes what the user changed; raises what the service raises.

        Choosing a product brings its cost along where the user does not see it.
        """
        facts, changed = self.cleaned_data, set(self.changed_data)
        if "unit_cost" not in self.fields and "product" in changed and facts["product"]:
            facts["unit_cost"] = facts["product"].unit_cost
        if self.stored.pk is None:
            return draft_services.add_line(self.stored.quote, by=by, **facts)
        changed |= {"unit_cost", "billing_method"}  # which may follow from the product and the kind
        return draft_services.edit_line(
            self.stored, by=by, **{name: value for name, value in facts.items() if name in changed}
        )
