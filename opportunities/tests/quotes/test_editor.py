"""The page on which the head of a quote is written: what is typed, kept, refused and saved."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from opportunities.formats import format_instant
from opportunities.models import Preferences, Quote, Seller
from opportunities.quotes import draft_services, services
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.page import form_of
from opportunities.tests.quotes.states import draft, quote_in
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(client, salesperson):
    """An open one of Marta's, who is signed in."""
    client.force_login(salesperson)
    return OpportunityFactory(owner=salesperson, topic="Plant 2027")


def new_url(opportunity) -> str:
    return reverse("opportunities:quote_create", args=[opportunity.pk])


def edit_url(quote) -> str:
    return reverse("opportunities:quote_edit", args=[quote.pk])


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def head_of(quote: Quote) -> dict:
    quote.refresh_from_db()
    return {name: getattr(quote, name) for name in HEAD}


HEAD = {
    "name": "Full service",
    "valid_from": day(1),
    "valid_until": day(20),
    "customer_reference": "PO 4711",
    "payment_terms": "30 days net",
    "introduction": "Dear Lena,\nمرحبا 👍 #let x = *bold*",
    "closing_text": "Yours\n\\evil{$}",
}
TYPED = {name: str(value).replace("\n", "\r\n") for name, value in HEAD.items()}


def test_a_new_quote_starts_with_what_is_likely(client, opportunity):
    Seller.objects.create(pk=1, name="Clôture GmbH", payment_terms="14 days net")

    response = client.get(new_url(opportunity))

    form = form_of(response)
    assert response.status_code == 200
    assert form | {"csrfmiddlewaretoken": ""} == {
        "csrfmiddlewaretoken": "",
        "name": "Plant 2027",
        "valid_from": day(0).isoformat(),
        "valid_until": day(30).isoformat(),
        "customer_reference": "",
        "payment_terms": "14 days net",
        "introduction": "",
        "closing_text": "",
    }


def test_the_head_is_saved_as_a_draft_whose_page_opens_with_the_form_of_its_first_line(client, opportunity):
    response = client.post(new_url(opportunity), TYPED)

    quote = Quote.objects.get()
    assert (response.status_code, response.url) == (302, f"/quotes/{quote.pk}/lines/new/")
    assert said(response) == [f"{quote} is created as a draft. Add its lines."]
    assert head_of(quote) == HEAD
    assert (quote.opportunity, quote.status, quote.total) == (opportunity, "draft", Decimal(0))
    assert quote.edited_by == opportunity.owner
    assert list(opportunity.timeline.values_list("kind", "by")) == [("quote_created", opportunity.owner_id)]
    page = client.get(response.url)
    assert page.status_code == 200
    assert 'id="line-new-description"' in page.content.decode()


