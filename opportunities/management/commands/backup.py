"""`manage.py backup FILE`: the whole database in one file, consistent while people go on working."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = (
        "Writes the whole database to FILE, as it is at one instant, while it is in use: an SQLite database, or an "
        "archive for pg_restore. The file appears under its name only when it is complete and was read back; only its "
        "owner may read it."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--force", action="store_true", help="replaces FILE where there is one")

    def handle(self, *, file: Path, force: bool, **options):
        if file.exists() and (not force or is_the_database(file)):
            raise CommandError(_("%(file)s exists and is kept as it is.") % {"file": file})
        partial = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            write = {"sqlite": copy_sqlite, "postgresql": dump_postgresql}[connection.vendor]
            write(partial)
            with partial.open("rb") as written:
                os.fsync(written.fileno())
            partial.replace(file)
        except (OSError, sqlite3.Error) as error:
            raise CommandError(_("No backup was written: %(error)s") % {"error": error}) from error
        finally:
            partial.unlink(missing_ok=True)
        size = f"{file.stat().st_size / 1_000_000:.1f}"
        self.stdout.write(_("%(file)s has the whole database (%(size)s MB).") % {"file": file, "size": size})


def is_the_database(file: Path) -> bool:
    return connection.vendor == "sqlite" and file.samefile(connection.settings_dict["NAME"])


def copy_sqlite(target: Path) -> None:
    """Copies the database in one step, which holds nobody up (WAL), and has SQLite check every page and index of it."""
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        problems = [problem for (problem,) in copy.execute("PRAGMA integrity_check") if problem != "ok"]
        problems += [f"{table} {row}: {to}" for table, row, to, _key in copy.execute("PRAGMA foreign_key_check")]
    if problems:
        raise CommandError(_("No backup was written: %(error)s") % {"error": "; ".join(problems[:5])})


def dump_postgresql(target: Path) -> None:
    """Has pg_dump write what one transaction sees, and pg_restore read all of it again."""
    if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
        raise CommandError(
            _("pg_dump and pg_restore are not here. Install PostgreSQL's client programs, of the server's version.")
        )
    where, password = address()
    run(["pg_dump", "--format=custom", f"--file={target}", where], password)
    run(["pg_restore", f"--file={os.devnull}", str(target)], password)


def address(**other: str) -> tuple[str, str]:
    """Where pg_dump and pg_restore find the database of Django (with `other` values), and the password.

    The password goes by the environment: all users of the machine can read a command line.
    """
    from psycopg import conninfo, pq

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    given = {name: value for name, value in connection.get_connection_params().items() if name in known}
    password = given.pop("password", "")
    return f"--dbname={conninfo.make_conninfo(**given | other)}", password


def run(command: list[str], password: str) -> None:
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 (ours, word by word)
    if done.returncode:
        raise CommandError(_("No backup was written: %(error)s") % {"error": done.stderr.strip()})
