"""The form of Close many: what is recorded of all, and what is chosen for one opportunity alone."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.closing.bulk import Choice, Result, Row, Shared, close_many, read_rows
from opportunities.closing.fact_forms import FACTS, OutcomeForm, ReasonForm
from opportunities.closing.plan import FATES
from opportunities.fields import MAX_TYPED
from opportunities.models import Competitor, State
from opportunities.money import parse_decimal_text


class CloseManyForm(OutcomeForm, ReasonForm):
    """The fields of all, and by opportunity `plan-<id>`, `winner-<id>`, `revenue-<id>`, `competitor-<id>`.

    `leave` holds the ids of those that are left open after all.
    """

    field_order = ["outcome", *FACTS, "close_quotes"]

    def __init__(self, keys: Sequence[int], by, data=None, initial=None):
        self.given = (initial if data is None else data).dict()
        self.left = (initial if data is None else data).getlist("leave")
        outcome = self.given.get("outcome")
        outcome = outcome if outcome in FATES else State.LOST.value
        super().__init__(outcome, None if data is None else self.given, dict(self.given))
        self.by = by
        self.keys = [key for key in keys if str(key) not in self.left]
        self.initial.setdefault("outcome", outcome)
        self.initial.setdefault("closed_on", timezone.localdate())
        if self.chosen_reason is None:
            self.initial["status_reason"] = self.default_reason
        for name in ["status_reason", "closed_on", "competitor"]:  # what blocks a row may depend on it
            self.fields[name].widget.attrs["data-preview"] = ""

    def clean(self):
        cleaned_data = super().clean()
        for name, error in self.shared.errors.items():
            if name not in self.errors:
                self.add_error(name, error)
        if not self.ready:
            self.add_error(None, _("Nothing here can be closed like this; what is in the way stands at each row."))
        return cleaned_data

    def save(self) -> Result:
        """Closes what nothing blocks; raises what `close_many` raises."""
        return close_many(self.keys, self.shared, self.choices, by=self.by)

    @cached_property
    def shared(self) -> Shared:
        """What the fields say of all, as far as it can be read."""
        read = {name: self.read(name) for name in ["status_reason", "closed_on", "competitor", "details"]}
        return Shared(self.outcome, **read | {"details": read["details"] or ""})

    def read(self, name: str):
        try:
            return self.fields[name].clean(self[name].value())
        except ValidationError:
            return None

    @cached_property
    def choices(self) -> dict[int, Choice]:
        return {key: self.choice(key) for key in self.keys}

    def choice(self, key: int) -> Choice:
        typed = self.given.get(f"revenue-{key}", "")
        revenue, problem = read_amount(typed)
        competitor = self.competitors.get(self.given.get(f"competitor-{key}", ""))
        shown, winner = self.given.get(f"plan-{key}"), self.given.get(f"winner-{key}", "")
        return Choice(shown, winner, revenue, competitor, typed, problem)

    @cached_property
    def competitors(self) -> dict[str, Competitor]:
        return {str(competitor.pk): competitor for competitor in Competitor.objects.current()}

    @property
    def needs_competitor(self) -> bool:
        """Whether each row has to name a competitor, since none is named for all."""
        reason = self.shared.status_reason
        return bool(reason and reason.needs_competitor and not self.shared.competitor)

    @property
    def carried_fields(self) -> list[forms.BoundField]:
        """What was chosen for all, for another try with others."""
        return [self[name] for name in ["outcome", *FACTS] if name in self.fields]

    @property
    def outcome_in_words(self) -> str:
        return str(State(self.outcome).label)

    @cached_property
    def rows(self) -> list[Row]:
        return read_rows(self.keys, self.shared, self.choices, by=self.by)

    @property
    def ready(self) -> list[Row]:
        return [row for row in self.rows if not row.blocks]

    @property
    def blocked_count(self) -> int:
        return len(self.rows) - len(self.ready)

    @property
    def quote_count(self) -> int:
        """How many quotes would be closed."""
        return sum(len(row.plan.quotes) for row in self.ready)

    @property
    def submit_label(self) -> str:
        count, quotes = len(self.ready), self.quote_count
        label = ngettext("Close %(count)s opportunity", "Close %(count)s opportunities", count) % {"count": count}
        if not quotes or not self.consents:
            return label
        return ngettext("%(label)s and %(quotes)s quote", "%(label)s and %(quotes)s quotes", quotes) % {
            "label": label,
            "quotes": quotes,
        }


def read_amount(text: str) -> tuple[Decimal | None, str]:
    """What was typed as an amount, and what is wrong with it."""
    text = text.strip()
    try:
        if len(text) > MAX_TYPED:
            raise ValidationError(_("This number is too long."))
        return (parse_decimal_text(text) if text else None), ""
    except ValidationError as error:
        return None, error.messages[0]
