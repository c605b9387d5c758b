"""The forms of the closing dialogs. They read what was typed; what is allowed, the services say."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.closing import facts, services
from opportunities.closing.fact_forms import FACTS, FactsForm, OutcomeForm
from opportunities.closing.plan import (
    FATES,
    current_revisions,
    fate_errors,
    given_fates,
    parse_plan_text,
    plan_close,
    possible_fates,
    settled_fates,
)
from opportunities.closing.refusals import PlanOutOfDate
from opportunities.models import Opportunity, OpportunityClose, Quote, QuoteStatus, State
from opportunities.money import format_amount, format_money, parse_decimal_text


@dataclass(frozen=True)
class QuoteRow:
    """An open quote in the dialog: what it is to become, what is wrong with that, what changed since it was shown.

    `current` is the highest revision of its number, None where it has only this one.
    """

    quote: Quote
    current: int | None
    fate: str
    choices: list[tuple[str, str]]
    error: str
    change: str

    @property
    def name(self) -> str:
        return f"quote-{self.quote.pk}"

    @property
    def is_current(self) -> bool:
        return self.current == self.quote.revision


class CloseForm(OutcomeForm, FactsForm):
    """The Close opportunity dialog: outcome, facts, and the open quotes with the offer to close them.

    Three fields carry what the dialog showed, to tell it from what was chosen since: `shown_outcome`,
    `shown_winner` and `suggested_revenue`.
    """

    field_order = ["outcome", *FACTS, "close_quotes"]

    def __init__(self, opportunity: Opportunity, data=None, initial=None):
        self.given = initial if data is None else data
        outcome = self.given.get("outcome")
        super().__init__(opportunity, outcome if outcome in FATES else State.WON.value, data, initial)
        self.fields["status_reason"].widget.attrs["data-preview"] = ""
        plan = plan_close(opportunity, self.outcome)
        self.plan = plan.with_fates(given_fates(plan, self.outcome, self.given))
        # The plan that was shown before: None in a dialog that just opens.
        self.shown_text = self.given.get("plan", "" if self.is_bound else None)
        self.shown = parse_plan_text(self.shown_text or "")
        if self.is_bound:  # the winner may have been chosen without a preview
            self.data = data | {"actual_revenue": self.followed_revenue}

    @classmethod
    def first(cls, opportunity: Opportunity, outcome: str, winner: str = "") -> "CloseForm":
        """The dialog as it opens: today, the default reason, the default fates and the revenue that they suggest.

        `winner` is the id of the quote to win; one that cannot be won is ignored.
        """
        today = max(timezone.localdate(), opportunity.opened_on)
        initial = {"outcome": outcome if outcome in FATES else State.WON.value, "closed_on": today}
        form = cls(opportunity, initial=initial)
        if form.outcome == State.WON:
            form.plan = form.plan.with_winner(winner)
        form.initial |= {"status_reason": form.default_reason, "actual_revenue": form.suggestion}
        return form

    @classmethod
    def preview(cls, opportunity: Opportunity, data: dict) -> "CloseForm":
        """The dialog after a choice in it: what follows from it is set, what was typed is kept, nothing is judged."""
        form = cls(opportunity, initial=data)
        form.initial |= form.follow_choices()
        return form

    def show_again(self) -> None:
        """Prepares the refused form for its next try: what follows from its choices is set, as a preview does."""
        self.data |= self.follow_choices()

    def follow_choices(self) -> dict:
        """Settles the fates of the quotes; returns the fields that follow from the outcome and the winner."""
        fates, is_switched = self.plan.fates, self.given.get("shown_outcome", self.outcome) != self.outcome
        if is_switched and self.outcome == State.WON:  # what was lost with the opportunity is chosen anew
            active = {quote.pk for quote in self.plan.quotes if quote.is_active}
            fates = {pk: "" if pk in active and fate == QuoteStatus.LOST else fate for pk, fate in fates.items()}
        yielding = next((pk for pk in fates if str(pk) == self.given.get("shown_winner")), None)
        self.plan = self.plan.with_fates(settled_fates(self.plan.with_fates(fates), self.outcome, yielding))
        follows = {"actual_revenue": self.followed_revenue}
        if is_switched and self.chosen_reason is None:
            follows["status_reason"] = self.default_reason
        return follows

    def clean(self):
        cleaned_data = super().clean()
        if "outcome" not in cleaned_data:
            return cleaned_data
        if self.is_stale:
            self.add_error(None, str(PlanOutOfDate(self.plan)))
        names = {f"quote-{quote.pk}" for quote in self.plan.quotes}
        if not self.is_stale and any(name.startswith("quote-") and name not in names for name in self.data):
            self.add_error(None, _("This form names a quote that is not open on this opportunity."))
        if self.fate_errors:
            self.add_error(None, _("Check what becomes of the quotes below."))
        return cleaned_data

    def save(self, by) -> OpportunityClose:
        """Closes the opportunity; raises what `close_opportunity` raises."""
        plan = self.plan if self.plan.quotes else None
        return services.close_opportunity(
            self.opportunity, outcome=self.outcome, by=by, plan=plan, **self.cleaned_facts
        )

    @cached_property
    def is_stale(self) -> bool:
        """Whether the open quotes are not those that were shown before."""
        return self.shown_text is not None and self.shown_text != self.plan.text

    @cached_property
    def fate_errors(self) -> dict[int, str]:
        return fate_errors(self.plan, self.outcome) if self.is_bound else {}

    @property
    def quote_count(self) -> int:
        return len(self.plan.quotes)

    @property
    def submit_label(self) -> str:
        count = self.quote_count
        if not count or not self.consents:
            return _("Close opportunity")
        labels = ngettext("Close opportunity and %(count)s quote", "Close opportunity and %(count)s quotes", count)
        return labels % {"count": count}

    @property
    def suggested_revenue(self) -> Decimal | None:
        """What the winner is worth; without one, the estimate."""
        return self.plan.winner.total if self.plan.winner else self.opportunity.estimated_revenue

    @property
    def suggestion(self) -> str:
        """The suggested revenue as the field shows it."""
        return format_amount(self.suggested_revenue, self.opportunity.currency)

    @property
    def followed_revenue(self) -> str:
        """What was typed by hand; what was only suggested follows the winner."""
        typed, suggested = self.given.get("actual_revenue", ""), self.given.get("suggested_revenue")
        return self.suggestion if typed == suggested and self.outcome == State.WON else typed

    @property
    def revenue_hint(self) -> str:
        """Where the suggestion is from, and how far from the estimate it is."""
        if self.suggested_revenue is None:
            return ""
        if not self.plan.winner:
            return _("From the estimate")
        source = _("From %(quote)s") % {"quote": self.plan.winner}
        distance = facts.distance_from_estimate(self.suggested_revenue, self.opportunity.estimated_revenue)
        return f"{source} · {distance}" if distance else source

    @property
    def warnings(self) -> list[str]:
        """What looks odd in what is shown, as far as it can be read; none of it blocks."""
        if self.is_stale and not self.is_bound:
            return [_("The quotes changed since they were shown; check them again.")]
        if "" in self.plan.fates.values():
            return []
        closing = facts.Closing(self.opportunity, self.outcome, None, self.shown_date, self.shown_revenue)
        return facts.closing_warnings(closing, self.plan.winner)

    @property
    def shown_date(self):
        try:
            return self.fields["closed_on"].clean(self["closed_on"].value())
        except ValidationError:
            return None

    @property
    def shown_revenue(self) -> Decimal | None:
        value = self["actual_revenue"].value()
        try:
            return parse_decimal_text(value) if value else None
        except ValidationError:
            return None

    @cached_property
    def rows(self) -> list[QuoteRow]:
        """The open quotes as the dialog shows them."""
        fates, current = self.plan.fates, current_revisions(self.opportunity)
        return [
            QuoteRow(
                quote,
                current.get(quote.number),
                fates[quote.pk],
                [
                    *([] if fates[quote.pk] else [("", _("Choose…"))]),
                    *((fate.value, fate.label) for fate in possible_fates(quote, self.outcome)),
                ],
                self.fate_errors.get(quote.pk, ""),
                self.change_of(quote),
            )
            for quote in self.plan.quotes
        ]

    def change_of(self, quote: Quote) -> str:
        """What changed of `quote` since the form was made for it, in words."""
        if not self.is_stale or self.shown is None:
            return ""
        if quote.pk not in self.shown:
            return _("New")
        status, total = self.shown[quote.pk]
        if status != quote.status:
            return _("Was %(before)s") % {"before": QuoteStatus(status).label}
        if total != quote.total:
            return _("Was %(before)s") % {"before": format_money(total, self.opportunity.currency)}
        return ""

    @cached_property
    def gone(self) -> list[str]:
        """What became of the quotes that were shown and are not open on this opportunity any more, in words."""
        missing = set(self.shown or {}) - {quote.pk for quote in self.plan.quotes}
        if not missing:
            return []
        closed = list(self.opportunity.quotes.filter(pk__in=missing).order_by("pk"))
        sentences = [
            _("%(quote)s is not open any more: %(status)s.") % {"quote": quote, "status": quote.get_status_display()}
            for quote in closed
        ]
        deleted = len(missing) - len(closed)
        if deleted:
            sentence = ngettext("%(count)s quote was deleted.", "%(count)s quotes were deleted.", deleted)
            sentences.append(sentence % {"count": deleted})
        return sentences
