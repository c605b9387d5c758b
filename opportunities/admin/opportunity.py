"""Opportunities: edited here like on their own page; closed, reopened and deleted only there."""

from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from opportunities.admin.base import AmountsForm, FoldedSearch, ModelAdmin, money_column
from opportunities.formats import person
from opportunities.models import Opportunity, Quote, Stage, State, StatusReason
from opportunities.permissions import may
from opportunities.record.forms import OpportunityForm as RecordForm
from opportunities.record.services import OpportunityIsClosed, create_opportunity, edit_opportunity


class OpportunityForm(AmountsForm):
    """As the opportunity's own form: what is allowed is the same, and what is not known must be found out."""

    clean_opened_on = RecordForm.clean_opened_on

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"account", "estimated_revenue", "estimated_close_date"} & self.fields.keys():
            self.fields[name].required = True
        if "status_reason" in self.fields:
            self.fields["status_reason"].queryset = StatusReason.objects.filter(
                Q(is_active=True) | Q(pk=self.instance.status_reason_id), state=State.OPEN
            )

    def clean(self):
        data = super().clean()
        if not self.instance.is_open and "topic" in self.data:  # the form is from before the closing
            raise ValidationError(str(OpportunityIsClosed(self.instance)))
        account, contact = data.get("account"), data.get("contact")
        if account and contact and contact.account_id != account.pk:
            self.add_error("contact", _("This contact belongs to another account."))
        return data


@admin.register(Opportunity)
class OpportunityAdmin(FoldedSearch, ModelAdmin):
    form = OpportunityForm
    estimate = money_column(Opportunity, "estimated_revenue")
    revenue = money_column(Opportunity, "actual_revenue")
    readonly_fields = ["state", "closed_on", "revenue", "competitor", "external_id"]
    autocomplete_fields = ["account", "contact", "product", "owner"]
    list_display = ["topic", "account", "owner_name", "state", "stage", "estimate"]
    list_filter = ["state", "stage", "status_reason", "currency", "opened_on", "owner"]
    search_fields = ["search_text__contains", "external_id"]

    def get_queryset(self, request):
        return Opportunity.objects.with_facts().annotate(
            has_quotes=Exists(Quote.objects.filter(opportunity=OuterRef("pk")))
        )

    def get_list_display(self, request):
        @admin.display(description=_("Closing"))
        def closing(opportunity):
            links = closing_links(request, opportunity)
            return format_html_join(mark_safe("<br>"), '<a class="nowrap" href="{}">{}</a>', links)

        topic, *others = self.list_display
        return [topic, closing, *others]

    @admin.display(ordering="owner", description=Opportunity._meta.get_field("owner").verbose_name)
    def owner_name(self, opportunity):
        return person(opportunity.owner)

    def get_fieldsets(self, request, obj=None):
        is_edited = obj is None or (obj.is_open and self.has_change_permission(request, obj))
        estimate = ("estimated_revenue", "currency") if is_edited else "estimate"
        return [
            (None, {"fields": ["topic", "account", "contact", "product", "owner"]}),
            (_("Estimate"), {"fields": [estimate, ("opened_on", "estimated_close_date"), "stage"]}),
            (
                _("Status"),
                {"fields": [("state", "status_reason"), ("closed_on", "revenue"), "competitor", "external_id"]},
            ),
        ]

    def get_readonly_fields(self, request, obj=None):
        if obj and not obj.is_open:
            return [name for name in flatten_fieldsets(self.get_fieldsets(request, obj)) if name != "owner"]
        return [*self.readonly_fields, "currency"] if obj and obj.has_quotes else self.readonly_fields

    def get_changeform_initial_data(self, request):
        """A new opportunity is the user's own, in the first stage and with the default reason."""
        initial = {
            "owner": request.user.pk,
            "stage": Stage.objects.first(),
            "status_reason": StatusReason.objects.default_for(State.OPEN),
        }
        return initial | super().get_changeform_initial_data(request)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["closing_links"] = closing_links(request, obj) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request, obj, form, change):
        """Saves through the services of the record, so that the timeline tells of it."""
        if not change:
            obj.pk = create_opportunity(by=request.user, **form.cleaned_data).pk
            return
        changed = {*form.changed_data, *(["contact"] if "account" in form.changed_data else [])}
        edit_opportunity(obj, by=request.user, **{name: form.cleaned_data[name] for name in changed})

    def has_view_permission(self, request, obj=None):
        return may(request.user, "view", obj) or may(request.user, "change", obj)

    def has_add_permission(self, request):
        return may(request.user, "add")

    def has_change_permission(self, request, obj=None):
        return may(request.user, "change", obj)

    def has_delete_permission(self, request, obj=None):
        """Its own page deletes it, with its drafts."""
        return False


def closing_links(request, opportunity: Opportunity) -> list[tuple[str, str]]:
    """The address and the label of each thing that the user may do about closing `opportunity`, and come back here."""
    if not may(request.user, "close" if opportunity.is_open else "reopen", opportunity):
        return []
    if opportunity.is_open:
        pages = [
            ("close", {"outcome": State.WON}, _("Close as won")),
            ("close", {"outcome": State.LOST}, _("Close as lost")),
        ]
    else:
        pages = [("reopen", {}, _("Reopen")), ("correct", {}, _("Correct closing"))]
    back = {"next": request.get_full_path()}
    return [
        (f"{reverse(f'opportunities:{page}', args=[opportunity.pk])}?{urlencode(query | back)}", label)
        for page, query, label in pages
    ]
