"""The database is cut off, full or read-only in a closing: nothing is half done, and the person is told."""

import os
import re
import shutil
import subprocess

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from opportunities.integrity import broken_rules
from opportunities.models import Opportunity
from opportunities.tests.faults.conftest import close_url, lost
from opportunities.tests.refusal import nothing_changes, snapshot

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PostgreSQL only: there is a server to cut off"
)
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")

TAKES_NO_CHANGES = (
    "The database takes no changes at the moment, so nothing was saved. Tell an administrator. "
    "Go back to what you typed, and try again in a minute."
)
DOES_NOT_ANSWER = (
    "The database does not answer at the moment. What you sent last may not have been saved. "
    "Go back to what you typed, and try again in a minute."
)
WRITES = ("INSERT", "UPDATE", "DELETE")


class AfterWrite:
    """Calls `fault` with the cursor after the write of this number; counts the writes that it saw."""

    def __init__(self, number: int, fault):
        self.number, self.fault, self.writes = number, fault, 0

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith(WRITES):
            self.writes += 1
            if self.writes == self.number:
                self.fault(context["connection"])
        return result


def failure(response) -> str:
    """The sentence of a page that says that the server failed."""
    said = re.search(r"<p data-failure>(.*?)</p>", response.content.decode(), re.DOTALL)
    return " ".join(said[1].split())


def cut(other):
    """Ends the session of the test's connection, from the side of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.fixture
def other():
    """A second connection to the same database."""
    other = connection.copy()
    yield other
    other.close()


@on_postgresql
def test_a_connection_that_is_cut_after_any_write_leaves_no_trace(marta, opportunity, other):
    fields = lost(marta, opportunity)
    for number in range(1, 6):
        # when the session ends after that write of the closing
        count = AfterWrite(number, lambda _connection: cut(other))
        with nothing_changes():
            with connection.execute_wrapper(count):
                response = marta.post(close_url(opportunity), fields)
            connection.close()
        # then the person is told
        assert (count.writes, response.status_code, failure(response)) == (number, 503, DOES_NOT_ANSWER)
    # and can send it again
    assert marta.post(close_url(opportunity), fields).status_code == 302
    assert Opportunity.objects.get().state == "lost"


@on_postgresql
def test_a_connection_that_was_cut_between_two_requests_is_not_noticed(marta, opportunity, other, settings):
    cut(other)
    connection.close_if_unusable_or_obsolete()  # as Django does before each request
    assert marta.get(close_url(opportunity)).status_code == 200


@on_postgresql
def test_a_database_that_is_gone_says_so_on_every_page(marta, opportunity, monkeypatch):
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "/nowhere")
        responses = [marta.get(url, headers={"Accept-Language": "fr"}) for url in ("/", "/accounts/login/")]
    assert responses[0].status_code == 503
    assert failure(responses[0]).startswith("La base de données ne répond pas")
    assert responses[1].status_code == 503


def read_only():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")


def test_a_read_only_database_shows_everything_and_says_that_it_takes_nothing(marta, opportunity):
    fields = lost(marta, opportunity)
    with nothing_changes():
        read_only()
        assert marta.get(opportunity.get_absolute_url()).status_code == 200
        response = marta.post(close_url(opportunity), fields, headers={"HX-Request": "true"})
        connection.close()
    assert (response.status_code, failure(response)) == (503, TAKES_NO_CHANGES)


def keep_to(pages: int):
    """No file of the database may have more pages; as a full disk has none to give."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {pages}")


