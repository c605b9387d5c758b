"""`manage.py benchmark`: what it fills in breaks no rule, what it measures is right, and it keeps to its own data."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from opportunities.benchmark.fill import fill, was_filled
from opportunities.benchmark.measure import Row, WrongAnswer, measured, p95, send
from opportunities.benchmark.steps import Step
from opportunities.models import (
    Account,
    Opportunity,
    OpportunityClose,
    Quote,
    QuoteClose,
    QuoteCounter,
    QuoteLine,
    QuoteStatus,
    State,
    TimelineEvent,
    guards,
    search_index,
)
from opportunities.tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db

N = 400
MEASURED = [
    "list, first page",
    "list, deep page",
    "list, filtered",
    "list, won, by close date",
    "list, searched, one",
    "list, searched, many",
    "list, searched, two words",
    "totals of one owner",
    "totals on request (all open)",
    "board",
    "board of one",
    "My day",
    "opportunity",
    "account",
    "quick search, “turbine”",
    "quick search, “lot 12”",
    "quick search, “zür”",
    "win/loss",
    "win/loss of one",
    "forecast",
    "forecast of one",
    "what changed in a week",
    "what changed in a quarter, one",
    "contradictions",
    "contradictions of one",
    "close dialog",
    "close with 5 quotes",
    "close many, 500: dialog",
    "close many, 500",
]


@pytest.fixture
def filled(db):
    connection.check_constraints()
    fill(N, users=8)


def test_what_is_filled_in_breaks_no_rule_and_all_indexes_and_guards_are_back(filled, capsys):
    # given what a migrated database has, and a filled one
    call_command("check_integrity")
    assert "Every rule holds" in capsys.readouterr().out
    connection.check_constraints()
    assert (guards.missing(connection), search_index.missing(connection)) == ([], [])
    with connection.cursor() as cursor:
        for model in [Opportunity, Quote, OpportunityClose, QuoteClose, TimelineEvent]:
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            named = {each.name for each in [*model._meta.indexes, *model._meta.constraints]}
            assert named <= set(there)


def test_there_are_as_many_as_asked_for_and_believable_numbers_of_the_rest(filled):
    open_count = Opportunity.objects.filter(state=State.OPEN).count()
    assert Opportunity.objects.count() == N
    assert 0.28 * N < open_count < 0.42 * N
    assert OpportunityClose.objects.count() == N - open_count
    assert 2 * N < Quote.objects.count() < 3 * N
    assert QuoteLine.objects.count() == Quote.objects.count()
    assert TimelineEvent.objects.count() > 5 * N
    assert Account.objects.count() == N // 5
    assert Opportunity.objects.values("currency").distinct().count() > 2
    assert set(Quote.objects.values_list("status", flat=True).distinct()) == set(QuoteStatus.values)
    # what is filled in is found
    assert Opportunity.objects.search("turbine").exists()


def test_what_is_written_afterwards_follows_on(filled):
    last = Quote.objects.latest("pk")
    number = QuoteCounter.next_number(int(last.number.split("-")[1]))
    assert not Quote.objects.filter(number=number).exists()
    assert OpportunityFactory().pk == N + 1


def test_every_page_is_measured_and_what_is_closed_is_closed_by_the_rules(filled):
    rows = list(measured(samples=1))
    assert [row.name for row in rows] == MEASURED
    assert all(row.requests == 1 and 0 < row.p50_sql < row.p50 and row.statements > 3 for row in rows)
    call_command("check_integrity")


def test_a_wrong_answer_is_no_figure(client, salesperson):
    with pytest.raises(WrongAnswer, match="answered 302"):
        send(client, Step("/opportunities/"))
    client.force_login(salesperson)
    with pytest.raises(WrongAnswer, match="answered 404"):
        send(client, Step("/opportunities/1/"))


def test_p95_is_what_one_in_twenty_exceeds():
    assert p95([7.0]) == 7.0
    assert p95([float(number) for number in range(1, 101)]) == pytest.approx(95.05)


def test_data_of_ones_own_is_left_alone():
    OpportunityFactory()
    assert not was_filled()
    with pytest.raises(CommandError, match="data of its own"):
        call_command("benchmark", opportunities=10)
    assert Opportunity.objects.count() == 1


def test_the_command_fills_measures_and_writes_a_table_and_json(monkeypatch, capsys, tmp_path):
    # given measuring that takes no time
    rows = [Row("list", 3, 1.25, 2.5, 0.5, 11)]
    monkeypatch.setattr("opportunities.benchmark.measure.measured", lambda samples: rows)
    connection.check_constraints()

    # when an empty database is filled and measured
    call_command("benchmark", opportunities=30, users=3, json=tmp_path / "run.json")

    # then
    out = capsys.readouterr().out
    assert "30 opportunities" in out
    assert "| list | 1.2 | 2.5 | 0.5 | 11 | 3 |" in out
    assert json.loads((tmp_path / "run.json").read_text())["rows"][0]["p95"] == 2.5

    # when it is called again, then nothing is added
    call_command("benchmark", opportunities=30, samples=0)
    assert Opportunity.objects.count() == 30
