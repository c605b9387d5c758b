"""The list as a file: the rows of its address, as text that no spreadsheet runs, or with real numbers and dates."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from opportunities.models import Preferences
from opportunities.pipeline import export
from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory, close

pytestmark = pytest.mark.django_db

CSV, XLSX = "/opportunities/export.csv", "/opportunities/export.xlsx"
ALL = {"owner": "all", "state": "all"}


@pytest.fixture
def fetch(client, salesperson):
    client.force_login(salesperson)

    def fetch(url, **address):
        response = client.get(url, address)
        assert response.status_code == 200
        return response.getvalue()

    return fetch


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_rows(content: bytes) -> list[tuple]:
    return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


@pytest.fixture
def deal(salesperson):
    return OpportunityFactory(
        topic="Éclairage",
        account=AccountFactory(name="Électro Süd"),
        owner=salesperson,
        estimated_revenue=Decimal("1234.5"),
        estimated_close_date=date(2027, 3, 31),
        opened_on=date(2026, 1, 2),
        next_step="Call",
        last_activity_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    )


def test_a_csv_has_iso_dates_and_plain_amounts(fetch, deal):
    content = fetch(CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    headings, row = csv_rows(content)
    assert headings[:5] == ["ID", "Topic", "Account", "Owner", "Status"]
    assert row[:8] == [str(deal.pk), "Éclairage", "Électro Süd", "Marta Ruiz", "Open", "In progress", "Propose", "EUR"]
    assert Decimal(row[8]) == Decimal("1234.5")
    assert row[9:] == ["2027-03-31", "", "", "", "2026-01-02", "Call", "2026-07-01 22:30:00"]


def test_an_xlsx_has_numbers_and_dates(fetch, deal):
    headings, row = xlsx_rows(fetch(XLSX))
    assert len(headings) == len(row) == 16
    assert row[0] == deal.pk
    assert row[8] == 1234.5
    assert row[9] == datetime(2027, 3, 31)
    assert row[10:14] == (None, None, None, datetime(2026, 1, 2))
    assert row[15] == datetime(2026, 7, 1, 22, 30)


@pytest.mark.parametrize("url", [CSV, XLSX])
def test_the_last_activity_is_told_in_the_users_time_zone(fetch, deal, salesperson, url):
    Preferences.objects.create(user=salesperson, time_zone="Europe/Paris")
    read = csv_rows if url == CSV else xlsx_rows
    assert str(read(fetch(url))[1][15]) == "2026-07-02 00:30:00"


def test_headings_are_in_the_users_language(client, salesperson, deal):
    client.force_login(salesperson)
    response = client.get(CSV, headers={"Accept-Language": "fr"})
    assert csv_rows(response.getvalue())[1][4] == "Ouverte"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=x", '=HYPERLINK("http://x","y")'])
def test_no_text_is_a_formula(fetch, deal, text):
    deal.topic = text
    deal.save()
    assert csv_rows(fetch(CSV))[1][1] == f"'{text}"
    [_headings, row] = load_workbook(io.BytesIO(fetch(XLSX))).active.iter_rows()
    assert row[1].data_type == "s"
    assert row[1].value.replace("_x000D_", "\r").replace("\n", "\r") == text


def test_signs_that_xml_cannot_hold_are_left_out(fetch, deal):
    deal.topic = "a\x0bb"
    deal.save()
    assert xlsx_rows(fetch(XLSX))[1][1] == "ab"


def test_the_rows_are_those_of_the_address_in_its_order(fetch, salesperson, colleague):
    for days, owner in [(3, salesperson), (1, salesperson), (2, colleague)]:
        opened_on = date(2026, 5, days)
        OpportunityFactory(
            topic=f"Day {days}", owner=owner, opened_on=opened_on, estimated_close_date=date(2027, 1, days)
        )
    won = OpportunityFactory(topic="Won", owner=salesperson, opened_on=date(2026, 5, 2))
    close(won, "won")
    topics = lambda **address: [row[1] for row in csv_rows(fetch(CSV, **address))[1:]]  # noqa: E731
    assert topics() == ["Day 1", "Day 3"]
    assert topics(owner="all") == ["Day 1", "Day 2", "Day 3"]
    assert topics(owner="all", sort="-estimated_close_date") == ["Day 3", "Day 2", "Day 1"]
    assert topics(state="all") == ["Day 3", "Won", "Day 1"]
    assert topics(q="day", **ALL) == ["Day 3", "Day 2", "Day 1"]
    assert topics(q="nothing") == []


def test_a_filter_that_makes_no_sense_leads_to_the_list_that_says_so(client, salesperson):
    client.force_login(salesperson)
    response = client.get(CSV, {"account": "Nobody"})
    assert (response.status_code, response["Location"]) == (302, "/opportunities/?account=Nobody")


def test_nothing_says_what_it_costs(fetch, deal):
    QuoteFactory(opportunity=deal)
    assert "cost" not in fetch(CSV).decode().lower()


@pytest.mark.parametrize("url", [CSV, XLSX])
def test_statements_do_not_grow_with_rows(fetch, salesperson, django_assert_num_queries, url, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 4)
    for _round in range(2):
        OpportunityFactory.create_batch(10, owner=salesperson)
        with django_assert_num_queries(11):
            fetch(url)


@pytest.mark.parametrize("url", [CSV, XLSX])
def test_the_file_is_named_after_the_day(client, salesperson, url):
    client.force_login(salesperson)
    response = client.get(url)
    assert response["Content-Disposition"] == (
        f'attachment; filename="opportunities-{timezone.localdate()}.{url.rpartition(".")[2]}"'
    )


@pytest.mark.parametrize("url", [CSV, XLSX])
def test_whoever_may_not_see_opportunities_gets_no_file(client, outsider, url):
    client.force_login(outsider)
    assert client.get(url).status_code == 403
