"""What the forecast is narrowed down to, as its address says."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.fields import DateField
from opportunities.insights.owners import chosen_owner, owner_choices
from opportunities.models import Opportunity, TimelineEvent
from opportunities.money import CURRENCIES
from opportunities.pipeline.totals import adding_up
from opportunities.quotes.filters import ALL, MINE

RECENT = timedelta(days=7)


class ForecastFilter(forms.Form):
    """Whose deals, in which currency, and the day since when changes are told, a week ago unless it is given.

    An owner or a currency that makes no sense has its default; such a day is an error at its field.
    Raises PermissionDenied for others' deals that the user may not see.
    """

    owner = forms.ChoiceField(label=gettext_lazy("Owner"))
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), choices=[("", gettext_lazy("Any")), *CURRENCIES], required=False
    )
    since = DateField(label=gettext_lazy("Changes since"))

    def __init__(self, address, user):
        currency = address.get("currency", "")
        today = timezone.localdate()
        super().__init__(
            {
                "owner": chosen_owner(address.get("owner", ""), user),
                "currency": currency if currency in dict(CURRENCIES) else "",
                "since": address.get("since") or str(today - RECENT),
            }
        )
        self.user = user
        self.fields["owner"].choices = owner_choices(user)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
        self.fields["since"].widget.attrs["max"] = str(today)
        self.full_clean()

    def clean_since(self):
        since = self.cleaned_data["since"]
        if since > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return since

    @property
    def since_day(self) -> date | None:
        """The day, unless it makes no sense."""
        return self.cleaned_data.get("since")

    @property
    def owner_choice(self) -> str:
        return self.data["owner"]

    @property
    def opportunities(self) -> QuerySet:
        """Those of the owner, in all currencies."""
        return Opportunity.objects.filter(**self.of_owner("owner"))

    @property
    def events(self) -> QuerySet:
        """Those on the timelines of these."""
        return TimelineEvent.objects.filter(**self.of_owner("opportunity__owner"))

    def of_owner(self, name: str) -> dict:
        """The condition that `name` is the owner, if one is chosen."""
        if self.owner_choice == ALL:
            return {}
        return {name: self.user.pk if self.owner_choice == MINE else self.owner_choice}

    def address(self, page: str = "forecast", **changes: object) -> str:
        """The address of a page of the forecast with these filters, but for `changes`."""
        return f"{reverse(f'opportunities:{page}')}?{urlencode(self.data | changes)}"

    @property
    def forecast_address(self) -> str:
        return self.address()

    @property
    def changes_address(self) -> str:
        return self.address("changes")

    def list_address(self, count: int, **filters: object) -> str:
        """The address of the list of the `count` opportunities of the same owner that `filters` of the list leave."""
        asked = {"owner": self.owner_choice} | filters | adding_up(count)
        return f"{reverse('opportunities:list')}?{urlencode(asked)}"
