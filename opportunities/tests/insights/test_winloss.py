"""Win/loss: figures equal to a plain computation, and each number and bar leads to exactly the deals behind it."""

import csv
import re
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO, StringIO
from statistics import median
from urllib.parse import parse_qsl

import pytest
from openpyxl import load_workbook

from opportunities.models import Preferences
from opportunities.pipeline.filters import OpportunityFilter
from opportunities.pipeline.totals import Totals, totals
from opportunities.tests.conftest import in_group
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.insights.deals import Deal, make_deals

pytestmark = pytest.mark.django_db

URL = "/insights/"
PERIOD = {"closed_from": "2021-07-01", "closed_until": "2021-12-31"}
DAYS = [date(2021, 12, 31), date(2021, 7, 1), date(2021, 9, 15), date(2021, 6, 30), date(2021, 1, 1)]
OUTSIDE = [date(2022, 1, 1), date(2020, 12, 31)]


@pytest.fixture(scope="module")
def sellers(kept):
    names = [("Marta", "Ruiz"), ("Jonas", "Weber")]
    return [in_group("Salespeople", username=a.lower(), first_name=a, last_name=b) for a, b in names]


@pytest.fixture
def salesperson(sellers):
    return sellers[0]


@pytest.fixture
def colleague(sellers):
    return sellers[1]


@pytest.fixture(autouse=True, scope="module")
def deals(sellers) -> list[Deal]:
    return make_deals(sellers, [*DAYS, *DAYS, *OUTSIDE], 120)


@pytest.fixture
def shown(client, manager):
    """The page that Inès sees of PERIOD, unless an address says otherwise."""
    client.force_login(manager)
    return lambda **address: client.get(URL, PERIOD | address)


def closed(deals: list[Deal], currency: str = "EUR", first: date = date(2021, 7, 1), last: date = date(2021, 12, 31)):
    return [deal for deal in deals if deal.currency == currency and deal.closed_on and first <= deal.closed_on <= last]


def rounded(number) -> Decimal | None:
    return None if number is None else round(Decimal(number), 1)


def percent(part, whole) -> Decimal | None:
    return rounded(Decimal(part) * 100 / Decimal(whole)) if whole else None


def figures_of(found: list[Deal]) -> list:
    """What the page must say, added up plainly, in its order."""
    won, lost = ([deal for deal in found if deal.state == state] for state in ["won", "lost"])
    revenue = sum(deal.revenue for deal in won)
    value_lost = sum(deal.estimate or 0 for deal in lost)
    days = [deal.days for deal in found]
    quoted = [deal for deal in won if deal.won_quoted is not None]
    estimated = [deal for deal in won if deal.estimate is not None]
    slips = [(deal.closed_on - deal.promised_on).days for deal in found if deal.promised_on]
    first, estimate = sum(deal.first_quoted for deal in quoted), sum(deal.estimate for deal in estimated)
    return [
        len(found),
        len(won),
        len(lost),
        percent(len(won), len(found)),
        percent(revenue, revenue + value_lost),
        revenue,
        value_lost,
        rounded(median(days)) if days else None,
        rounded(Decimal(sum(days)) / len(days)) if days else None,
        percent(first - sum(deal.won_quoted for deal in quoted), first),
        percent(sum(deal.revenue for deal in estimated) - estimate, estimate),
        rounded(Decimal(sum(slips)) / len(slips)) if slips else None,
    ]


@pytest.mark.parametrize("currency", ["EUR", "TND"])
def test_the_figures_and_those_of_the_period_before_are_a_plain_sum(shown, deals, currency):
    found = shown(currency=currency).context["page"].figures
    before = closed(deals, currency, date(2021, 1, 1), date(2021, 6, 30))
    assert len(before) > 5
    assert [figure.now.value for figure in found] == figures_of(closed(deals, currency))
    assert [figure.before.value for figure in found] == figures_of(before)
    assert found[0].change.value == len(closed(deals, currency)) - len(before)
    lacking = [deal for deal in closed(deals, currency) if deal.state == "lost" and deal.estimate is None]
    assert found[6].note == f"{len(lacking)} lost without an estimate"


