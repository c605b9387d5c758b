"""What was merged is offered nowhere, and its name leads to the one that stays."""

import pytest
from django.urls import reverse

from opportunities.models import Account, Opportunity
from opportunities.record.merging import merge_accounts, merge_competitors
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    close,
    day,
    reason,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, salesperson):
    client.force_login(salesperson)
    return client


@pytest.fixture
def account(administrator):
    """Electro, into which Strom AG was merged."""
    kept, merged = AccountFactory(name="Electro"), AccountFactory(name="Strom AG")
    ContactFactory(account=merged, name="Ana")
    merge_accounts(kept, [merged], by=administrator)
    return kept


@pytest.fixture
def merged(account):
    return Account.objects.get(name="Strom AG")


def test_its_page_is_that_of_the_one_that_stays(client, account, merged):
    answer = client.get(reverse("opportunities:account", args=[merged.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("opportunities:account", args=[account.pk]))


def test_it_is_not_suggested_and_its_name_has_the_contacts_of_the_other(client, account):
    assert client.get("/opportunities/new/accounts/", {"account": "strom"}).text.strip() == ""
    assert "Ana" in client.get("/opportunities/new/contacts/", {"account": "strom ag", "contact": ""}).text


def test_quick_search_does_not_find_it(client, account):
    found = client.get(reverse("opportunities:search"), {"q": "strom"})
    assert found.context["groups"] == []


def test_an_opportunity_that_names_it_is_one_of_the_other(client, account, salesperson):
    typed = {
        "topic": "New",
        "account": "strom ag",
        "contact": "Ana",
        "owner": salesperson.pk,
        "currency": "EUR",
        "stage": OpportunityFactory().stage_id,
        "status_reason": reason("In progress").pk,
        "estimated_revenue": "5",
        "estimated_close_date": day(5),
        "opened_on": day(0),
    }
    assert client.post("/opportunities/new/", typed).status_code == 302
    opportunity = Opportunity.objects.get(topic="New")
    assert (opportunity.account, opportunity.contact.name) == (account, "Ana")


def test_the_list_of_its_name_is_that_of_the_other(client, account):
    OpportunityFactory(topic="Theirs", account=account)
    page = client.get("/opportunities/", {"owner": "all", "account": "Strom AG"}).context["page"]
    assert [row.topic for row in page.rows] == ["Theirs"]


def test_a_merged_competitor_is_not_offered_and_a_saved_view_of_it_is_of_the_other(client, administrator):
    # given a view of a competitor that is merged then
    kept, merged = CompetitorFactory(name="Rival"), CompetitorFactory(name="Rival Inc.")
    view = {"owner": "all", "state": "lost", "competitor": merged.pk}
    lost = OpportunityFactory(topic="Lost")
    close(lost, status_reason=reason("Out-sold"), competitor=merged)
    close(OpportunityFactory(topic="Another"))
    merge_competitors(kept, [merged], by=administrator)

    # then it is a view of the one that stays
    page = client.get("/opportunities/", view)
    assert [row.topic for row in page.context["page"].rows] == ["Lost"]
    assert page.context["filters"].kept["competitor"] == str(kept.pk)
    assert "Rival Inc." not in page.text

    # and no dialog offers it, or takes it
    deal = OpportunityFactory(owner=administrator)
    client.force_login(administrator)
    url = reverse("opportunities:close", args=[deal.pk])
    assert "Rival Inc." not in client.get(url, {"outcome": "lost"}).text
    typed = {"outcome": "lost", "status_reason": reason("Out-sold").pk, "closed_on": day(0), "plan": ""}
    answer = client.post(url, typed | {"competitor": merged.pk})
    assert answer.status_code == 422
    assert "There is no such competitor (any more); choose another." in answer.text
