"""`manage.py import_opportunities`: what it prints, the report that it writes, and how it fails."""

import pytest
from django.core.management import CommandError, call_command

from opportunities.models import Opportunity
from opportunities.tests.exchange.conftest import OPEN, WON
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db
BAD = "A3,Eva Berg,Acme,Cable,Maybe,05.01.2025,1000,,,,"


@pytest.fixture
def run(files, tmp_path, capsys):
    """Runs the command; returns what it printed and the lines of its report."""

    def command(*rows, options=()):
        file, mapping = files(*rows)
        report = tmp_path / "report.csv"
        try:
            call_command("import_opportunities", str(file), f"--mapping={mapping}", f"--report={report}", *options)
        finally:
            command.printed = capsys.readouterr().out.splitlines()
            command.report = report.read_text().splitlines() if report.exists() else []

    return command


def test_good_rows_are_imported_and_reported(run):
    # when
    run(OPEN, WON)

    # then
    assert Opportunity.objects.count() == 2
    assert run.printed[0] == "2 rows: 2 created, 0 updated, 0 skipped, 0 rejected."
    assert run.printed[1:-1] == [
        "        2 × unknown product left empty (Cable)",
        "        1 × unknown owner created (eva.berg)",
        "        1 × unknown account created (Acme)",
    ]
    assert run.report == [
        "line,external_id,result,what,detail",
        "2,A1,created,unknown product left empty,Cable",
        "2,A1,created,unknown owner created,eva.berg",
        "2,A1,created,unknown account created,Acme",
        "3,A2,created,unknown product left empty,Cable",
    ]


def test_a_rejected_row_stops_the_whole_import_and_is_reported(run):
    # when
    with nothing_changes(), pytest.raises(CommandError) as refusal:
        run(OPEN, BAD)

    # then
    assert refusal.value.returncode == 1
    assert str(refusal.value) == "Nothing is written while rows are rejected, unless --keep-good leaves them out."
    assert "  line 3 A3: stage: The mapping has no [stages] entry for “Maybe”." in run.printed
    assert "3,A3,rejected,stage,The mapping has no [stages] entry for “Maybe”." in run.report


def test_good_rows_are_kept_on_demand(run):
    # when
    run(OPEN, BAD, options=["--keep-good"])

    # then
    assert Opportunity.objects.get().external_id == "A1"
    assert run.printed[0] == "2 rows: 1 created, 0 updated, 0 skipped, 1 rejected."


def test_a_dry_run_writes_nothing(run):
    # when
    with nothing_changes():
        run(OPEN, options=["--dry-run"])

    # then
    assert run.printed[0] == "1 row: 1 created, 0 updated, 0 skipped, 0 rejected."
    assert run.printed[-1] == "Nothing was written: this was a dry run."


def test_many_rejected_rows_are_summed_up(run):
    # when
    with nothing_changes(), pytest.raises(CommandError):
        run(*(BAD.replace("A3", f"A{number}") for number in range(30)))

    # then the first twenty are told, and how many there are of each kind
    assert len([line for line in run.printed if line.startswith("  line ")]) == 20
    assert "       30 × stage" in run.printed
    assert len(run.report) == 31


def test_a_file_that_cannot_be_used_is_refused_in_words(run):
    with nothing_changes(), pytest.raises(CommandError, match="The file is empty"):
        run(b"")


def test_a_report_that_cannot_be_written_stops_before_the_import(files, tmp_path):
    # given
    file, mapping = files(OPEN)
    report = tmp_path / "nowhere" / "report.csv"

    # when
    with nothing_changes(), pytest.raises(CommandError) as refusal:
        call_command("import_opportunities", str(file), f"--mapping={mapping}", f"--report={report}")

    # then
    assert not report.parent.exists()
    assert str(refusal.value) == f"{report} cannot be written: No such file or directory."


def test_a_refused_import_leaves_an_earlier_report_as_it_is(files, tmp_path):
    # given
    file, mapping = files(OPEN, mapping="")
    report = tmp_path / "report.csv"
    report.write_text("earlier")
    before = sorted(tmp_path.iterdir())

    # when
    with nothing_changes(), pytest.raises(CommandError, match="cannot be used"):
        call_command("import_opportunities", str(file), f"--mapping={mapping}", f"--report={report}")

    # then
    assert report.read_text() == "earlier"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("index", range(3), ids=["file", "mapping", "folder"])
def test_a_report_takes_the_place_of_no_input_and_of_no_folder(files, tmp_path, index):
    # given
    inputs = files(OPEN)
    report = [*inputs, tmp_path][index]
    before = [path.read_bytes() for path in inputs]

    # when
    with nothing_changes(), pytest.raises(CommandError) as refusal:
        call_command("import_opportunities", str(inputs[0]), f"--mapping={inputs[1]}", f"--report={report}")

    # then
    assert str(refusal.value) == f"A report cannot take the place of {report}; name another one."
    assert [path.read_bytes() for path in inputs] == before
