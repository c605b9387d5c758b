"""Accounts and contacts, and the lists that administrators keep: reasons, stages, products, competitors."""

from django.contrib import admin
from django.db.models import Count, Q, URLField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.admin.base import (
    AmountsForm,
    AnyCaseSearch,
    DeactivatingAdmin,
    FoldedSearch,
    FreshForm,
    ModelAdmin,
    OffersActive,
    money_column,
)
from opportunities.admin.merging import MergingAdmin
from opportunities.models import (
    Account,
    Competitor,
    Contact,
    Opportunity,
    OpportunityClose,
    Product,
    Stage,
    State,
    StatusReason,
)
from opportunities.money import format_quantity
from opportunities.permissions import sees_cost
from opportunities.record.merging import merge_accounts, merge_competitors


@admin.register(Account)
class AccountAdmin(MergingAdmin, FoldedSearch, ModelAdmin):
    merge_rows = staticmethod(merge_accounts)
    merge_facts = ["sector", "website", "phone"]
    merge_counts = [gettext_lazy("Contacts"), gettext_lazy("Open opportunities"), gettext_lazy("Closed opportunities")]
    merge_note = gettext_lazy(
        "The contacts and opportunities of the others, open and closed, and with them the quotes, move to the one that "
        "stays. Where it has no sector, website or phone, it gets that of another. The timeline of each opportunity "
        "tells of the move."
    )
    list_display = ["name", "sector", "phone", "website"]
    list_filter = ["sector"]
    search_fields = ["folded_name__contains"]
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def save_model(self, request, account, form, change):
        """Its name is searched in its opportunities: these are held first, as a merge and an import hold them."""
        if change and "name" in form.changed_data:
            list(account.opportunities.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        super().save_model(request, account, form, change)

    def counts_of(self, accounts):
        """By key, how many contacts, open and closed opportunities each has."""
        people = Contact.objects.filter(account__in=accounts).order_by()
        contacts = dict(people.values_list("account").annotate(Count("pk")))
        found = (
            Opportunity.objects.filter(account__in=accounts)
            .values("account")
            .annotate(open=Count("pk", filter=Q(state=State.OPEN)), closed=Count("pk", filter=~Q(state=State.OPEN)))
        )
        opportunities = {row["account"]: [row["open"], row["closed"]] for row in found}
        return {row.pk: [contacts.get(row.pk, 0), *opportunities.get(row.pk, [0, 0])] for row in accounts}


@admin.register(Contact)
class ContactAdmin(AnyCaseSearch, ModelAdmin):
    list_display = ["name", "account", "email", "phone"]
    list_select_related = ["account"]
    list_filter = ["account__sector"]
    search_fields = ["name", "email", "account__folded_name__contains"]
    autocomplete_fields = ["account"]

    def get_readonly_fields(self, request, obj=None):
        """An opportunity and its contact have the same account."""
        return ["account"] if obj and obj.opportunities.exists() else []


@admin.register(Competitor)
class CompetitorAdmin(MergingAdmin, AnyCaseSearch, ModelAdmin):
    search_fields = ["name"]
    merge_rows = staticmethod(merge_competitors)
    merge_facts = []
    merge_counts = [gettext_lazy("Opportunities closed against them")]
    merge_note = gettext_lazy(
        "The closings that name the others, and their opportunities, name the one that stays. The timeline of each "
        "opportunity tells of it."
    )

    def counts_of(self, competitors):
        """By key, how many opportunities were ever closed naming each."""
        closings = OpportunityClose.objects.filter(competitor__in=competitors).order_by()
        counts = dict(closings.values_list("competitor").annotate(Count("opportunity", distinct=True)))
        return {row.pk: [counts.get(row.pk, 0)] for row in competitors}


@admin.register(Product)
class ProductAdmin(OffersActive, AnyCaseSearch, DeactivatingAdmin):
    """Its cost is shown, and found, only by those who may see the cost of quotes."""

    form = AmountsForm
    list_display = ["name", "series", "unit", "list_price_with_currency", "tax", "is_active"]
    list_filter = ["is_active", "series", "currency"]
    search_fields = ["name", "series"]
    list_price_with_currency = money_column(Product, "list_price")
    cost = money_column(Product, "unit_cost")

    @admin.display(ordering="tax_rate", description=Product._meta.get_field("tax_rate").verbose_name)
    def tax(self, product):
        return format_quantity(product.tax_rate)

    def get_fields(self, request, obj=None):
        cost = ["unit_cost"] if sees_cost(request.user) else []
        return ["name", "series", "unit", "list_price", *cost, "currency", "tax_rate", "is_active"]

    def get_list_display(self, request):
        return [*self.list_display, *(["cost"] if sees_cost(request.user) else [])]

    def get_list_filter(self, request):
        return [*self.list_filter, *([("unit_cost", admin.EmptyFieldListFilter)] if sees_cost(request.user) else [])]

    def lookup_allowed(self, lookup, value, request):
        is_about_cost = lookup.startswith("unit_cost")
        return super().lookup_allowed(lookup, value, request) and (not is_about_cost or sees_cost(request.user))


@admin.register(Stage)
class StageAdmin(ModelAdmin):
    list_display = ["__str__", "probability", "idle_days", "position"]
    list_editable = ["idle_days", "position"]
    search_fields = ["name"]


class StatusReasonForm(FreshForm):
    """Keeps a default open reason, which every new opportunity starts with, and every default active."""

    def clean(self):
        data = super().clean()
        if data.get("is_default") and not data.get("is_active"):
            self.add_error("is_active", _("The default stays active; make another reason the default first."))
        if self.initial.get("is_default") and not data.get("is_default") and self.instance.state == State.OPEN:
            self.add_error(
                "is_default", _("New opportunities start with this reason; make another one the default instead.")
            )
        return data

    def _get_validation_exclusions(self):
        """Checks the name within the state, though that is fixed; not the one default, which saving moves."""
        return super()._get_validation_exclusions() - ({"state"} - self.errors.keys()) | {"is_default"}


@admin.register(StatusReason)
class StatusReasonAdmin(DeactivatingAdmin):
    form = StatusReasonForm
    fields = ["state", "name", "position", "is_default", "is_active", "needs_competitor", "needs_details"]
    list_display = ["__str__", "state", "position", "is_default", "is_active", "needs_competitor", "needs_details"]
    list_editable = ["position"]
    list_filter = ["state", "is_active"]
    ordering = ["state", "position", "pk"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        return ["state"] if obj else []

    def has_delete_permission(self, request, obj=None):
        """The default is neither deleted nor deactivated; another one is made the default first."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def save_model(self, request, obj, form, change):
        """Moves the default to this reason, if it was ticked, in the transaction that saves it."""
        if obj.is_default and "is_default" in form.changed_data:
            StatusReason.objects.filter(state=obj.state, is_default=True).exclude(pk=obj.pk).update(is_default=False)
        super().save_model(request, obj, form, change)
