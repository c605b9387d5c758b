"""The page of a quote and its dialogs: what they show, do and refuse, and to whom."""

import json
import re
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from opportunities.closing import correct_closing, reopen_opportunity
from opportunities.models import Quote, QuoteClose, QuoteLine
from opportunities.quotes import services
from opportunities.tests.factories import OpportunityFactory, close, day, reason
from opportunities.tests.quotes.states import draft, lines, quote_in
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

CLOSING = {"to_status": "lost", "closed_on": day(0).isoformat(), "reason": "Too expensive"}


@pytest.fixture
def signed_in(client, salesperson):
    client.force_login(salesperson)
    return client


def url(name: str, quote: Quote) -> str:
    return reverse(f"opportunities:{name}", args=[quote.pk])


def text_of(response) -> str:
    """The words of the page, one space between them."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def actions_on(response) -> list[str]:
    """What the page offers to do, in order."""
    head = response.content.decode().split('<div class="page-actions">')[1].split("</header>")[0]
    return re.findall(r">([^<>\s][^<>]*)</(?:a|button)>", head)


def test_the_page_says_what_is_offered_and_until_when(signed_in, salesperson):
    offered = [
        QuoteLine(description="On-call shift", quantity=Decimal("2.5"), unit_price=Decimal("1000.10")),
        QuoteLine(description="<b>Parts</b>", quantity=1, unit_price=Decimal(10)),
    ]
    quote = draft(salesperson, lines=offered, valid_until=None)

    response = signed_in.get(quote.get_absolute_url())

    words = text_of(response)
    assert response.status_code == 200
    assert f"{quote.number} rev. 0 Full service" in words
    assert "Status Draft Valid until — Net total €2,510.25" in words
    assert "On-call shift" in words
    assert "&lt;b&gt;Parts&lt;/b&gt;" in words
    assert quote.opportunity.get_absolute_url() in response.content.decode()


def test_an_expired_quote_says_so_in_words(signed_in, salesperson):
    quote = draft(salesperson, valid_until=day(-1))

    assert "Expired" in text_of(signed_in.get(quote.get_absolute_url()))

    Quote.objects.filter(pk=quote.pk).update(valid_until=day(0))
    assert "Expired" not in text_of(signed_in.get(quote.get_absolute_url()))


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        ("draft", ["Delete", "Copy", "Edit", "Close quote", "Activate"]),
        ("active", ["Copy", "Close quote", "Revise", "Win this quote"]),
        ("expired", ["Copy", "Close quote", "Revise", "Win this quote"]),
        ("won", ["Copy"]),
        ("lost", ["Copy"]),
        ("canceled", ["Copy"]),
        ("revised", ["Copy"]),
    ],
)
def test_the_page_offers_what_the_status_and_the_permission_allow(client, salesperson, colleague, status, actions):
    quote = quote_in(status, salesperson)

    client.force_login(salesperson)
    assert actions_on(client.get(quote.get_absolute_url())) == ["Print", "PDF", *actions]
    client.force_login(colleague)
    assert actions_on(client.get(quote.get_absolute_url())) == ["Print", "PDF", "Copy"]


def test_a_draft_without_lines_leads_to_its_lines_instead_of_to_activation(signed_in, salesperson):
    response = signed_in.get(draft(salesperson, lines=[]).get_absolute_url())

    assert actions_on(response) == ["Print", "PDF", "Delete", "Copy", "Edit", "Close quote"]
    assert "This quote has no lines. It can be activated once it has one." in text_of(response)


def test_a_quote_closed_by_itself_says_what_became_of_it_when_by_whom_and_why(signed_in, salesperson):
    quote = quote_in("active", salesperson)
    services.close_quote(quote, to_status="lost", closed_on=day(0), by=salesperson, reason="They wait.\n<i>Maybe</i>")

    response = signed_in.get(quote.get_absolute_url())

    assert re.search(
        r"Closing Lost From Active to Lost on \d+ \w+ \d{4}\. They wait\. &lt;i&gt;Maybe", text_of(response)
    )
    assert re.search(r"Recorded by Marta Ruiz, \d+ \w+ \d{4}, \d\d:\d\d", text_of(response))


def test_a_quote_closed_with_its_opportunity_says_so_with_the_reason_as_it_was_corrected(signed_in, salesperson):
    # given a quote that was closed with its opportunity, whose reason was wrong at first
    quote = quote_in("active", salesperson)
    closing = close(quote.opportunity, "lost")
    correct_closing(closing, status_reason=reason("No decision"), closed_on=day(0), by=salesperson)

    # when its page is read
    response = signed_in.get(quote.get_absolute_url())

    # then it says the right reason
    assert "Closed together with the opportunity: Lost, No decision." in text_of(response)


def test_a_reason_that_says_what_the_outcome_says_is_not_repeated(signed_in, salesperson):
    quote = quote_in("won", salesperson)

    assert "Closed together with the opportunity: Won." in text_of(signed_in.get(quote.get_absolute_url()))


def test_a_draft_is_activated(signed_in, salesperson):
    quote = draft(salesperson)

    response = signed_in.post(url("quote_activate", quote))

    quote.refresh_from_db()
    assert (response.status_code, response.url, quote.status) == (302, quote.get_absolute_url(), "active")
    assert said(response) == [f"{quote} is active."]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"lines": []}, "A quote needs at least one line to be activated."),
        ({"valid_until": day(-1)}, "enter a day that has not passed to activate the quote."),
    ],
)
def test_a_draft_that_cannot_be_activated_says_why(signed_in, salesperson, facts, sentence):
    quote = draft(salesperson, **facts)

    with nothing_changes():
        response = signed_in.post(url("quote_activate", quote))

    assert response.status_code == 422
    assert sentence in text_of(response)


def test_activating_twice_says_that_it_is_active_already(signed_in, salesperson):
    quote = quote_in("active", salesperson)

    with nothing_changes():
        response = signed_in.post(url("quote_activate", quote))
        assert signed_in.get(url("quote_activate", quote)).url == quote.get_absolute_url()

    assert response.status_code == 409
    assert f"{quote} is no draft any more; its status is “Active”." in text_of(response)


@pytest.mark.parametrize(("status", "likely"), [("draft", "canceled"), ("active", "lost")])
def test_the_close_dialog_opens_with_today_and_what_is_likely(signed_in, salesperson, status, likely):
    response = signed_in.get(url("quote_close", quote_in(status, salesperson)), headers={"HX-Request": "true"})

    form = response.context["form"]
    assert response.status_code == 200
    assert (form["to_status"].value(), form["closed_on"].value()) == (likely, day(0))
    assert "<html" not in response.content.decode()


def test_a_quote_is_closed_from_its_page(signed_in, salesperson):
    quote = quote_in("active", salesperson)
    draft(opportunity=quote.opportunity)
    page = f"http://testserver{quote.get_absolute_url()}"

    headers = {"HX-Request": "true", "HX-Current-URL": page}
    response = signed_in.post(url("quote_close", quote), CLOSING, headers=headers)

    quote.refresh_from_db()
    assert json.loads(response["HX-Location"])["path"] == quote.get_absolute_url()
    assert said(response) == [f"{quote} is closed: Lost."]
    assert quote.status == "lost"
    closing = QuoteClose.objects.get(quote=quote)
    assert (closing.closed_on, closing.reason, closing.by) == (day(0), "Too expensive", salesperson)


def test_a_quote_is_closed_without_javascript_too(signed_in, salesperson):
    quote = quote_in("draft", salesperson)

    response = signed_in.post(url("quote_close", quote), CLOSING | {"reason": "One\r\ntwo"})

    assert (response.status_code, response.url) == (302, quote.get_absolute_url())
    assert QuoteClose.objects.get(quote=quote).reason == "One\ntwo"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"to_status": ""}, {"to_status": ["This field is required."]}),
        ({"to_status": "won"}, {"to_status": ["Select a valid choice. won is not one of the available choices."]}),
        ({"closed_on": ""}, {"closed_on": ["This field is required."]}),
        ({"closed_on": "2026-02-30"}, {"closed_on": ["Enter a date that exists, such as 2026-11-30."]}),
        ({"closed_on": day(1).isoformat()}, {"closed_on": ["The close date cannot be in the future."]}),
        (
            {"closed_on": "2020-01-01"},
            {"closed_on": ["The close date cannot be before the opportunity was opened, on 1 Feb 2020."]},
        ),
        ({"reason": "a\x00"}, {"reason": ["Null characters are not allowed."]}),
        (
            {"reason": "x" * 2001},
            {"reason": ["Ensure this value has at most 2000 characters (it has 2001)."]},
        ),
    ],
)
def test_a_wrong_closing_is_refused_at_its_field_and_nothing_typed_is_lost(signed_in, salesperson, fields, errors):
    quote = draft(opportunity=OpportunityFactory(owner=salesperson, opened_on="2020-02-01"))
    sent = CLOSING | fields

    with nothing_changes():
        response = signed_in.post(url("quote_close", quote), sent)

    form = response.context["form"]
    assert response.status_code == 422
    assert form.errors == errors
    assert {name: form[name].value() for name in sent} == sent


def test_a_closed_quote_is_not_closed_again(signed_in, salesperson):
    quote = quote_in("canceled", salesperson)

    with nothing_changes():
        responses = [signed_in.get(url("quote_close", quote)), signed_in.post(url("quote_close", quote), CLOSING)]

    for response in responses:
        assert response.status_code == 409
        assert f"{quote} is closed already; its status is “Canceled”." in text_of(response)


def test_a_quote_closed_by_somebody_faster_is_refused_in_words(signed_in, salesperson, monkeypatch):
    # given a quote that a colleague closes between reading and locking it
    quote = quote_in("active", salesperson)
    close_quote = services.close_quote

    def slow_close(quote, **facts):
        close_quote(quote, **facts)
        return close_quote(quote, **facts)

    monkeypatch.setattr(services, "close_quote", slow_close)

    # when it is closed
    response = signed_in.post(url("quote_close", quote), CLOSING)

    # then the second closing is refused
    assert response.status_code == 409
    assert f"{quote} is closed already; its status is “Lost”." in text_of(response)
    assert QuoteClose.objects.count() == 1


def test_a_draft_is_deleted_and_the_opportunity_shown_instead(signed_in, salesperson):
    quote = draft(salesperson)
    opportunity_url = quote.opportunity.get_absolute_url()
    page = f"http://testserver{quote.get_absolute_url()}"

    # when it is asked for and confirmed in the dialog over its page
    asked = signed_in.get(url("quote_delete", quote))
    headers = {"HX-Request": "true", "HX-Current-URL": page}
    response = signed_in.post(url("quote_delete", quote), {"next": opportunity_url}, headers=headers)

    # then it is gone
    assert f'name="next" value="{opportunity_url}"' in asked.content.decode()
    assert json.loads(response["HX-Location"])["path"] == opportunity_url
    assert said(response) == [f"{quote} is deleted."]
    assert not Quote.objects.exists()


def test_only_a_draft_is_deleted(signed_in, salesperson):
    quote = quote_in("active", salesperson)

    with nothing_changes():
        responses = [signed_in.get(url("quote_delete", quote)), signed_in.post(url("quote_delete", quote))]

    for response in responses:
        assert response.status_code == 409
        assert f"{quote} is no draft any more; its status is “Active”." in text_of(response)


def test_a_draft_that_came_back_by_a_reopening_is_not_deleted(signed_in, salesperson):
    # given a draft that was closed and reopened with its opportunity
    quote = draft(salesperson)
    reopen_opportunity(close(quote.opportunity), by=salesperson)

    # then its page does not offer to delete it, and a request that does so all the same is refused
    assert actions_on(signed_in.get(quote.get_absolute_url())) == [
        "Print",
        "PDF",
        "Copy",
        "Edit",
        "Close quote",
        "Activate",
    ]
    with nothing_changes():
        response = signed_in.post(url("quote_delete", quote))
    assert response.status_code == 409
    assert f"{quote} was closed before, so it is kept; close it instead." in text_of(response)


REQUESTS = [
    ("get", "quote_create"),
    ("post", "quote_create"),
    ("get", "quote_edit"),
    ("post", "quote_edit"),
    ("post", "quote_activate"),
    ("get", "quote_revise"),
    ("post", "quote_revise"),
    ("get", "quote_close"),
    ("post", "quote_close"),
    ("get", "quote_delete"),
    ("post", "quote_delete"),
]


@pytest.mark.parametrize(("method", "name"), REQUESTS)
def test_changing_a_quote_is_for_the_owner_and_for_managers(
    client, salesperson, colleague, manager, outsider, method, name
):
    quote = quote_in("active" if name == "quote_revise" else "draft", salesperson)
    target = url(name, quote.opportunity if name == "quote_create" else quote)

    # when people who may not change the opportunity try, then it is refused by the permission's name
    refusals = {colleague: "change_any_opportunity", outsider: "change_any_opportunity"}
    for user, permission in refusals.items():
        client.force_login(user)
        with nothing_changes():
            response = getattr(client, method)(target)
        assert response.status_code == 403
        assert permission in text_of(response)

    # when its owner or a manager does the same, then they are let in
    for user in (salesperson, manager):
        client.force_login(user)
        assert getattr(client, method)(target).status_code != 403


def test_reading_a_quote_is_for_everybody_who_may_view(client, salesperson, colleague, manager, outsider):
    quote = draft(salesperson)

    for user, status in [(salesperson, 200), (colleague, 200), (manager, 200), (outsider, 403)]:
        client.force_login(user)
        assert client.get(quote.get_absolute_url()).status_code == status


@pytest.mark.parametrize("digits", ["0", "123456789", "9" * 40])
@pytest.mark.parametrize(
    ("method", "name"), [("get", "quote"), ("get", "quote_copy"), ("post", "quote_copy"), *REQUESTS]
)
def test_what_does_not_exist_is_not_found(signed_in, method, name, digits):
    address = reverse(f"opportunities:{name}", args=[int(digits)])

    assert getattr(signed_in, method)(address).status_code == 404


@pytest.mark.parametrize("count", [5, 500])
def test_the_page_takes_the_same_number_of_queries_with_5_and_with_500_lines(
    signed_in, salesperson, count, django_assert_num_queries
):
    quote = draft(salesperson, lines=lines(*["9.90"] * count))

    with django_assert_num_queries(7):
        response = signed_in.get(quote.get_absolute_url())

    assert len(response.context["lines"]) == count


@pytest.mark.parametrize("count", [5, 500])
def test_the_page_of_a_closed_quote_takes_one_query_more(signed_in, salesperson, count, django_assert_num_queries):
    quote = draft(salesperson, lines=lines(*["9.90"] * count))
    close(quote.opportunity)

    with django_assert_num_queries(8):
        signed_in.get(quote.get_absolute_url())
