"""The forms of the dialogs that close, revise and copy a quote.

They read what was typed; what is allowed, the services say.
"""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opportunities import fields
from opportunities.models import Opportunity, Quote, QuoteStatus, State
from opportunities.models.closing import DETAILS_LENGTH
from opportunities.permissions import may, require
from opportunities.quotes.services import CLOSED_BY_ITSELF, VALIDITY, other_currency

MOST_MATCHES = 10  # opportunities to copy a quote onto
SEARCH_LENGTH = 200  # characters of a topic


class CloseQuoteForm(forms.Form):
    """The Close quote dialog; where the quote is the last open one, it offers to close the opportunity next."""

    to_status = forms.ChoiceField(
        label=_("Becomes"),
        choices=[(status.value, status.label) for status in CLOSED_BY_ITSELF],
        widget=forms.RadioSelect,
    )
    closed_on = fields.DateField(label=_("Close date"), initial=timezone.localdate)
    reason = fields.TextField(
        label=_("Reason"), required=False, max_length=DETAILS_LENGTH, widget=forms.Textarea({"rows": 3})
    )
    goes_on = forms.BooleanField(label=_("Then close the opportunity"), required=False)

    @classmethod
    def first(cls, quote: Quote) -> "CloseQuoteForm":
        """The dialog as it opens: today, and what mostly becomes of such a quote."""
        return cls(initial={"to_status": QuoteStatus.CANCELED if quote.is_draft else QuoteStatus.LOST})

    @property
    def facts(self) -> dict:
        """What is recorded, as the service takes it."""
        return {name: self.cleaned_data[name] for name in ("to_status", "closed_on", "reason")}


class ReviseQuoteForm(forms.Form):
    """The Revise quote dialog."""

    reason = fields.TextField(
        label=_("Why is it revised?"),
        max_length=DETAILS_LENGTH,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Say why it is revised.")},
    )
    valid_until = fields.DateField(label=_("Valid until"), required=False)

    @classmethod
    def first(cls, quote: Quote) -> "ReviseQuoteForm":
        """The dialog as it opens: the validity stays, unless it has passed."""
        valid_until = timezone.localdate() + VALIDITY if quote.is_expired else quote.valid_until
        return cls(initial={"valid_until": valid_until})


class CopyQuoteForm(forms.Form):
    """The Copy quote dialog: onto its own opportunity, or onto another that `user` finds by typing."""

    onto = forms.ModelChoiceField(
        Opportunity.objects.all(),
        error_messages={
            "required": _("Choose an opportunity."),
            "invalid_choice": _("There is no such opportunity (any more); choose another."),
        },
    )
    q = forms.Field(  # searched for whatever it says, so it keeps no copy from being made
        label=_("Another opportunity: its topic or account"),
        required=False,
        widget=forms.SearchInput({"maxlength": SEARCH_LENGTH, "autocomplete": "off"}),
    )

    def __init__(self, quote: Quote, user, data=None, *, q: str = "", onto: str = ""):
        self.quote, self.user, self.here = quote, user, quote.opportunity
        self.takes_here = self.here.is_open and may(user, "change", self.here)
        chosen = onto or (str(self.here.pk) if self.takes_here else "")
        super().__init__(data, initial={"q": q, "onto": chosen})

    def clean_onto(self) -> Opportunity:
        onto = self.cleaned_data["onto"]
        try:
            require(self.user, "change", onto)
        except PermissionDenied as refusal:
            raise ValidationError(str(refusal)) from None
        if not onto.is_open:
            raise ValidationError(gettext("“%(opportunity)s” is closed; choose an open one.") % {"opportunity": onto})
        if onto.currency != self.here.currency:
            raise ValidationError(other_currency(onto, self.here.currency))
        return onto

    @property
    def chosen(self) -> str:
        return str(self["onto"].value() or "")

    @property
    def is_here_chosen(self) -> bool:
        return self.chosen == str(self.here.pk)

    @property
    def searched(self) -> str:
        """What is searched for; what no topic is as long as finds nothing."""
        return (self["q"].value() or "").replace("\0", "").strip()

    @cached_property
    def matches(self) -> list[tuple[Opportunity, bool]]:
        """The latest open opportunities that are found, and whether each is chosen: those that take the quote."""
        if not 0 < len(self.searched) <= SEARCH_LENGTH:
            return []
        found = Opportunity.objects.filter(state=State.OPEN, currency=self.here.currency).exclude(pk=self.here.pk)
        if not self.user.has_perm("opportunities.change_any_opportunity"):
            found = found.filter(owner=self.user)
        found = found.search(self.searched).select_related("account", "owner").order_by("-pk")[:MOST_MATCHES]
        return [(opportunity, str(opportunity.pk) == self.chosen) for opportunity in found]

    @property
    def has_more(self) -> bool:
        """Whether there may be more matches than are shown."""
        return len(self.matches) == MOST_MATCHES
