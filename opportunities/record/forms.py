"""The forms of one opportunity: create, edit, hand over, note."""

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities import fields
from opportunities.editing import EditForm
from opportunities.formats import format_date, person
from opportunities.models import Account, Contact, Opportunity, Product, Stage, State, StatusReason, TimelineEvent
from opportunities.money import CURRENCIES
from opportunities.record import services

NOTE_LENGTH = 10_000
# What OpportunityForm writes; its other fields only help to find or create the account and the contact.
FACTS = [
    "topic",
    "account",
    "contact",
    "owner",
    "stage",
    "status_reason",
    "product",
    "currency",
    "estimated_revenue",
    "estimated_close_date",
    "opened_on",
]
# Touching one of these decides anew who the account and the contact are.
PARTIES = {"account", "contact", "is_new_contact", "contact_email", "contact_phone"}


class OwnerField(forms.ModelChoiceField):
    """One of the users, by name."""

    def __init__(self, **kwargs):
        users = get_user_model().objects.order_by("first_name", "last_name", "username")
        super().__init__(users, label=gettext_lazy("Owner"), empty_label=None, **kwargs)

    def label_from_instance(self, user) -> str:
        return person(user)


def offer_active(field: forms.ModelChoiceField, opportunity: Opportunity, name: str) -> None:
    """Leaves the active choices, and the one that `opportunity` has: else a browser would show, and send, another."""
    field.queryset = field.queryset.filter(Q(is_active=True) | Q(pk=getattr(opportunity, f"{name}_id")))


class OpportunityEditForm(EditForm):
    """An edit of `opportunity`; who made the last one, its timeline tells."""

    def __init__(self, opportunity: Opportunity, data: dict[str, str] | None, initial: dict):
        super().__init__(opportunity, data, initial)
        self.opportunity = opportunity

    def last_edit(self) -> tuple | None:
        event = self.opportunity.timeline.filter(kind=TimelineEvent.Kind.EDITED).select_related("by").first()
        return (event.by, event.at) if event else None


class OpportunityForm(OpportunityEditForm):
    """Everything that is typed of an open opportunity. Account and contact are found by name, or created."""

    facts = FACTS

    topic = forms.CharField(label=gettext_lazy("Topic"), max_length=200)
    account = forms.CharField(label=gettext_lazy("Account"), max_length=200, widget=fields.suggested("account_options"))
    is_new_account = forms.BooleanField(label=gettext_lazy("This is a new account"), required=False)
    contact = forms.CharField(
        label=gettext_lazy("Contact"),
        max_length=200,
        required=False,
        widget=fields.suggested("contact_options", **{"hx-include": "[name=account]"}),
    )
    is_new_contact = forms.BooleanField(label=gettext_lazy("This is a new contact"), required=False)
    contact_email = forms.EmailField(label=gettext_lazy("E-mail of a new contact"), max_length=254, required=False)
    contact_phone = forms.CharField(label=gettext_lazy("Phone of a new contact"), max_length=50, required=False)
    owner = OwnerField()
    stage = forms.ModelChoiceField(Stage.objects.all(), label=gettext_lazy("Stage"), empty_label=None)
    status_reason = forms.ModelChoiceField(
        StatusReason.objects.filter(state=State.OPEN), label=gettext_lazy("Status reason"), empty_label=None
    )
    product = forms.ModelChoiceField(
        Product.objects.all(), label=gettext_lazy("Product"), empty_label="—", required=False
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES)
    estimated_revenue = fields.AmountField(label=gettext_lazy("Estimated revenue"))
    estimated_close_date = fields.DateField(label=gettext_lazy("Estimated close date"))
    opened_on = fields.DateField(label=gettext_lazy("Opened on"))

    def __init__(self, opportunity: Opportunity, data=None):
        """Edits `opportunity`; creates one when it is not saved yet (its values are those to begin with)."""
        initial = {name: getattr(opportunity, name, None) for name in FACTS}
        initial |= {"account": str(opportunity.account or ""), "contact": str(opportunity.contact or "")}
        super().__init__(opportunity, data, initial)
        for name in ("owner", "status_reason", "product"):
            offer_active(self.fields[name], opportunity, name)
        if opportunity.pk and opportunity.quotes.exists():
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _("Fixed, because there are quotes.")
        self.fields["estimated_revenue"].currency = opportunity.currency
        if self.is_bound and opportunity.pk and opportunity.is_open:
            self.take_up_changes()
        currency = self["currency"].value()
        self.fields["estimated_revenue"].currency = currency if currency in dict(CURRENCIES) else "EUR"
        self.helper.layout = LAYOUT

    def clean_opened_on(self):
        opened_on = self.cleaned_data["opened_on"]
        # Who opened it may live further east, where tomorrow has begun.
        if opened_on > timezone.localdate() and "opened_on" in self.changed_data:
            raise forms.ValidationError(_("An opportunity is not opened in the future."))
        return opened_on

    def clean(self):
        cleaned_data = super().clean()
        self.check_dates()
        if not PARTIES & set(self.changed_data):  # then they stay, also where an import left them at odds
            return cleaned_data | {name: getattr(self.opportunity, name) for name in ("account", "contact")}
        if "account" in cleaned_data:
            cleaned_data["account"] = self.account_named(cleaned_data["account"])
        if cleaned_data.get("account") and "contact" in cleaned_data:
            cleaned_data["contact"] = self.contact_named(cleaned_data["contact"], cleaned_data["account"])
        return cleaned_data

    def check_dates(self) -> None:
        opened_on, estimate = self.cleaned_data.get("opened_on"), self.cleaned_data.get("estimated_close_date")
        is_changed = {"opened_on", "estimated_close_date"} & set(self.changed_data)
        if is_changed and opened_on and estimate and estimate < opened_on:
            too_early = _("The estimated close date cannot be before the opportunity was opened, on %(date)s.")
            self.add_error("estimated_close_date", too_early % {"date": format_date(opened_on)})

    def account_named(self, name: str) -> Account | None:
        account = Account.objects.called(name)
        if account is None and self.cleaned_data["is_new_account"]:
            return Account(name=name)
        if account is None:
            self.add_error(
                "account",
                _("No account is called “%(name)s”. Choose a suggested one, or tick “This is a new account”.")
                % {"name": name},
            )
        return account

    def contact_named(self, name: str, account: Account) -> Contact | None:
        email, phone = self.cleaned_data.get("contact_email", ""), self.cleaned_data.get("contact_phone", "")
        is_new = self.cleaned_data["is_new_contact"]
        if not name:
            if is_new or email or phone:
                self.add_error("contact", _("Enter the name of the new contact."))
            return None
        contact = self.known_contact(name, account)
        if contact is None and (is_new or account.pk is None):
            return Contact(name=name, email=email, phone=phone)
        if contact is None:
            self.add_error(
                "contact",
                _("“%(name)s” is no contact of %(account)s. Choose a suggested one, or tick “This is a new contact”.")
                % {"account": account, "name": name},
            )
        elif is_new or email or phone:
            known = _(
                "“%(name)s” is a contact of %(account)s already: untick “This is a new contact” and leave the e-mail "
                "and phone of a new contact empty."
            )
            self.add_error("contact", known % {"account": account, "name": contact})
        return contact

    def known_contact(self, name: str, account: Account) -> Contact | None:
        """The contact of that name; among namesakes, the one that the opportunity has."""
        current = self.opportunity.contact
        if current and (current.account_id, current.name) == (account.pk, name):
            return current
        return services.find_contact(account, name) if account.pk else None

    @property
    def account_options(self) -> list[str]:
        """The first suggestions, for browsers without JavaScript too."""
        return services.account_names(self["account"].value() or "")

    @property
    def contact_options(self) -> list[str]:
        return services.contact_names(self["account"].value() or "")

    def save(self, by) -> Opportunity:
        """Creates the opportunity, or writes what the user changed; raises what the service raises."""
        facts = {name: self.cleaned_data[name] for name in FACTS}
        if self.opportunity.pk is None:
            return services.create_opportunity(by=by, **facts)
        changed = set(self.changed_data)
        if changed & {"account", "contact"}:
            changed |= {"account", "contact"}  # one says whose the other is
        changes = {name: value for name, value in facts.items() if name in changed}
        return services.edit_opportunity(self.opportunity, by=by, **changes)


