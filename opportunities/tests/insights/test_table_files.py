"""A table of figures as a file: the same figures, as numbers, and no text that a spreadsheet runs."""

import csv
import io
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from opportunities.tests.factories import OpportunityFactory, close, day

pytestmark = pytest.mark.django_db

URL = "/insights/forecast/"


@pytest.fixture
def fetch(client, salesperson):
    client.force_login(salesperson)

    def fetch(url=URL, **address):
        response = client.get(url, address)
        assert response.status_code == 200
        return response

    return fetch


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_csv_has_the_rows_of_the_table_and_its_total(fetch, salesperson):
    OpportunityFactory(owner=salesperson, estimated_revenue=Decimal("1234.5"), estimated_close_date=day(-1))
    headings, *rows = csv_rows(fetch(table="months-EUR", format="csv").content)
    assert headings == ["Estimated close", "Open", "Estimated (EUR)", "Weighted (EUR)", "Won", "Revenue won (EUR)"]
    assert rows[0][:2] == ["Overdue", "1"]
    assert [Decimal(amount) for amount in rows[0][2:4]] == [Decimal("1234.5"), Decimal("493.8")]
    assert rows[-1][:2] == ["Total", "1"]
    assert len(rows) == 19


def test_an_xlsx_has_numbers(fetch, salesperson):
    OpportunityFactory(owner=salesperson, estimated_revenue=Decimal("1234.5"))
    response = fetch(table="stages-EUR", format="xlsx")
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert sheet.title == "By stage"
    assert rows[0] == ("Stage", "Probability", "Open", "Estimated (EUR)", "Weighted (EUR)")
    assert rows[2] == ("Propose", 40, 1, 1234.5, 493.8)
    assert rows[-1] == ("Total", None, 1, 1234.5, 493.8)
    name = f'attachment; filename="stages-EUR-{timezone.localdate()}.xlsx"'
    assert response["Content-Disposition"] == name


@pytest.mark.parametrize("topic", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")'])
def test_no_text_is_a_formula(fetch, salesperson, topic):
    close(OpportunityFactory(owner=salesperson, topic=topic), "lost")
    address = {"kind": "lost", "currency": "EUR", "table": "lost-EUR"}
    [_headings, row] = csv_rows(fetch(f"{URL}changes/", **address, format="csv").content)
    assert row[0] == f"'{topic}"
    book = load_workbook(io.BytesIO(fetch(f"{URL}changes/", **address, format="xlsx").content))
    cell = book.active["A2"]
    assert (cell.value, cell.data_type) == (topic, "s")


@pytest.mark.parametrize(
    "address", [{"table": "months-EUR", "format": "pdf"}, {"table": "nothing", "format": "csv"}, {"format": "csv"}]
)
def test_another_table_or_format_is_not_found(client, salesperson, address):
    OpportunityFactory(owner=salesperson)
    client.force_login(salesperson)
    for url in [URL, f"{URL}changes/"]:
        assert client.get(url, address).status_code == 404


def test_it_is_narrowed_down_as_the_page_is(fetch, salesperson, colleague):
    OpportunityFactory(owner=colleague)
    OpportunityFactory(owner=salesperson, currency="JPY")
    assert [row[:2] for row in csv_rows(fetch(table="currencies", format="csv").content)[1:]] == [
        ["Japanese yen (JPY)", "1"]
    ]
