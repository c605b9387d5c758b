"""One of everything that an address can name: what is open is the owner's, and so is what is closed."""

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, get_resolver

from opportunities.closing.bulk import Choice, Shared, close_many
from opportunities.models import ClosedThrough, ClosingBatch, Opportunity, SavedView, Seller
from opportunities.tests.conftest import in_group
from opportunities.tests.factories import (
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    QuoteFactory,
    QuoteLineFactory,
    UserFactory,
    close,
    day,
    reason,
)

ROLES = ["signed out", "no group", "owner", "another", "manager", "administrator"]


def make_users() -> dict[str, User | None]:
    return {
        "signed out": None,
        "no group": UserFactory(username="nobody"),
        "owner": in_group("Salespeople", username="marta"),
        "another": in_group("Salespeople", username="jonas"),
        "manager": in_group("Sales managers", username="ines"),
        "administrator": UserFactory(username="admin", is_staff=True, is_superuser=True),
    }


def make_world(owner: User) -> dict:
    """What stands for the parameters of an address: for a pattern that begins or ends so, a name, or in general."""
    contact = ContactFactory()
    opportunity = OpportunityFactory(topic="Plant", owner=owner, account=contact.account, contact=contact)
    draft, active = (QuoteFactory(opportunity=opportunity, status=status) for status in ["draft", "active"])
    line = QuoteLineFactory(quote=draft, product=ProductFactory())
    closed = OpportunityFactory(topic="Pump", owner=owner, competitor=None)
    QuoteFactory(opportunity=closed)
    closing = close(closed)
    together = OpportunityFactory(topic="Audit", owner=owner)
    shared = Shared("lost", reason("Price"), day(0))
    close_many([together.pk], shared, {together.pk: Choice(shown="")}, by=owner)
    CompetitorFactory()
    Seller.objects.create(pk=1, name="Clôture Ltd")
    ClosedThrough.objects.create(pk=1)
    view = SavedView.objects.create(user=owner, name="Mine", query="")
    rows = {"opportunity": opportunity, "draft": draft, "active": active, "line": line}
    return rows | {"closed": closed, "closing": closing, "view": view}


def patterns(resolver=None, prefix: str = "") -> list[str]:
    """Every pattern of an address that leads somewhere, whole: "opportunities/<int:pk>/close/"."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        whole = prefix + str(pattern.pattern)
        found += [whole] if isinstance(pattern, URLPattern) else patterns(pattern, whole)
    return list(dict.fromkeys(found))


def address(pattern: str, world: dict) -> str:
    """An address of `pattern` that names rows of `world`; in the admin, the first row of its table."""
    if pattern.startswith("admin/"):
        return "/" + admin_address(pattern)
    if "(?P<uidb36>" in pattern:
        return "/accounts/password/reset/key/1-none/"
    opportunity, quote = world["opportunity"], world["draft"]
    if pattern.endswith(("undo/", "reopen/", "correct/")):
        opportunity = world["closed"]
    if pattern.endswith(("revise/", "quotes/<int:pk>/close/")):
        quote = world["active"]
    keys = {"opportunities": opportunity, "quotes": quote, "accounts": opportunity.account}
    row = keys.get(pattern.partition("/")[0])
    if "closed-together/" in pattern:
        row = ClosingBatch.objects.get()
    if "views/" in pattern:
        row = world["view"]
    path = pattern.replace("<int:line_pk>", str(world["line"].pk))
    question = f"?closing={world['closing'].pk}" if pattern.endswith("<int:pk>/undo/") else ""
    return "/" + path.replace("<int:pk>", str(row and row.pk)) + question


def admin_address(pattern: str) -> str:
    if pattern.startswith("admin/r/"):
        return f"admin/r/{ContentType.objects.get_for_model(Opportunity).pk}/{Opportunity.objects.first().pk}/"
    path = pattern.replace("^(?P<app_label>opportunities|auth)/$", "opportunities/").replace("(?P<url>.*)$", "nothing")
    if "<" not in path:
        return path
    label, name = path.split("/")[1:3]
    first = str(apps.get_model(label, name).objects.order_by("pk").first().pk)
    return path.replace("<path:object_id>", first).replace("<id>", first)
