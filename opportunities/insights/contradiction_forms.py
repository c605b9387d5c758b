"""Whose contradictions are shown, and of which kind, as the address says."""

from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from opportunities.insights.contradictions import KINDS
from opportunities.insights.owners import chosen_owner, owner_choices
from opportunities.models import Opportunity
from opportunities.quotes.filters import ALL, MINE


class ContradictionFilter(forms.Form):
    """A choice that makes no sense has its default. Raises PermissionDenied for others' deals not to be seen."""

    owner = forms.ChoiceField(label=gettext_lazy("Owner"), widget=forms.Select({"class": "form-select"}))
    kind = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, address, user):
        kind = address.get("kind", "")
        owner = chosen_owner(address.get("owner", ""), user)
        super().__init__({"owner": owner, "kind": kind if kind in KINDS else ""})
        self.user, self.owner_choice, self.kind_choice = user, owner, self.data["kind"]
        self.fields["owner"].choices = owner_choices(user)

    @property
    def opportunities(self) -> QuerySet:
        if self.owner_choice == ALL:
            return Opportunity.objects.all()
        return Opportunity.objects.filter(owner=self.user.pk if self.owner_choice == MINE else self.owner_choice)

    def address(self, kind: str) -> str:
        """The address of the deals of `kind`, of the same owner."""
        return f"{reverse('opportunities:contradictions')}?{urlencode({'owner': self.owner_choice, 'kind': kind})}"
