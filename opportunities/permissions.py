"""Who may do what to an opportunity. Code asks for permissions, never for groups."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from opportunities.models import Opportunity
from opportunities.models.prepared import Given, Prepared

OWN = ["view_opportunity", "add_opportunity", "change_opportunity", "close_opportunity"]
ANY = ["change_any_opportunity", "close_any_opportunity", "reopen_any_opportunity"]
SEES_COST = "view_quote_cost"
# In no group: administrators grant it to whoever may change what was reported. It comes on top of the other ones.
IN_CLOSED_PERIOD = "close_in_closed_period"
GROUPS = {"Salespeople": OWN, "Sales managers": [*OWN, *ANY, SEES_COST]}
# The permission that an action needs on one's own opportunities, and on everybody's.
ACTIONS = {
    "view": ("view_opportunity", "view_opportunity"),
    "add": ("add_opportunity", "add_opportunity"),
    "change": ("change_opportunity", "change_any_opportunity"),
    "close": ("close_opportunity", "close_any_opportunity"),
    "reopen": ("reopen_any_opportunity", "reopen_any_opportunity"),
}
NAMES = {
    "view_opportunity": gettext_noop("view opportunities"),
    "add_opportunity": gettext_noop("create opportunities"),
    "change_opportunity": gettext_noop("change one's own opportunities"),
    "close_opportunity": gettext_noop("close one's own opportunities"),
    "change_any_opportunity": gettext_noop("change everybody's opportunities"),
    "close_any_opportunity": gettext_noop("close everybody's opportunities"),
    "reopen_any_opportunity": gettext_noop("reopen opportunities and correct closings"),
    IN_CLOSED_PERIOD: gettext_noop("close and reopen opportunities in a closed period"),
}
USER = Prepared(get_user_model().objects.select_related("preferences").filter(pk=Given("pk")))
OWN_PERMISSIONS = Permission.objects.order_by().filter(user=Given("user"))
GROUP_PERMISSIONS = Permission.objects.order_by().filter(group__user=Given("user"))
PERMISSIONS = Prepared(
    Permission.objects.order_by()
    .filter(Q(pk__in=OWN_PERMISSIONS.values("pk")) | Q(pk__in=GROUP_PERMISSIONS.values("pk")))
    .values_list("content_type__app_label", "codename")
)
ALL_PERMISSIONS = Permission.objects.order_by().values_list("content_type__app_label", "codename")


class Backend(ModelBackend):
    """Django's own, in fewer queries: a user comes with the preferences, which every page needs, and the permissions
    of the user come with those of the groups."""

    def get_user(self, user_id):
        user = USER.one(pk=user_id)
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            names = ALL_PERMISSIONS.all() if user_obj.is_superuser else PERMISSIONS(user=user_obj.pk)
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in names}
        return user_obj._perm_cache


def missing_permission(user, action: str, opportunity: Opportunity | None = None) -> str | None:
    """The codename of the permission that `user` lacks to do `action` (a key of ACTIONS), or None."""
    own, everybodys = ACTIONS[action]
    if user.has_perm(f"opportunities.{everybodys}"):
        return None
    is_own = opportunity is None or opportunity.owner_id == user.pk
    if is_own and user.has_perm(f"opportunities.{own}"):
        return None
    return own if is_own else everybodys


def may(user, action: str, opportunity: Opportunity | None = None) -> bool:
    return missing_permission(user, action, opportunity) is None


def sees_cost(user) -> bool:
    """Whether `user` may see what quotes cost, and so their margin."""
    return user.has_perm(f"opportunities.{SEES_COST}")


def may_in_closed_period(user) -> bool:
    """Whether `user` may close, reopen and correct what has its close date in the closed period."""
    return user.has_perm(f"opportunities.{IN_CLOSED_PERIOD}")


def require(user, action: str, opportunity: Opportunity | None = None) -> None:
    """Raises PermissionDenied, naming the missing permission, unless `user` may do `action`."""
    missing = missing_permission(user, action, opportunity)
    if missing:
        raise PermissionDenied(refusal(missing))


def refusal(missing: str) -> str:
    """Says which permission is missing: the one with the codename `missing`."""
    return _("This needs the permission to %(action)s (%(codename)s). Ask an administrator.") % {
        "action": _(NAMES[missing]),
        "codename": missing,
    }


def ship_groups() -> None:
    """Creates the groups that are shipped where they do not exist; administrators edit them freely."""
    for name, codenames in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(
                Permission.objects.filter(content_type__app_label="opportunities", codename__in=codenames)
            )
