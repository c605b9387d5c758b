"""Whose deals the figures are of: one's own; everybody's, or any person's, for who may change everybody's."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from opportunities.quotes.filters import ALL, MINE, people


def sees_all(user) -> bool:
    return user.has_perm("opportunities.change_any_opportunity")


def owner_choices(user) -> list[tuple[str, str]]:
    """The choices of a field, the default one first."""
    mine = (MINE, _("Mine"))
    return [(ALL, _("Everybody's")), mine, *people()] if sees_all(user) else [mine]


def chosen_owner(asked: str, user) -> str:
    """MINE, ALL or the id of a user, from what an address asks for; the default where that makes no sense.

    Raises PermissionDenied for the figures of others that `user` may not see.
    """
    if not sees_all(user):
        if asked == ALL or (asked.isdigit() and asked != str(user.pk)):
            raise PermissionDenied(
                _("The figures of others need the permission to change everybody's opportunities (%(codename)s).")
                % {"codename": "change_any_opportunity"}
            )
        return MINE
    is_known = asked == MINE or (asked.isdigit() and asked in dict(people()))
    return asked if is_known else ALL
