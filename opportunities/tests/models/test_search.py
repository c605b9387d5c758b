"""Searching: what is found, by an index and without; hostile words; the index itself stays right and whole."""

import pytest
from django.core.management import call_command
from django.db import connection

from opportunities.models import Account, Opportunity, Quote, guards, search, search_index
from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory, close
from opportunities.tests.models.ways import UPDATES, sql

pytestmark = pytest.mark.django_db

HOSTILE = [
    '"',
    '""" OR "',
    "'; DROP TABLE opportunities_opportunity; --",
    "%%%",
    "___",
    "\\\\\\",
    "a%b_c",
    "NEAR(plant maintenance)",
    "folded_topic:plant*",
    "^plan + -ning",
    "🚀🚀🚀",
    "🚀",
    "é",
    "nul\0nul",
    "\0",
    "x" * 2_000,
    " ".join(f"w{number}" for number in range(700)),
    "١٢٣٤",
    "999999999",
    "9999-999999999",
]


@pytest.fixture(params=["by the index", "without it"])
def way(request, monkeypatch):
    """Words are rare, and found by the index; or all are common, and left to the query."""
    if request.param == "without it":
        monkeypatch.setattr(search, "RARE", 0)


def found(text: str) -> set[str]:
    return set(Opportunity.objects.search(text).values_list("topic", flat=True))


@pytest.fixture
def deals():
    lighting = OpportunityFactory(topic="Éclairage Hall 2", account=AccountFactory(name="Société Dupont"))
    OpportunityFactory(topic="Straße sanieren", account=AccountFactory(name="Dupont Frères"))
    OpportunityFactory(topic="Audit of Acme™", account=None)
    QuoteFactory(opportunity=lighting, number="Q-2026-0114", revision=0)
    QuoteFactory(opportunity=lighting, number="Q-2026-0114", revision=1)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("eclairage", {"Éclairage Hall 2"}),
        ("ÉCLAIRAGE", {"Éclairage Hall 2"}),
        ("strasse", {"Straße sanieren"}),
        ("claira", {"Éclairage Hall 2"}),
        ("dupont", {"Éclairage Hall 2", "Straße sanieren"}),
        ("hall dupont societe", {"Éclairage Hall 2"}),
        ("hall freres", set()),
        ("2", {"Éclairage Hall 2"}),
        ("au", {"Audit of Acme™"}),
        ("114", {"Éclairage Hall 2"}),
        ("0114", {"Éclairage Hall 2"}),
        ("q-2026-0114", {"Éclairage Hall 2"}),
        ("2026-0114 dupont", {"Éclairage Hall 2"}),
        ("Q-2026-01", {"Éclairage Hall 2"}),
        ("Q-2025-0114", set()),
        ("115", set()),
        ("acmetm", {"Audit of Acme™"}),
        ("ACME™", {"Audit of Acme™"}),
        ("", {"Éclairage Hall 2", "Straße sanieren", "Audit of Acme™"}),
        ("  ", {"Éclairage Hall 2", "Straße sanieren", "Audit of Acme™"}),
    ],
)
def test_every_word_is_in_topic_or_account_or_is_a_quote_number(deals, way, text, topics):
    assert found(text) == topics


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_find_nothing(deals, way, text):
    assert found(text) == set() or text in {"é", "\0"}
    assert list(Quote.objects.search(text).filter(name="none")) == []
    assert list(Account.objects.search(text).filter(name="none")) == []


@pytest.mark.parametrize(
    "sign", ['"quoted"', "100%", "under_score", "back\\slash", "NEAR(it)", "🚀 launch pad", "日本語"]
)
def test_signs_are_found_as_what_they_are(way, sign):
    OpportunityFactory(topic=f"x{sign}y")
    OpportunityFactory(topic="Anything else")
    assert found(sign) == {f"x{sign}y"}


def test_the_same_opportunity_is_found_once(deals, way):
    assert Opportunity.objects.search("q-2026-0114").count() == 1


def test_quotes_are_found_by_name_and_number_and_accounts_by_name(deals, way):
    named = QuoteFactory(name="Entretien général", number="Q-2026-0300")
    assert set(Quote.objects.search("general ENTRETIEN")) == {named}
    assert set(Quote.objects.search("300")) == {named}
    assert {account.name for account in Account.objects.search("freres")} == {"Dupont Frères"}


