"""From a quote to closing its opportunity: with it as the winner, or after the last open one was closed."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from opportunities.closing import reopen_opportunity
from opportunities.models import Quote
from opportunities.quotes import services
from opportunities.tests.factories import close, day
from opportunities.tests.page import form_of
from opportunities.tests.quotes.pages import HTMX, LONG, leads_to, over, said, words
from opportunities.tests.quotes.states import active, draft, lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, salesperson):
    client.force_login(salesperson)
    return client


def url(name: str, quote: Quote) -> str:
    return reverse(f"opportunities:quote_{name}", args=[quote.pk])


# Win


def test_the_page_of_an_active_quote_leads_to_winning_it(signed_in, salesperson):
    # given three open quotes
    quote = active(salesperson, lines=lines("700"))
    other, third = active(opportunity=quote.opportunity), draft(opportunity=quote.opportunity)

    # when the link on its page is followed
    page = signed_in.get(quote.get_absolute_url()).content.decode()
    link = re.search(r'class="btn btn-won" href="([^"]+)"', page)[1].replace("&amp;", "&")
    fields = form_of(signed_in.get(link, headers=over(quote.get_absolute_url())))

    # then the dialog has it as the winner, at its total
    fates = {pk: fields[f"quote-{pk}"] for pk in (quote.pk, other.pk, third.pk)}
    assert fates == {quote.pk: "won", other.pk: "lost", third.pk: "canceled"}
    assert (fields["outcome"], fields["actual_revenue"]) == ("won", "700.00")
    # and confirmed, the closing leads back to the quote
    close_url = reverse("opportunities:close", args=[quote.opportunity_id])
    response = signed_in.post(close_url, fields | {"close_quotes": "on"}, headers=HTMX)
    assert leads_to(response) == quote.get_absolute_url()
    quote.refresh_from_db()
    assert (quote.status, quote.opportunity.actual_revenue) == ("won", Decimal(700))


def test_a_quote_that_cannot_win_is_no_winner(signed_in, salesperson):
    quote, other = active(salesperson), active(salesperson)
    second, third = active(opportunity=quote.opportunity), draft(opportunity=quote.opportunity)
    lost = active(opportunity=quote.opportunity)
    services.close_quote(lost, to_status="lost", closed_on=day(0), by=None)

    for winner in [third.pk, lost.pk, other.pk, "", "x", "\x00", "9" * 30, LONG, f"{quote.pk} ", f"0{quote.pk}"]:
        address = reverse("opportunities:close", args=[quote.opportunity_id])
        response = signed_in.get(address, {"outcome": "won", "winner": winner})
        fields = form_of(response)
        assert [fields[f"quote-{pk}"] for pk in (quote.pk, second.pk, third.pk)] == ["", "", "canceled"]
    fields = form_of(signed_in.get(address, {"outcome": "lost", "winner": quote.pk}))
    assert [fields[f"quote-{pk}"] for pk in (quote.pk, second.pk, third.pk)] == ["lost", "lost", "canceled"]


def test_beside_a_quote_that_was_won_before_no_other_is_offered_to_win(signed_in, salesperson):
    quote = active(salesperson)
    reopen_opportunity(close(quote.opportunity, "won"), by=salesperson, quotes=[])
    other = active(opportunity=quote.opportunity)

    page = signed_in.get(other.get_absolute_url())
    address = reverse("opportunities:close", args=[quote.opportunity_id])
    fields = form_of(signed_in.get(address, {"outcome": "won", "winner": other.pk}))

    assert "Win this quote" not in words(page)
    assert fields[f"quote-{other.pk}"] == "lost"


def test_winning_is_offered_to_those_who_may_close_the_opportunity(client, salesperson, colleague, manager):
    quote = active(salesperson)

    for user, offered in [(salesperson, True), (colleague, False), (manager, True)]:
        client.force_login(user)
        assert ("Win this quote" in words(client.get(quote.get_absolute_url()))) is offered


# Close the last open quote, and go on

CLOSING = {"to_status": "lost", "closed_on": day(0).isoformat(), "reason": ""}
OFFER = "Then close the opportunity"


def closing_link(quote: Quote) -> str:
    return f"/opportunities/{quote.opportunity_id}/close/?outcome=lost&amp;next=%2Fquotes%2F{quote.pk}%2F"


def test_the_last_open_quote_offers_to_close_the_opportunity_next(signed_in, salesperson):
    quote = active(salesperson)
    other = draft(opportunity=quote.opportunity)

    assert OFFER not in words(signed_in.get(url("close", quote)))
    services.delete_draft(other, by=salesperson)
    response = signed_in.get(url("close", quote))
    assert OFFER in words(response)
    assert "goes_on" not in form_of(response)
    # it stays ticked when something else is wrong
    response = signed_in.post(url("close", quote), CLOSING | {"closed_on": "", "goes_on": "on"})
    assert form_of(response)["goes_on"] == "on"


def test_the_message_after_the_last_open_quote_leads_to_closing_the_opportunity(signed_in, salesperson):
    first, second = active(salesperson), active(salesperson)

    said_first, said_second = (
        said(signed_in.post(url("close", quote), CLOSING | goes_on, headers=over(quote.get_absolute_url())))[-1]
        for quote, goes_on in [(first, {}), (second, {"goes_on": "on"})]
    )

    assert said_first.startswith(f"{first} is closed: Lost.")
    assert (f'hx-get="{closing_link(first)}"' in said_first, "load" in said_first) == (True, False)
    assert f'hx-get="{closing_link(second)}" hx-target="#dialog-content" hx-trigger="load, click"' in said_second


def test_without_javascript_the_close_opportunity_page_follows(signed_in, salesperson):
    quote = active(salesperson)

    response = signed_in.post(url("close", quote), CLOSING | {"goes_on": "on"})

    assert response.url == closing_link(quote).replace("&amp;", "&")
    assert said(response) == [f"{quote} is closed: Lost."]
    fields = form_of(signed_in.get(response.url))
    assert (fields["outcome"], fields["next"]) == ("lost", quote.get_absolute_url())


def test_nobody_goes_on_where_another_quote_is_open_by_now(signed_in, salesperson):
    quote = active(salesperson)
    draft(opportunity=quote.opportunity)

    response = signed_in.post(url("close", quote), CLOSING | {"goes_on": "on"})

    assert (response.url, said(response)) == (quote.get_absolute_url(), [f"{quote} is closed: Lost."])


def test_who_may_not_close_opportunities_is_not_led_there(client, salesperson, django_user_model):
    group = salesperson.groups.get()
    group.permissions.remove(group.permissions.get(codename="close_opportunity"))
    salesperson = django_user_model.objects.get(pk=salesperson.pk)
    quote = active(salesperson)
    client.force_login(salesperson)

    assert OFFER not in words(client.get(url("close", quote)))
    response = client.post(url("close", quote), CLOSING | {"goes_on": "on"})

    assert (response.url, said(response)) == (quote.get_absolute_url(), [f"{quote} is closed: Lost."])