@on_sqlite
def test_a_full_disk_leaves_no_trace_wherever_it_fills_up(marta, opportunity):
    # given a disk with a few pages left, and notes until it is full
    fields = lost(marta, opportunity) | {"details": "x" * 2_000}
    notes = reverse("opportunities:note", args=[opportunity.pk])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (used,) = cursor.fetchone()
    keep_to(used + 5)
    sent = [marta.post(notes, {"text": "x" * 1_900}) for _note in range(20)]
    kept = [response.status_code for response in sent].count(302)
    assert 0 < kept < 20
    assert failure(sent[-1]) == TAKES_NO_CHANGES
    assert opportunity.timeline.count() == kept
    # when it is closed on ever so many pages more, until it is
    refused = 0
    for pages in range(used + 5, used + 30):
        keep_to(pages)
        before = snapshot()
        response = marta.post(close_url(opportunity), fields)
        if response.status_code == 302:
            break
        # then nothing was done before, and the person was told each time
        refused += 1
        assert (response.status_code, failure(response)) == (503, TAKES_NO_CHANGES)
        assert snapshot() == before
    assert refused > 0
    assert Opportunity.objects.get().state == "lost"
    assert list(broken_rules()) == []


DISK_FULL = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER disk_full BEFORE INSERT ON opportunities_timelineevent FOR EACH ROW EXECUTE FUNCTION disk_full();
"""


@pytest.fixture
def disk_full():
    """As the server says it where no file can grow; `small_disk` is a real one, where it may be mounted."""
    with connection.cursor() as cursor:
        cursor.execute(DISK_FULL)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER disk_full ON opportunities_timelineevent; DROP FUNCTION disk_full()")


@on_postgresql
def test_what_postgresql_says_of_a_full_disk_is_told(marta, opportunity, disk_full):
    fields = lost(marta, opportunity)
    with nothing_changes():
        response = marta.post(close_url(opportunity), fields)
    assert (response.status_code, failure(response)) == (503, TAKES_NO_CHANGES)


@pytest.fixture
def small_disk(tmp_path):
    """A disk that the timeline is on, with room for a few notes; skips where none may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k,mode=0777", "tmpfs", str(place)]
    if "TEST_DATABASE_URL" in os.environ or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("No disk can be mounted here.")
    try:
        shutil.chown(place, "embedded_postgres")
        for folder in list(place.parents)[:-2]:
            folder.chmod(0o755)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLESPACE small_disk LOCATION '{place}'")
            cursor.execute("VACUUM FULL opportunities_timelineevent")  # what other tests rolled back fills it too
            cursor.execute("ALTER TABLE opportunities_timelineevent SET TABLESPACE small_disk")
        yield
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE opportunities_timelineevent SET TABLESPACE pg_default")
            cursor.execute("DROP TABLESPACE small_disk")
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@on_postgresql
def test_a_disk_of_postgresql_that_fills_up_leaves_no_trace(marta, opportunity, small_disk):
    # given notes until the disk is full
    fields = lost(marta, opportunity) | {"details": "".join(map(chr, range(0x4E00, 0x4E00 + 2_000)))}
    notes = reverse("opportunities:note", args=[opportunity.pk])
    text = "".join(map(chr, range(0x5000, 0x5000 + 1_900)))  # that cannot be compressed
    sent = [marta.post(notes, {"text": text}) for _note in range(25)]
    kept = [response.status_code for response in sent].count(302)
    assert 0 < kept < 25
    assert (sent[-1].status_code, failure(sent[-1])) == (503, TAKES_NO_CHANGES)
    assert opportunity.timeline.count() == kept
    # when a deal is closed
    with nothing_changes():
        response = marta.post(close_url(opportunity), fields)
    # then
    assert (response.status_code, failure(response)) == (503, TAKES_NO_CHANGES)
    assert list(broken_rules()) == []


def test_a_mistake_of_ours_is_no_failure_of_the_database(marta, opportunity):
    def fail(*_arguments):
        raise ZeroDivisionError

    with connection.execute_wrapper(fail):
        response = marta.get(opportunity.get_absolute_url())
    assert response.status_code == 500
    assert failure(response).startswith("The mistake is ours")


@pytest.mark.parametrize("url", ["/", "/opportunities/7/close/", "/admin/"])
def test_a_database_that_is_locked_for_too_long_says_so(marta, url):
    def fail(*_arguments):
        raise OperationalError("database is locked")

    with connection.execute_wrapper(fail):
        response = marta.get(url)
    assert (response.status_code, failure(response)) == (503, DOES_NOT_ANSWER)
    assert "<title>Not available at the moment · Clôture</title>" in response.content.decode()
