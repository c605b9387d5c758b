"""A small file format of its own: eleven columns, and a mapping that uses every key."""

import pytest

from opportunities.exchange import import_file, load_mapping

HEADER = "id,seller,customer,product,phase,opened,estimate,closed,value,rival,remark"
MAPPING = """
date_format = "%d.%m.%Y"
empty = ["-"]

[fields]
external_id = "{id}"
topic = ["{product} for {customer}", "{product}"]
owner = "{seller}"
account = "{customer}"
product = "{product}"
currency = "EUR"
stage = "{phase}"
opened_on = ["{opened}", "01.01.2025"]
estimated_revenue = "{estimate}"
closed_on = "{closed}"
actual_revenue = "{value}"
competitor = "{rival}"
details = "{remark}"

[stages.Talking]
state = "open"
stage = "Negotiate"
status_reason = "On hold"

[stages.Won]
state = "won"
stage = "Commit"
status_reason = "Won"

[stages.Beaten]
state = "lost"
stage = "Propose"
status_reason = "Out-sold"

[stages.Lost]
state = "lost"
stage = "Propose"
status_reason = "Other"
details = "Not told."

[values.product]
Cabel = "Cable"

[unknown]
owner = "create"
account = "create"
product = "empty"
competitor = "refuse"
"""
OPEN = "A1,Eva Berg,Acme,Cable,Talking,05.01.2025,1000.50,,,,"
WON = "A2,Eva Berg,Acme,Cable,Won,05.01.2025,1000,06.02.2025,900,,"


@pytest.fixture
def files(tmp_path):
    """Writes the CSV file (rows below HEADER, or whole bytes) and the mapping; returns their paths."""

    def write(*rows: str | bytes, mapping: str = MAPPING):
        file, mapping_file = tmp_path / "deals.csv", tmp_path / "mapping.toml"
        whole = rows[0] if rows and isinstance(rows[0], bytes) else "\n".join([HEADER, *rows]).encode()
        file.write_bytes(whole)
        mapping_file.write_text(mapping, encoding="utf-8")
        return file, mapping_file

    return write


@pytest.fixture
def bring_in(db, files):
    """Imports the rows and returns the report."""

    def run(*rows: str | bytes, mapping: str = MAPPING, **options):
        file, mapping_file = files(*rows, mapping=mapping)
        return import_file(file, load_mapping(mapping_file), **options)

    return run


def told(report) -> list[tuple]:
    """What a report says of each line, without the external IDs."""
    return [(entry.line, entry.result, entry.what, entry.detail) for entry in report.entries]
