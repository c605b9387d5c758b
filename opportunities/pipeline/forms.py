"""What the list of opportunities is narrowed down to, as its address says."""

from django import forms
from django.utils.translation import gettext_lazy as _

from opportunities.models import State

MINE, ALL = "mine", "all"


class FilterForm(forms.Form):
    """Reads the filters of the address. In `chosen`, one that is missing or makes no sense has its default."""

    # As long as the name of an account, which the page of an opportunity searches for.
    q = forms.CharField(label=_("Search"), required=False, max_length=200, widget=forms.SearchInput)
    owner = forms.ChoiceField(label=_("Owner"), required=False, choices=[(MINE, _("Mine")), (ALL, _("Everybody's"))])
    state = forms.ChoiceField(
        label=_("Status"), required=False, choices=[*State.choices, (ALL, _("All"))], widget=forms.HiddenInput
    )

    def __init__(self, address, user):
        # Who may change everybody's opportunities begins with all of them, others begin with their own.
        changes_all = user.has_perm("opportunities.change_any_opportunity")
        defaults = {"q": "", "owner": ALL if changes_all else MINE, "state": State.OPEN.value}
        super().__init__({name: address.get(name) or default for name, default in defaults.items()})
        self.full_clean()
        self.chosen = defaults | self.cleaned_data
        self.is_default = self.chosen == defaults