@pytest.mark.parametrize("name", ["introduction", "closing_text", "name", "customer_reference", "payment_terms"])
def test_text_comes_back_as_it_was_typed(client, opportunity, name):
    odd = "<script>alert(1)</script> מחיר 🧾 #set text(red) $x^2$ \\ `raw` <a@b> data-panel"
    client.post(new_url(opportunity), TYPED | {name: odd})

    quote = Quote.objects.get()
    assert getattr(quote, name) == odd
    assert form_of(client.get(edit_url(quote)))[name] == odd
    assert "<script>alert" not in client.get(quote.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": " "}, {"name": ["This field is required."]}),
        ({"name": "x" * 201}, {"name": ["Ensure this value has at most 200 characters (it has 201)."]}),
        ({"name": "a\x00b"}, {"name": ["Null characters are not allowed."]}),
        ({"valid_until": "2026-02-30"}, {"valid_until": ["Enter a date that exists, such as 2026-11-30."]}),
        ({"valid_from": "soon"}, {"valid_from": ["Enter a date that exists, such as 2026-11-30."]}),
        (
            {"valid_from": "2026-03-02", "valid_until": "2026-03-01"},
            {"valid_until": ["This is before the day from which the quote is valid."]},
        ),
        (
            {"introduction": "x" * 10_000},
            {"introduction": ["Ensure this value has at most 4000 characters (it has 10000)."]},
        ),
        (
            {"closing_text": "x" * 4_001},
            {"closing_text": ["Ensure this value has at most 4000 characters (it has 4001)."]},
        ),
        (
            {"customer_reference": "x" * 101},
            {"customer_reference": ["Ensure this value has at most 100 characters (it has 101)."]},
        ),
        (
            {"payment_terms": "x" * 201},
            {"payment_terms": ["Ensure this value has at most 200 characters (it has 201)."]},
        ),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(client, opportunity, fields, expected):
    quote = draft(opportunity=opportunity)

    for url in (new_url(opportunity), edit_url(quote)):
        with nothing_changes():
            response = client.post(url, TYPED | fields)
        assert response.status_code == 422
        assert errors(response) == expected
        shown = {field.name: field.value() for field in response.context["form"]}
        assert shown == TYPED | fields


def test_an_empty_request_is_refused(client, opportunity):
    with nothing_changes():
        response = client.post(new_url(opportunity), {})

    assert response.status_code == 422
    assert errors(response) == {"name": ["This field is required."]}


def test_a_draft_is_shown_as_it_is_and_changed_as_typed(client, opportunity, manager):
    quote = draft(opportunity=opportunity, **HEAD)
    client.force_login(manager)
    form = form_of(client.get(edit_url(quote)))

    response = client.post(edit_url(quote), form | {"name": "Parts only", "valid_until": "", "closing_text": ""})

    assert {name: form[name] for name in HEAD} == {name: str(value) for name, value in HEAD.items()}
    assert (response.status_code, response.url) == (302, quote.get_absolute_url())
    assert head_of(quote) == HEAD | {"name": "Parts only", "valid_until": None, "closing_text": ""}
    assert (quote.folded_name, quote.edited_by, quote.total) == ("parts only", manager, Decimal(900))


def test_a_head_saved_as_it_is_was_not_edited(client, opportunity, manager):
    quote = draft(opportunity=opportunity, **HEAD)
    client.force_login(manager)

    client.post(edit_url(quote), form_of(client.get(edit_url(quote))))

    quote.refresh_from_db()
    assert quote.edited_by == opportunity.owner


def test_the_second_to_save_is_told_what_changed_by_whom_and_when_and_replaces_it_if_they_insist(
    client, opportunity, manager
):
    # given Marta's form, and a manager who changes some of what it shows
    quote = draft(opportunity=opportunity, **HEAD)
    form = form_of(client.get(edit_url(quote)))
    theirs = {"name": "Full service, 3 sites", "valid_until": day(40), "closing_text": "Cheers"}
    edited = draft_services.edit_head(quote, by=manager, **theirs)

    # when she saves another name and text
    mine = {"name": "Half service", "introduction": "Hello"}
    with nothing_changes():
        response = client.post(edit_url(quote), form | mine)

    # then she is told, what she typed is kept, and what she left alone is as it is now
    told = (
        f"Inès Moreau changed this to Full service, 3 sites on {format_instant(edited.edited_at)}; your value is "
        "kept here. Save again to replace it."
    )
    assert response.status_code == 409
    assert errors(response) == {"name": [told]}
    again = form_of(response)
    assert (again["name"], again["introduction"]) == ("Half service", "Hello")
    assert (again["valid_until"], again["closing_text"]) == (day(40).isoformat(), "Cheers")

    # and saving it as it is replaces the name alone
    assert client.post(edit_url(quote), again).status_code == 302
    assert head_of(quote) == HEAD | theirs | mine


def test_a_line_edited_since_does_not_hide_who_changed_the_head(client, opportunity, manager):
    # given a head that a manager changed, and a line that Marta edited after that
    quote = draft(opportunity=opportunity, **HEAD)
    form = form_of(client.get(edit_url(quote)))
    edited = draft_services.edit_head(quote, by=manager, name="Full service, 3 sites")
    draft_services.edit_line(quote.lines.get(), by=opportunity.owner, quantity=2)

    # when she saves another name, then she is told of the manager, not of herself
    response = client.post(edit_url(quote), form | {"name": "Half service"})
    told = f"Inès Moreau changed this to Full service, 3 sites on {format_instant(edited.head_edited_at)}"
    assert response.status_code == 409
    assert errors(response)["name"][0].startswith(told)


def test_what_two_people_change_apart_from_each_other_is_both_there(client, opportunity, manager):
    quote = draft(opportunity=opportunity, **HEAD)
    form = form_of(client.get(edit_url(quote)))
    draft_services.edit_head(quote, by=manager, payment_terms="Cash")

    assert client.post(edit_url(quote), form | {"name": "Mine"}).status_code == 302

    assert head_of(quote) == HEAD | {"name": "Mine", "payment_terms": "Cash"}


def test_a_form_is_judged_on_the_locked_draft(client, opportunity, manager, monkeypatch):
    # given a manager who changes the name after Marta's request has read the draft, and before it locks it
    quote = draft(opportunity=opportunity, **HEAD)
    form = form_of(client.get(edit_url(quote))) | {"name": "Mine"}
    lock = services.lock

    def slow_lock(parent):
        monkeypatch.setattr(services, "lock", lock)
        draft_services.edit_head(quote, by=manager, name="Theirs")
        return lock(parent)

    monkeypatch.setattr(services, "lock", slow_lock)

    # when she saves hers, then theirs is not overwritten unseen
    response = client.post(edit_url(quote), form)
    assert response.status_code == 409
    assert errors(response)["name"][0].startswith("Inès Moreau changed this to Theirs on ")
    assert head_of(quote)["name"] == "Theirs"


def test_dates_are_told_in_french(client, opportunity, manager):
    Preferences.objects.create(user=opportunity.owner, language="fr")
    quote = draft(opportunity=opportunity, **HEAD)
    form = form_of(client.get(edit_url(quote)))
    draft_services.edit_head(quote, by=manager, valid_until=date(2040, 1, 31))

    response = client.post(edit_url(quote), form | {"valid_until": "2041-01-31"})

    assert "31 janv. 2040" in errors(response)["valid_until"][0]


def test_a_quote_that_is_no_draft_is_not_edited(client, opportunity, salesperson):
    quote = quote_in("active", salesperson)
    sentence = f"{quote} is no draft any more; its status is “Active”."

    with nothing_changes():
        shown = client.get(edit_url(quote))
        late = client.post(edit_url(quote), TYPED)

    assert (shown.status_code, shown.url, said(shown)) == (302, quote.get_absolute_url(), [sentence])
    assert late.status_code == 409
    assert errors(late) == {"__all__": [sentence]}
    assert form_of(late)["customer_reference"] == "PO 4711"


def test_no_quote_is_written_for_a_closed_opportunity(client, opportunity):
    close(opportunity)
    sentence = "The opportunity is closed: its quotes do not change until it is reopened."

    with nothing_changes():
        shown = client.get(new_url(opportunity))
        late = client.post(new_url(opportunity), TYPED)

    assert (shown.status_code, shown.url, said(shown)) == (302, opportunity.get_absolute_url(), [sentence])
    assert (late.status_code, errors(late)) == (409, {"__all__": [sentence]})


def test_a_draft_deleted_while_it_was_edited_is_said_to_be_gone(client, opportunity, monkeypatch):
    # given a draft that is deleted between reading it and saving it
    quote = draft(opportunity=opportunity)
    lock = services.lock
    monkeypatch.setattr(services, "lock", lambda parent: Quote.objects.all().delete() and lock(parent))

    response = client.post(edit_url(quote), TYPED)

    assert response.status_code == 409
    assert errors(response) == {"__all__": ["Somebody deleted it meanwhile. Nothing was saved."]}
    assert form_of(response)["name"] == "Full service"


@pytest.mark.parametrize("shown", ["", "\x00", "x" * 5000, "NaN", "<script>"])
def test_a_form_that_lies_about_what_it_showed_is_asked_again_at_most(client, opportunity, shown):
    quote = draft(opportunity=opportunity, **HEAD)
    form = form_of(client.get(edit_url(quote)))
    lies = {name: shown for name in form if name.startswith("initial-")}
    assert len(lies) == len(HEAD)

    with nothing_changes():
        response = client.post(edit_url(quote), form | lies | {"name": "New"})
    assert list(errors(response)) == ["name"]
    assert client.post(edit_url(quote), form_of(response)).status_code == 302
    assert head_of(quote) == HEAD | {"name": "New"}
