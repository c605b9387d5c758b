"""Two people at one quote: what was changed, removed or locked since it was shown."""

from decimal import Decimal

import pytest
from django.urls import reverse

from opportunities.formats import format_instant
from opportunities.models import QuoteLine
from opportunities.quotes import draft_services, services
from opportunities.tests.factories import ProductFactory
from opportunities.tests.quotes.editor import HTMX, STORED, TYPED, errors, facts_of, form_in, new_url, text_of, url
from opportunities.tests.quotes.states import draft
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def test_the_second_to_save_a_line_is_told_what_changed_by_whom_and_when(client, quote, manager):
    # given Marta's form, and a manager who changes much of the line
    line = quote.lines.first()
    form = form_in(client.get(url("quote_line", line)))
    theirs = {
        "quantity": Decimal(3),
        "discount": Decimal("12.345"),
        "kind": "product",
        "billing_method": "",
        "unit_price": Decimal("1234.5"),
    }
    edited = draft_services.edit_line(line, by=manager, **theirs)

    # when she saves other values for some of that
    mine = {"quantity": "2", "unit_price": "9", "description": "Mine"}
    with nothing_changes():
        response = client.post(url("quote_line", line), form | mine, headers=HTMX)

    # then it says so at each of them, keeps what she typed, and takes the rest as it is now
    told = "Inès Moreau changed this to {} on {}; your value is kept here. Save again to replace it."
    instant = format_instant(edited.edited_at)
    assert response.status_code == 409
    assert errors(response) == {
        "quantity": [told.format("3", instant)],
        "unit_price": [told.format("€1,234.50", instant)],
    }
    again = form_in(response)
    assert {name: again[name] for name in mine} == mine
    assert (again["discount"], again["kind"], again["billing_method"]) == ("12.345", "product", "")

    # and saving it as it is replaces what she typed alone
    assert client.post(url("quote_line", line), again, headers=HTMX).status_code == 200
    after = facts_of(line)
    assert (after["quantity"], after["unit_price"], after["description"]) == (Decimal(2), Decimal(9), "Mine")
    assert (after["discount"], after["kind"]) == (Decimal("12.345"), "product")


def test_a_choice_that_both_changed_is_said_in_words(client, quote, manager, product):
    line, other = quote.lines.first(), ProductFactory()
    form = form_in(client.get(url("quote_line", line)))
    edited = draft_services.edit_line(line, by=manager, billing_method="time_and_material", product=product)

    with nothing_changes():
        response = client.post(
            url("quote_line", line), form | {"kind": "product", "billing_method": "", "product": other.pk}
        )

    told = "Inès Moreau changed this to {} on {}; your value is kept here. Save again to replace it."
    instant = format_instant(edited.edited_at)
    assert errors(response) == {
        "billing_method": [told.format("Time and material", instant)],
        "product": [told.format("Pump", instant)],
    }


def test_filling_in_does_not_hide_what_somebody_else_changed(client, quote, manager, product):
    # given a form that was shown before somebody else changed the price, and then filled by a product
    line = quote.lines.first()
    form = form_in(client.get(url("quote_line", line)))
    draft_services.edit_line(line, by=manager, unit_price=Decimal(77))
    filled = client.post(url("quote_line", line), form | {"product": product.pk, "fill": "1"})

    # when it is saved, then it says so
    with nothing_changes():
        response = client.post(url("quote_line", line), form_in(filled))
    assert response.status_code == 409
    assert list(errors(response)) == ["unit_price"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_line_removed_meanwhile_can_be_added_anew_as_it_was_typed(client, quote, manager, headers):
    # given a form, whose line somebody removes
    line = quote.lines.get(description="B")
    form = form_in(client.get(url("quote_line", line)))
    draft_services.remove_line(line, by=manager)
    quote.refresh_from_db()

    # when it is saved, then it says so and by whom
    with nothing_changes():
        response = client.post(url("quote_line", line), form | TYPED, headers=headers)
    instant = format_instant(quote.edited_at)
    told = f"This line was removed from the quote meanwhile. Inès Moreau edited the quote last, on {instant}."
    assert response.status_code == 409
    assert errors(response) == {"__all__": [told]}
    assert "Add as a new line" in text_of(response)
    assert f'action="{new_url(quote)}"' in response.content.decode()

    # and what was typed can be added
    assert client.post(new_url(quote), form_in(response), headers=headers).status_code in (200, 302)
    assert facts_of(quote.lines.last()) == STORED


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("name", ["quote_line", "quote_line_move", "quote_line_remove"])
def test_what_is_done_to_a_line_that_is_gone_is_refused_in_words(client, quote, manager, name, headers):
    line = quote.lines.first()
    draft_services.remove_line(QuoteLine.objects.get(pk=line.pk), by=manager)
    method = client.get if name == "quote_line" else client.post

    with nothing_changes():
        response = method(url(name, line), headers=headers)

    assert response.status_code == 409
    assert "This line was removed from the quote meanwhile. Inès Moreau edited the quote last" in text_of(response)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_line_of_a_locked_quote_does_not_change(client, quote, headers):
    line = quote.lines.first()
    form = form_in(client.get(url("quote_line", line)))
    services.activate_quote(quote, by=quote.opportunity.owner)
    told = f"{quote} is no draft any more; its status is “Active”."

    with nothing_changes():
        responses = [
            client.post(url("quote_line", line), form | TYPED, headers=headers),
            client.post(new_url(quote), TYPED, headers=headers),
            client.get(url("quote_line", line), headers=headers),
            client.get(new_url(quote), headers=headers),
            client.post(url("quote_line_move", line), {"by": "1"}, headers=headers),
            client.post(url("quote_line_remove", line), headers=headers),
        ]

    for response in responses:
        assert response.status_code == 409
        assert told in text_of(response)
    assert {name: form_in(responses[0])[name] for name in TYPED} == TYPED


@pytest.mark.parametrize("name", ["quote_line", "quote_line_move", "quote_line_remove"])
def test_a_line_of_another_quote_is_not_found(client, quote, salesperson, name):
    other = draft(salesperson).lines.get()
    address = reverse(f"opportunities:{name}", args=[quote.pk, other.pk])

    with nothing_changes():
        assert client.post(address, TYPED | {"by": "1"}).status_code == 404
        assert client.get(reverse("opportunities:quote_line", args=[quote.pk, other.pk])).status_code == 404


def test_lines_are_changed_by_the_owner_and_by_managers(client, quote, colleague, outsider):
    line = quote.lines.first()
    for user in (colleague, outsider):
        client.force_login(user)
        with nothing_changes():
            responses = [client.post(new_url(quote), TYPED)] + [
                client.post(url(name, line), TYPED | {"by": "1"})
                for name in ("quote_line", "quote_line_move", "quote_line_remove")
            ]
        assert {response.status_code for response in responses} == {403}


def test_who_may_only_read_gets_no_column_of_buttons(client, quote, colleague):
    client.force_login(colleague)

    page = client.get(quote.get_absolute_url()).content.decode()

    assert "line-buttons" not in page
    assert "line-add" not in page
