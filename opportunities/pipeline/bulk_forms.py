"""What a user chooses for all opportunities that are selected: one form for each fact that is changed so."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.fields import DateField
from opportunities.models import Stage
from opportunities.record.forms import OwnerField


class ChangeForm(forms.Form):
    """The one field of a subclass is called as the fact; `title` and `note` are what the dialog says of it."""

    note = gettext_lazy("Closed ones stay as they are.")

    def __init__(self, data: dict[str, str] | None = None):
        super().__init__(data, auto_id="bulk_%s")  # the filters behind the dialog have Django's own


class OwnerForm(ChangeForm):
    title = gettext_lazy("Change owner")
    note = gettext_lazy("Closed ones are handed over too.")
    owner = OwnerField()

    def __init__(self, data: dict[str, str] | None = None):
        super().__init__(data)
        owner = self.fields["owner"]
        owner.empty_label = _("Choose…")
        owner.queryset = owner.queryset.filter(is_active=True)


class StageForm(ChangeForm):
    title = gettext_lazy("Change stage")
    stage = forms.ModelChoiceField(
        Stage.objects.all(), label=gettext_lazy("Stage"), empty_label=gettext_lazy("Choose…")
    )


class DateForm(ChangeForm):
    title = gettext_lazy("Change estimated close date")
    estimated_close_date = DateField(label=gettext_lazy("Estimated close date"))


FORMS = {"owner": OwnerForm, "stage": StageForm, "estimated_close_date": DateForm}
