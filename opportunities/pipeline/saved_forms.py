"""What a user types to keep a view of the list."""

from urllib.parse import parse_qsl

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.models import SavedView
from opportunities.pipeline.filters import OpportunityFilter

QUERY_LENGTH = SavedView._meta.get_field("query").max_length


class SavedViewForm(forms.Form):
    """`replaces`, which the dialog sets once it has asked, is the name whose view is to be replaced."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    query = forms.CharField(required=False, widget=forms.HiddenInput)
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_query(self) -> str:
        """The query with what the list knows and what makes sense, and the defaults of today spelled out."""
        query = OpportunityFilter(dict(parse_qsl(self.cleaned_data["query"])), self.user).full_query
        if len(query) > QUERY_LENGTH:
            raise ValidationError(_("These filters are too long to be kept."))
        return query

    @property
    def may_replace(self) -> bool:
        return self.cleaned_data["replaces"] == self.cleaned_data["name"]

    def ask_to_replace(self) -> None:
        """Makes sending the form again mean that the view of this name is to be replaced."""
        name = self.cleaned_data["name"]
        self.data = self.data | {"replaces": name}
        self.add_error(
            "name", _("You keep a view called “%(name)s” already. Save again to replace it.") % {"name": name}
        )
