"""What the forms of the closing dialogs have in common: the facts of a closing, the outcome and the offer."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from opportunities import fields
from opportunities.closing import facts
from opportunities.closing.refusals import open_quotes_sentence
from opportunities.models import Competitor, Opportunity, OpportunityClose, State, StatusReason
from opportunities.models.prepared import Prepared

FACTS = ["status_reason", "actual_revenue", "closed_on", "competitor", "details"]
REASONS = Prepared(StatusReason.objects.exclude(state=State.OPEN))
OUTCOMES = [(State.WON.value, State.WON.label), (State.LOST.value, State.LOST.label)]


class ReasonField(forms.Field):
    """One of `reasons`, which are more than it offers: another rule says what is wrong with those that it does not."""

    widget = forms.Select
    default_error_messages = {"invalid_choice": gettext_lazy("There is no such reason (any more); choose another.")}
    reasons: list[StatusReason]

    def to_python(self, value):
        if value in self.empty_values:
            return None
        for reason in self.reasons:
            if str(reason.pk) == str(value):
                return reason
        raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")


class ReasonForm(forms.Form):
    """The facts of a closing that have nothing to do with its opportunity.

    No field is required here: the rules (facts.py) say which are.
    """

    status_reason = ReasonField(label=gettext_lazy("Status reason"), required=False)
    closed_on = fields.DateField(label=gettext_lazy("Close date"), required=False)
    competitor = forms.ModelChoiceField(
        Competitor.objects.current(),
        label=gettext_lazy("Competitor"),
        required=False,
        empty_label="—",
        error_messages={"invalid_choice": gettext_lazy("There is no such competitor (any more); choose another.")},
    )
    details = fields.TextField(label=gettext_lazy("Details"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, outcome: str, data=None, initial=None, corrected=None):
        super().__init__(data, initial=initial, auto_id="id_%s")
        self.outcome = outcome
        self.corrected: OpportunityClose | None = corrected
        self.fields["status_reason"].reasons = REASONS()
        self.fields["status_reason"].widget.choices = [("", _("Choose…")), *((r.pk, str(r)) for r in self.reasons)]

    @cached_property
    def reasons(self) -> list[StatusReason]:
        """The reasons to choose from: the active ones of the outcome, and the one that a closing has already."""
        kept = self.corrected and self.corrected.status_reason_id
        reasons = [reason for reason in self.fields["status_reason"].reasons if reason.state == self.outcome]
        return [reason for reason in reasons if reason.is_active or reason.pk == kept]

    @property
    def chosen_reason(self) -> StatusReason | None:
        chosen = (self.data if self.is_bound else self.initial).get("status_reason")
        return next((reason for reason in self.reasons if str(reason.pk) == str(chosen)), None)

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        """The fields of the facts in their order; those that may stay empty say so."""
        reason = self.chosen_reason
        needed = {"competitor": reason and reason.needs_competitor, "details": reason and reason.needs_details}
        for name, is_needed in needed.items():
            if not is_needed:
                label = self.fields[name].label
                self[name].label = format_html('{} <span class="optional">({})</span>', label, _("optional"))
        return [self[name] for name in FACTS if name in self.fields]

    @property
    def default_reason(self) -> int | None:
        return next((reason.pk for reason in self.reasons if reason.is_default), None)


class FactsForm(ReasonForm):
    """What is recorded of a closing besides its outcome and quotes."""

    actual_revenue = fields.AmountField(label=gettext_lazy("Actual revenue"), required=False)

    revenue_hint = ""

    def __init__(self, opportunity: Opportunity, outcome: str, data=None, initial=None, corrected=None):
        super().__init__(outcome, data, initial, corrected)
        self.opportunity = opportunity
        self.fields["actual_revenue"].currency = opportunity.currency
        self.fields["actual_revenue"].label = _("Actual revenue (%(currency)s)") % {"currency": opportunity.currency}
        if outcome == State.LOST:  # what was typed before the outcome was changed is carried along unread
            self.fields["actual_revenue"] = forms.Field(required=False, widget=forms.HiddenInput)

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        self["actual_revenue"].help_text = escape(self.revenue_hint)
        return super().fact_fields

    def closing(self) -> facts.Closing:
        """What the fields say, as far as they could be read."""
        cleaned = self.cleaned_data
        return facts.Closing(
            self.opportunity,
            self.outcome,
            cleaned.get("status_reason"),
            cleaned.get("closed_on"),
            cleaned.get("actual_revenue") if self.outcome == State.WON else None,
            cleaned.get("competitor"),
            cleaned.get("details", ""),
        )

    def clean(self):
        cleaned_data = super().clean()
        for name, error in facts.closing_errors(self.closing(), self.corrected).items():
            if name not in self.errors:
                self.add_error(name, error)
        return cleaned_data

    @property
    def cleaned_facts(self) -> dict:
        """The facts as the services take them."""
        closing = self.closing()
        return {name: getattr(closing, name) for name in FACTS}


class OutcomeForm(forms.Form):
    """The outcome, and the offer to close the open quotes with it: `quote_count` of them."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=OUTCOMES,
        widget=forms.RadioSelect({"data-preview": ""}),
        error_messages={
            "required": gettext_lazy("Choose won or lost."),
            "invalid_choice": gettext_lazy("Choose won or lost."),
        },
    )
    close_quotes = forms.BooleanField(required=False)

    quote_count: int

    @property
    def shown_outcome(self) -> str:
        """The outcome that the dialog is shown for (a template's `form.outcome` is the field)."""
        return self.outcome

    @property
    def is_refused(self) -> bool:
        """Whether it came back because quotes are open: the offer to close them is ticked then."""
        return self.is_bound and "close_quotes" in self.errors

    @property
    def consents(self) -> bool:
        return self.is_refused or bool(self["close_quotes"].value())

    @property
    def open_quotes(self) -> str:
        return open_quotes_sentence(self.quote_count)

    @property
    def consent_label(self) -> str:
        count = self.quote_count
        return ngettext("Close the %(count)s linked quote", "Close all %(count)s linked quotes", count) % {
            "count": count
        }

    def clean(self):
        cleaned_data = super().clean()
        if self.quote_count and "outcome" in cleaned_data and not cleaned_data["close_quotes"]:
            self.add_error("close_quotes", self.open_quotes)
        return cleaned_data