def name_of_revisions(deal: Deal) -> str:
    names = ["Never revised", "Revised once", "Revised twice", "Revised three times or more"]
    return "Without quotes" if deal.revisions is None else names[min(deal.revisions, 3)]


BREAKDOWNS = {
    "months": lambda deal: f"{deal.closed_on:%B %Y}",
    "competitors": lambda deal: deal.competitor.name if deal.competitor else "None named",
    "owners": lambda deal: deal.owner.get_full_name(),
    "sectors": lambda deal: deal.sector or "Without a sector",
    "products": lambda deal: deal.product.name if deal.product else "Without a product",
    "revisions": name_of_revisions,
}


@pytest.mark.parametrize("key", BREAKDOWNS)
def test_a_breakdown_is_a_plain_sum_and_comes_to_the_total(shown, deals, key):
    table = next(table for table in shown().context["page"].tables if table.key == key)
    rows = {row[0].text: [cell.value for cell in row[1:]] for row in table.rows}
    of = BREAKDOWNS[key]
    names = {of(deal) for deal in closed(deals)}
    for name, values in rows.items():
        assert values == figures_of([deal for deal in closed(deals) if of(deal) == name])[:4] + values[4:]
    assert {name for name, values in rows.items() if values[0]} == names
    for column, total in enumerate(cell.value for cell in table.total[1:]):
        if column != 3:
            assert sum(values[column] for values in rows.values()) == total


def test_reasons_and_the_stages_lost_from_are_a_plain_sum(shown, deals):
    tables = {table.key: table for table in shown().context["page"].tables}
    for row in tables["reasons"].rows:
        found = [deal for deal in closed(deals) if deal.reason.name == row[0].text]
        assert (row[2].value, row[1].text.lower()) == (len(found), found[0].state)
        assert row[3].value == percent(len(found), sum(deal.state == found[0].state for deal in closed(deals)))
    assert sum(row[2].value for row in tables["reasons"].rows) == len(closed(deals))
    for row in tables["stages"].rows:
        found = [deal for deal in closed(deals) if deal.stage.name == row[0].text]
        lost = [deal for deal in found if deal.state == "lost"]
        facts = [len(lost), sum(deal.estimate or 0 for deal in lost), len(found) - len(lost)]
        assert [row[1].value, row[3].value, row[4].value] == facts


def listed(url: str, user) -> Totals:
    """What the list at `url` counts and adds up."""
    filters = OpportunityFilter(dict(parse_qsl(url.partition("?")[2])), user)
    assert not filters.form.errors, url
    given = {name: value for name, value in parse_qsl(url.partition("?")[2]) if name != "sum"}
    assert given.items() <= filters.explicit.items(), url  # nothing was taken as not made
    return totals(filters.sources(), everything=True)


def links(response) -> list[tuple[str, str]]:
    """The links to the list, each with its text: of a number, what it shows, and of a bar, what it says."""
    found = re.findall(
        r'<a [^>]*href="(/opportunities/\?[^"]*)"[^>]*>\s*(?:<title>)?([^<]*)', response.content.decode()
    )
    return [(unescape(url), unescape(text).strip()) for url, text in found]


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"currency": "TND", "size_from": "20"},
        {"sector": "-", "competitor": "-"},
        {"owner": "jonas", "size_until": "50,000", "stage": "Propose"},
        {"sector": "Food & drink"},
        {"reason": "Price", "owner": "jonas"},
        {"closed_from": "2021-09-15", "closed_until": "2021-09-15", "reason": "Won", "competitor": "Rival A"},
    ],
)
def test_every_number_and_every_bar_opens_the_list_of_exactly_these(shown, manager, colleague, deals, address):
    # given
    keys = {"jonas": colleague.pk} | {str(row): row.pk for row in (deal.stage for deal in deals)}
    keys |= {row.name: row.pk for deal in deals for row in (deal.reason, deal.competitor) if row}

    # when
    response = shown(**{name: keys.get(value, value) for name, value in address.items()})

    # then what a link counts is what its list counts, and each other link has the list of a count
    counts: dict[str, int] = {}
    others = set()
    for url, text in links(response):
        digits = re.findall(r"\d[\d,]*", text.partition(": ")[2]) if ": " in text else [text]
        is_count = re.fullmatch(r"[\d,]+|\d+ (lost without an estimate)", text) or ": " in text
        if not is_count:
            others.add(url)
            continue
        count = sum(int(re.sub(r"\D", "", number)) for number in digits)
        assert counts.setdefault(url, count) == count
    assert len(counts) > 10
    found = {url: listed(url, manager) for url in counts}
    assert {url: total.count for url, total in found.items()} == counts
    some = {figure.now.url: figure for figure in response.context["page"].figures[9:]}
    for url in others - set(counts) - {figure.before.url for figure in response.context["page"].figures}:
        assert some[url].note == f"of {listed(url, manager).count} that have it".replace("1 that have", "1 that has")


