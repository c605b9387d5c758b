"""How tests use the pages of the admin: their addresses, and their forms as a browser sends them."""

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse


def page(model, name: str, *args) -> str:
    """The address of the page `name` ("changelist", "add", "change", "delete", "history") of `model`."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def shown(client: Client, url: str) -> dict:
    """What the form at `url` sends when nothing is touched."""
    data = {}
    for field in client.get(url).context["adminform"].form:
        value = field.value()
        data[field.html_initial_name] = "" if value is None else str(value)
        if value is not None and value is not False:
            data[field.html_name] = str(value)
    return data


def submit(client: Client, url: str, /, untick: str = "", form: dict | None = None, **typed):
    """Sends the form at `url` (or the earlier `form` of it) with the fields `typed`, and one checkbox unticked."""
    data = (shown(client, url) if form is None else form) | typed
    data.pop(untick, None)
    return client.post(url, data, follow=True)


def errors(answer) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def told(answer) -> list[str]:
    """The messages on the page."""
    return [str(message) for message in answer.context["messages"]]


def staff(client, user, *codenames):
    """Signs `user` in as staff with the permissions `codenames`."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client
