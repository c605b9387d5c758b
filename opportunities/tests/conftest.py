"""What every test may use: users by role, and the database that the tests run on."""

import gc

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation

from opportunities.tests.factories import UserFactory


def pytest_collection_finish():
    """What is there by now stays; looking through it for garbage would take a tenth of the time of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file, not in memory: threads and the live server share it as they share the real one."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("db") / "test.sqlite3")


@pytest.fixture(autouse=True)
def english():
    """A request in French leaves the thread in French; the next test starts in English."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def fast_passwords():
    """A safe hash takes a fifth of a second, which hundreds of made-up users do not need."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker):
    """What fixtures of a module write is there for all its tests, none of which may commit, and goes after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def in_group(name: str, **names):
    user = UserFactory(**names)
    user.groups.add(Group.objects.get(name=name))
    return user


@pytest.fixture
def salesperson(db):
    """Marta sells; what she owns is hers to change and to close."""
    return in_group("Salespeople", username="marta", first_name="Marta", last_name="Ruiz")


@pytest.fixture
def colleague(db):
    """Jonas sells too, and owns other opportunities."""
    return in_group("Salespeople", username="jonas", first_name="Jonas", last_name="Weber")


@pytest.fixture
def manager(db):
    return in_group("Sales managers", username="ines", first_name="Inès", last_name="Moreau")


@pytest.fixture
def outsider(db):
    """Signed in, but in no group."""
    return UserFactory(username="nobody")


@pytest.fixture
def administrator(db):
    return UserFactory(username="admin", is_staff=True, is_superuser=True)
