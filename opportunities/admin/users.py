"""Users with their preferences, and groups. Membership of a group is all that a salesperson needs."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from opportunities.admin.base import KeysOnly, LargeTable, OffersActive
from opportunities.models import Preferences
from opportunities.permissions import NAMES


class PermissionsInWords:
    """Offers the permissions of opportunities under the names that a refusal calls them by, in the user's language."""

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.related_model is Permission:
            field.label_from_instance = permission_in_words
        return field


def permission_in_words(permission: Permission) -> str:
    """As Django writes it, whose own names are not translated: "Sales | Opportunity | Create opportunities"."""
    name = NAMES.get(permission.codename)
    return f"{permission.content_type} | {capfirst(_(name))}" if name else str(permission)


class PreferencesInline(admin.StackedInline):
    model = Preferences
    can_delete = False


admin.site.unregister([Group, User, EmailAddress])  # the last is allauth's and stays empty: an address is the user's


@admin.register(Group)
class GroupAdmin(PermissionsInWords, KeysOnly, DjangoGroupAdmin):
    pass


@admin.register(User)
class UserAdmin(PermissionsInWords, OffersActive, KeysOnly, LargeTable, DjangoUserAdmin):
    inlines = [PreferencesInline]
