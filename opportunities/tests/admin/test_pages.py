"""Every page of the admin opens, finds what is searched, and asks no query per row."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from opportunities.admin.opportunity import OpportunityAdmin
from opportunities.models import (
    Account,
    Competitor,
    Contact,
    Opportunity,
    OpportunityClose,
    Preferences,
    Product,
    Quote,
    QuoteClose,
    Stage,
    StatusReason,
    TimelineEvent,
)
from opportunities.tests.admin.pages import page
from opportunities.tests.factories import (
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    QuoteFactory,
    QuoteLineFactory,
    close,
)
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

# The SQL statements of each list: session, user with preferences, count, rows, and one for each filter that needs one.
QUERIES = {
    Account: 5,
    Contact: 5,
    Competitor: 4,
    Product: 5,
    Stage: 4,
    StatusReason: 4,
    Opportunity: 7,
    Quote: 4,
    OpportunityClose: 5,
    QuoteClose: 4,
    TimelineEvent: 4,
    User: 5,
}
ADDED_BY_ADMINISTRATORS = [Account, Contact, Competitor, Product, Stage, StatusReason, Opportunity, User]


def make_deals(count: int) -> None:
    """Closed deals with a row of every model each."""
    for number in range(count):
        contact = ContactFactory(account__name=f"Société-{number}", name=f"Élodie-{number}")
        product = ProductFactory(name=f"ÉLAN-{number}")
        deal = OpportunityFactory(account=contact.account, contact=contact, product=product)
        Preferences.objects.create(user=deal.owner, language="fr")
        line = QuoteLineFactory(quote=QuoteFactory(opportunity=deal))
        Quote.objects.filter(pk=line.quote_id).update(status="active")
        close(deal, "won", competitor=CompetitorFactory(name=f"Müller-{number}"))
        StatusReason.objects.create(state="lost", name=f"Reason {number}")
        Stage.objects.create(name=f"Stage {number}", probability=50)


def test_the_index_and_the_page_of_the_app_open(client):
    for url in [reverse("admin:index"), reverse("admin:app_list", args=["opportunities"])]:
        answer = client.get(url)
        assert answer.status_code == 200
        assert "Clôture" in answer.text


@pytest.mark.parametrize("model", QUERIES)
def test_list_change_and_history_page_open(client, model):
    # given
    make_deals(1)
    row = model.objects.order_by("-pk").first()

    # when, then
    for url in [page(model, "changelist"), page(model, "change", row.pk), page(model, "history", row.pk)]:
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("model", QUERIES)
def test_only_what_administrators_keep_is_added(client, model):
    expected = 200 if model in ADDED_BY_ADMINISTRATORS else 403
    assert client.get(page(model, "add")).status_code == expected


@pytest.mark.parametrize("rows", [1, 20])
def test_no_list_asks_a_query_per_row(client, django_assert_num_queries, rows):
    make_deals(rows)
    for model, queries in QUERIES.items():
        with django_assert_num_queries(queries, info=model.__name__):
            answer = client.get(page(model, "changelist"))
        assert len(answer.context["cl"].result_list) >= rows


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Account, "SOCIETE-1"),
        (Contact, "societe-1"),
        (Contact, "ÉLODIE-1"),
        (Contact, "élodie-1"),
        (Competitor, "MÜLLER-1"),
        (Competitor, "müller-1"),
        (Product, "Élan-1"),
        (Opportunity, "societe-1"),
        (Quote, "societe-1"),
        (OpportunityClose, "Société-1"),
    ],
)
def test_a_search_folds_case_and_where_it_can_accents(client, model, text):
    make_deals(2)
    answer = client.get(page(model, "changelist"), {"q": text})
    assert answer.context["cl"].result_count == 1


@pytest.mark.parametrize("model", QUERIES)
def test_a_search_that_matches_nothing_is_an_empty_list(client, model):
    make_deals(1)
    answer = client.get(page(model, "changelist"), {"q": "zzz"})
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 0


def autocomplete(client, model, field: str, term: str) -> list[str]:
    source = {"app_label": "opportunities", "model_name": model._meta.model_name, "field_name": field, "term": term}
    return [result["text"] for result in client.get(reverse("admin:autocomplete"), source).json()["results"]]


def test_autocomplete_finds_accounts_without_accents(client):
    make_deals(2)
    assert autocomplete(client, Opportunity, "account", "societe-1") == ["Société-1"]


def test_autocomplete_offers_active_products_and_people_only(client, salesperson, colleague):
    # given a product and a colleague who are no longer active
    ProductFactory(name="Old press", is_active=False)
    ProductFactory(name="New press")
    User.objects.filter(pk=colleague.pk).update(is_active=False)

    # when, then
    assert autocomplete(client, Opportunity, "product", "press") == ["New press"]
    assert autocomplete(client, Opportunity, "owner", "a") == ["admin", "marta"]


@pytest.mark.parametrize("value", ["NaN", "[]", "a\0b", "9" * 20, "-1", ""])
@pytest.mark.parametrize(
    ("make", "field"),
    [(ContactFactory, "account"), *((OpportunityFactory, field) for field in OpportunityAdmin.autocomplete_fields)],
)
def test_a_tampered_choice_is_no_choice(client, make, field, value):
    # given
    row = make()
    for url in [page(type(row), "add"), page(type(row), "change", row.pk)]:
        # when the form is asked for, and sent, with what is no key
        asked = client.get(url, {field: value})
        with nothing_changes():
            sent = client.post(url, {field: value, f"initial-{field}": value})

        # then
        assert (asked.status_code, sent.status_code) == (200, 200)
        assert sent.context["adminform"].form.errors
