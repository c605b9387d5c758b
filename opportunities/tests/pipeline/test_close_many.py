"""The Close many dialog: what is selected in the list, closed at once with one outcome."""

from decimal import Decimal

import pytest
from django.urls import reverse

from opportunities.models import ClosingBatch, Opportunity, Quote
from opportunities.tests.closing.test_statements import request_statements
from opportunities.tests.factories import CompetitorFactory, OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.page import form_of
from opportunities.tests.pipeline.test_bulk_edit import keys, text
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

URL = "/opportunities/selected/close/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/opportunities/?owner=all"}


@pytest.fixture
def ines(client, manager):
    client.force_login(manager)
    return manager


@pytest.fixture
def deals(ines, colleague) -> list[Opportunity]:
    """Three of Jonas's; the first has an active quote, the second two."""
    deals = [OpportunityFactory(topic=topic, owner=colleague) for topic in ["Plant", "Pump", "<Audit>"]]
    for count, deal in [(1, deals[0]), (2, deals[1])]:
        for _ in range(count):
            QuoteFactory(opportunity=deal, status="active", total=Decimal("900"))
    return deals


def opened(client, deals, **choices):
    """The dialog as the toolbar opens it, or after `choices` in it."""
    return client.post(URL, {"selected": keys(deals)} | choices, headers=HTMX)


def filled_in(client, deals, **facts) -> dict:
    """What the dialog sends for facts that a user gave."""
    fields = form_of(opened(client, deals, **{name: facts[name] for name in ["outcome"] if name in facts}))
    default = {"step": "record", "status_reason": reason("Price").pk, "close_quotes": "on"}
    return {name: value for name, value in (fields | default | facts).items() if value is not None}


def states() -> list[str]:
    return list(Opportunity.objects.order_by("pk").values_list("state", flat=True))


def test_it_opens_as_lost_with_a_row_for_each_and_its_quotes_in_words(client, deals):
    response = opened(client, deals)
    fields = form_of(response)
    assert response.status_code == 200
    assert (fields["outcome"], fields["status_reason"], fields["closed_on"]) == ("lost", "", day(0).isoformat())
    assert "close_quotes" not in fields
    words = text(response)
    assert "3 opportunities" in words
    assert "3 quotes are still open" in words
    assert words.count("→ Lost") == 3
    assert "&lt;Audit&gt;" in words
    assert "Close 3 opportunities" in words


def test_without_consent_the_offer_comes_back_ticked_and_nothing_is_recorded(client, deals):
    with nothing_changes():
        response = client.post(URL, filled_in(client, deals, close_quotes=None, details="Kept"), headers=HTMX)
    assert response.status_code == 422
    fields = form_of(response)
    assert (fields["close_quotes"], fields["details"]) == ("on", "Kept")
    assert "Close 3 opportunities and 3 quotes" in text(response)


def test_what_became_of_each_is_told_and_undone_at_once(client, deals, ines):
    # when
    response = client.post(URL, filled_in(client, deals), headers=HTMX)

    # then
    assert response.status_code == 200
    assert "list-changed" in response["HX-Trigger-After-Settle"]
    assert "3 opportunities are closed." in text(response)
    assert states() == ["lost"] * 3

    # when
    undone = client.post(reverse("opportunities:undo_many", args=[ClosingBatch.objects.get().pk]), headers=HTMX)

    # then
    assert undone.status_code == 200
    assert "opportunities/?owner=all" in undone["HX-Location"]
    assert states() == ["open"] * 3
    assert set(Quote.objects.values_list("status", flat=True)) == {"active"}


def test_one_is_blocked_the_others_are_closed_and_it_can_be_tried_again(client, deals):
    # given a win with two active quotes on one
    fields = filled_in(client, deals, outcome="won", status_reason=reason("Won").pk)
    assert fields[f"winner-{deals[1].pk}"] == ""

    # when
    response = client.post(URL, fields, headers=HTMX)

    # then
    assert states() == ["won", "open", "won"]
    assert "2 opportunities are closed." in text(response)
    assert "Pump : Several quotes are active: choose the one that is won." in text(response)

    # when it is tried again with a winner
    again = form_of(response)
    assert (again["selected"], again["outcome"]) == (str(deals[1].pk), "won")
    fields = form_of(client.post(URL, again, headers=HTMX))
    winner = deals[1].quotes.last()
    fields |= {f"winner-{deals[1].pk}": winner.pk, "step": "record", "close_quotes": "on"}
    client.post(URL, fields, headers=HTMX)

    # then
    assert states() == ["won"] * 3
    assert list(deals[1].quotes.order_by("pk").values_list("status", flat=True)) == ["lost", "won"]


def test_a_row_that_is_to_be_left_open_is_taken_out(client, deals):
    response = opened(client, deals, leave=deals[1].pk)
    assert form_of(response)["selected"] == keys([deals[0], deals[2]])
    client.post(URL, filled_in(client, deals, leave=deals[0].pk), headers=HTMX)
    assert states() == ["open", "lost", "lost"]


