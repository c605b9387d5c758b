"""What a supervisor asks: /healthz of the process, /readyz of all that it needs to serve."""

from dataclasses import replace

import pytest
from django.db import Error, InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from opportunities.models import guards
from opportunities.tests.models.ways import sql


def test_healthz_answers_without_a_sign_in_and_without_the_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_answers_without_a_sign_in(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("guard", guards.supported(connection), ids=lambda guard: guard.name)
def test_readyz_names_a_guard_that_is_missing(client, guard):
    sql(f"DROP TRIGGER {guard.trigger}" + (f" ON {guard.table}" if connection.vendor == "postgresql" else ""))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "problems": [f"guard missing: {guard.name}"]}


@pytest.mark.django_db
def test_readyz_names_a_guard_of_another_version(client, monkeypatch):
    lax = [replace(guard, refuse_when="1 = 0") if guard.name == "closing_is_kept" else guard for guard in guards.GUARDS]
    monkeypatch.setattr(guards, "GUARDS", lax)
    response = client.get("/readyz")
    assert response.status_code == 503
    problem = "guard outdated or switched off: closing_is_kept"
    assert response.json() == {"status": "not ready", "problems": [problem]}


@pytest.mark.django_db
def test_readyz_names_a_migration_that_is_pending(client):
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "problems": ["migration pending: sessions.0001_initial"]}


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_readyz_says_that_the_database_does_not_answer(client, error: type[Error]):
    def fail(*_arguments):
        raise error("server closed the connection unexpectedly")

    with connection.execute_wrapper(fail):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "problems": ["the database does not answer"]}
