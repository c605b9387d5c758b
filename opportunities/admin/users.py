"""Users with their preferences. Membership of a group is all that a salesperson needs."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import User

from opportunities.admin.base import LargeTable, OffersActive
from opportunities.models import Preferences


class PreferencesInline(admin.StackedInline):
    model = Preferences
    can_delete = False


admin.site.unregister(User)


@admin.register(User)
class UserAdmin(OffersActive, LargeTable, DjangoUserAdmin):
    inlines = [PreferencesInline]