def test_what_is_missing_is_typed_at_the_row(client, deals):
    # given one without an estimate, and a reason that needs a competitor
    Opportunity.objects.filter(pk=deals[2].pk).update(estimated_revenue=None)
    contoso = CompetitorFactory(name="Contoso")
    fields = filled_in(client, deals[2:], outcome="won", status_reason=reason("Won").pk)
    revenue = f"revenue-{deals[2].pk}"
    assert fields[revenue] == ""

    # when nonsense is typed, then it is told and kept
    with nothing_changes():
        response = client.post(URL, fields | {revenue: "1,2,3 euros"}, headers=HTMX)
    assert response.status_code == 422
    assert form_of(response)[revenue] == "1,2,3 euros"
    assert "Nothing here can be closed like this" in text(response)

    # when it is lost to somebody, then the row names whom
    fields = filled_in(client, deals[2:], status_reason=reason("Out-sold").pk)
    client.post(URL, fields | {f"competitor-{deals[2].pk}": contoso.pk}, headers=HTMX)
    assert Opportunity.objects.get(pk=deals[2].pk).competitor == contoso


def test_a_quote_that_changed_since_it_was_shown_blocks_its_row_and_is_shown_anew(client, deals):
    fields = filled_in(client, deals[:1])
    QuoteFactory(opportunity=deals[0])
    with nothing_changes():
        response = client.post(URL, fields, headers=HTMX)
    assert response.status_code == 422
    assert "The quotes changed since they were shown." in text(response)
    client.post(URL, form_of(response) | {"step": "record", "close_quotes": "on"}, headers=HTMX)
    assert states() == ["lost", "open", "open"]


def test_a_salesperson_closes_many_of_their_own_and_nobody_elses(client, deals, salesperson):
    client.force_login(salesperson)
    own = OpportunityFactory(owner=salesperson)
    response = client.post(URL, filled_in(client, [*deals, own]), headers=HTMX)
    assert states() == ["open"] * 3 + ["lost"]
    assert text(response).count("(close_any_opportunity)") == 3


def test_without_any_right_to_close_it_is_refused(client, deals, outsider):
    client.force_login(outsider)
    with nothing_changes():
        assert opened(client, deals).status_code == 403
        assert client.post(URL, {"selected": keys(deals), "step": "record"}).status_code == 403


@pytest.mark.parametrize("selected", ["", "x", "-1", "9" * 30, "1,,2"])
def test_what_is_no_selection_is_told(client, ines, selected):
    response = client.post(URL, {"selected": selected}, headers=HTMX)
    assert response.status_code == 422
    assert "Select at least one opportunity first." in text(response)


def test_more_than_a_thousand_are_too_many(client, ines):
    response = client.post(URL, {"selected": ",".join(map(str, range(1, 1002)))}, headers=HTMX)
    assert response.status_code == 422
    assert "More than 1,000 opportunities are selected" in text(response)


@pytest.mark.parametrize(
    "sent",
    [
        {"outcome": "draw"},
        {"status_reason": "9" * 20},
        {"closed_on": "2026-02-31"},
        {"competitor": "\0"},
        {"details": "x" * 2001},
        {"outcome": "won"},  # with a reason of the other outcome
    ],
)
def test_nonsense_is_told_and_records_nothing(client, deals, sent):
    fields = filled_in(client, deals) | sent
    with nothing_changes():
        assert client.post(URL, fields, headers=HTMX).status_code == 422


def test_somebody_elses_batch_is_not_undone(client, deals, administrator):
    client.post(URL, filled_in(client, deals), headers=HTMX)
    client.force_login(administrator)
    url = reverse("opportunities:undo_many", args=[ClosingBatch.objects.get().pk])
    with nothing_changes():
        assert client.get(url).status_code == 409
        assert client.post(url).status_code == 409


def test_without_javascript_it_is_a_page_and_so_is_the_result(client, deals):
    page = client.post(URL, {"selected": [deal.pk for deal in deals], "next": "/opportunities/?owner=all"})
    fields = form_of(page) | {"step": "record", "status_reason": reason("Price").pk, "close_quotes": "on"}
    result = client.post(URL, fields)
    assert "<html" in result.content.decode()
    assert "3 opportunities are closed." in text(result)
    url = reverse("opportunities:undo_many", args=[ClosingBatch.objects.get().pk])
    assert "will be as they were before." in text(client.get(url))
    assert client.post(url, {"next": "/opportunities/?owner=all"})["Location"] == "/opportunities/?owner=all"
    assert states() == ["open"] * 3
    assert client.get(URL)["Location"] == "/opportunities/"


def test_an_opportunity_that_a_colleague_closed_meanwhile_is_told(client, deals):
    fields = filled_in(client, deals)
    close(deals[0], by=deals[0].owner)
    response = client.post(URL, fields, headers=HTMX)
    assert "Jonas Weber closed this opportunity as Lost" in text(response)
    assert "2 opportunities are closed." in text(response)


@pytest.mark.parametrize("count", [2, 50])
def test_the_statements_of_a_request_do_not_grow(client, ines, count):
    deals = OpportunityFactory.create_batch(count, owner=ines)
    for deal in deals:
        Quote.objects.bulk_create(QuoteFactory.build_batch(2, opportunity=deal, status="active"))
    assert request_statements(client, lambda: opened(client, deals)) == 10
    fields = filled_in(client, deals)
    assert request_statements(client, lambda: client.post(URL, fields, headers=HTMX)) == 20
    assert set(states()) == {"lost"}
