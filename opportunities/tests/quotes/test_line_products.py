"""Products that fill a line, and what a line costs: for whom, and from whom it is kept."""

from decimal import Decimal

import pytest

from opportunities.models import QuoteLine
from opportunities.tests.factories import ProductFactory
from opportunities.tests.quotes.editor import HTMX, TYPED, errors, facts_of, form_in, new_url, text_of, url
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_choosing_a_product_fills_the_line_and_saves_nothing(client, quote, product, headers):
    with nothing_changes():
        response = client.post(new_url(quote), TYPED | {"product": product.pk, "fill": "1"}, headers=headers)

    assert response.status_code == 200
    filled = {"product": str(product.pk), "description": "Pump", "unit": "piece", "unit_price": "1,234.00"}
    assert form_in(response) == TYPED | filled | {"tax_rate": "5.5"}


def test_filling_in_judges_nothing_and_keeps_what_a_product_does_not_say(client, quote):
    bare = ProductFactory(name="Bare", unit="", list_price=None)
    odd = {"quantity": "many", "unit_price": "1234,5", "product": bare.pk, "fill": "1"}

    response = client.post(new_url(quote), TYPED | odd, headers=HTMX)

    form = form_in(response)
    assert (form["quantity"], form["unit_price"], form["description"]) == ("many", "1234,5", "Bare")
    assert "is-invalid" not in response.content.decode()


def test_the_cost_of_a_product_comes_along_unseen(client, quote, product):
    client.post(new_url(quote), TYPED | {"product": product.pk})

    assert quote.lines.last().unit_cost == Decimal(700)
    assert "700.00" not in client.get(quote.get_absolute_url()).content.decode()


def test_an_edit_by_somebody_who_does_not_see_cost_keeps_it(client, quote):
    line = quote.lines.first()
    QuoteLine.objects.filter(pk=line.pk).update(unit_cost=5)
    page = client.get(url("quote_line", line))
    form = form_in(page)

    client.post(url("quote_line", line), form | {"description": "Z", "unit_cost": "1"})

    assert "unit_cost" not in form
    assert "Margin" not in text_of(page)
    assert (facts_of(line)["description"], line.unit_cost) == ("Z", Decimal(5))


def test_who_may_see_cost_types_it_and_sees_the_margin(client, quote, manager, product):
    client.force_login(manager)
    line = quote.lines.first()
    form = form_in(client.get(url("quote_line", line)))

    response = client.post(url("quote_line", line), form | {"unit_cost": "7.50"}, headers=HTMX)
    filled = client.post(new_url(quote), TYPED | {"unit_cost": "", "product": product.pk, "fill": "1"})

    assert facts_of(line)["unit_cost"] == Decimal("7.50")
    assert "Margin leaving out 2 lines of unknown cost €2.50 (25%)" in text_of(response)
    assert form_in(filled)["unit_cost"] == "700.00"
    with nothing_changes():
        refused = client.post(new_url(quote), TYPED | {"unit_cost": "-1"})
    assert errors(refused) == {"unit_cost": ["Enter an amount of 0 or more."]}


def test_a_product_in_another_currency_is_neither_offered_nor_taken(client, quote):
    dollars = ProductFactory(name="Valve", currency="USD", list_price=5)

    page = client.get(new_url(quote))
    with nothing_changes():
        response = client.post(new_url(quote), TYPED | {"product": dollars.pk})

    assert "Valve" not in page.content.decode()
    assert response.status_code == 422
    assert errors(response) == {"product": ["“Valve” is priced in USD; this quote is in EUR."]}


def test_a_product_that_is_sold_no_more_stays_on_its_line_only(client, quote, product):
    client.post(new_url(quote), TYPED | {"product": product.pk})
    type(product).objects.update(is_active=False)
    line = quote.lines.last()

    form = form_in(client.get(url("quote_line", line)))
    assert client.post(url("quote_line", line), form | {"unit": "set"}).status_code == 302
    with nothing_changes():
        assert client.post(new_url(quote), TYPED | {"product": product.pk}).status_code == 422

    assert (facts_of(line)["unit"], line.product) == ("set", product)
