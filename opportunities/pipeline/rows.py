"""The rows of the list. They are written here and not in a template, which takes three times as long for fifty."""

from collections.abc import Callable, Sequence
from datetime import date

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from opportunities.formats import format_date, format_instant
from opportunities.models import Opportunity, State
from opportunities.money import format_money
from opportunities.pipeline.columns import Column
from opportunities.pipeline.filters import OpportunityFilter

NEXT_STEP = 40  # characters of it


class RowWriter:
    """Writes the cells of opportunities, in the user's language: the checkbox to select it, its name, and `columns`."""

    def __init__(self, columns: Sequence[Column], filters: OpportunityFilter, today: date, is_selectable: bool):
        self.columns, self.today, self.is_selectable = columns, today, is_selectable
        self.owners, self.stages = dict(filters.people), dict(filters.stages)  # their names, by key as text
        self.reasons = {key: str(reason) for key, reason in filters.reasons.items()}
        self.address_of, self.address_of_account = addresses("opportunity"), addresses("account")
        # What is the same in every row.
        self.select, self.overdue = _("Select “%(topic)s”"), _("Overdue")
        self.labels = {column.name: escape(str(column.label)) for column in columns}
        self.labels["actual_revenue"] = escape(_("Actual revenue"))
        self.labels["estimated_revenue"] = escape(_("Estimated revenue"))

    def row(self, opportunity: Opportunity) -> SafeString:
        cells = [getattr(self, column.name)(opportunity) for column in self.columns]
        checkbox = self.checkbox(opportunity) if self.is_selectable else ""
        return mark_safe(f"{checkbox}{self.name(opportunity)}{''.join(cells)}")  # noqa: S308 (each escaped what it shows)

    def checkbox(self, opportunity: Opportunity) -> str:
        label = escape(self.select % {"topic": opportunity.topic})
        return (
            '<td class="bulk-cell"><label><input class="form-check-input" type="checkbox" form="bulk" name="selected" '
            f'value="{opportunity.pk}" autocomplete="off" aria-label="{label}"></label></td>'
        )

    def name(self, opportunity: Opportunity) -> str:
        account = "—"
        if opportunity.account_id:
            address = self.address_of_account(opportunity.account_id)
            account = f'<a class="fw-normal" href="{address}">{escape(opportunity.account_name)}</a>'
        link = f'<a class="strong" href="{self.address_of(opportunity.pk)}">{escape(opportunity.topic)}</a>'
        return f'<th class="fw-normal" scope="row">{link}<div class="muted small">{account}</div></th>'

    # A method for each column, by its name.

    def owner(self, opportunity: Opportunity) -> str:
        return self.cell("owner", escape(self.owners[str(opportunity.owner_id)]))

    def stage(self, opportunity: Opportunity) -> str:
        return self.cell("stage", escape(self.stages[str(opportunity.stage_id)]))

    def status_reason(self, opportunity: Opportunity) -> str:
        return f"<td>{escape(self.reasons[str(opportunity.status_reason_id)])}</td>"

    def status(self, opportunity: Opportunity) -> str:
        """The state, and the stage or reason where that says more."""
        label = str(State(opportunity.state).label)
        stage, reason = self.stages[str(opportunity.stage_id)], self.reasons[str(opportunity.status_reason_id)]
        more = stage if opportunity.is_open else reason
        more = "" if more == label else f" {escape(more)}"
        return f'<td><span class="status status-{opportunity.state}">{escape(label)}</span>{more}</td>'

    def revenue(self, opportunity: Opportunity) -> str:
        return (self.actual_revenue if opportunity.state == State.WON else self.estimated_revenue)(opportunity)

    def actual_revenue(self, opportunity: Opportunity) -> str:
        return self.cell("actual_revenue", format_money(opportunity.actual_revenue, opportunity.currency), "num")

    def estimated_revenue(self, opportunity: Opportunity) -> str:
        return self.cell("estimated_revenue", format_money(opportunity.estimated_revenue, opportunity.currency), "num")

    def estimated_close_date(self, opportunity: Opportunity) -> str:
        day, overdue = opportunity.estimated_close_date, ""
        if opportunity.is_open and day and day < self.today:
            overdue = f' <span class="status status-expired">{self.overdue}</span>'
        return self.cell("estimated_close_date", f'<span class="text-nowrap">{format_date(day)}</span>{overdue}')

    def opened_on(self, opportunity: Opportunity) -> str:
        return self.cell("opened_on", format_date(opportunity.opened_on), "text-nowrap")

    def closed_on(self, opportunity: Opportunity) -> str:
        return self.cell("closed_on", format_date(opportunity.closed_on), "text-nowrap")

    def last_activity_at(self, opportunity: Opportunity) -> str:
        return self.cell("last_activity_at", format_instant(opportunity.last_activity_at), "text-nowrap")

    def next_step(self, opportunity: Opportunity) -> str:
        day, step = opportunity.next_step_on, opportunity.next_step
        if not (day or step):
            return '<td class="next-step"></td>'
        when = f'<span class="text-nowrap">{format_date(day)}</span> ' if day else ""
        what = escape(Truncator(step).chars(NEXT_STEP)) if len(step) > NEXT_STEP else escape(step)
        return self.cell("next_step", f'{when}<span class="muted small">{what}</span>', "next-step")

    def open_quotes(self, opportunity: Opportunity) -> str:
        return self.cell("open_quotes", str(opportunity.open_quotes), "num")

    def cell(self, column: str, content: str, css_class: str = "") -> str:
        """`content` is HTML; where a table becomes cards, the label stands before it."""
        css_class = f' class="{css_class}"' if css_class else ""
        return f'<td{css_class} data-label="{self.labels[column]}">{content}</td>'


def addresses(name: str) -> Callable[[int], str]:
    """Gives the address of the page `name` of each key: `reverse` once, and not for every row."""
    before, _zero, after = reverse(f"opportunities:{name}", args=[0]).rpartition("0")
    return lambda key: f"{before}{key}{after}"
