"""The forms that change what is recorded already: correct a closing, reopen an opportunity."""

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy

from opportunities import fields
from opportunities.closing import services
from opportunities.closing.fact_forms import FACTS, FactsForm
from opportunities.models import Opportunity, OpportunityClose
from opportunities.models.closing import DETAILS_LENGTH


class CorrectForm(FactsForm):
    """Correct closing: other facts for the same outcome; the quotes stay as they are."""

    def __init__(self, current: OpportunityClose, data=None):
        initial = model_to_dict(current, FACTS)
        super().__init__(current.opportunity, current.outcome, data, initial, corrected=current)
        self.current = current

    def save(self, by) -> OpportunityClose:
        """Corrects the closing; raises what `correct_closing` raises."""
        return services.correct_closing(self.current, by=by, **self.cleaned_facts)


class ReopenForm(forms.Form):
    """Reopen opportunity: which of the quotes that the closing closed come back, and why."""

    quotes = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose among the quotes that this closing closed.")},
    )
    reason = fields.TextField(
        label=gettext_lazy("Reason for reopening"),
        required=False,
        max_length=DETAILS_LENGTH,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, current: OpportunityClose, data=None):
        super().__init__(data, auto_id="id_%s")
        self.current = current
        self.records = list(services.restorable_quotes(current))
        self.fields["quotes"].choices = [(str(record.quote_id), str(record.quote)) for record in self.records]
        self.chosen = (
            data.getlist("quotes") if data is not None else [pk for pk, _name in self.fields["quotes"].choices]
        )

    @property
    def rows(self) -> list[tuple]:
        """Each quote's closing, and whether the quote is to come back."""
        return [(record, str(record.quote_id) in self.chosen) for record in self.records]

    def save(self, by) -> Opportunity:
        """Reopens the opportunity; raises what `reopen_opportunity` raises."""
        return services.reopen_opportunity(
            self.current,
            by=by,
            quotes=[int(pk) for pk in self.cleaned_data["quotes"]],
            reason=self.cleaned_data["reason"],
        )