LAYOUT = Layout(
    Div(
        Field("topic", wrapper_class="field-full"),
        Div("account", "is_new_account"),
        "owner",
        "opened_on",
        Div("contact", "is_new_contact"),
        "contact_email",
        "contact_phone",
        "stage",
        "status_reason",
        "product",
        "estimated_revenue",
        "currency",
        "estimated_close_date",
        css_class="fields",
    ),
)


class HandOverForm(OpportunityEditForm):
    """The owner of an opportunity, which is all that changes once it is closed."""

    facts = ["owner"]
    owner = OwnerField()

    def __init__(self, opportunity: Opportunity, data=None):
        super().__init__(opportunity, data, {"owner": opportunity.owner})
        offer_active(self.fields["owner"], opportunity, "owner")
        if self.is_bound:
            self.take_up_changes()

    def save(self, by) -> Opportunity:
        return services.edit_opportunity(self.opportunity, by=by, owner=self.cleaned_data["owner"])


class NextStepForm(OpportunityEditForm):
    """What is to be done next for an open opportunity, and when. Emptied, there is none."""

    facts = ["next_step", "next_step_on"]
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=200, required=False)
    next_step_on = fields.DateField(label=gettext_lazy("On"), required=False)

    def __init__(self, opportunity: Opportunity, data=None):
        super().__init__(opportunity, data, {name: getattr(opportunity, name) for name in self.facts})
        if self.is_bound:
            self.take_up_changes()

    def clean(self):
        cleaned_data = super().clean()
        if cleaned_data.get("next_step_on") and not cleaned_data.get("next_step", "?"):
            self.add_error("next_step", _("Say what is to be done on that day."))
        return cleaned_data

    def last_edit(self) -> tuple | None:
        """Doing a step changes it too."""
        changes = Q(kind=TimelineEvent.Kind.EDITED) | Q(data__has_key="next_step")
        event = self.opportunity.timeline.filter(changes).select_related("by").first()
        return (event.by, event.at) if event else None

    def save(self, by) -> Opportunity:
        return services.edit_opportunity(
            self.opportunity, by=by, **{name: self.cleaned_data[name] for name in self.facts}
        )


class NoteForm(forms.Form):
    text = fields.TextField(label=gettext_lazy("Note"), max_length=NOTE_LENGTH, widget=forms.Textarea({"rows": 2}))