def test_every_amount_is_what_its_list_comes_to(shown, manager, deals):
    for table in shown().context["page"].tables:
        for row in [*table.rows, table.total]:
            for heading, cell in zip(table.headings, row, strict=False):
                if cell.url and heading.startswith(("Revenue won", "Value lost")):
                    [sums] = listed(cell.url, manager).sums
                    assert cell.value == (sums.actual if heading.startswith("Revenue") else sums.estimated)


def test_open_and_won_and_lost_are_all_under_any_filter(manager, deals, subtests):
    for address in [
        {},
        {"sector": "Energy"},
        {"sector": "-"},
        {"product": "-"},
        {"first": "date"},
        {"size_from": "1000", "size_until": "5000"},
        {"competitor": "-"},
        {"revisions": "3"},
        {"revisions": "-"},
        {"currency": "TND", "missing": "revenue"},
        {"closed_from": "2021-07-01"},
        {"quotes": "won"},
    ]:
        with subtests.test(address=address):
            counts = {
                state: totals(OpportunityFilter(address | {"state": state}, manager).sources(), everything=True).count
                for state in ["open", "won", "lost", "all"]
            }
            assert counts["open"] + counts["won"] + counts["lost"] == counts["all"] > 0


def test_a_deal_of_december_31_is_in_december_for_everyone(shown, manager, salesperson, deals):
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"]:
        Preferences.objects.update_or_create(user=manager, defaults={"time_zone": zone})
        table = next(table for table in shown().context["page"].tables if table.key == "months")
        december = [deal for deal in closed(deals) if deal.closed_on == date(2021, 12, 31)]
        assert {row[0].text: row[1].value for row in table.rows}["December 2021"] == len(december)


def test_a_salesperson_sees_their_own_and_may_not_ask_for_anothers(client, salesperson, colleague, deals):
    client.force_login(salesperson)
    own = [deal for deal in closed(deals) if deal.owner == salesperson]
    page = client.get(URL, PERIOD).context["page"]
    assert page.tally.closed == len(own)
    assert "owners" not in [table.key for table in page.tables]
    for owner in [colleague.pk, "all"]:
        response = client.get(URL, PERIOD | {"owner": owner})
        assert response.status_code == 403
        assert "change_any_opportunity" in response.content.decode()


def test_a_manager_sees_all_or_any_person(shown, salesperson, deals):
    assert shown().context["page"].tally.closed == len(closed(deals))
    own = [deal for deal in closed(deals) if deal.owner == salesperson]
    assert shown(owner=salesperson.pk).context["page"].tally.closed == len(own)
    assert shown(owner="nobody").context["page"].tally.closed == len(closed(deals))


def test_whoever_may_not_see_opportunities_sees_no_insights(client, outsider):
    client.force_login(outsider)
    assert client.get(URL).status_code == 403


def test_currencies_are_never_added_up(shown, deals):
    response = shown()
    rows = {row[0].text: row for row in response.context["currencies"].rows}
    assert list(rows) == ["Euro (EUR)", "Tunisian dinar (TND)"]  # that of most deals first, and shown
    assert response.context["page"].currency == "EUR"
    for name, currency in [("Euro (EUR)", "EUR"), ("Tunisian dinar (TND)", "TND")]:
        assert [cell.value for cell in rows[name][1:4]] == figures_of(closed(deals, currency))[:3]
        assert rows[name][5].value == figures_of(closed(deals, currency))[5]


