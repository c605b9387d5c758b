"""Merging accounts or competitors that are there twice: chosen in their list, merged on a page of its own."""

import re
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.closing import Refused

MOST = 50  # rows merged at once
NOTES = ["merged_into", "merged_at", "merged_by"]


class MergedFilter(admin.SimpleListFilter):
    """The list has what was not merged, or else what was."""

    title = gettext_lazy("merged")
    parameter_name = "merged"

    def lookups(self, request, model_admin):
        return [("yes", _("Merged into another"))]

    def choices(self, changelist):
        for value, label in [(None, _("Not merged")), *self.lookup_choices]:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request, queryset):
        return queryset.exclude(merged_into=None) if self.value() == "yes" else queryset.current()


class MergingAdmin:
    """The action that leads to the page; what was merged is read-only and not offered.

    `merge_rows` is the service, `merge_facts` are the columns of the page that say which row is the fullest, and
    `merge_note` says what moves.
    """

    merge_template = "admin/opportunities/merge.html"
    actions = ["merge"]

    @admin.action(description=gettext_lazy("Merge selected %(verbose_name_plural)s…"), permissions=["change"])
    def merge(self, request, queryset):
        keys = list(queryset.current().order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if 2 <= len(keys) <= MOST:
            return redirect(f"{self.address_of('merge')}?{urlencode({'id': keys}, doseq=True)}")
        wrong = _("Select at least two, and at most %(most)s, that were not merged yet.") % {"most": MOST}
        self.message_user(request, wrong, messages.ERROR)
        return None

    def get_urls(self):
        view = self.admin_site.admin_view(self.merge_view)
        return [path("merge/", view, name=f"{self.opts.app_label}_{self.opts.model_name}_merge"), *super().get_urls()]

    def merge_view(self, request):
        """Shows the rows with the ids in the address, and merges them into the one that is chosen."""
        if not self.has_change_permission(request):
            wanted = {"rows": self.opts.verbose_name_plural, "codename": f"change_{self.opts.model_name}"}
            needs = _("This needs the permission to change %(rows)s (%(codename)s). Ask an administrator.")
            raise PermissionDenied(needs % wanted)
        keys = {int(key) for key in request.GET.getlist("id") if re.fullmatch("[0-9]{1,18}", key)}
        if not 2 <= len(keys) <= MOST:
            raise Http404
        rows = self.model.objects.order_by("name").in_bulk(keys)
        kept = next((row for key, row in rows.items() if str(key) == request.POST.get("kept")), None)
        if len(rows) < len(keys):
            return self.refuse_merge(request, _("Somebody deleted one of them meanwhile. Nothing was merged."))
        if kept is None:
            return self.merge_page(request, list(rows.values()))
        others = [row for row in rows.values() if row != kept]
        try:
            self.merge_rows(kept, others, by=request.user)
        except Refused as refusal:
            return self.refuse_merge(request, str(refusal))
        facts = {"kept": kept, "others": ", ".join(map(str, others))}
        message = _("Merged into “%(kept)s”: %(others)s.") % facts
        self.log_change(request, kept, message)
        self.message_user(request, message, messages.SUCCESS)
        return redirect(self.address_of("change", kept.pk))

    def refuse_merge(self, request, why: str):
        self.message_user(request, why, messages.ERROR)
        return redirect(self.address_of("changelist"))

    def merge_page(self, request, rows):
        """The page; the row that has the most is chosen, and not choosing any is an error."""
        counts = self.counts_of(rows)
        fullest = max(rows, key=lambda row: (sum(counts[row.pk]), -row.pk))
        is_wrong = request.method == "POST"
        context = self.admin_site.each_context(request) | {
            "title": _("Merge %(rows)s") % {"rows": self.opts.verbose_name_plural},
            "opts": self.opts,
            "facts": [self.model._meta.get_field(name).verbose_name for name in self.merge_facts],
            "counts": self.merge_counts,
            "rows": [
                (row, [getattr(row, name) for name in self.merge_facts], counts[row.pk], row == fullest) for row in rows
            ],
            "note": self.merge_note,
            "is_wrong": is_wrong,
            "changelist": self.address_of("changelist"),
        }
        return TemplateResponse(request, self.merge_template, context, status=422 if is_wrong else 200)

    def address_of(self, page: str, *args) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    # What was merged

    def get_search_results(self, request, queryset, search_term):
        """Autocomplete offers what was not merged."""
        queryset, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.resolver_match.url_name == "autocomplete":
            queryset = queryset.current()
        return queryset, may_repeat

    def get_list_filter(self, request):
        return [MergedFilter, *super().get_list_filter(request)]

    def get_list_display(self, request):
        merged_into = ["merged_into"] if request.GET.get("merged") else []
        return [*super().get_list_display(request), *merged_into]

    def get_list_select_related(self, request):
        return ["merged_into"]

    def get_readonly_fields(self, request, obj=None):
        return NOTES if obj and obj.merged_into_id else []

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.merged_into_id)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.merged_into_id)
