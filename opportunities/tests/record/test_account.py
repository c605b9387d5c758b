"""The page of an account: what it says, to whom, and at what cost."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from opportunities.models import Account, Opportunity
from opportunities.record import account as account_page
from opportunities.tests.factories import (
    AccountFactory,
    ContactFactory,
    OpportunityFactory,
    QuoteFactory,
    close,
    day,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return AccountFactory(name="Northwind & Söhne", sector="Metal", phone="+44 20 1", website="https://n.example")


def page(client, user, account):
    client.force_login(user)
    return client.get(f"/accounts/{account.pk}/")


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&amp;", "&").split())


def closed(account, outcome: str, on: date, currency: str = "EUR", revenue: int = 900) -> Opportunity:
    opportunity = OpportunityFactory(account=account, currency=currency, opened_on=date(2020, 1, 1))
    close(opportunity, outcome, closed_on=on, actual_revenue=Decimal(revenue) if outcome == "won" else None)
    opportunity.refresh_from_db()
    return opportunity


def test_the_page_tells_contacts_opportunities_and_open_quotes(client, salesperson, account):
    # given an account with two open deals, a lost one, and quotes; and another account
    ContactFactory(account=account, name="Ana", email="ana@example.com", phone="+44 20 7946")
    ContactFactory(name="Stranger")
    later = OpportunityFactory(account=account, topic="Later", estimated_close_date=day(40))
    unknown = OpportunityFactory(account=account, topic="Unknown", estimated_close_date=None)
    sooner = OpportunityFactory(account=account, topic="Sooner", estimated_close_date=day(-1))
    lost = closed(account, "lost", date(2025, 3, 1))
    won = closed(account, "won", date(2025, 4, 1))
    expired = QuoteFactory(opportunity=later, number="Q-2026-9001", status="active", valid_until=day(-1))
    draft = QuoteFactory(opportunity=sooner, number="Q-2026-9002")
    QuoteFactory()

    # when somebody looks at it
    response = page(client, salesperson, account)

    # then
    context, shown = response.context, text(response)
    assert context["open_opportunities"] == [sooner, later, unknown]
    assert context["closed_opportunities"] == [won, lost]
    assert context["quotes"] == [expired, draft]
    for words in [
        "Northwind & Söhne Metal · https://n.example · +44 20 1",
        "Sooner",
        "Overdue",
        "Q-2026-9001",
        "Expired",
    ]:
        assert words in shown
    assert "Stranger" not in shown
    html = response.content.decode()
    assert 'href="mailto:ana@example.com"' in html
    assert 'href="tel:+44207946"' in html
    assert 'href="tel:+44201"' in html


def test_what_was_won_is_told_by_currency_and_by_year_and_never_added_up(client, salesperson, account):
    # given wins in two currencies and years, a loss in each year, and an open deal
    closed(account, "won", date(2024, 5, 1), "EUR", 1000)
    closed(account, "won", date(2025, 5, 1), "EUR", 500)
    closed(account, "won", date(2025, 6, 1), "JPY", 70_000)
    closed(account, "lost", date(2024, 7, 1))
    closed(account, "lost", date(2023, 7, 1))
    OpportunityFactory(account=account, currency="USD", estimated_revenue=Decimal("10.50"))
    OpportunityFactory(account=account, currency="USD", estimated_revenue=None)
    closed(AccountFactory(), "won", date(2025, 5, 1))

    # then
    response = page(client, salesperson, account)
    tally, years = response.context["tally"], dict(response.context["years"])
    assert (tally.open, tally.won, tally.lost, tally.win_rate) == (2, 3, 2, Decimal(60))
    assert tally.estimates == {"USD": Decimal("10.50")}
    assert tally.revenue == {"EUR": Decimal(1500), "JPY": Decimal(70_000)}
    assert list(years) == [2025, 2024, 2023]
    assert years[2025].revenue == {"EUR": Decimal(500), "JPY": Decimal(70_000)}
    assert [(year.won, year.lost, year.win_rate) for year in years.values()] == [(2, 0, 100), (1, 1, 50), (0, 1, 0)]
    shown = text(response)
    assert "Open opportunities 2 US$10.50 Win rate 60% 3 of 5 closed Revenue won €1,500.00 JP¥70,000" in shown
    assert "2023 No revenue 0 of 1 won · 0%" in shown


def test_an_account_without_anything_has_a_page(client, salesperson):
    account = AccountFactory(name="<b>New</b>")
    response = page(client, salesperson, account)
    assert "Open opportunities 0 Win rate — Revenue won —" in text(response)
    assert "No contact is known." in text(response)
    assert "<b>New" not in response.content.decode()


def test_a_large_account_shows_the_first_of_each_and_leads_to_the_rest(client, salesperson, account, monkeypatch):
    # given more of everything than the page shows
    monkeypatch.setattr(account_page, "SHOWN", 2)
    monkeypatch.setattr(account_page, "CONTACTS", 2)
    for _number in range(3):
        ContactFactory(account=account)
        QuoteFactory(opportunity=OpportunityFactory(account=account))
        closed(account, "lost", date(2025, 3, 1))

    # then
    response = page(client, salesperson, account)
    for name in ["contacts", "open_opportunities", "closed_opportunities", "quotes"]:
        assert len(response.context[name]) == 2
    name = "Northwind%20%26%20S%C3%B6hne"
    html = response.content.decode()
    for address in [
        f"/opportunities/?account={name}&amp;owner=all&amp;state=open",
        f"/opportunities/?account={name}&amp;owner=all&amp;state=all",
        f"/quotes/?account={name}&amp;owner=all&amp;state=open",
    ]:
        assert f'href="{address}"' in html
        assert client.get(address.replace("&amp;", "&")).status_code == 200
    assert "There are more contacts than are shown here." in html


def test_more_opportunities_than_are_counted_are_not_added_up(client, salesperson, account, monkeypatch):
    monkeypatch.setattr(account_page, "COUNTED", 2)
    for _number in range(2):
        OpportunityFactory(account=account)
    assert page(client, salesperson, account).context["tally"].open == 2
    OpportunityFactory(account=account)
    response = page(client, salesperson, account)
    assert response.context["tally"] is None
    assert "This account has more than 2 opportunities: they are not added up here." in text(response)


def test_it_needs_the_permission_to_view(client, outsider, colleague, account):
    assert page(client, outsider, account).status_code == 403
    assert page(client, colleague, account).status_code == 200
    client.logout()
    assert client.get(f"/accounts/{account.pk}/").url == f"/accounts/login/?next=/accounts/{account.pk}/"


@pytest.mark.parametrize("pk", ["0", "99", "9" * 19, "9" * 5000, "-1", "x", "1%00"])
def test_an_account_that_does_not_exist_is_not_found(client, salesperson, pk):
    client.force_login(salesperson)
    assert client.get(f"/accounts/{pk}/").status_code == 404


def test_it_only_reads(client, salesperson, account):
    client.force_login(salesperson)
    assert client.post(f"/accounts/{account.pk}/").status_code == 405


@pytest.mark.parametrize("rows", [1, 15])
def test_the_page_takes_ten_statements_for_few_rows_and_for_many(
    client, salesperson, account, django_assert_num_queries, rows
):
    client.force_login(salesperson)
    for number in range(rows):
        ContactFactory(account=account)
        QuoteFactory(opportunity=OpportunityFactory(account=account), status="active")
        closed(account, ("won", "lost")[number % 2], date(2025, 3, 1))
    # session, user, permissions, account, count, contacts, open, closed, quotes, figures
    with django_assert_num_queries(10):
        client.get(f"/accounts/{account.pk}/")


def test_its_opportunities_are_found_by_their_account():
    """However many opportunities there are, those of others are not read."""
    # given many accounts, and the statistics that PostgreSQL plans with
    accounts = Account.objects.bulk_create(Account(name=f"A{n}", folded_name=f"a{n}") for n in range(500))
    blank = OpportunityFactory(account=accounts[0])
    facts = {"owner": blank.owner, "stage": blank.stage, "status_reason": blank.status_reason}
    Opportunity.objects.bulk_create(
        Opportunity(topic="T", account=account, estimated_close_date=day(number), **facts)
        for account in accounts
        for number in range(5)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE opportunities_opportunity")

    # then each list of the page reads an index that begins with the account
    found = Opportunity.objects.filter(account=accounts[1])
    for rows in [account_page.open_opportunities(found), account_page.closed_opportunities(found)]:
        plan = rows.select_related(None).explain()
        assert re.search(r"\(account_id=\?|account_id = ", plan)
        assert not re.search(r"SCAN opportunities_opportunity|Seq Scan on opportunities_opportunity", plan)
