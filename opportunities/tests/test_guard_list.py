"""The list of guards as such: well formed for both databases, said in words, and each tried by a test."""

from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from opportunities.models import guards
from opportunities.tests.refusal import SENTENCES

GENERATED = ("_id_is_fixed", "_is_not_emptied")


def test_names_are_unique_and_fit_a_postgresql_name():
    names = [guard.trigger for guard in guards.GUARDS]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 63


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_each_database_reads_the_condition_in_its_own_words(vendor):
    for guard in guards.GUARDS:
        text = " ".join(guards.statements(guard, vendor))
        assert f"guard:{guard.name}'" in text
        conditions = guard.asked_when + guard.refuse_when
        assert ("DISTINCT FROM" in text) == (vendor == "postgresql" and "DISTINCT FROM" in conditions)


def test_what_the_row_alone_decides_looks_nothing_up():
    """An update of many opportunities, or of their quotes, asks of each row as little as it can."""
    assert [guard.name for guard in guards.GUARDS if "SELECT" in guard.asked_when] == []
    updates = [guard for guard in guards.GUARDS if guard.event == "UPDATE"]
    written = [guard for guard in updates if guard.table in (guards.OPPORTUNITY, guards.QUOTE)]
    always = [guard.name for guard in written if guard.asked_when == "TRUE" and "SELECT" in guard.refuse_when]
    assert always == ["opportunity_update_fits_its_reason"]


def test_only_what_sqlite_does_not_have_is_missing_there():
    unsupported = {guard.name for guard in guards.GUARDS} - {guard.name for guard in guards.supported(connection)}
    deferred = {"closing_agrees_with_its_opportunity", "quote_closing_agrees_with_its_quote"}
    truncated = {f"{table}_is_not_emptied" for table in guards.KEPT}
    assert unsupported == (deferred | truncated if connection.vendor == "sqlite" else set())


def test_a_refusal_is_said_in_the_words_of_its_guard_or_constraint():
    for name, sentence in SENTENCES.items():
        prefix = "guard:" if name in {guard.name for guard in guards.GUARDS} else ""
        assert guards.sentence(IntegrityError(f"{prefix}{name}")) == sentence
        assert sentence.endswith(".")


def test_any_other_refusal_is_said_too():
    sentence = "The database refused this change, and nothing was saved."
    assert guards.sentence(IntegrityError("FOREIGN KEY constraint failed")) == sentence


def test_every_guard_and_constraint_is_tried_by_a_test():
    tests = "".join(path.read_text() for path in (Path(__file__).parent / "models").glob("test_*.py"))
    generated = {name for name in SENTENCES if name.startswith("line_") or name.endswith(GENERATED)}
    assert [name for name in SENTENCES if name not in tests and name not in generated] == []
