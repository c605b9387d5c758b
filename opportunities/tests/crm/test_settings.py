"""The settings as a start reads them from its environment."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
KEY = "a-key-of-fifty-characters-that-nobody-could-guess-0123456789"


def start(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """`manage.py` with this environment and nothing of ours."""
    environment |= {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:"}
    arguments = [sys.executable, "manage.py", *command]
    return subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_without_debug_a_missing_secret_key_stops_the_start():
    result = start("check")
    assert result.returncode != 0
    assert "Set the SECRET_KEY environment variable" in result.stderr


def test_with_debug_nothing_needs_to_be_set():
    result = start("check", "--fail-level", "WARNING", DEBUG="1")
    assert result.returncode == 0, result.stderr


def test_behind_https_the_deployment_check_finds_nothing():
    environment = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "crm.example.com", "HTTPS": "1"}
    result = start("check", "--deploy", "--fail-level", "WARNING", **environment)
    assert result.returncode == 0, result.stderr


def test_a_log_line_is_printed_once():
    script = "import logging; logging.getLogger('django.request').warning('once')"
    assert start("shell", "--no-imports", "--command", script, DEBUG="1").stderr == "once\n"


def test_no_model_change_lacks_its_migration():
    result = start("makemigrations", "--check", "--dry-run", DEBUG="1")
    assert result.returncode == 0, result.stdout
