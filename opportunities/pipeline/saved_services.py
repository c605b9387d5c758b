"""The views that a user keeps of the list of opportunities."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from opportunities.models import SavedView
from opportunities.models.prepared import Given, Prepared

MOST = 50  # views of one user
VIEWS = Prepared(SavedView.objects.filter(user=Given("user")))


class NameTaken(Exception):
    """The user has a view of this name, which asks for something else."""


class TooMany(Exception):
    def __str__(self) -> str:
        return _("You keep %(most)s views, which is as many as there can be. Delete one first.") % {"most": MOST}


def save_view(user, name: str, query: str, *, replace: bool = False) -> SavedView:
    """Keeps `query` under `name`; with `replace`, in the place of what the name stood for.

    Raises NameTaken without it, and TooMany when the user has MOST views already.
    """
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=user.pk)  # one after the other
        views = SavedView.objects.filter(user=user)
        view = views.filter(name=name).first()
        if view is None:
            if views.count() >= MOST:
                raise TooMany
            return SavedView.objects.create(user=user, name=name, query=query)
        if view.query != query and not replace:
            raise NameTaken
        view.query = query
        view.save(update_fields=["query"])
        return view


def saved_views(user, current: str) -> list[SavedView]:
    """The views of `user` by name; `is_current` marks those that ask for what the query `current` does."""
    views = VIEWS(user=user.pk)
    for view in views:
        view.is_current = view.query == current
    return views
