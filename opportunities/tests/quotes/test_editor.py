"""The page on which a quote is written: what is typed, kept, refused and saved."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from opportunities.models import Preferences, Quote
from opportunities.quotes import services
from opportunities.tests.factories import OpportunityFactory, close, day
from opportunities.tests.quotes.states import draft, quote_in
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(client, salesperson):
    """An open one of Marta's, who is signed in."""
    client.force_login(salesperson)
    return OpportunityFactory(owner=salesperson)


def new_url(opportunity) -> str:
    return reverse("opportunities:quote_create", args=[opportunity.pk])


def edit_url(quote) -> str:
    return reverse("opportunities:quote_edit", args=[quote.pk])


def form(*rows: tuple[str, str, str], **fields) -> dict[str, str]:
    """What the browser sends: a name, and each row's description, quantity and unit price."""
    data = {"name": "Full service", "valid_until": "", "lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        for name, value in zip(("description", "quantity", "unit_price"), row, strict=True):
            data[f"lines-{number}-{name}"] = value
    return data | fields


def typed_rows(response) -> list[tuple]:
    """The rows as the page shows them."""
    return [tuple(field.value() for field in line) for line in response.context["editor"].lines]


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def lines_of(quote: Quote) -> list[tuple]:
    return list(quote.lines.values_list("description", "quantity", "unit_price"))


SHIFT = ("On-call shift", "2.5", "1,000.10")
BLANK = ("", "1", "")


def test_a_new_quote_starts_with_three_blank_rows(client, opportunity):
    response = client.get(new_url(opportunity))

    assert response.status_code == 200
    assert typed_rows(response) == [(None, "1", None)] * 3


def test_a_draft_is_saved_with_the_rows_that_are_filled_in(client, opportunity):
    sent = form(BLANK, SHIFT, BLANK, ("Parts", "1", "0"), valid_until=day(30).isoformat())

    response = client.post(new_url(opportunity), sent)

    quote = Quote.objects.get()
    assert (response.status_code, response.url) == (302, quote.get_absolute_url())
    assert said(response) == [f"{quote} is saved as a draft."]
    assert (quote.opportunity, quote.name, quote.status) == (opportunity, "Full service", "draft")
    assert (quote.valid_until, quote.total) == (day(30), Decimal("2500.25"))
    assert lines_of(quote) == [("On-call shift", Decimal("2.5"), Decimal("1000.10")), ("Parts", Decimal(1), Decimal(0))]


def test_a_draft_may_have_no_lines_yet(client, opportunity):
    client.post(new_url(opportunity), form(BLANK))

    assert lines_of(Quote.objects.get(status="draft", total=0)) == []


def test_a_quote_is_saved_and_activated_at_once(client, opportunity):
    response = client.post(new_url(opportunity), form(SHIFT, activate="1"))

    quote = Quote.objects.get()
    assert (quote.status, quote.total) == ("active", Decimal("2500.25"))
    assert said(response) == [f"{quote} is active."]
    assert list(opportunity.timeline.values_list("kind", "by")) == [
        ("quote_activated", opportunity.owner_id),
        ("quote_created", opportunity.owner_id),
    ]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_numbers_are_typed_and_shown_as_french_writes_them(client, opportunity, space):
    Preferences.objects.create(user=opportunity.owner, language="fr")

    client.post(new_url(opportunity), form(("Maintenance", "2,5", f"1{space}234,50")))
    response = client.get(edit_url(Quote.objects.get()))

    assert lines_of(Quote.objects.get()) == [("Maintenance", Decimal("2.5"), Decimal("1234.5"))]
    assert typed_rows(response) == [("Maintenance", "2,5", "1\u202f234,50")]


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        (("", "2", "10"), "description", "This field is required."),
        (("Parts\x00", "2", "10"), "description", "Null characters are not allowed."),
        (
            ("x" * 10_000, "2", "10"),
            "description",
            "Ensure this value has at most 500 characters (it has 10000).",
        ),
        (("Parts", "", "10"), "quantity", "This field is required."),
        (("Parts", "0", "10"), "quantity", "Enter a quantity above 0."),
        (("Parts", "-1", "10"), "quantity", "Enter a quantity above 0."),
        (("Parts", "1.0005", "10"), "quantity", "A quantity has at most 3 decimals."),
        (("Parts", "1000000000", "10"), "quantity", "Enter a quantity of at most 999,999,999.999."),
        (("Parts", "2", ""), "unit_price", "This field is required."),
        (("Parts", "2", "-1"), "unit_price", "Enter an amount of 0 or more."),
        (("Parts", "2", "1234,5"), "unit_price", "Enter a number, such as 1,234.50."),
        (("Parts", "2", "NaN"), "unit_price", "Enter a number, such as 1,234.50."),
        (("Parts", "2", "1\x00"), "unit_price", "Enter a number, such as 1,234.50."),
        (("Parts", "2", "1.005"), "unit_price", "EUR amounts have at most 2 decimals."),
        (("Parts", "2", "1000000000000"), "unit_price", "Enter an amount of at most 999,999,999,999."),
        (("Parts", "2", "9" * 10_000), "unit_price", "This number is too long."),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(client, opportunity, row, field, sentence):
    with nothing_changes():
        response = client.post(new_url(opportunity), form(SHIFT, row, activate="1"))

    editor = response.context["editor"]
    assert response.status_code == 422
    assert editor.lines.errors == [{}, {field: [sentence]}]
    assert typed_rows(response) == [SHIFT, row]
    assert f'id="id_lines-1-{field}_error">{sentence}</div>' in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": " "}, {"name": ["This field is required."]}),
        ({"name": "x" * 201}, {"name": ["Ensure this value has at most 200 characters (it has 201)."]}),
        ({"name": "a\x00b"}, {"name": ["Null characters are not allowed."]}),
        ({"valid_until": "2026-02-30"}, {"valid_until": ["Enter a date that exists, such as 2026-11-30."]}),
        ({"valid_until": "soon"}, {"valid_until": ["Enter a date that exists, such as 2026-11-30."]}),
    ],
)
def test_an_error_in_the_head_is_shown_there(client, opportunity, fields, errors):
    with nothing_changes():
        response = client.post(new_url(opportunity), form(SHIFT, **fields))

    assert response.status_code == 422
    assert response.context["editor"].head.errors == errors
    assert typed_rows(response) == [SHIFT]


