"""How a user wants to be served: language, time zone and shortcuts."""

from functools import cache
from itertools import groupby
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from opportunities.fields import LongSelect
from opportunities.models import Preferences


@cache  # it walks the disk
def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every time zone, by region: ("Europe", [("Europe/Paris", "Paris"), …]); those without a region last."""
    # "localtime" is whatever the server's clock is set to.
    names = sorted(available_timezones() - {"localtime"}, key=lambda name: ("/" not in name, name))
    regions = groupby(names, key=lambda name: name.partition("/")[0] if "/" in name else _("Other"))
    return [
        (region, [(name, name.partition("/")[2].replace("_", " ") or name) for name in names])
        for region, names in regions
    ]


class PreferencesForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser asks for")), *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=LongSelect)
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys that search, go to a page or open a dialog."),
    )

    class Meta:
        model = Preferences
        fields = ["language", "time_zone", "shortcuts"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        sites = _("As this site: %(name)s") % {"name": settings.TIME_ZONE}
        self.fields["time_zone"].choices = [("", sites), *time_zones()]
