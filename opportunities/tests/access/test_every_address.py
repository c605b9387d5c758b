"""Every address, by every method, as everybody: it answers what the table says, and a refusal writes nothing."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.template.backends.django import Template

from opportunities.tests.access.table import TABLE
from opportunities.tests.access.world import ROLES, address, make_users, make_world, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
LOGIN = "/accounts/login/"
OTHERS = ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
# What a visit itself leaves: sessions, and attempts that are counted.
KEPT = ("django_session", "crm_cache")


def rows() -> dict[str, list[list[str]]]:
    """For each pattern, what GET answers to each role, what POST does, and what the other methods do."""
    table = {}
    for line in TABLE.strip().splitlines():
        pattern, *answers = line.split(" | ")
        table[pattern.strip().removeprefix("/")] = [answer.split() for answer in answers]
    return table


ROWS = rows()


def test_every_address_has_a_row():
    assert set(patterns()) == set(ROWS)
    lengths = {pattern: [len(ROLES), len(ROLES), len(others_of(pattern))] for pattern in ROWS}
    assert {pattern: [len(part) for part in row] for pattern, row in ROWS.items()} == lengths


def others_of(pattern: str) -> list[str]:
    return ["DELETE"] if pattern.startswith("admin/") else OTHERS


@contextmanager
def writes():
    """The statements that write, as they are sent; afterwards all is as before."""
    found = []

    def watch(execute, sql, *arguments):
        if sql.lstrip().split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"} and not any(
            f'"{table}"' in sql for table in KEPT
        ):
            found.append(sql)
        return execute(sql, *arguments)

    with transaction.atomic(), connection.execute_wrapper(watch):
        yield found
        transaction.set_rollback(True)


def answer(client, cookies: dict, method: str, path: str) -> tuple[str, list[str]]:
    """The status, "in" for the way to the sign-in, and what was written."""
    client.cookies.clear()
    client.cookies.load(cookies)
    with writes() as written:
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
        response.getvalue()  # also of what is streamed
    is_way_in = response.status_code == 302 and response["Location"].startswith((LOGIN, "/admin/login/"))
    return "in" if is_way_in else str(response.status_code), written


@pytest.mark.parametrize("role", ROLES)
def test_what_everybody_gets(client, role, monkeypatch):
    monkeypatch.setattr(Template, "render", lambda *_arguments: "")  # takes longest, and decides nothing
    users = make_users()
    world = make_world(users["owner"])
    if users[role]:
        client.force_login(users[role])
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    column, wrong = ROLES.index(role), []
    for pattern, (get, post, others) in ROWS.items():
        path = address(pattern, world)
        expected = {"GET": get[column], "POST": post[column]}
        if role == "administrator":
            expected |= dict(zip(others_of(pattern), others, strict=True))
        for method, status in expected.items():
            answered, written = answer(client, cookies, method, path)
            if answered != status:
                wrong.append(f"{method} {path}: {answered}, not {status}")
            if written and (method != "POST" or answered == "in" or answered[0] in "45"):
                wrong.append(f"{method} {path}: {answered}, but it wrote {written}")
    assert wrong == []
