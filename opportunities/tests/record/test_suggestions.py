"""The names that are suggested while an account or a contact is typed."""

import re

import pytest

from opportunities.models import Account
from opportunities.tests.factories import AccountFactory, ContactFactory

pytestmark = pytest.mark.django_db

NEW = "/opportunities/new/"


def test_accounts_are_suggested_by_any_part_of_their_name(client, salesperson, django_assert_num_queries):
    # given many accounts
    Account.objects.bulk_create(Account(name=f"Société {number:03}") for number in range(100))
    client.force_login(salesperson)

    # then a few are suggested: session, user, permissions, the names
    with django_assert_num_queries(4):
        html = client.get(f"{NEW}accounts/", {"account": "ETE 09"}).content.decode()
    assert re.findall(r'value="([^"]+)"', html) == [f"Société 09{digit}" for digit in range(10)]
    assert client.get(f"{NEW}accounts/", {"account": "soc"}).content.decode().count("<option") == 20
    assert client.get(f"{NEW}accounts/", {"account": "%"}).content.decode().count("<option") == 0
    for name in ("\x00" + "x" * 9000, "x" * 100_000):
        assert client.get(f"{NEW}accounts/", {"account": name}).content.decode().strip() == ""
        assert client.get(f"{NEW}contacts/", {"account": name, "contact": name}).content.decode().strip() == ""


def test_contacts_are_suggested_for_the_account_that_is_typed(client, salesperson):
    account = AccountFactory(name="Northwind Traders")
    ContactFactory(account=account, name='Ana "<Léger>')
    ContactFactory(name="Jean")
    client.force_login(salesperson)
    html = client.get(f"{NEW}contacts/", {"account": "northwind traders", "contact": "x"}).content.decode()
    assert html.strip() == '<option value="Ana &quot;&lt;Léger&gt;"></option>'
    assert client.get(f"{NEW}contacts/", {"account": "\x00"}).content.decode().strip() == ""


def test_suggestions_need_the_permission_to_view(client, outsider):
    client.force_login(outsider)
    assert client.get(f"{NEW}accounts/").status_code == 403
    assert client.get(f"{NEW}contacts/").status_code == 403
