"""What a quote costs, and so its margin, is on no page, file or paper of who may not see it."""

import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pypdf import PdfReader

from opportunities.models import Product, QuoteLine, TimelineEvent
from opportunities.permissions import SEES_COST
from opportunities.tests.access.world import address, make_users, make_world, patterns
from opportunities.tests.page import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
# A product's cost, a line's at 9,000 a unit before and after it changed, and the margins of that line.
SECRETS = {
    "cost of the product": "5432.17",
    "cost before": "6789.12",
    "cost": "6543.98",
    "margin before": "2210.88",
    "margin": "2456.02",
}


@pytest.fixture
def users():
    return make_users()


@pytest.fixture
def world(users):
    """Marta's, where a manager changed what a line of her draft costs after she had opened it."""
    world = make_world(users["owner"])
    Product.objects.update(unit_cost=Decimal(SECRETS["cost of the product"]))
    before = Decimal(SECRETS["cost before"])
    QuoteLine.objects.filter(pk=world["line"].pk).update(unit_cost=before, unit_price=Decimal("9000"))
    path = line_address(world)
    world["form"] = form_of(signed_in(users["owner"]).get(path))
    manager = signed_in(users["manager"])
    changed = form_of(manager.get(path)) | {"unit_cost": SECRETS["cost"], "unit_price": "9000.00"}
    assert manager.post(path, changed).status_code == 302
    return world


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def line_address(world) -> str:
    return address("quotes/<int:pk>/lines/<int:line_pk>/", world)


def found(response) -> set[str]:
    """Which of the secrets are in the response, however its numbers are written."""
    content = response.getvalue()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            content = b"".join(map(workbook.read, workbook.namelist()))
    if content.startswith(b"%PDF"):
        content = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    digits = re.sub(r"(?<=\d)(&nbsp;|[\s.,'’])(?=\d)", "", content.decode(errors="ignore"))
    return {name for name, amount in SECRETS.items() if amount.replace(".", "") in digits}


def addresses(world, *, of_admin: bool) -> list[str]:
    return [address(pattern, world) for pattern in patterns() if pattern.startswith("admin") == of_admin]


def test_who_may_see_the_cost_finds_it(world, users):
    manager = signed_in(users["manager"])
    assert found(manager.get(address("quotes/<int:pk>/", world))) == {"margin"}
    assert found(manager.get(line_address(world))) == {"cost", "margin"}


def test_a_salesperson_finds_it_nowhere(world, users):
    client = signed_in(users["owner"])
    asked = [client.get(path) for path in addresses(world, of_admin=False) if "logout" not in path]
    assert {(response.request["PATH_INFO"], secret) for response in asked for secret in found(response)} == set()


def test_it_cannot_be_searched_for(world, users):
    client = signed_in(users["owner"])
    for path, name in [("/search/", "Plant"), ("/opportunities/", "Plant"), ("/quotes/", "Full service")]:
        assert name in client.get(path, {"q": name.lower()}).content.decode()
        for amount in SECRETS.values():
            assert name not in client.get(path, {"q": amount}).content.decode()


def test_an_edit_that_conflicts_does_not_tell_it(world, users):
    # given a line that Marta opened before its cost changed
    client, path = signed_in(users["owner"]), line_address(world)
    assert not [name for name in world["form"] if "cost" in name]
    QuoteLine.objects.filter(pk=world["line"].pk).update(description="Theirs")

    # when she saves it, and again over what is shown then
    for typed in [{"description": "Mine"}, {"description": "Mine", "unit_cost": "1", "unit_price": ""}]:
        response = client.post(path, world["form"] | typed)

        # then she learns no cost, and changes none
        assert response.status_code in {409, 422}
        assert found(response) == set()
    assert QuoteLine.objects.get(pk=world["line"].pk).unit_cost == Decimal(SECRETS["cost"])


def test_the_timeline_does_not_keep_it(world):
    kept = re.sub(r"[.,]", "", str(list(TimelineEvent.objects.values_list("data", flat=True))))
    assert not [name for name, amount in SECRETS.items() if amount.replace(".", "") in kept]


def test_who_may_see_all_else_in_the_admin_does_not_find_it_there(world, users):
    # given a salesperson who may view, add and change everything there
    user = users["owner"]
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.exclude(codename=SEES_COST))
    client = signed_in(user)

    # when
    pages = [client.get(path) for path in addresses(world, of_admin=True) if "logout" not in path]

    # then
    assert len([page for page in pages if page.status_code == 200]) > 60
    assert {(page.request["PATH_INFO"], secret) for page in pages for secret in found(page)} == set()