def integrity_check(index: str = search_index.OPPORTUNITIES.name) -> None:
    """SQLite compares an index with what it is of, and raises DatabaseError."""
    if connection.vendor == "sqlite":
        sql(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def test_the_index_follows_every_change():
    opportunity = OpportunityFactory(topic="Before it changed")
    opportunity.topic = "Afterwards"
    opportunity.save()
    assert (found("before"), found("afterwards")) == (set(), {"Afterwards"})
    opportunity.delete()
    OpportunityFactory(topic="Another")
    assert found("afterwards") == set()
    integrity_check()


def test_an_account_that_is_renamed_or_chosen_instead_is_found_by_its_name_at_once():
    # given opportunities of an account, one of them closed
    account, other = AccountFactory(name="Before ltd"), AccountFactory(name="Another ltd")
    opened, closed = OpportunityFactory(topic="Opened", account=account), OpportunityFactory(account=account)
    close(closed, "lost")

    # when it is renamed
    account.name = "Société"
    account.save()

    # then both are found by its new name alone
    assert set(Opportunity.objects.search("societe")) == {opened, closed}
    assert set(Opportunity.objects.search("before")) == set()

    # and one that is of another account by the other's, whatever wrote it
    Opportunity.objects.filter(pk=opened.pk).update(account=other)
    assert set(Opportunity.objects.search("another opened")) == {opened}
    Opportunity.objects.filter(pk=opened.pk).update(account=None)
    assert set(Opportunity.objects.search("another")) == set()
    assert set(Opportunity.objects.search("opened")) == {opened}
    integrity_check()


ONLY_SQLITE = pytest.mark.skipif(connection.vendor == "postgresql", reason="SQLite alone has REPLACE")


@pytest.mark.parametrize("statement", ["INSERT INTO", pytest.param("REPLACE INTO", marks=ONLY_SQLITE)])
def test_an_account_that_comes_after_its_opportunities_is_found_by_its_name(statement):
    # given an opportunity of an account that is not there yet, as PostgreSQL allows until a commit
    opportunity = OpportunityFactory(topic="Lighting", account=AccountFactory(name="Before ltd"))
    if statement == "INSERT INTO":
        connection.check_constraints()
        with connection.constraint_checks_disabled():
            sql("DELETE FROM opportunities_account WHERE id = %s", opportunity.account_id)

    # when it comes
    columns = "id, name, folded_name, sector, website, phone"
    values = [opportunity.account_id, "Later ltd", "later ltd", "", "", ""]
    sql(f"{statement} opportunities_account ({columns}) VALUES (%s, %s, %s, %s, %s, %s)", *values)

    # then its name is searched
    assert (found("later lighting"), found("before")) == ({"Lighting"}, set())
    integrity_check()


@pytest.mark.parametrize("way", UPDATES, ids=lambda way: way.__name__)
def test_what_is_searched_is_not_written_otherwise(way):
    opportunity = OpportunityFactory(topic="Lighting", account__name="Acme")
    way(opportunity, search_text="anything")
    opportunity.refresh_from_db()
    assert opportunity.search_text == "lighting\nacme"
    assert (found("anything"), found("acme lighting")) == (set(), {"Lighting"})
    integrity_check()


def test_words_are_looked_up_a_few_times_at_most(deals, django_assert_max_num_queries):
    with django_assert_max_num_queries(search.LOOKED_UP + 2):
        list(Opportunity.objects.search(" ".join(f"dup{number}" for number in range(90))))


@pytest.mark.parametrize("name", [name for index in search_index.INDEXES for name in index.parts(connection.vendor)])
def test_a_missing_part_is_told_and_comes_back_with_what_is_stored(client, name, capsys):
    # given an index without one of its parts, while there is another opportunity and an account gets another name
    index = next(index for index in search_index.INDEXES if name in index.parts(connection.vendor))
    kinds = {"sqlite": ("TABLE", "TRIGGER"), "postgresql": ("INDEX", "FUNCTION")}
    kind = kinds[connection.vendor][name != index.name]
    renamed = OpportunityFactory(topic="Before", account__name="Before ltd").account
    connection.check_constraints()
    sql(f"DROP {kind} {name} {'CASCADE' if kind == 'FUNCTION' else ''}")
    if is_writable := kind != "TABLE":
        OpportunityFactory(topic="Meanwhile", account__name="Other ltd")
        renamed.name = "Meanwhile ltd"
        renamed.save()
        connection.check_constraints()
    assert client.get("/readyz").json()["problems"] == [f"search index missing: {name}"]

    # when a migration ends
    search_index.create(connection)

    # then it is whole
    assert search_index.missing(connection) == []
    assert client.get("/readyz").status_code == 200
    assert found("meanwhile") == ({"Before", "Meanwhile"} if is_writable else set())
    assert found("before") == {"Before"}
    integrity_check(index.name)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="PostgreSQL alone switches triggers off")
def test_a_trigger_that_is_switched_off_is_told_and_comes_back(client):
    name = f"{search_index.OPPORTUNITIES.name}_text"
    connection.check_constraints()
    sql(f"ALTER TABLE opportunities_opportunity DISABLE TRIGGER {name}")
    assert client.get("/readyz").json()["problems"] == [f"search index missing: {name}"]
    search_index.create(connection)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_tables_are_rebuilt_and_migrations_taken_back_and_what_was_written_meanwhile_is_found():
    # given a database that is taken back to before there was a text for searching
    opportunity = OpportunityFactory(topic="Lighting", account__name="Acme")
    QuoteFactory(opportunity=opportunity)
    try:
        call_command("migrate", "opportunities", "0026", verbosity=0)
        sql("UPDATE opportunities_account SET name = 'Later', folded_name = 'later'")
    finally:
        # when it is brought forward again
        call_command("migrate", verbosity=0)

    # then all is there
    assert (search_index.missing(connection), guards.missing(connection)) == ([], [])
    assert (found("later lighting"), found("acme")) == ({"Lighting"}, set())
    integrity_check()


@pytest.mark.django_db(transaction=True)
def test_a_flush_empties_the_index():
    OpportunityFactory(topic="Flushed away")
    call_command("flush", verbosity=0, interactive=False)
    OpportunityFactory(topic="Something else")
    assert found("flushed") == set()
    assert search_index.missing(connection) == []
