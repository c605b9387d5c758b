"""What the admin's pages share: refusals are messages, an old form overwrites nothing, no page grows with the rows."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import attrgetter, or_

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import widgets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest
from django.db import IntegrityError
from django.db.models import PROTECT, Model
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from opportunities import fields
from opportunities.closing import Refused
from opportunities.models.fields import AmountField, FoldedField, PercentField, fold
from opportunities.models.guards import sentence
from opportunities.money import format_money

# The form fields of columns whose values are typed in the user's language.
OWN_FIELDS = {AmountField: fields.AmountField, PercentField: fields.PercentField}


class FreshForm(forms.ModelForm):
    """Takes what the user left alone from the row as it is now, not as it was when the form was shown."""

    def clean(self):
        data = super().clean()
        if self.instance.pk:
            untouched = [name for name in data if name not in self.changed_data and hasattr(self.instance, name)]
            data |= {name: getattr(self.instance, name) for name in untouched}
        return data


class AmountsForm(FreshForm):
    """Reads the amounts of a row in the currency that is chosen with them, or that the row has."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        currency = self["currency"].value() if "currency" in self.fields else self.instance.currency
        for field in self.fields.values():
            if isinstance(field, fields.AmountField):
                field.currency = currency


class AutocompleteSelect(widgets.AutocompleteSelect):
    """Django's, which fails on what is no key: such a value is not selected."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [key for key in value if re.fullmatch("[0-9]{1,18}", str(key))], attr)


class KeysOnly:
    """A row is named by its key; Django fails on what is none in an action, and on the name of no field."""

    def get_object(self, request, object_id, from_field=None):
        return super().get_object(request, object_id, from_field or None)

    def response_action(self, request, queryset):
        if not all(re.fullmatch("[0-9]{1,18}", key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest
        return super().response_action(request, queryset)


class LargeTable:
    """No page of it counts or lists all rows of a table without need."""

    show_full_result_count = False

    def get_deleted_objects(self, objs, request):
        """As Django's, but what protects the rows is counted instead of listed: a stage may have 100,000 deals."""
        if protected := uses(self.model, objs):
            return [], {}, set(), protected
        return super().get_deleted_objects(objs, request)


class ModelAdmin(KeysOnly, LargeTable, admin.ModelAdmin):
    form = FreshForm

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Lets each field carry the value that it was shown with, so that only what a user changed is a change.

        Amounts and percentages are typed as everywhere, in the user's language.
        """
        if own := OWN_FIELDS.get(type(db_field)):
            label, initial = capfirst(db_field.verbose_name), db_field.get_default()
            field = own(label=label, initial=initial, required=not db_field.blank)
        else:
            field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.show_hidden_initial = True
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = AutocompleteSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        obj.save(update_fields=changed_columns(obj, form.changed_data) if change else None)

    def changeform_view(self, request, *args, **kwargs):
        return self.answer(super().changeform_view, request, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        return self.answer(super().delete_view, request, *args, **kwargs)

    def answer(self, view, request, *args, **kwargs):
        """The response of `view`; where a service or the database refuses, the page as it is now and why."""
        try:
            return view(request, *args, **kwargs)
        except (IntegrityError, Refused) as refusal:
            why = sentence(refusal) if isinstance(refusal, IntegrityError) else str(refusal)
            self.message_user(request, why, messages.ERROR)
            return redirect(request.get_full_path())


class FoldedSearch:
    """For `search_fields` that are folded columns: case and accents do not matter."""

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, fold(search_term))


class AnyCaseSearch:
    """For names without a folded column: SQLite folds the case of ASCII only, so the usual spellings are searched."""

    def get_search_results(self, request, queryset, search_term):
        spellings = [search_term, search_term.lower(), search_term.upper(), search_term.title(), fold(search_term)]
        search = super().get_search_results
        return reduce(or_, (search(request, queryset, text)[0] for text in dict.fromkeys(spellings))), False


class OffersActive:
    """Autocomplete offers active rows only; the list shows all."""

    def get_search_results(self, request, queryset, search_term):
        queryset, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.resolver_match.url_name == "autocomplete":
            queryset = queryset.filter(is_active=True)
        return queryset, may_repeat


class DeactivatingAdmin(ModelAdmin):
    """A row in use is not deleted but, by who may change it, made inactive: offered no more, it stays where it is."""

    delete_confirmation_template = "admin/opportunities/delete_or_deactivate.html"

    def get_actions(self, request):
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def delete_view(self, request, object_id, extra_context=None):
        row = self.get_object(request, unquote(object_id))
        may_deactivate = self.has_delete_permission(request, row) and self.has_change_permission(request, row)
        if row and request.method == "POST" and may_deactivate and uses(self.model, [row]):
            return self.deactivate(request, row)
        return super().delete_view(request, object_id, (extra_context or {}) | {"may_deactivate": may_deactivate})

    def deactivate(self, request, row):
        row.is_active = False
        row.save(update_fields=["is_active"])
        message = _("“%(row)s” is in use, so it was not deleted but made inactive.") % {"row": row}
        self.log_change(request, row, message)
        self.message_user(request, message, messages.WARNING)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


class OneRow(ModelAdmin):
    """There is one row at most, which stays: its page, or the form that adds it, in the place of a list."""

    def changelist_view(self, request, extra_context=None):
        row = self.model.objects.first()
        if row and self.has_view_or_change_permission(request):
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)
        if self.has_add_permission(request):
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
        return super().changelist_view(request, extra_context)

    def get_model_perms(self, request):
        """What the menu of every admin page offers: the list, which leads on, so that no page asks for the row."""
        change, view = self.has_change_permission(request), self.has_view_permission(request)
        return {"add": False, "change": change, "delete": False, "view": view}

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not self.model.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.pk = 1
            obj.save(force_insert=True)


class ReadOnly:
    """Written elsewhere; the admin only shows it, to those who may view it."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def money_column(model: type[Model], name: str, currency: str = "currency"):
    """A column that writes the amount `name` of a row of `model` with its currency, found by the path `currency`."""

    @admin.display(ordering=name, description=model._meta.get_field(name).verbose_name)
    def column(self, row):
        return format_money(getattr(row, name), attrgetter(currency)(row))

    return column


def changed_columns(row: Model, changed: Iterable[str]) -> list[str]:
    """The fields to save when those in `changed` changed: with the folded copies of them, and never the key."""
    return [
        field.name
        for field in row._meta.concrete_fields
        if (field.name in changed and not field.primary_key)
        or (isinstance(field, FoldedField) and field.source in changed)
    ]


def uses(model: type[Model], rows: Iterable[Model]) -> list[str]:
    """What protects `rows` of `model` from being deleted: "Opportunities: 12", …"""
    protected = []
    for relation in model._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) is PROTECT:
            user = relation.related_model
            if count := user._base_manager.filter(**{f"{relation.field.name}__in": rows}).count():
                protected.append(f"{capfirst(user._meta.verbose_name_plural)}: {count}")
    return protected
