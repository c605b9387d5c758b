"""Lines that are moved and removed, and how often the database is asked whatever their number."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages

from opportunities.models import Quote, QuoteLine
from opportunities.quotes import draft_services
from opportunities.quotes.refusals import LineIsGone
from opportunities.tests.factories import OpportunityFactory
from opportunities.tests.quotes.editor import HTMX, TYPED, errors, focus, form_in, new_url, order, text_of, url
from opportunities.tests.quotes.states import draft, lines, quote_in
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "sent", "after", "focused"),
    [
        ("B", {"by": "-1"}, "BAC", "down"),  # the first has no button to go up
        ("C", {"by": "-1"}, "ACB", "up"),
        ("A", {"by": "1"}, "BAC", "down"),
        ("B", {"by": "1"}, "ACB", "up"),
        ("A", {"by": "-1"}, "ABC", "down"),
        ("C", {"by": "1"}, "ABC", "up"),
        ("C", {"place": "1"}, "CAB", None),
        ("A", {"place": "3"}, "BCA", None),
        ("A", {"place": "999"}, "BCA", None),
        ("B", {"place": "-5"}, "BAC", None),
        ("B", {}, "ABC", None),
        ("B", {"place": "x", "by": "9" * 5000}, "ABC", None),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_line_is_moved(client, quote, name, sent, after, focused, headers):
    line = quote.lines.get(description=name)

    response = client.post(url("quote_line_move", line), sent, headers=headers)

    assert order(quote) == after
    assert Quote.objects.get().total == Decimal(60)
    told = f"“{name}” is line {after.index(name) + 1} of 3 now."
    if headers:
        assert (response.status_code, response["HX-Reswap"]) == (200, "delete")
        assert told in text_of(response)
        assert ("HX-Trigger-After-Settle" in response) == bool(focused)
        if focused:
            assert focus(response) == f"line-{line.pk}-{focused}"
    else:
        assert response.url == f"{quote.get_absolute_url()}#line-{line.pk}"
        assert [str(message) for message in get_messages(response.wsgi_request)] == [told]


def test_lines_are_moved_however_they_were_numbered(client, quote):
    QuoteLine.objects.update(position=0)
    line = quote.lines.last()

    draft_services.move_line(line, to=1, by=None)
    draft_services.remove_line(quote.lines.get(description="A"), by=None)
    draft_services.add_line(quote, by=None, description="D", unit_price=1)
    draft_services.move_line(quote.lines.get(description="B"), to=1, by=None)

    assert order(quote) == "BCD"


@pytest.mark.parametrize(("name", "neighbour"), [("A", "B"), ("B", "C"), ("C", "B")])
def test_a_line_is_removed_and_its_neighbour_gets_the_focus(client, quote, salesperson, name, neighbour):
    line = quote.lines.get(description=name)

    response = client.post(url("quote_line_remove", line), headers=HTMX)

    assert (order(quote), response["HX-Reswap"]) == ("ABC".replace(name, ""), "delete")
    assert focus(response) == f"line-{quote.lines.get(description=neighbour).pk}-edit"
    assert f"“{name}” is removed." in text_of(response)
    assert Quote.objects.get().total == Decimal(60) - line.unit_price


def test_the_last_line_is_removed_too(client, salesperson):
    client.force_login(salesperson)
    quote = draft(salesperson)
    line = quote.lines.get()

    response = client.post(url("quote_line_remove", line), headers=HTMX)

    assert focus(response) == "line-add"
    assert "Activate" not in text_of(response)
    assert Quote.objects.get().total == 0


def test_a_line_is_removed_without_javascript(client, quote):
    response = client.post(url("quote_line_remove", quote.lines.first()))

    assert (order(quote), response.url) == ("BC", f"{quote.get_absolute_url()}#lines")


@pytest.mark.parametrize("name", ["quote_line_move", "quote_line_remove"])
def test_a_sign_in_that_had_expired_leads_to_the_quote(client, quote, name):
    assert client.get(url(name, quote.lines.first())).url == quote.get_absolute_url()


def test_a_line_of_a_deleted_one_is_gone_for_every_service(quote):
    line = quote.lines.first()
    draft_services.remove_line(QuoteLine.objects.get(pk=line.pk), by=None)

    for call in (draft_services.remove_line, draft_services.edit_line):
        with nothing_changes(), pytest.raises(LineIsGone):
            call(line, by=None)
    with nothing_changes(), pytest.raises(LineIsGone):
        draft_services.move_line(line, to=1, by=None)


@pytest.mark.parametrize("count", [5, 500])
def test_the_number_of_statements_does_not_grow_with_the_lines(salesperson, count, django_assert_num_queries):
    quote = draft(salesperson, lines=lines(*["1"] * count))
    first, last = quote.lines.first(), quote.lines.last()

    with django_assert_num_queries(7):
        draft_services.edit_line(first, by=salesperson, quantity=2)
    with django_assert_num_queries(8):
        draft_services.move_line(last, to=1, by=salesperson)
    with django_assert_num_queries(7):
        draft_services.remove_line(first, by=salesperson)
    with django_assert_num_queries(7):
        draft_services.add_line(quote, by=salesperson, description="New", unit_price=1)
    with django_assert_num_queries(5):
        draft_services.edit_head(quote, by=salesperson, name="Other")
    quote.refresh_from_db()
    assert quote.total == count


@pytest.mark.parametrize("count", [5, 499])
def test_a_request_asks_as_often_with_499_lines_as_with_5(client, salesperson, count, django_assert_num_queries):
    client.force_login(salesperson)
    quote = draft(salesperson, lines=lines(*["1"] * count))
    line = quote.lines.first()
    form = form_in(client.get(url("quote_line", line), headers=HTMX))

    with django_assert_num_queries(6):
        client.get(url("quote_line", line), headers=HTMX)
    with django_assert_num_queries(21):
        client.post(url("quote_line", line), form | {"quantity": "2"}, headers=HTMX)
    with django_assert_num_queries(17):
        client.post(new_url(quote), TYPED, headers=HTMX)
    with django_assert_num_queries(21):
        client.post(url("quote_line_move", line), {"by": "1"}, headers=HTMX)
    with django_assert_num_queries(20):
        client.post(url("quote_line_remove", line), headers=HTMX)


def test_the_opportunity_of_another_currency_prices_its_own_way(client, salesperson):
    client.force_login(salesperson)
    quote = draft(opportunity=OpportunityFactory(owner=salesperson, currency="JPY"), lines=[])

    with nothing_changes():
        refused = client.post(new_url(quote), TYPED)
    client.post(new_url(quote), TYPED | {"unit_price": "1001"})

    assert errors(refused) == {"unit_price": ["JPY amounts have at most 0 decimals."]}
    assert Quote.objects.get().total == Decimal(2253)  # 2,502.5 → 2,503, less 250.3 → 250


def test_a_quote_of_every_state_shows_its_lines_read_only(client, salesperson):
    client.force_login(salesperson)
    for status in ("active", "won", "lost", "canceled", "revised"):
        page = client.get(quote_in(status, salesperson).get_absolute_url()).content.decode()
        assert "Net amount" in page
        assert "line-buttons" not in page