def test_a_quote_that_expired_or_has_no_line_is_not_activated_and_not_even_saved(client, opportunity):
    with nothing_changes():
        response = client.post(new_url(opportunity), form(BLANK, valid_until="2020-01-31", activate="1"))

    editor = response.context["editor"]
    assert response.status_code == 422
    assert editor.head.errors["valid_until"] == [
        "The validity ended on 31 Jan 2020; enter a day that has not passed to activate the quote."
    ]
    assert editor.problems == ["A quote needs at least one line to be activated."]


def test_a_total_beyond_what_can_be_kept_is_refused_above_the_lines(client, opportunity):
    with nothing_changes():
        response = client.post(new_url(opportunity), form(("Bridge", "999999999.999", "999999999999.99")))

    assert response.status_code == 422
    assert response.context["editor"].problems == [
        "The total, €999,999,999,998,990,000,000.00, is more than a quote can have."
    ]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_row_is_added_and_removed_without_saving_or_judging_anything(client, opportunity, headers):
    odd = ("\x00", "many", "1234,5")

    with nothing_changes():
        added = client.post(
            new_url(opportunity), form(SHIFT, odd, name="", valid_until="soon", add_line="1"), headers=headers
        )
        removed = client.post(new_url(opportunity), form(SHIFT, odd, BLANK, remove_line="0"), headers=headers)

    assert (added.status_code, removed.status_code) == (200, 200)
    assert typed_rows(added) == [SHIFT, odd, (None, "1", None)]
    assert typed_rows(removed) == [odd, BLANK]
    head = added.context["editor"].head
    assert (head["name"].value(), head["valid_until"].value()) == ("", "soon")
    assert "is-invalid" not in added.content.decode()
    assert (added.context["editor"].focused_line, removed.context["editor"].focused_line) == (2, 0)


def test_the_last_row_is_replaced_by_a_blank_one(client, opportunity):
    response = client.post(new_url(opportunity), form(SHIFT, remove_line="0"))

    assert typed_rows(response) == [(None, "1", None)]


def test_a_quote_has_at_most_500_rows(client, opportunity):
    added = client.post(new_url(opportunity), form(*[SHIFT] * 500, add_line="1"))

    assert len(typed_rows(added)) == 500


