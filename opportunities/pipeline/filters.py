"""What the list of opportunities is narrowed down to and sorted by, as its address says."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.fields import add_class, suggested
from opportunities.formats import format_date
from opportunities.models import STAGES, Account, Competitor, Opportunity, Quote, State, StatusReason
from opportunities.models.prepared import Prepared
from opportunities.models.search import FEW, Words
from opportunities.money import CURRENCIES, format_amount
from opportunities.paging import SIZE, Order
from opportunities.pipeline.deal_filters import NONE, AmountFilter, DayFilter, DealFilter
from opportunities.quotes.filters import ChoiceFilter, people

MINE, ALL = "mine", "all"
CLOSED = (State.WON, State.LOST)
HEAD = 1_500  # opportunities, the first of a list, which are read to see how common words are
NARROWED = 400  # of them that have common words, where other filters leave some out
MISSING = {"date": "estimated_close_date", "revenue": "estimated_revenue"}
FEWEST_DECIMALS = "JPY"  # a currency without any
REASONS = Prepared(StatusReason.objects.order_by("state", "position", "pk"))

# The indexes of the model serve exactly these orders, for one state and for one owner's state.
ORDERS = {
    "estimated_close_date": Order("estimated_close_date"),
    "-estimated_close_date": Order("estimated_close_date", latest_first=True, missing_last=True),
    "estimated_revenue": Order("estimated_revenue"),
    "-estimated_revenue": Order("estimated_revenue", latest_first=True, missing_last=True),
    "opened_on": Order("opened_on"),
    "-opened_on": Order("opened_on", latest_first=True),
    "last_activity_at": Order("last_activity_at"),
    "-last_activity_at": Order("last_activity_at", latest_first=True),
    "closed_on": Order("closed_on"),
    "-closed_on": Order("closed_on", latest_first=True),
}
SORTS = [
    ("estimated_close_date", gettext_lazy("Estimated close, earliest first")),
    ("-estimated_close_date", gettext_lazy("Estimated close, latest first")),
    ("-estimated_revenue", gettext_lazy("Estimated revenue, greatest first")),
    ("estimated_revenue", gettext_lazy("Estimated revenue, smallest first")),
    ("-opened_on", gettext_lazy("Opened, latest first")),
    ("opened_on", gettext_lazy("Opened, earliest first")),
    ("-last_activity_at", gettext_lazy("Last activity, latest first")),
    ("last_activity_at", gettext_lazy("Last activity, longest ago first")),
    ("-closed_on", gettext_lazy("Close date, latest first")),
    ("closed_on", gettext_lazy("Close date, earliest first")),
]
DEFAULT_SORTS = {State.OPEN: "estimated_close_date", ALL: "-opened_on"}  # closed ones: by close date, latest first
OF_CLOSED = ["competitor", "revisions", "closed_from", "closed_until"]  # filters that only closed ones match
OF_OPEN = ["overdue", "steps", "idle"]  # filters that only open ones match
RANGES = [f"{name}_{end}" for name in ["estimated", "closed", "amount", "size"] for end in ["from", "until"]]
TYPED = ["account", *RANGES]
DEALS = ["sector", "product", "revisions", "first"]
RARE = ["stage", "reason", "competitor", "currency", "quotes", "missing", *OF_OPEN, *DEALS, *RANGES]
IN_ROW = {"q", "stage", "currency", "quotes", "sector", "product", "amount_from", "amount_until"}  # which no index has


@dataclass(frozen=True)
class Active:
    """A filter that is in use: what it is called, what it is set to, and the query of the list without it."""

    name: str
    label: str
    value: str
    without: str


class OpportunityFilter(DealFilter):
    """Reads the filters and the order of the address. A choice that is missing or makes no sense has its default.

    What is typed and makes no sense is an error at its field, and no opportunity matches.
    """

    q = django_filters.CharFilter(
        label=gettext_lazy("Search"), max_length=200, method="apply_later", widget=forms.SearchInput({"size": "18"})
    )
    owner = ChoiceFilter(label=gettext_lazy("Owner"), empty_label=None, method="apply_later")
    account = django_filters.CharFilter(
        label=gettext_lazy("Account"),
        max_length=200,
        method="apply_later",
        widget=suggested("account_options", size="15"),
    )
    sort = ChoiceFilter(label=gettext_lazy("Order"), empty_label=None, method="apply_later")
    state = ChoiceFilter(
        label=gettext_lazy("Status"),
        choices=[*State.choices, (ALL, gettext_lazy("All"))],
        empty_label=None,
        method="apply_later",
        widget=forms.HiddenInput,
    )
    stage = ChoiceFilter(label=gettext_lazy("Stage"), empty_label=gettext_lazy("Any"), method="in_stage")
    reason = ChoiceFilter(
        label=gettext_lazy("Status reason"), field_name="status_reason", empty_label=gettext_lazy("Any")
    )
    competitor = ChoiceFilter(
        label=gettext_lazy("Competitor"),
        empty_label=gettext_lazy("Any"),
        null_label=gettext_lazy("None named"),
        null_value=NONE,
    )
    currency = ChoiceFilter(
        label=gettext_lazy("Currency"), choices=CURRENCIES, empty_label=gettext_lazy("Any"), method="in_currency"
    )
    quotes = ChoiceFilter(
        label=gettext_lazy("Quotes"),
        choices=[
            ("yes", gettext_lazy("With open quotes")),
            ("no", gettext_lazy("Without open quotes")),
            (State.WON.value, gettext_lazy("With a won quote")),
        ],
        empty_label=gettext_lazy("Any"),
        method="with_quotes",
    )
    overdue = ChoiceFilter(
        label=gettext_lazy("Overdue"),
        choices=[("yes", gettext_lazy("Overdue only"))],
        empty_label=gettext_lazy("Any"),
        method="is_overdue",
    )
    steps = ChoiceFilter(
        label=gettext_lazy("Next step"),
        choices=[("due", gettext_lazy("Due only"))],
        empty_label=gettext_lazy("Any"),
        method="has_due_step",
    )
    idle = ChoiceFilter(
        label=gettext_lazy("No activity"),
        choices=[("yes", gettext_lazy("Idle only"))],
        empty_label=gettext_lazy("Any"),
        method="is_idle",
    )
    missing = ChoiceFilter(
        label=gettext_lazy("Missing"),
        choices=[
            ("date", gettext_lazy("Without an estimated close date")),
            ("revenue", gettext_lazy("Without an estimated revenue")),
        ],
        empty_label=gettext_lazy("Any"),
        method="is_missing",
    )
    estimated_from = DayFilter(
        label=gettext_lazy("Estimated close from"), field_name="estimated_close_date", lookup_expr="gte"
    )
    estimated_until = DayFilter(
        label=gettext_lazy("Estimated close until"), field_name="estimated_close_date", lookup_expr="lte"
    )
    closed_from = DayFilter(label=gettext_lazy("Closed from"), field_name="closed_on", lookup_expr="gte")
    closed_until = DayFilter(label=gettext_lazy("Closed until"), field_name="closed_on", lookup_expr="lte")
    amount_from = AmountFilter(
        label=gettext_lazy("Estimated revenue from"), field_name="estimated_revenue", lookup_expr="gte"
    )
    amount_until = AmountFilter(
        label=gettext_lazy("Estimated revenue until"), field_name="estimated_revenue", lookup_expr="lte"
    )

    def __init__(self, address, user):
        # Who may change everybody's opportunities begins with all of them, others begin with their own.
        changes_all = user.has_perm("opportunities.change_any_opportunity")
        defaults = {"owner": ALL if changes_all else MINE, "state": State.OPEN.value}
        given = {name: address.get(name) or "" for name in self.base_filters}
        self.shows_rare = address.get("filters") == "all" or any(given[name] for name in RARE)
        if not self.shows_rare:  # most never ask for them, and they are most of the work
            self.base_filters = {name: each for name, each in self.base_filters.items() if name not in RARE}
        super().__init__(
            given | {name: given[name] or default for name, default in defaults.items()}, Opportunity.objects.all()
        )
        self.user = user
        stages = STAGES()
        self.people, self.stages = people(), [(str(stage.pk), str(stage)) for stage in stages]
        self.probabilities = {stage.pk: stage.probability for stage in stages}
        self.reasons = {str(reason.pk): reason for reason in REASONS()}
        self.filters["owner"].extra["choices"] = [(MINE, _("Mine")), (ALL, _("Everybody's")), *self.people]
        if self.shows_rare:
            self.offer_rare()
        state = self.data["state"] if self.data["state"] in [*State, ALL] else State.OPEN.value
        are_closed = state in CLOSED or (state == ALL and any(given[name] for name in OF_CLOSED))
        sorts = [(sort, label) for sort, label in SORTS if are_closed or "closed_on" not in sort]
        self.filters["sort"].extra["choices"] = sorts
        defaults["sort"] = "-closed_on" if are_closed else DEFAULT_SORTS[state]
        if given["idle"] == "yes":
            defaults["sort"] = "last_activity_at"
        self.data["sort"] = self.data["sort"] or defaults["sort"]
        if senseless := [name for name in self.errors if name not in TYPED]:
            self.data |= {name: defaults.get(name, "") for name in senseless}
            del self._form  # what made no sense is shown as it is taken
            self.form.full_clean()
        for field in self.form.fields.values():
            add_class(field.widget)
        self.chosen = dict.fromkeys(given, "") | self.form.cleaned_data
        self.account = self.find_account(self.chosen["account"])
        self.check_ranges()
        kept = {name: as_text(self.chosen[name]) for name in given if name not in self.form.errors}
        self.explicit = {name: value for name, value in kept.items() if value}
        self.kept = {name: value for name, value in self.explicit.items() if value != defaults.get(name)}
        self.is_default = not self.kept and not self.form.errors

    def offer_rare(self) -> None:
        """Fills in what the rarely used filters choose among."""
        self.filters["stage"].extra["choices"] = self.stages
        self.filters["reason"].extra["choices"] = by_state(self.reasons)
        competitors = Competitor.objects.only("name", "merged_into")
        merged = {str(row.pk): str(row.merged_into_id) for row in competitors if row.merged_into_id}
        self.data["competitor"] = merged.get(self.data["competitor"], self.data["competitor"])
        self.filters["competitor"].extra["choices"] = [
            (str(row.pk), row.name) for row in competitors if not row.merged_into_id
        ]
        self.offer_deals()

    # What the address says

    @property
    def query(self) -> str:
        """The query string that asks for the same again; what has its default is left out."""
        return urlencode(self.kept)

    @property
    def full_query(self) -> str:
        """The query string that asks for the same again, whatever the defaults are then."""
        return urlencode(self.explicit)

    @property
    def order(self) -> Order:
        return ORDERS[self.chosen["sort"]]

    def common_fields(self) -> list:
        return [self.form[name] for name in ["q", "owner", "account", "sort"]]

    def rare_fields(self) -> list:
        return [self.form[name] for name in RARE]

    def rare_count(self) -> int:
        """How many of the rarely used filters are in use, rightly or wrongly."""
        return sum(name in self.kept or name in self.form.errors for name in RARE)

    @cached_property
    def active(self) -> list[Active]:
        """The filters in use, in the order of the form; the state, which the tabs show, and the order aside."""
        names = [name for name in ["q", "owner", "account", *RARE] if name in self.kept]
        return [
            Active(
                name,
                str(self.form.fields[name].label),
                self.in_words(name),
                urlencode({other: value for other, value in self.kept.items() if other != name}),
            )
            for name in names
        ]

    def in_words(self, name: str) -> str:
        """What the filter `name` is set to, in the user's language."""
        value = self.chosen[name]
        if isinstance(value, Decimal):
            return format_amount(value, FEWEST_DECIMALS if value == round(value) else "EUR")
        if isinstance(value, str):
            return str(dict(flat(getattr(self.form.fields[name], "choices", []))).get(value, value))
        return format_date(value)

    # What matches

    @property
    def states(self) -> list[str]:
        """Those that a match may have: a competitor, say, is of closed ones only, and open quotes of open ones."""
        chosen, found = self.chosen, [State.OPEN, State.WON, State.LOST]
        allowed = [found if chosen["state"] == ALL else [chosen["state"]]]
        if any(chosen[name] for name in OF_CLOSED):
            allowed.append(CLOSED)
        if chosen["quotes"] == "yes" or any(chosen[name] for name in OF_OPEN):
            allowed.append([State.OPEN])
        if chosen["quotes"] == State.WON:
            allowed.append([State.WON])
        if chosen["reason"]:
            allowed.append([self.reasons[chosen["reason"]].state])
        return [state for state in found if all(state in states for states in allowed)]

    def sources(self) -> list[QuerySet]:
        """The opportunities that match, in querysets that each read a range of an index, and none twice."""
        if self.form.errors:
            return []
        words, keys = Words(self.qs, self.chosen["q"]), {}
        if self.account:
            keys["account"] = self.account
        if is_owners := self.chosen["owner"] != ALL:
            keys["owner"] = self.user.pk if self.chosen["owner"] == MINE else self.chosen["owner"]
        base, found = Opportunity.objects.filter(**keys), self.qs.filter(**keys)
        is_picked = words.are_few or self.account or (is_owners and self.order.field == "estimated_revenue")
        if is_picked:
            return [words.among(found, words.are_few).in_states(self.states)] if self.states else []
        common = {state: not words.words or self.are_common(words, base.filter(state=state)) for state in self.states}
        rest = [state for state in self.states if not common[state]]
        if len(rest) > 1 or (rest and not words.groups):  # looked for once, and by what else there is than the state
            walked = [words.among(self.in_state(found, state), False) for state in self.states if common[state]]
            return [*walked, words.among(found, by_index=True).in_states(rest)]
        sources = [words.among(self.in_state(found, state), not common[state]) for state in self.states]
        chosen = {name for name in ["q", *RARE] if self.chosen[name]}
        if not chosen or not chosen <= IN_ROW or self.order.field == "estimated_revenue":
            return sources
        # What is read of each row is counted as they were opened: so they mostly lie one after the other.
        return [source.order_by("-opened_on", "-pk") for source in sources]

    def are_common(self, words: Words, rows: QuerySet) -> bool:
        """Whether a page of the first of `rows` has the words; far more where other filters leave out some of those."""
        most = NARROWED if any(self.chosen[name] for name in RARE) else SIZE + 1
        return words.are_common(rows.order_by(*self.order.columns(rising=not self.order.latest_first))[:HEAD], most)

    def in_state(self, found: QuerySet, state: str) -> QuerySet:
        """Those of `found` in `state`; where few have the currency or the reason, it reads those and sorts them."""
        candidates = []
        if self.chosen["owner"] == ALL and self.chosen["currency"]:
            candidates.append(Opportunity.objects.filter(currency=self.chosen["currency"], state=state))
        if self.chosen["owner"] == ALL and self.chosen["reason"]:
            candidates.append(Opportunity.objects.filter(status_reason=self.chosen["reason"]))
        few = next((rows for rows in candidates if rows[:FEW].count() < FEW), None)
        return found.filter(state=state) if few is None else found.filter(pk__in=few.values("pk"))

    def in_stage(self, opportunities, _name, stage):
        found = opportunities.reading(stage=int(stage))
        return found.reading_open() if self.states == [State.OPEN] else found

    def in_currency(self, opportunities, _name, currency):
        return opportunities.in_currency(currency)

    def with_quotes(self, opportunities, _name, answer):
        if answer == State.WON:
            return opportunities.exclude(won_quoted=None)
        # Not Exists, which PostgreSQL would join to all open quotes there are.
        open_quotes = Quote.objects.open().filter(opportunity=OuterRef("pk")).order_by().values("pk")[:1]
        return opportunities.alias(open_quote=Subquery(open_quotes)).filter(open_quote__isnull=answer == "no")

    def is_overdue(self, opportunities, _name, _answer):
        return opportunities.overdue()

    def has_due_step(self, opportunities, _name, _answer):
        return opportunities.with_due_step()

    def is_idle(self, opportunities, _name, _answer):
        return opportunities.idle()

    def is_missing(self, opportunities, _name, what):
        return opportunities.filter(**{MISSING[what]: None})

    def apply_later(self, opportunities, _name, _value):
        """`sources` does."""
        return opportunities

    # What is wrong

    def find_account(self, name: str) -> Account | None:
        """The account of that name; one that nobody knows is an error at its field."""
        account = Account.objects.called(name) if name else None
        if name and account is None:
            self.form.add_error("account", _("No account is called “%(name)s”.") % {"name": name})
        return account

    def check_ranges(self) -> None:
        for name in ["estimated", "closed", "amount", "size"]:
            first, last = self.chosen[f"{name}_from"], self.chosen[f"{name}_until"]
            if first not in ("", None) and last not in ("", None) and first > last:
                self.form.add_error(f"{name}_until", _("This is before the beginning."))


def by_state(reasons: dict[str, StatusReason]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The reasons as the choices of a field, under their states."""
    choices: dict[str, list] = {State(state).label: [] for state in State}
    for key, reason in reasons.items():
        choices[reason.get_state_display()].append((key, str(reason)))
    return list(choices.items())


def flat(choices) -> list[tuple]:
    """Choices without the groups that they stand in."""
    return [pair for value, label in choices for pair in (label if isinstance(label, list) else [(value, label)])]


def as_text(value) -> str:
    """The value of a filter as an address has it, whatever the language."""
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
