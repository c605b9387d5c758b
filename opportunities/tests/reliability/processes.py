"""Processes of their own, each with its own connection, that do things at the same moment as web workers would."""

import importlib
import multiprocessing
import os
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

TIMEOUT = 90  # seconds: whoever takes longer hangs


class Request(NamedTuple):
    """A form that the user with the key `user` sends."""

    user: int
    url: str
    data: dict


class Import(NamedTuple):
    """The files of an import, which is worked off in chunks of `chunk` rows."""

    file: str
    mapping: str
    chunk: int = 2_000


class Answer(NamedTuple):
    """The status and text of a response; an import is as good as a response. `error` is what Django did not catch."""

    status: int
    text: str
    error: str = ""

    @property
    def is_done(self) -> bool:
        return self.status in (200, 302)


class Workers:
    """As many processes as can act at once; each is told what to do, and begins when all were told."""

    def __init__(self, count: int):
        context = multiprocessing.get_context("spawn")
        self.start = context.Barrier(count)
        self.processes, self.pipes = [], []
        for _number in range(count):
            pipe, end = context.Pipe()
            arguments = (end, self.start, connection.settings_dict["NAME"])
            process = context.Process(target=work, args=arguments, daemon=True)
            process.start()
            self.processes.append(process)
            self.pipes.append(pipe)

    def at_once(self, *jobs: Request | Import) -> list[Answer]:
        """What each of `jobs` came to; as many workers as there are have nothing to do."""
        for number, pipe in enumerate(self.pipes):
            pipe.send(jobs[number] if number < len(jobs) else None)
        answers = [self.answer(pipe) for pipe in self.pipes]
        return answers[: len(jobs)]

    def answer(self, pipe) -> Answer:
        assert pipe.poll(TIMEOUT), "A process hangs."
        return pipe.recv()

    def stop(self) -> None:
        for pipe in self.pipes:
            pipe.close()
        for process in self.processes:
            process.join(5)
            process.terminate()


def work(pipe, start, database: str) -> None:
    """A worker's life: what it is told, together with the others, until nobody tells it anything."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.ALLOWED_HOSTS, settings.DEBUG = ["*"], False
    django.setup()
    errors: list[str] = []
    note_errors(errors)
    clients: dict = {}
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        if isinstance(job, Request):
            sign_in(clients, job.user)
        start.wait(TIMEOUT)
        errors.clear()
        pipe.send(do(job, clients, errors))


def note_errors(errors: list[str]) -> None:
    from django.core.signals import got_request_exception

    def note(sender, request, **_kwargs):
        import traceback

        errors.append(traceback.format_exc())

    got_request_exception.connect(note, weak=False)


def sign_in(clients: dict, user: int) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    if user not in clients:
        clients[user] = Client(raise_request_exception=False)
        clients[user].force_login(get_user_model().objects.get(pk=user), "opportunities.permissions.Backend")


def do(job: Request | Import | None, clients: dict, errors: Sequence[str]) -> Answer | None:
    match job:
        case Request():
            response = clients[job.user].post(job.url, job.data)
            return Answer(response.status_code, response.content.decode(), "".join(errors))
        case Import():
            return bring_in(job)
    return None


def bring_in(job: Import) -> Answer:
    import traceback
    from pathlib import Path

    exchange = importlib.import_module("opportunities.exchange.services")
    from opportunities.exchange import ImportRefused, load_mapping

    exchange.CHUNK = job.chunk
    try:
        report = exchange.import_file(Path(job.file), load_mapping(Path(job.mapping)), keep_good=True)
    except ImportRefused as refusal:
        return Answer(409, str(refusal))
    except Exception:
        return Answer(500, "", traceback.format_exc())
    return Answer(200, str({str(result): count for result, count in report.counts.items()}))
