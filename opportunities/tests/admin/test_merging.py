"""Merging in the admin: rows are chosen in the list, and merged on a page that says what moves."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from opportunities.models import Account, Competitor, Contact, Opportunity
from opportunities.record.merging import merge_accounts, merge_competitors
from opportunities.tests.admin.pages import page, staff, submit, told
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    close,
    reason,
)
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

MERGES = [(Account, AccountFactory, merge_accounts), (Competitor, CompetitorFactory, merge_competitors)]


def merge_url(*rows) -> str:
    query = "&".join(f"id={row.pk}" for row in rows)
    return f"{page(type(rows[0]), 'merge')}?{query}"


def choose(client, *rows, **more):
    """Sends the list with `rows` ticked and the action chosen."""
    data = {"action": "merge", "_selected_action": [row.pk for row in rows]} | more
    return client.post(page(type(rows[0]), "changelist"), data)


def names(client, model, **address) -> list[str]:
    return [row.name for row in client.get(page(model, "changelist"), address).context["cl"].result_list]


def cells(answer) -> list[list[str]]:
    """The table of the page, as text."""
    table = answer.text.partition("radiogroup")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in found]


def test_accounts_are_chosen_in_the_list_and_merged_on_a_page_that_says_what_each_has(client, administrator):
    # given two accounts that are the same one
    few, many = AccountFactory(name="Electro", sector="Energy"), AccountFactory(name="Electro AG", phone="5")
    ContactFactory(account=many)
    deals = OpportunityFactory.create_batch(3, account=many)
    close(deals[0])

    # when they are chosen
    answer = choose(client, few, many)
    assert (answer.status_code, answer["Location"]) == (302, merge_url(few, many))

    # then the page says what each has, and has chosen the one with more
    shown = client.get(answer["Location"])
    assert cells(shown) == [
        ["Name", "Sector", "Website", "Phone", "Contacts", "Open opportunities", "Closed opportunities"],
        ["Electro", "Energy", "—", "—", "0", "0", "0"],
        ["Electro AG", "—", "—", "5", "1", "2", "1"],
    ]
    assert re.findall(r'value="(\d+)" checked', shown.text) == [str(many.pk)]
    assert "This cannot be undone." in shown.text

    # when the other one is chosen to stay
    answer = client.post(merge_url(few, many), {"kept": few.pk}, follow=True)

    # then it has everything, and the history of its page says so
    assert told(answer) == ["Merged into “Electro”: Electro AG."]
    assert answer.redirect_chain == [(page(Account, "change", few.pk), 302)]
    assert set(few.opportunities.all()) == set(deals)
    assert Account.objects.values_list("sector", "phone", "merged_into").get(pk=few.pk) == ("Energy", "5", None)
    assert LogEntry.objects.values_list("object_id", "change_message").get() == (
        str(few.pk),
        "Merged into “Electro”: Electro AG.",
    )


def test_competitors_are_merged_likewise(client):
    kept, other = CompetitorFactory(name="Rival"), CompetitorFactory(name="Rival Inc.")
    closing = close(OpportunityFactory(), status_reason=reason("Out-sold"), competitor=other)
    assert cells(client.get(merge_url(kept, other))) == [
        ["Name", "Opportunities closed against them"],
        ["Rival", "0"],
        ["Rival Inc.", "1"],
    ]
    client.post(merge_url(kept, other), {"kept": kept.pk})
    closing.refresh_from_db()
    assert closing.competitor == kept


@pytest.mark.parametrize("kept", ["", "0", "x"])
def test_no_choice_is_an_error_and_nothing_changes(client, kept):
    rows = AccountFactory.create_batch(2)
    with nothing_changes():
        answer = client.post(merge_url(*rows), {"kept": kept})
    assert answer.status_code == 422
    assert "Choose the one that stays." in answer.text


def test_fewer_than_two_and_more_than_fifty_are_refused(client):
    rows = AccountFactory.create_batch(51)
    refusal = "Select at least two, and at most 50, that were not merged yet."
    for chosen in (rows[:1], rows):
        answer = choose(client, *chosen)
        assert answer["Location"] == page(Account, "changelist")
        assert told(client.get(answer["Location"])) == [refusal]
    assert client.get(merge_url(rows[0])).status_code == 404
    assert client.get(merge_url(*rows)).status_code == 404
    assert client.get(f"{page(Account, 'merge')}?id=x&id=-1").status_code == 404


@pytest.mark.parametrize(("model", "factory", "merge"), MERGES)
def test_what_was_merged_or_deleted_meanwhile_is_refused(client, administrator, model, factory, merge):
    # given pages that show rows which somebody else then merges and deletes
    kept, merged, gone = (factory(name=name) for name in ("Kept", "Merged", "Gone"))
    urls = [merge_url(kept, merged), merge_url(kept, gone)]
    merge(kept, [merged], by=administrator)
    gone.delete()

    # then
    for url, why in zip(
        urls,
        [
            "“Merged” was merged into “Kept” meanwhile. Nothing was merged.",
            "Somebody deleted one of them meanwhile. Nothing was merged.",
        ],
        strict=True,
    ):
        with nothing_changes():
            answer = client.post(url, {"kept": kept.pk})
        assert told(client.get(answer["Location"])) == [why]


@pytest.mark.parametrize(("model", "factory", "merge"), MERGES)
def test_who_may_not_change_them_is_offered_no_merge_and_refused(client, outsider, model, factory, merge):
    rows, name = factory.create_batch(2), model._meta.model_name
    staff(client, outsider, f"view_{name}")
    assert "Merge selected" not in client.get(page(model, "changelist")).text
    for send in (client.get, client.post):
        answer = send(merge_url(*rows), {"id": [row.pk for row in rows]})
        assert answer.status_code == 403
        assert f"(change_{name}). Ask an administrator." in answer.text
    staff(client, outsider, f"change_{name}")
    assert client.get(merge_url(*rows)).status_code == 200


@pytest.mark.parametrize(("model", "factory", "merge"), MERGES)
def test_what_was_merged_is_read_only_and_not_offered(client, administrator, model, factory, merge):
    kept, merged = factory(name="Kept"), factory(name="Merged")
    merge(kept, [merged], by=administrator)

    # the list has it where it is asked for, with the row that stays
    assert names(client, model) == ["Kept"]
    assert names(client, model, merged="yes") == ["Merged"]
    assert names(client, model, _facets="True") == ["Kept"]

    # its page says what became of it, and changes and deletes nothing
    url = page(model, "change", merged.pk)
    shown = client.get(url).text
    assert "Merged into:" in shown
    assert page(model, "change", kept.pk) in shown
    with nothing_changes():
        assert client.post(url, {"name": "New"}).status_code == 403
        assert client.post(page(model, "delete", merged.pk), {"post": "yes"}).status_code == 403
        client.post(page(model, "delete", kept.pk), {"post": "yes"})
    assert "Merged into:" not in client.get(page(model, "change", kept.pk)).text


def test_a_merged_account_is_not_offered_to_an_opportunity_or_a_contact(client, administrator):
    kept, merged = AccountFactory(name="Electro"), AccountFactory(name="Electro AG")
    merge_accounts(kept, [merged], by=administrator)
    for model in (Opportunity, Contact):
        asked = {"term": "electro", "app_label": "opportunities", "model_name": model._meta.model_name}
        answer = client.get(reverse("admin:autocomplete"), asked | {"field_name": "account"})
        assert [row["text"] for row in answer.json()["results"]] == ["Electro"]
    with nothing_changes():
        answer = submit(client, page(Contact, "add"), name="Ann", account=merged.pk)
    assert told(answer) == ["This one was merged into another meanwhile; choose that one."]


@pytest.mark.parametrize("count", [2, 50])
def test_the_page_asks_as_much_of_many_rows(client, django_assert_num_queries, count):
    rows = AccountFactory.create_batch(count)
    for row in rows:
        ContactFactory(account=row)
    with django_assert_num_queries(5):  # session, user, the rows, contacts, opportunities
        assert client.get(merge_url(*rows)).status_code == 200


def test_the_list_of_what_was_merged_asks_no_query_per_row(client, administrator, django_assert_num_queries):
    kept, *others = AccountFactory.create_batch(20)
    merge_accounts(kept, others, by=administrator)
    with django_assert_num_queries(5):
        assert len(names(client, Account, merged="yes")) == 19