@pytest.mark.parametrize("removed", ["7", "-1", "x", "\x00", "9" * 5000])
def test_a_row_that_is_not_there_is_not_removed(client, opportunity, removed):
    response = client.post(new_url(opportunity), form(SHIFT, remove_line=removed))

    assert response.status_code == 200
    assert typed_rows(response)[0] == SHIFT


@pytest.mark.parametrize(
    ("total", "sentence"),
    [
        ("1000000000", "A quote has at most 500 lines."),
        ("501", "A quote has at most 500 lines."),
        ("-1", "The lines could not be read; enter them again."),
        ("", "The lines could not be read; enter them again."),
        ("three", "The lines could not be read; enter them again."),
        ("9" * 5000, "The lines could not be read; enter them again."),
        ("\x00", "The lines could not be read; enter them again."),
    ],
)
@pytest.mark.parametrize("button", [{}, {"activate": "1"}])
def test_a_form_that_does_not_say_how_many_rows_it_has_is_refused(client, opportunity, total, sentence, button):
    quote = draft(opportunity=opportunity)

    with nothing_changes():
        response = client.post(edit_url(quote), form(SHIFT, **{"lines-TOTAL_FORMS": total}, **button))

    assert response.status_code == 422
    assert response.context["editor"].problems == [sentence]


def test_an_empty_request_is_refused(client, opportunity):
    with nothing_changes():
        response = client.post(new_url(opportunity), {})
    assert response.status_code == 422

    with nothing_changes():
        response = client.post(new_url(opportunity), {"add_line": "1"})
    assert response.status_code == 200


def test_a_draft_is_shown_as_it_is_and_replaced_as_typed(client, opportunity):
    quote = draft(opportunity=opportunity)

    shown = client.get(edit_url(quote))
    response = client.post(edit_url(quote), form(BLANK, ("Parts", "3", "5"), name="Parts only"))

    assert typed_rows(shown) == [("Service", "1", "900.00")]
    assert shown.context["editor"].head["name"].value() == "Full service"
    assert (response.status_code, response.url) == (302, quote.get_absolute_url())
    quote.refresh_from_db()
    assert (quote.name, quote.valid_until, quote.total, quote.status) == ("Parts only", None, Decimal(15), "draft")
    assert lines_of(quote) == [("Parts", Decimal(3), Decimal(5))]


def test_a_draft_is_edited_and_activated_at_once_or_not_at_all(client, opportunity):
    quote = draft(opportunity=opportunity)

    with nothing_changes():
        refused = client.post(edit_url(quote), form(BLANK, activate="1"))
    client.post(edit_url(quote), form(SHIFT, activate="1"))

    assert refused.status_code == 422
    quote.refresh_from_db()
    assert (quote.status, quote.total) == ("active", Decimal("2500.25"))


def test_a_quote_that_is_no_draft_is_not_edited(client, opportunity, salesperson):
    quote = quote_in("active", salesperson)
    sentence = f"{quote} is no draft any more; its status is “Active”."

    with nothing_changes():
        shown = client.get(edit_url(quote))
        late = client.post(edit_url(quote), form(SHIFT))

    assert (shown.status_code, shown.url, said(shown)) == (302, quote.get_absolute_url(), [sentence])
    assert late.status_code == 409
    assert late.context["editor"].problems == [sentence]
    assert typed_rows(late) == [SHIFT]


def test_no_quote_is_written_for_a_closed_opportunity(client, opportunity):
    close(opportunity)
    sentence = "The opportunity is closed: its quotes do not change until it is reopened."

    with nothing_changes():
        shown = client.get(new_url(opportunity))
        late = client.post(new_url(opportunity), form(SHIFT))

    assert (shown.status_code, shown.url, said(shown)) == (302, opportunity.get_absolute_url(), [sentence])
    assert (late.status_code, late.context["editor"].problems) == (409, [sentence])


def test_a_draft_deleted_while_it_was_edited_is_said_to_be_gone(client, opportunity, monkeypatch):
    # given a draft that is deleted between reading it and saving it
    quote = draft(opportunity=opportunity)
    lock = services.lock
    monkeypatch.setattr(services, "lock", lambda parent: Quote.objects.all().delete() and lock(parent))

    response = client.post(edit_url(quote), form(SHIFT))

    assert response.status_code == 409
    assert response.context["editor"].problems == ["Somebody deleted it meanwhile. Nothing was saved."]
    assert typed_rows(response) == [SHIFT]
