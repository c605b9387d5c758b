"""What the list of quotes is narrowed down to, as its address says, and what all quotes that match come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.fields import LongSelect, suggested
from opportunities.models import OPEN_STATUSES, Account, Opportunity, Quote, QuoteStatus, State
from opportunities.models.prepared import Prepared
from opportunities.money import DECIMAL_PLACES
from opportunities.paging import Order, Page

OPEN, ALL, MINE = "open", "all", "mine"
EXPIRING, EXPIRED = "expiring", "expired"
COUNTED = 10_000  # quotes; of more, a page neither counts nor adds up all
PEOPLE = Prepared(
    get_user_model()
    .objects.order_by("first_name", "last_name", "username")
    .values_list("pk", "first_name", "last_name", "username")
)

# The indexes of the model serve exactly these orders.
BY_VALIDITY = Order("valid_until")
LATEST_FIRST = Order("pk", latest_first=True)


class Choices(django_filters.fields.ChoiceIterator):
    """Choices that are pairs from the start; django-filter would make all of them so at each look."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        if self.field.null_label is not None:
            yield self.field.null_value, self.field.null_label
        yield from self.choices


class ChoiceField(django_filters.fields.ChoiceField):
    iterator = Choices


class ChoiceFilter(django_filters.ChoiceFilter):
    """A filter by one of choices, which may be many."""

    field_class = ChoiceField

    def __init__(self, **kwargs):
        super().__init__(**{"widget": LongSelect} | kwargs)


class FilterSet(django_filters.FilterSet):
    """Its form has the fields of its filters themselves, where django-filter makes a class, and Django copies them."""

    @property
    def form(self):
        if not hasattr(self, "_form"):
            self._form = forms.Form(self.data)
            self._form.fields = {name: each.field for name, each in self.filters.items()}
        return self._form


class QuoteFilter(FilterSet):
    """Reads the filters of the address. In `chosen`, one that is missing or makes no sense has its default.

    An account that nobody knows is an error at its field, and no quote matches.
    """

    q = django_filters.CharFilter(
        label=gettext_lazy("Number or name"), max_length=200, method="search", widget=forms.SearchInput({"size": "15"})
    )
    state = ChoiceFilter(
        label=gettext_lazy("Status"),
        choices=[(OPEN, gettext_lazy("Draft and active")), *QuoteStatus.choices, (ALL, gettext_lazy("All"))],
        empty_label=None,
        method="apply_later",
    )
    owner = ChoiceFilter(label=gettext_lazy("Owner"), empty_label=None, method="apply_later")
    validity = ChoiceFilter(
        label=gettext_lazy("Validity"),
        choices=[(EXPIRING, gettext_lazy("Expires within 7 days")), (EXPIRED, gettext_lazy("Expired"))],
        empty_label=gettext_lazy("Any"),
        method="in_time",
    )
    account = django_filters.CharFilter(
        label=gettext_lazy("Account"),
        max_length=200,
        method="apply_later",
        widget=suggested("account_options", size="15"),
    )

    def __init__(self, address, user):
        # Who may change everybody's opportunities begins with all of them, others begin with their own.
        changes_all = user.has_perm("opportunities.change_any_opportunity")
        defaults = {"q": "", "state": OPEN, "owner": ALL if changes_all else MINE, "validity": "", "account": ""}
        typed = {name: address.get(name) or default for name, default in defaults.items()}
        super().__init__(typed, Quote.objects.defer("introduction", "closing_text"))
        self.user = user
        self.filters["owner"].extra["choices"] = [(MINE, _("Mine")), (ALL, _("Everybody's")), *people()]
        if senseless := [name for name in self.errors if name != "account"]:
            self.data = typed | {name: defaults[name] for name in senseless}
            del self._form  # what made no sense is shown as it is taken
            self.form.full_clean()
        self.chosen = {"account": ""} | self.form.cleaned_data
        self.account = self.find_account(self.chosen["account"])
        self.is_default = self.data == defaults

    def find_account(self, name: str) -> Account | None:
        """The account of that name; one that nobody knows is an error at its field."""
        account = Account.objects.called(name) if name else None
        if name and account is None:
            self.form.add_error("account", _("No account is called “%(name)s”.") % {"name": name})
        return account

    @property
    def order(self) -> Order:
        """Open quotes by the end of their validity, the soonest first; any others the latest first."""
        return BY_VALIDITY if set(self.statuses) <= set(OPEN_STATUSES) else LATEST_FIRST

    @property
    def statuses(self) -> list[str]:
        """Those that a match may have; only an open quote expires."""
        chosen = self.chosen["state"]
        statuses = {OPEN: OPEN_STATUSES, ALL: tuple(QuoteStatus)}.get(chosen, (chosen,))
        return [status for status in statuses if status in OPEN_STATUSES or not self.chosen["validity"]]

    def sources(self) -> list[QuerySet]:
        """The quotes that match, in querysets that each read a range of an index, and no quote twice."""
        if "account" in self.form.errors:
            return []
        if self.account or self.chosen["owner"] != ALL:
            return [self.qs.of(self.opportunities(), self.statuses).order_by()]
        if len(self.statuses) == len(QuoteStatus):
            return [self.qs.order_by("pk")]
        by = ["valid_until", "pk"] if self.order == BY_VALIDITY else ["pk"]
        return [self.qs.filter(status=status).order_by(*by) for status in self.statuses]

    def opportunities(self) -> QuerySet:
        """Those of the owner and the account; only the open ones where only open quotes are looked for."""
        found = Opportunity.objects.all()
        if self.account:
            found = found.filter(account=self.account)
        if self.chosen["owner"] != ALL:
            found = found.filter(owner=self.user.pk if self.chosen["owner"] == MINE else self.chosen["owner"])
        return found.filter(state=State.OPEN) if self.order == BY_VALIDITY else found

    def search(self, quotes, _name, text):
        return quotes.search(text)

    def in_time(self, quotes, _name, validity):
        return quotes.ran_out() if validity == EXPIRED else quotes.running_out()

    def apply_later(self, quotes, _name, _value):
        """`sources` does."""
        return quotes


def people() -> list[tuple[str, str]]:
    """Everybody, by name: who has left may still own quotes."""
    return [(str(pk), f"{first} {last}".strip() or username) for pk, first, last, username in PEOPLE()]


@dataclass(frozen=True)
class Totals:
    """How many quotes match, and their net totals by currency; of more than COUNTED, neither is known."""

    count: int
    sums: dict[str, Decimal]

    @property
    def is_too_many(self) -> bool:
        return self.count > COUNTED


def totals(sources: list[QuerySet], page: Page) -> Totals:
    """Adds up all quotes of `sources`: those of `page`, with their opportunities, where there is no other page."""
    if not (page.previous_cursor or page.next_cursor):
        return Totals(len(page.rows), sums((quote.opportunity.currency, quote.total) for quote in page.rows))
    count = 0
    for quotes in sources:
        count += quotes[: COUNTED + 1 - count].count()
    if count > COUNTED:
        return Totals(count, {})
    amounts = []
    for quotes in sources:
        by_currency = quotes.order_by("opportunity__currency").values_list("opportunity__currency")
        amounts += by_currency.annotate(net=Sum("total"))
    return Totals(count, sums(amounts))


def sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """The sum of each currency, in the order of their codes."""
    by_currency: dict[str, Decimal] = {}
    for currency, amount in sorted(amounts):
        by_currency[currency] = by_currency.get(currency, Decimal(0)) + round(amount, DECIMAL_PLACES)
    return by_currency
