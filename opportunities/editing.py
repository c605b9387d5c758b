"""Editing what somebody else edits too: nobody's change is overwritten unseen."""

from datetime import date
from decimal import Decimal

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from opportunities import fields
from opportunities.formats import format_date, format_instant, person
from opportunities.money import format_money

LONGEST_VALUE = 100  # characters of a stored text that an error quotes
TAKE = "take"  # what is stored, rather than what was typed


class EditForm(forms.Form):
    """Edits `stored`, and overwrites nothing that somebody else changed since the form was shown.

    What was shown is sent along (Django's hidden initial values). A fact that the user left alone is taken as it
    is now; one that both changed is refused in words, with a choice beside it: to keep one's own (saving once more
    replaces what is stored) or to take what is stored. To be judged on a row that is locked in the transaction that
    saves, so that nothing slips in between.
    """

    facts: list[str]  # the fields that are stored under their own name

    def __init__(self, stored: Model, data: dict[str, str] | None, initial: dict, **kwargs):
        super().__init__(data, initial=initial, **kwargs)
        self.stored = stored
        self.now: dict[str, str] = {}
        self.is_late = False  # whether something typed would have replaced what somebody else wrote
        self.helper = FormHelper()
        self.helper.form_tag = False

    def take_up_changes(self) -> None:
        """Compares what was sent with what is stored now; a value whose initial one is missing was shown as it is."""
        for name in self.facts:
            now = self.now[name] = self.as_typed(name)
            if self.data.get(choice_of(name)) == TAKE:  # as if it had been left alone
                self.data |= {name: now, self.add_initial_prefix(name): now}
            if self.data.get(name) == self.data.setdefault(self.add_initial_prefix(name), now):
                self.data |= {name: now, self.add_initial_prefix(name): now}

    def as_typed(self, name: str) -> str:
        """What is stored, as its field would show it."""
        value = self.fields[name].prepare_value(self.initial[name])
        return "" if value is None else str(value)

    def clean(self):
        cleaned_data = super().clean()
        late = [name for name in self.facts if name in self.changed_data and self.was_changed(name)]
        last_edit = self.last_edit() if late else None
        for name in late:
            self.data[self.add_initial_prefix(name)] = self.now[name]
            self.add_error(name, self.sentence(name, last_edit))
            self.offer_choice(name)
        self.is_late = bool(late)
        return cleaned_data

    def offer_choice(self, name: str) -> None:
        """Puts the two values beside the field, the user's own one chosen."""
        self[name].help_text = format_html(
            '<span class="choice" role="radiogroup" aria-label="{}">'
            '<label><input type="radio" class="form-check-input" name="{}" value="" checked> {}</label> '
            '<label><input type="radio" class="form-check-input" name="{}" value="{}"> {}</label></span>',
            self.fields[name].label,
            choice_of(name),
            _("Keep mine"),
            choice_of(name),
            TAKE,
            _("Take %(value)s") % {"value": self.stored_in_words(name)},
        )

    def was_changed(self, name: str) -> bool:
        """Whether what is stored is not what was shown; line breaks come back in another form."""
        shown = self.data.get(self.add_initial_prefix(name), "")
        return name in self.now and shown.split() != self.now[name].split()

    def last_edit(self) -> tuple | None:
        """Who edited `stored` last, and the instant; None where nobody knows."""
        return None

    def sentence(self, name: str, last_edit: tuple | None) -> str:
        value = self.stored_in_words(name)
        if last_edit is None:
            changed = _(
                "Somebody changed this to %(value)s meanwhile; your value is kept here. Save again to replace it."
            )
            return changed % {"value": value}
        by, at = last_edit
        changed = _(
            "%(person)s changed this to %(value)s on %(instant)s; your value is kept here. Save again to replace it."
        )
        changed %= {"person": person(by), "value": value, "instant": format_instant(at)}
        return changed[0].upper() + changed[1:]

    def stored_in_words(self, name: str) -> str:
        field, value = self.fields[name], getattr(self.stored, name)
        display = getattr(self.stored, f"get_{name}_display", None)
        match value:
            case Decimal() if isinstance(field, fields.AmountField):
                return format_money(value, field.currency)
            case Decimal():
                return field.show(value)
            case date():
                return format_date(value)
            case AbstractBaseUser():
                return person(value)
            case _ if display and name != "currency":
                return str(display())
        return Truncator(str(value or "—")).chars(LONGEST_VALUE)

    @property
    def as_shown(self) -> list[str]:
        """The hidden inputs that say what the form showed."""
        return [self[name].as_hidden(only_initial=True) for name in self.facts]


def choice_of(name: str) -> str:
    """The control that chooses between the two values of the field `name`."""
    return f"choice-{name}"
