"""Form fields that show and read numbers and dates as the user's language and browser do."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from html import escape

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.money import MAX_QUANTITY, check_amount, format_amount, format_quantity, parse_decimal_text

MAX_TYPED = 50  # characters; no allowed number needs as many


class DateInput(forms.DateInput):
    """The browser's own date field, which speaks ISO whatever the language."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class LongSelect(forms.Select):
    """A select of one choice of many: it writes the options itself, where Django renders a template for each."""

    def render(self, name, value, attrs=None, renderer=None):
        attributes = flatatt(self.build_attrs(self.attrs, (attrs or {}) | {"name": name}))
        return mark_safe(f"<select{attributes}>{options(self.choices, self.format_value(value))}</select>")  # noqa: S308 (escaped)


def options(choices: Iterable, chosen: Collection[str]) -> SafeString:
    """The <option> of each choice, in <optgroup>s where choices are groups."""
    parts = []
    for value, label in choices:
        if isinstance(label, list | tuple):
            parts.append(f'<optgroup label="{escape(str(value))}">{options(label, chosen)}</optgroup>')
        else:
            selected = " selected" if str(value) in chosen else ""
            parts.append(f'<option value="{escape(str(value))}"{selected}>{escape(str(label))}</option>')
    return mark_safe("".join(parts))  # noqa: S308 (escaped above)


class NumberField(forms.Field):
    """A number typed in the user's language; cleans to a Decimal, or to None when it is empty.

    What cannot be read comes back as it was typed. Subclasses say how a number is shown and which are allowed.
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def to_python(self, value):
        if isinstance(value, Decimal) or value is None:
            return value
        text = str(value).strip()
        if len(text) > MAX_TYPED:
            raise ValidationError(_("This number is too long."), code="long")
        return parse_decimal_text(text) if text else None

    def validate(self, value):
        super().validate(value)
        if value is not None:
            self.check(value)

    def prepare_value(self, value):
        return self.show(value) if isinstance(value, Decimal) else value


class AmountField(NumberField):
    """An amount of 0 or more in whole minor units of `currency`, which a form may set later on the field."""

    def __init__(self, *, currency: str = "EUR", **kwargs):
        super().__init__(**kwargs)
        self.currency = currency

    def check(self, amount: Decimal) -> None:
        check_amount(amount, self.currency)

    def show(self, amount: Decimal) -> str:
        return format_amount(amount, self.currency)


class QuantityField(NumberField):
    """A quantity above 0, with at most three decimals."""

    def check(self, quantity: Decimal) -> None:
        if quantity <= 0:
            raise ValidationError(_("Enter a quantity above 0."), code="positive")
        if quantity > MAX_QUANTITY:
            raise ValidationError(
                _("Enter a quantity of at most %(most)s.") % {"most": self.show(MAX_QUANTITY)}, code="huge"
            )
        if quantity != round(quantity, 3):
            raise ValidationError(_("A quantity has at most 3 decimals."), code="precision")

    def show(self, quantity: Decimal) -> str:
        return format_quantity(quantity)


class PercentField(NumberField):
    """A percentage from 0 to 100, with at most three decimals."""

    def check(self, percentage: Decimal) -> None:
        if not 0 <= percentage <= 100:
            raise ValidationError(_("Enter a percentage between 0 and 100."), code="bounds")
        if percentage != round(percentage, 3):
            raise ValidationError(_("A percentage has at most 3 decimals."), code="precision")

    def show(self, percentage: Decimal) -> str:
        return format_quantity(percentage)


class DateField(forms.DateField):
    """A calendar date in the browser's own date field."""

    widget = DateInput

    def __init__(self, **kwargs):
        messages = {"invalid": gettext_lazy("Enter a date that exists, such as 2026-11-30.")}
        super().__init__(input_formats=["%Y-%m-%d"], error_messages=messages, **kwargs)


class TextField(forms.CharField):
    """Text of several lines. A line break is one character, as in the browser's own count.

    Text that is too long is told so: with a "maxlength" the browser would cut off what is pasted and say nothing.
    """

    widget = forms.Textarea

    def widget_attrs(self, widget):
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


def suggested(options: str, **attrs: str) -> forms.TextInput:
    """A text field with suggestions from the server: those of the <datalist> with the id `options`."""
    return forms.TextInput(
        {
            "list": options,
            "autocomplete": "off",
            "hx-get": reverse_lazy(f"opportunities:{options}"),
            "hx-trigger": "input changed delay:200ms, focus",
            "hx-target": f"#{options}",
            "hx-swap": "innerHTML",
            **attrs,
        }
    )


def add_class(widget: forms.Widget) -> None:
    """The class that Bootstrap draws a field by."""
    kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
    widget.attrs["class"] = f"{kind} {widget.attrs.get('class', '')}".strip()