def test_an_empty_slice_is_zeros_and_words(shown, deals):
    # given a year in which nothing was closed
    response = shown(closed_from="2019-01-01", closed_until="2019-12-31")
    figures = response.context["page"].figures
    assert [figure.now.text for figure in figures] == [
        *["0", "0", "0", "—", "—", "€0.00", "€0.00", "—", "—", "—", "—", "—"]
    ]
    content = response.content.decode()
    assert "Nothing that matches was closed in these days." in content
    assert "The latest closing was on 1 Jan 2022." in content
    assert response.context["latest_url"].endswith("closed_from=2022-01-01&closed_until=2022-12-31&owner=all")
    assert shown(closed_from="2019-01-01", competitor="nonsense").status_code == 200


@pytest.mark.parametrize(
    ("address", "field", "sentence"),
    [
        ({"closed_from": "yesterday"}, "closed_from", "Enter a date that exists, such as 2026-11-30."),
        ({"closed_from": ""}, "closed_from", "Enter the first day, too."),
        ({"closed_from": "2022-01-01"}, "closed_until", "This is before the beginning."),
        ({"closed_from": "0001-01-01"}, "closed_from", "Enter a day after the year 1899."),
        ({"closed_from": str(day(9)), "closed_until": ""}, "closed_from", "This is before the beginning."),
        ({"size_from": "a lot"}, "size_from", "Enter a number, such as 1,234.50."),
        ({"size_from": "2", "size_until": "1"}, "size_until", "This is before the beginning."),
    ],
)
def test_what_is_typed_and_makes_no_sense_is_said_at_its_field(shown, deals, address, field, sentence):
    response = shown(**address)
    assert list(response.context["filters"].errors) == [field]
    assert sentence in response.content.decode()
    assert "Correct the filters to see what was won and lost." in response.content.decode()


@pytest.mark.parametrize("value", ["nonsense", "\x00", "9" * 40, "-1"])
def test_a_choice_that_makes_no_sense_is_taken_as_not_made(shown, deals, subtests, value):
    for name in ["period", "sector", "currency", "stage", "reason", "competitor", "owner"]:
        with subtests.test(name=name):
            assert shown(**{name: value}).context["page"].tally.closed == len(closed(deals))


def test_tables_are_files_with_all_rows_and_plain_values(shown, deals, monkeypatch):
    monkeypatch.setattr("opportunities.insights.breakdowns.SHOWN", 1)
    response = shown()
    assert "The first 1 of 3." in response.content.decode()
    assert len(shown(rows="all").context["page"].breakdowns[3].table.rows) == 3
    lines = list(
        csv.reader(StringIO(shown(table="competitors", format="csv").content.decode("utf-8-sig")), delimiter=",")
    )
    assert len(lines) == 1 + 3 + 1
    assert lines[0][:5] == ["Competitor", "Met", "Won", "Lost", "Win rate when met"]
    assert int(lines[-1][1]) == len(closed(deals))
    sheet = load_workbook(BytesIO(shown(table="figures", format="xlsx").content)).active
    assert [cell.value for cell in sheet[2]][:2] == ["Closed", len(closed(deals))]
    assert shown(table="nonsense", format="csv").status_code == 404


def test_statements_do_not_grow_with_rows(client, salesperson, manager, deals, django_assert_num_queries):
    for user, statements in [(salesperson, 16), (manager, 17)]:
        client.force_login(user)
        for address in [PERIOD, PERIOD | {"sector": "Energy", "size_from": "1", "competitor": "-"}]:
            with django_assert_num_queries(statements):
                assert client.get(URL, address).context["page"].tally.closed
    close(OpportunityFactory(owner=salesperson, currency="JPY"))
    with django_assert_num_queries(statements):
        client.get(URL, PERIOD)
