"""The lines of a draft, written in place on its page: with htmx, without JavaScript, and wrongly."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError

from opportunities.models import Preferences, Quote
from opportunities.quotes import services
from opportunities.tests.quotes.editor import (
    HTMX,
    STORED,
    TYPED,
    errors,
    facts_of,
    focus,
    form_in,
    new_url,
    text_of,
    url,
)
from opportunities.tests.quotes.states import draft, lines
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_line_is_added_at_the_end_and_the_total_follows(client, quote, salesperson, headers):
    response = client.post(new_url(quote), TYPED, headers=headers)

    line = quote.lines.last()
    quote.refresh_from_db()
    assert facts_of(line) == STORED
    assert (line.position, line.edited_by) == (4, salesperson)
    assert (quote.total, quote.edited_by) == (Decimal("2310.22"), salesperson)  # 60 and 2,500.25 less 250.03
    if headers:
        assert (response.status_code, response["HX-Reswap"]) == (200, "delete")
        assert focus(response) == f"line-{line.pk}-edit"
        assert "“On-call shift” is saved." in text_of(response)
        sums = "Net total €2,310.22 Tax 0% on €60.00 €0.00 Tax 20% on €2,250.22 €450.04 Total including tax €2,760.26"
        assert sums in text_of(response)
    else:
        assert (response.status_code, response.url) == (302, f"{quote.get_absolute_url()}#line-{line.pk}")
        assert [str(message) for message in get_messages(response.wsgi_request)] == ["“On-call shift” is saved."]


def test_another_line_may_follow_at_once(client, quote):
    plain = client.post(new_url(quote), TYPED | {"another": "1"})
    swapped = client.post(new_url(quote), TYPED | {"another": "1"}, headers=HTMX)

    assert plain.url == new_url(quote)
    assert "HX-Reswap" not in swapped
    assert focus(swapped) == "line-new-description"
    assert form_in(swapped)["description"] == ""
    assert quote.lines.count() == 5


def test_the_forms_are_whole_pages_without_javascript(client, quote):
    line = quote.lines.first()

    for address, first in [(new_url(quote), "line-new-description"), (url("quote_line", line), f"line-{line.pk}-kind")]:
        page = client.get(address)
        assert page.status_code == 200
        assert "<html" in page.content.decode()
        assert page.context["form"]["description"].field.widget.attrs["autofocus"]
        assert f'id="{first}"' in page.content.decode()
        assert "<html" not in client.get(address, headers=HTMX).content.decode()


def test_a_dialog_that_closes_over_the_form_gets_the_whole_page(client, quote):
    response = client.get(new_url(quote), headers=HTMX | {"HX-Target": "main"})
    assert 'id="main"' in response.content.decode()

    services.activate_quote(quote, by=quote.opportunity.owner)
    response = client.get(new_url(quote), headers=HTMX | {"HX-Target": "main"})
    assert (response.status_code, response.url) == (302, quote.get_absolute_url())


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_line_is_shown_as_it_is_and_changed_as_typed(client, quote, headers):
    line = quote.lines.first()
    form = form_in(client.get(url("quote_line", line), headers=HTMX))

    response = client.post(url("quote_line", line), form | TYPED, headers=headers)

    assert {name: form[name] for name in ("description", "quantity", "unit_price", "discount", "tax_rate")} == {
        "description": "A",
        "quantity": "1",
        "unit_price": "10.00",
        "discount": "",
        "tax_rate": "0",
    }
    assert facts_of(line) == STORED
    assert Quote.objects.get().total == Decimal("2300.22")
    if headers:
        assert focus(response) == f"line-{line.pk}-edit"
        assert f'<tr id="line-{line.pk}">' in response.content.decode()
    else:
        assert response.url == f"{quote.get_absolute_url()}#line-{line.pk}"


def test_a_line_saved_as_it_is_was_not_edited(client, quote, manager):
    line = quote.lines.first()
    client.force_login(manager)

    client.post(url("quote_line", line), form_in(client.get(url("quote_line", line))))

    line.refresh_from_db()
    quote.refresh_from_db()
    assert (line.edited_by, quote.edited_by) == (None, quote.opportunity.owner)


def test_a_form_that_is_canceled_gives_back_what_was_there(client, quote):
    line = quote.lines.first()

    row = client.get(url("quote_line", line), {"cancel": ""}, headers=HTMX)
    nothing = client.get(new_url(quote), {"cancel": ""}, headers=HTMX)

    assert f'<tr id="line-{line.pk}">' in row.content.decode()
    assert focus(row) == f"line-{line.pk}-edit"
    assert (nothing.content.decode().strip(), focus(nothing)) == ("", "line-add")


def test_a_product_based_line_has_no_billing_method(client, quote):
    client.post(new_url(quote), TYPED | {"kind": "product"})

    assert (quote.lines.last().kind, quote.lines.last().billing_method) == ("product", "")


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_numbers_are_typed_and_shown_as_french_writes_them(client, quote, salesperson, space):
    Preferences.objects.create(user=salesperson, language="fr")
    typed = {
        "quantity": "2,5",
        "unit_price": f"1{space}234,50",
        "discount": "12,5",
        "tax_rate": "5,5",
    }

    client.post(new_url(quote), TYPED | typed)

    line = quote.lines.last()
    stored = (line.quantity, line.unit_price, line.discount, line.tax_rate)
    assert stored == (Decimal("2.5"), Decimal("1234.5"), Decimal("12.5"), Decimal("5.5"))
    form = form_in(client.get(url("quote_line", line)))
    assert {name: form[name] for name in typed} == typed | {"unit_price": "1\u202f234,50"}
    assert "12,5\u00a0%" in client.get(quote.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"description": " "}, "description", "This field is required."),
        ({"description": "Parts\x00"}, "description", "Null characters are not allowed."),
        (
            {"description": "x" * 10_000},
            "description",
            "Ensure this value has at most 2000 characters (it has 10000).",
        ),
        ({"quantity": ""}, "quantity", "This field is required."),
        ({"quantity": "0"}, "quantity", "Enter a quantity above 0."),
        ({"quantity": "-1"}, "quantity", "Enter a quantity above 0."),
        ({"quantity": "1.0005"}, "quantity", "A quantity has at most 3 decimals."),
        ({"quantity": "1000000000"}, "quantity", "Enter a quantity of at most 999,999,999.999."),
        ({"unit": "x" * 21}, "unit", "Ensure this value has at most 20 characters (it has 21)."),
        ({"unit_price": ""}, "unit_price", "This field is required."),
        ({"unit_price": "-1"}, "unit_price", "Enter an amount of 0 or more."),
        ({"unit_price": "1234,5"}, "unit_price", "Enter a number, such as 1,234.50."),
        ({"unit_price": "NaN"}, "unit_price", "Enter a number, such as 1,234.50."),
        ({"unit_price": "1\x00"}, "unit_price", "Enter a number, such as 1,234.50."),
        ({"unit_price": "1.005"}, "unit_price", "EUR amounts have at most 2 decimals."),
        ({"unit_price": "1000000000000"}, "unit_price", "Enter an amount of at most 999,999,999,999."),
        ({"unit_price": "9" * 10_000}, "unit_price", "This number is too long."),
        ({"discount": "100.001"}, "discount", "A discount is at most 100 %."),
        ({"discount": "-1"}, "discount", "Enter a discount of 0 or more."),
        ({"discount": "1.0005"}, "discount", "A discount has at most 3 decimals."),
        (
            {"discount": "2500.26", "discount_kind": "amount"},
            "discount",
            "A discount is at most what the line comes to, €2,500.25.",
        ),
        ({"discount": "0.005", "discount_kind": "amount"}, "discount", "EUR amounts have at most 2 decimals."),
        ({"discount_kind": "x"}, "discount_kind", "Select a valid choice. x is not one of the available choices."),
        ({"tax_rate": "-1"}, "tax_rate", "Enter a percentage between 0 and 100."),
        ({"tax_rate": "100.1"}, "tax_rate", "Enter a percentage between 0 and 100."),
        ({"tax_rate": "5.5555"}, "tax_rate", "A percentage has at most 3 decimals."),
        ({"kind": "gift"}, "kind", "Select a valid choice. gift is not one of the available choices."),
        ({"billing_method": ""}, "billing_method", "Choose how a project-based line is billed."),
        ({"product": "x"}, "product", "Select a valid choice. That choice is not one of the available choices."),
        ({"product": "9" * 30}, "product", "Select a valid choice. That choice is not one of the available choices."),
        (
            {"quantity": "999999999.999", "unit_price": "999999999999.99"},
            "__all__",
            "The total, €1,079,999,999,998,909,000,064.81, is more than a quote can have.",
        ),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(client, quote, typed, field, sentence, headers):
    line = quote.lines.first()
    sent = TYPED | typed
    shown = form_in(client.get(url("quote_line", line)))

    for address, data in [(new_url(quote), sent), (url("quote_line", line), shown | sent)]:
        with nothing_changes():
            response = client.post(address, data, headers=headers)
        assert response.status_code == 422
        if field != "__all__":
            assert errors(response) == {field: [sentence]}
        elif address == new_url(quote):
            assert "is more than a quote can have." in errors(response)["__all__"][0]
        bound = response.context["form"]
        assert {name: bound[name].value() for name in sent} == sent
        if headers and field != "__all__":
            assert focus(response) == bound[field].auto_id


def test_text_comes_back_as_it_was_typed(client, quote):
    odd = "<script>alert(1)</script> שלום 🧾👩‍🔧 #set text(red) $x^2$ \\ `raw` @ref *b* _i_"
    client.post(new_url(quote), TYPED | {"description": odd, "unit": "m² <b>"})

    line = quote.lines.last()
    assert (line.description, line.unit) == (odd, "m² <b>")
    page = client.get(url("quote_line", line))
    assert (form_in(page)["description"], form_in(page)["unit"]) == (odd, "m² <b>")
    assert "<script>alert" not in client.get(quote.get_absolute_url()).content.decode()


def test_a_quote_has_at_most_500_lines(client, salesperson):
    client.force_login(salesperson)
    quote = draft(salesperson, lines=lines(*["1"] * 500))

    with nothing_changes():
        response = client.post(new_url(quote), TYPED)
        with pytest.raises(ValidationError):
            draft(opportunity=quote.opportunity, lines=lines(*["1"] * 501))

    assert response.status_code == 422
    assert errors(response) == {"__all__": ["A quote has at most 500 lines."]}
