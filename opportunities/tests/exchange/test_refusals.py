"""What an import refuses: each time in words, with the line, and with nothing changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opportunities.exchange import ImportRefused, Result
from opportunities.models import StatusReason
from opportunities.tests.exchange.conftest import HEADER, MAPPING, OPEN, WON, told
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, UserFactory
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

GOOD = "A9,Eva Berg,Acme,Cable,Talking,05.01.2025,1000,,,,"
SOON = (timezone.localdate() + timedelta(days=2)).strftime("%d.%m.%Y")


def row(**cells: str) -> str:
    """A won row, with other cells as given."""
    usual = ("A1", "Eva Berg", "Acme", "Cable", "Won", "05.01.2025", "1000", "06.02.2025", "900", "", "")
    return ",".join((dict(zip(HEADER.split(","), usual, strict=True)) | cells).values())


@pytest.mark.parametrize(
    ("cells", "what", "why"),
    [
        ({"id": ""}, "external_id", "It is empty."),
        ({"id": "x" * 101}, "external_id", "It has 101 characters; at most 100 are possible."),
        ({"seller": "-"}, "owner", "It is empty."),
        ({"seller": "x" * 151}, "owner", "It has 151 characters; at most 150 are possible."),
        ({"rival": "x" * 201}, "competitor", "It has 201 characters; at most 200 are possible."),
        ({"phase": ""}, "stage", "It is empty."),
        ({"phase": "Maybe"}, "stage", "The mapping has no [stages] entry for “Maybe”."),
        ({"opened": "2025-01-05"}, "opened_on", "“2025-01-05” is no date written as 30.11.2026."),
        ({"opened": SOON}, "opened_on", "An opportunity is not opened in the future."),
        ({"closed": "30.02.2025"}, "closed_on", "“30.02.2025” is no date written as 30.11.2026."),
        (
            {"closed": "04.01.2025"},
            "closed_on",
            "The close date cannot be before the opportunity was opened, on 5 Jan 2025.",
        ),
        ({"closed": SOON}, "closed_on", "The close date cannot be in the future."),
        ({"closed": ""}, "closed_on", "Enter the close date."),
        ({"value": ""}, "actual_revenue", "Enter the actual revenue; 0 is possible."),
        ({"value": "-1"}, "actual_revenue", "Enter an amount of 0 or more."),
        ({"value": "NaN"}, "actual_revenue", "“NaN” is no number such as 1234.50."),
        ({"value": "1e5"}, "actual_revenue", "“1e5” is no number such as 1234.50."),
        ({"value": "1 234"}, "actual_revenue", "“1 234” is no number such as 1234.50."),
        ({"value": "0.001"}, "actual_revenue", "EUR amounts have at most 2 decimals."),
        ({"value": "9" * 40}, "actual_revenue", "Enter an amount of at most 999,999,999,999."),
        ({"estimate": "-1"}, "estimated_revenue", "Enter an amount of 0 or more."),
        ({"phase": "Beaten"}, "competitor", "“Out-sold” needs a competitor."),
        ({"rival": "Nobody"}, "competitor", "“Nobody” is not known."),
        ({"remark": "x" * 2001}, "details", "Details have at most 2000 characters; these have 2001."),
        ({"remark": "a\0b"}, "row", "The row contains a NUL character."),
        ({"remark": ",,"}, "row", "The header has 11 cells, this row 13."),
    ],
)
def test_a_row_is_rejected_with_its_reason(bring_in, cells, what, why):
    # when
    with nothing_changes():
        report = bring_in(GOOD, row(**cells))

    # then
    assert report.counts == {Result.CREATED: 1, Result.REJECTED: 1}
    assert [(entry.line, entry.what, entry.detail) for entry in report.rejections] == [(3, what, why)]


def test_all_problems_are_told_at_once(bring_in):
    # when
    with nothing_changes():
        report = bring_in(row(id="", opened="soon", value="much"), row(id="A2", rival="Nobody", estimate="x"))

    # then
    assert [(entry.line, entry.what) for entry in report.rejections] == [
        (2, "external_id"),
        (2, "opened_on"),
        (2, "actual_revenue"),
        (3, "estimated_revenue"),
        (3, "competitor"),
    ]


def test_an_external_id_stands_in_a_file_once(bring_in):
    # when
    with nothing_changes():
        report = bring_in(row(), GOOD, row())

    # then
    assert [tuple(entry) for entry in report.rejections] == [
        (4, "A1", "rejected", "external_id", "It stands on line 2 already.")
    ]


def test_an_opportunity_with_open_quotes_is_not_closed_by_an_import(bring_in):
    # given
    stored = OpportunityFactory(external_id="A1")
    QuoteFactory.create_batch(2, opportunity=stored)

    # when
    with nothing_changes():
        report = bring_in(row(opened="-", closed=stored.opened_on.strftime("%d.%m.%Y")))

    # then
    assert told(report) == [(2, "rejected", "stage", "2 quotes are still open")]


def test_a_currency_is_fixed_by_quotes(bring_in):
    # given
    stored = OpportunityFactory(external_id="A9", currency="USD")
    QuoteFactory(opportunity=stored)

    # when
    with nothing_changes():
        report = bring_in(GOOD)

    # then
    assert told(report) == [(2, "rejected", "currency", "It is fixed, because there are quotes.")]


def test_an_owner_who_may_be_several_is_refused(bring_in):
    # given
    UserFactory(username="eva1", first_name="Eva", last_name="Berg")
    UserFactory(username="eva2", first_name="Eva", last_name="Berg")

    # when
    with nothing_changes():
        report = bring_in(GOOD)

    # then
    assert told(report) == [(2, "rejected", "owner", "“Eva Berg” may be several: eva1, eva2.")]


def test_a_currency_that_is_not_kept_here_is_refused(bring_in):
    # when
    with nothing_changes():
        report = bring_in(GOOD, mapping=MAPPING.replace('"EUR"', '"{product}"'))

    # then
    why = "“Cable” is no currency here; those are: EUR, USD, GBP, CHF, CAD, JPY, TND."
    assert told(report) == [(2, "rejected", "currency", why)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty, or its first line is: a header with the columns is needed."),
        (b"\n" + OPEN.encode(), "The file is empty, or its first line is: a header with the columns is needed."),
        (HEADER.replace("phase", "id").encode(), "The header names a column twice: id."),
        (
            b"id,seller,customer,product,opened,estimate,closed,value,rival,remark",
            "The mapping needs columns that the file lacks: phase. "
            "The file has: id, seller, customer, product, opened, estimate, closed, value, rival, remark.",
        ),
        (f"{HEADER}\n{OPEN}\nA2,Jos\xe9,".encode("latin-1"), "deals.csv is not UTF-8: see line 3."),
        (
            f"{HEADER}\n{OPEN}\nA2,{'x' * 200_000}".encode(),
            "Line 3 cannot be read as CSV: field larger than field limit (131072).",
        ),
        (f'{HEADER}\n{OPEN}\nA2,"x" y'.encode(), "Line 3 cannot be read as CSV: ',' expected after '\"'."),
        (f'{HEADER}\n{OPEN}\nA2,"x'.encode(), "Line 3 cannot be read as CSV: unexpected end of data."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(bring_in, content, why):
    # when
    with nothing_changes(), pytest.raises(ImportRefused) as refusal:
        bring_in(content)

    # then
    assert str(refusal.value).endswith(why)


def test_a_byte_order_mark_blank_lines_and_cells_of_several_lines_are_fine(bring_in):
    # when
    report = bring_in(
        f"\ufeff{HEADER}\r\n\r\n".encode() + row(remark='"two\r\nlines"').encode() + b"\r\n" + b"x\r\n\r\n"
    )

    # then the second row starts on line 5
    assert [(entry.line, entry.what) for entry in report.rejections] == [(5, "row")]


def test_a_reason_that_is_not_in_use_any_more_is_refused(bring_in):
    # given
    StatusReason.objects.filter(name="Other").update(is_active=False)

    # when
    with nothing_changes(), pytest.raises(ImportRefused) as refusal:
        bring_in(WON)

    # then
    assert "“Other” of [stages.Lost] is no active status reason of its state" in str(refusal.value)
