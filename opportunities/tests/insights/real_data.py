"""The insights of the public data set, beside a plain computation over its files."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from opportunities.models import Account

YEAR = {"closed_from": "2017-01-01", "closed_until": "2017-12-31", "owner": "all", "rows": "all"}
QUARTERS = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]


def check_insights(client, user, folder: Path) -> None:
    """That /insights/ says what the files in `folder` come to, in all and per agent, product, sector and quarter."""
    # given the sectors, which the import does not bring
    sectors = {row["account"]: row["sector"] for row in read(folder / "accounts.csv")}
    for account in (accounts := list(Account.objects.filter(name__in=sectors))):
        account.sector = sectors[account.name]
    Account.objects.bulk_update(accounts, ["sector"])
    deals = [row for row in read(folder / "sales_pipeline.csv") if row["deal_stage"] in ("Won", "Lost")]
    client.force_login(user)

    # then all of it
    page = client.get("/insights/", YEAR).context["page"]
    closed, won, lost, rate, _by_value, revenue = [figure.now.value for figure in page.figures[:6]]
    assert (page.currency, closed, won, lost, rate, revenue) == (
        *("USD", 6_711, 4_238, 2_473),
        *(Decimal("63.2"), Decimal(10_005_534)),
    )
    assert page.figures[6].note == "2,473 lost without an estimate"
    tables = {
        table.key: {name.text: [cell.value for cell in cells[:5]] for name, *cells in table.rows}
        for table in page.tables
    }

    # then what it is broken down by
    assert tables["owners"] == sums(deals, lambda row: row["sales_agent"])
    assert tables["products"] == sums(deals, lambda row: row["product"].replace("GTXPro", "GTX Pro"))
    assert tables["sectors"] == sums(deals, lambda row: sectors[row["account"]])
    assert [len(tables[key]) for key in ["owners", "products", "sectors"]] == [30, 7, 10]
    for first, last in QUARTERS:
        days = {"closed_from": f"2017-{first}", "closed_until": f"2017-{last}"}
        found = [row for row in deals if days["closed_from"] <= row["close_date"] <= days["closed_until"]]
        quarter = client.get("/insights/", YEAR | days).context["page"]
        facts = [figure.now.value for figure in [*quarter.figures[:4], quarter.figures[5]]]
        assert facts == sums(found, lambda _row: "quarter")["quarter"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def sums(rows: list[dict], of: Callable[[dict], str]) -> dict[str, list]:
    """By what `of` says of a row: how many were closed, won and lost, the win rate in percent, the revenue."""
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(of(row), []).append(row)
    return {name: figures(rows) for name, rows in found.items()}


def figures(rows: list[dict]) -> list:
    won = [row for row in rows if row["deal_stage"] == "Won"]
    rate = round(Decimal(len(won)) * 100 / len(rows), 1)
    return [len(rows), len(won), len(rows) - len(won), rate, sum(Decimal(row["close_value"]) for row in won)]
