"""The forms of quotes. They read what was typed; what is allowed, the services say."""

from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opportunities import fields
from opportunities.models import Quote, QuoteLine, QuoteStatus
from opportunities.models.closing import DETAILS_LENGTH
from opportunities.quotes.services import CLOSED_BY_ITSELF

BLANK_LINES = 3  # on a new quote
MOST_LINES = 500  # that the page takes in one piece


class HeadForm(forms.Form):
    """What a quote says above its lines."""

    name = forms.CharField(label=_("Name"), max_length=200)
    valid_until = fields.DateField(label=_("Valid until"), required=False)


class LineForm(forms.Form):
    """One line; one that was left as it is shown first is no line."""

    description = forms.CharField(label=_("Description"), max_length=500)
    quantity = fields.QuantityField(label=_("Quantity"), initial=Decimal(1))
    unit_price = fields.AmountField(label=_("Unit price"))

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit_price"].currency = currency


class BaseLineFormSet(forms.BaseFormSet):
    default_error_messages = {
        "missing_management_form": _("The lines could not be read; enter them again."),
        "too_few_forms": _("The lines could not be read; enter them again."),  # a negative number of them
        "too_many_forms": _("A quote has at most %(num)d lines."),
    }


# Rows are only ever shown as `initial`, so that none is extra.
LineFormSet = forms.formset_factory(
    LineForm,
    BaseLineFormSet,
    extra=0,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES,
    validate_max=True,
    validate_min=True,
)


class QuoteEditor:
    """A quote being written: the form of its head and the forms of its lines, filled in and judged together."""

    focused_line: int | None = None

    def __init__(self, currency: str, data=None, *, head: dict | None = None, rows: list[dict] | None = None):
        self.currency = currency
        self.head = HeadForm(data, initial=head)
        self.lines = LineFormSet(
            data, initial=rows, prefix="lines", form_kwargs={"currency": currency, "empty_permitted": True}
        )

    @classmethod
    def blank(cls, currency: str) -> "QuoteEditor":
        return cls(currency, rows=[{}] * BLANK_LINES)

    @classmethod
    def of(cls, quote: Quote) -> "QuoteEditor":
        """The draft as it is."""
        head = {"name": quote.name, "valid_until": quote.valid_until}
        rows = quote.lines.values("description", "quantity", "unit_price")
        return cls(quote.opportunity.currency, head=head, rows=list(rows) or [{}])

    def with_rows_changed(self) -> "QuoteEditor":
        """What was typed, judged by nobody, without the row that "remove_line" names, or else with one more."""
        rows = [typed(line) for line in self.lines]
        removed = {str(place): place for place in range(len(rows))}.get(self.head.data.get("remove_line"))
        if removed is None:
            rows.append({})
        else:
            del rows[removed]
        rows = rows[:MOST_LINES] or [{}]
        editor = QuoteEditor(self.currency, head=typed(self.head), rows=rows)
        editor.focused_line = len(rows) - 1 if removed is None else min(removed, len(rows) - 1)
        return editor

    def is_valid(self) -> bool:
        return all([self.head.is_valid(), self.lines.is_valid()])

    def facts(self) -> dict:
        """The head and the lines as the services take them."""
        lines = [QuoteLine(**line.cleaned_data) for line in self.lines if line.cleaned_data]
        return self.head.cleaned_data | {"lines": lines}

    @property
    def problems(self) -> list[str]:
        """What is wrong with the quote as a whole; the rest stands at its field."""
        return [*self.head.non_field_errors(), *self.lines.non_form_errors()]


def typed(form: forms.Form) -> dict:
    """What was typed into each field of `form`, to be shown again as it is."""
    return {name: form[name].data for name in form.fields}


class CloseQuoteForm(forms.Form):
    """The Close quote dialog."""

    to_status = forms.ChoiceField(
        label=_("Becomes"),
        choices=[(status.value, status.label) for status in CLOSED_BY_ITSELF],
        widget=forms.RadioSelect,
    )
    closed_on = fields.DateField(label=_("Close date"), initial=timezone.localdate)
    reason = fields.TextField(
        label=_("Reason"), required=False, max_length=DETAILS_LENGTH, widget=forms.Textarea({"rows": 3})
    )

    @classmethod
    def first(cls, quote: Quote) -> "CloseQuoteForm":
        """The dialog as it opens: today, and what mostly becomes of such a quote."""
        return cls(initial={"to_status": QuoteStatus.CANCELED if quote.is_draft else QuoteStatus.LOST})
