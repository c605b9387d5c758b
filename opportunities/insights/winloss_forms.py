"""What win/loss is narrowed down to, as its address says, and the addresses of the lists that its numbers lead to."""

from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.fields import AmountField, DateField, LongSelect, add_class
from opportunities.insights.owners import chosen_owner, owner_choices
from opportunities.insights.periods import FIRST_DAY, NAMED, THIS_QUARTER, Period, between, named
from opportunities.models import Account, Competitor, Opportunity, Product, Stage, State, StatusReason
from opportunities.money import CURRENCIES
from opportunities.pipeline.deal_filters import MOST_DECIMALS, NONE
from opportunities.pipeline.filters import as_text
from opportunities.pipeline.totals import adding_up
from opportunities.quotes.filters import ALL, MINE

COMMON = ["closed_from", "closed_until", "owner"]
TYPED = ["closed_from", "closed_until", "size_from", "size_until"]
ANY = ("", gettext_lazy("Any"))


def choice(label, choices=()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=LongSelect)


class WinLossFilter(forms.Form):
    """Which closed deals: of which period and owner, and what about them.

    Days that are given go before a named period, which is this quarter unless another is named. A choice that makes no
    sense has its default; what is typed and makes no sense is an error at its field.
    Raises PermissionDenied for others' deals that the user may not see.
    """

    closed_from = DateField(label=gettext_lazy("Closed from"), required=False)
    closed_until = DateField(label=gettext_lazy("Closed until"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), widget=LongSelect)
    sector = choice(gettext_lazy("Sector"))
    currency = choice(gettext_lazy("Currency"), [("", gettext_lazy("The most frequent")), *CURRENCIES])
    stage = choice(gettext_lazy("Stage when closed"))
    reason = choice(gettext_lazy("Status reason"))
    competitor = choice(gettext_lazy("Competitor"))
    size_from = AmountField(label=gettext_lazy("Revenue from"), currency=MOST_DECIMALS, required=False)
    size_until = AmountField(label=gettext_lazy("Revenue until"), currency=MOST_DECIMALS, required=False)

    def __init__(self, address, user):
        given = {name: address.get(name) or "" for name in self.base_fields}
        super().__init__(given | {"owner": chosen_owner(given["owner"], user)})
        self.user, self.today = user, timezone.localdate()
        self.stages = list(Stage.objects.all())
        self.reasons = list(StatusReason.objects.exclude(state=State.OPEN).order_by("-state", "position", "pk"))
        self.products = dict(Product.objects.values_list("pk", "name"))
        rivals = list(Competitor.objects.only("name", "merged_into"))
        merged = {str(row.pk): str(row.merged_into_id) for row in rivals if row.merged_into_id}
        self.data["competitor"] = merged.get(self.data["competitor"], self.data["competitor"])
        self.competitors = {row.pk: row.name for row in rivals if not row.merged_into_id}
        self.owners = dict(owner_choices(user))
        self.fields["owner"].choices = list(self.owners.items())
        self.fields["stage"].choices = [ANY, *((str(stage.pk), str(stage)) for stage in self.stages)]
        self.fields["reason"].choices = [ANY, *((str(reason.pk), str(reason)) for reason in self.reasons)]
        self.fields["competitor"].choices = [ANY, (NONE, _("None named")), *as_choices(self.competitors)]
        sectors = [(sector, sector) for sector in Account.objects.sectors()]
        self.fields["sector"].choices = [ANY, *sectors, (NONE, _("Without a sector"))]
        if senseless := [name for name in self.errors if name not in TYPED]:
            self.data |= dict.fromkeys(senseless, "")  # the default of each but the owner, which makes sense
            self.full_clean()
        for field in self.fields.values():
            add_class(field.widget)
        asked = address.get("period", "")
        self.has_days = bool(given["closed_from"] or given["closed_until"])
        self.named_period = "" if self.has_days else asked if asked in NAMED else THIS_QUARTER

    def clean(self):
        chosen = super().clean()
        first, last = chosen.get("closed_from"), chosen.get("closed_until")
        if last and not first and "closed_from" not in self.errors:
            self.add_error("closed_from", _("Enter the first day, too."))
        elif first and first < FIRST_DAY:
            self.add_error("closed_from", _("Enter a day after the year 1899."))
        elif first and first > (last or timezone.localdate()):
            self.add_error("closed_until" if last else "closed_from", _("This is before the beginning."))
        least, most = chosen.get("size_from"), chosen.get("size_until")
        if least is not None and most is not None and least > most:
            self.add_error("size_until", _("This is before the beginning."))
        return chosen

    # What matches

    @cached_property
    def period(self) -> Period:
        """Of a form without errors. Nothing is closed after today."""
        if self.named_period:
            return named(self.named_period, self.today)
        first = self.cleaned_data["closed_from"]
        return between(first, max(first, min(self.cleaned_data["closed_until"] or self.today, self.today)))

    @property
    def deals(self) -> QuerySet:
        """Those that match, of all currencies, whenever they were closed. Of a form without errors."""
        chosen, found = self.cleaned_data, Opportunity.objects.all()
        keys = {"stage": chosen["stage"], "status_reason": chosen["reason"], "competitor": chosen["competitor"]}
        if chosen["owner"] != ALL:
            keys["owner"] = self.user.pk if chosen["owner"] == MINE else chosen["owner"]
        found = found.reading(**{name: None if key == NONE else int(key) for name, key in keys.items() if key})
        if chosen["sector"]:
            found = found.in_sector("" if chosen["sector"] == NONE else chosen["sector"])
        for lookup, amount in [("gte", chosen["size_from"]), ("lte", chosen["size_until"])]:
            if amount is not None:
                found = found.of_size(lookup, amount)
        return found

    # What the page shows of them, and where it leads to

    @property
    def is_by_person(self) -> bool:
        return self.cleaned_data["owner"] == ALL

    @property
    def named_periods(self) -> list[tuple[str, str, bool]]:
        """The address of each named period with the same filters, its name, and whether it is the one that is shown."""
        kept = {name: value for name, value in self.kept.items() if name not in ("closed_from", "closed_until")}
        return [
            (f"?{urlencode(kept | {'period': name})}", str(label), name == self.named_period)
            for name, label in NAMED.items()
        ]

    def common_fields(self) -> list:
        return [self[name] for name in COMMON]

    def rare_fields(self) -> list:
        return [self[name] for name in self.fields if name not in COMMON]

    def rare_count(self) -> int:
        """How many of the rarely used filters are in use, rightly or wrongly."""
        return len({*self.kept, *self.errors}.difference(COMMON))

    @property
    def is_narrowed(self) -> bool:
        return self.rare_count() > 0 or self.data["owner"] != chosen_owner("", self.user)

    @property
    def kept(self) -> dict[str, str]:
        """The filters in use, as an address has them."""
        values = {name: as_text(self.cleaned_data.get(name)) for name in self.fields if name not in self.errors}
        return {name: value for name, value in values.items() if value}

    def address(self, **changes: object) -> str:
        """The address of this page with these filters, but for `changes`."""
        period = {"period": self.named_period} if self.named_period else {}
        return f"{reverse('opportunities:insights')}?{urlencode(period | self.kept | changes)}"

    def address_of_year(self, year: int) -> str:
        """The address of this page with these filters, but for the period."""
        return self.address(closed_from=date(year, 1, 1), closed_until=date(year, 12, 31))

    def list_address(self, count: int, currency: str, period: Period, **filters: object) -> str:
        """The address of the list of the `count` deals in `currency` that these and `filters` of the list leave.

        It counts all of them, where a list by itself counts to a bound.
        """
        days = {"closed_from": period.first, "closed_until": period.last}
        asked = {"state": "all"} | self.kept | {"currency": currency} | days | filters | adding_up(count)
        return f"{reverse('opportunities:list')}?{urlencode(asked)}"


def as_choices(names: dict[int, str]) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in names.items()]
