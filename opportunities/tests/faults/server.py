"""A real server on the database of the tests, in processes of its own that can be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection
from django.http import HttpResponse

HOST = "127.0.0.1"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def database_url() -> str:
    """The address of the database that the tests made, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Server:
    """gunicorn with two workers, which it forks anew when they die; `kill` ends them all with SIGKILL."""

    def __init__(self, log: Path):
        self.log, self.port, self.process = log, free_port(), None

    def start(self) -> None:
        application = "opportunities.tests.faults.wsgi"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            application,
            "--preload",
            "--workers=2",
            f"--bind={HOST}:{self.port}",
        ]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=os.environ | {"DATABASE_URL": database_url()},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        for _attempt in range(600):
            try:
                if self.ask("GET", "/healthz").status_code == 200:
                    return
            except (OSError, HTTPException):
                time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-2_000:])

    def kill(self) -> None:
        """The server and its workers, at once and without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_workers(self) -> None:
        """Its workers alone, which it replaces."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            os.kill(int(pid), signal.SIGKILL)

    def ask(self, method: str, path: str, fields: dict | None = None, cookies: str = "") -> HttpResponse:
        """The answer; raises what the network raises."""
        browser = HTTPConnection(HOST, self.port, timeout=30)
        try:
            headers = {"Cookie": cookies} | (FORM if fields else {})
            browser.request(method, path, urlencode(fields) if fields else None, headers)
            response = browser.getresponse()
            return HttpResponse(response.read(), status=response.status)
        finally:
            browser.close()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return listener.getsockname()[1]
