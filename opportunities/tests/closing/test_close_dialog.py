"""The Close opportunity dialog over HTTP: what it shows, what it refuses, and that nothing typed is lost."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from opportunities.models import OpportunityClose, Preferences, Quote, StatusReason
from opportunities.tests.factories import (
    CompetitorFactory,
    QuoteFactory,
    close,
    day,
    reason,
)
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


def close_url(opportunity, outcome=""):
    return reverse("opportunities:close", args=[opportunity.pk]) + (f"?outcome={outcome}" if outcome else "")


def dialog(client, opportunity, outcome):
    """The fields of the dialog as a browser would send them."""
    return form_of(client.get(close_url(opportunity, outcome), headers={"HX-Request": "true"}))


def test_the_dialog_asks_for_the_facts_in_their_order_and_lists_the_open_quotes(signed_in, opportunity):
    # given an active quote and a draft
    active = QuoteFactory(opportunity=opportunity, status="active", total=Decimal("950"))
    draft = QuoteFactory(opportunity=opportunity)
    # when the dialog opens by Close as won
    response = signed_in.get(close_url(opportunity, "won"), headers={"HX-Request": "true"})
    # then it is a fragment with today, the default reason and the winner's total, and the offer is not ticked
    html = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in html
    names = ["outcome", "status_reason", "actual_revenue", "closed_on", "competitor", "details"]
    positions = [html.index(f'name="{name}"') for name in names]
    assert positions == sorted(positions)
    fields = form_of(response)
    assert fields["outcome"] == "won"
    assert fields["status_reason"] == str(reason("Won").pk)
    assert fields["actual_revenue"] == "950.00"
    assert fields["closed_on"] == day(0).isoformat()
    assert fields["plan"] == f"{active.pk}:active:950.000,{draft.pk}:draft:900.000"
    assert fields[f"quote-{active.pk}"] == "won"
    assert fields[f"quote-{draft.pk}"] == "canceled"
    assert "close_quotes" not in fields
    assert "2 quotes are still open" in html
    assert "Close all 2 linked quotes" in html
    assert f"From {active} · 5\u00a0% below the estimate" in html


def test_without_htmx_the_dialog_is_a_page_and_success_leads_to_the_opportunity(signed_in, opportunity):
    page = signed_in.get(close_url(opportunity, "lost"))
    assert "<html" in page.content.decode()
    fields = form_of(page) | {"status_reason": reason("Price").pk}
    response = signed_in.post(close_url(opportunity), fields)
    assert (response.status_code, response["Location"]) == (302, opportunity.get_absolute_url())
    opportunity.refresh_from_db()
    assert (opportunity.state, opportunity.closed_on) == ("lost", day(0))


def test_open_quotes_refuse_the_closing_and_the_offer_comes_back_ticked(signed_in, opportunity):
    # given three open quotes and details typed
    for status in ["active", "active", "draft"]:
        QuoteFactory(opportunity=opportunity, status=status)
    fields = dialog(signed_in, opportunity, "lost") | {
        "status_reason": reason("Price").pk,
        "details": "Too dear for them",
    }
    # when it is submitted without the consent
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields, headers={"HX-Request": "true"})
    # then the dialog is back with the error, the tick, what was typed, and a button that says what it will do
    html = response.content.decode()
    assert response.status_code == 422
    assert "3 quotes are still open" in html
    again = form_of(response)
    assert again["close_quotes"] == "on"
    assert again["details"] == "Too dear for them"
    assert again["status_reason"] == str(reason("Price").pk)
    assert "Close opportunity and 3 quotes" in html
    # and when that is submitted, all is closed
    response = signed_in.post(close_url(opportunity), again, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert opportunity.get_absolute_url() in response["HX-Location"]
    assert list(Quote.objects.order_by("pk").values_list("status", flat=True)) == ["lost", "lost", "canceled"]


def test_of_several_active_quotes_one_is_chosen_as_the_winner(signed_in, opportunity):
    # given two active quotes
    first, second = QuoteFactory.create_batch(2, opportunity=opportunity, status="active")
    fields = dialog(signed_in, opportunity, "won")
    assert (fields[f"quote-{first.pk}"], fields[f"quote-{second.pk}"]) == ("", "")
    # when nothing is chosen, it is refused at each row
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields | {"close_quotes": "on"})
    assert response.status_code == 422
    assert response.content.decode().count("Choose what becomes of this quote.") == 2
    # when one is lost and the other left blank, it is refused at the blank
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields | {f"quote-{first.pk}": "lost", "close_quotes": "on"})
    assert response.content.decode().count("Choose what becomes of this quote.") == 1
    # when one is chosen as won, the blank turns to lost
    fields |= {"close_quotes": "on", f"quote-{second.pk}": "won"}
    assert signed_in.post(close_url(opportunity), fields).status_code == 302
    assert dict(Quote.objects.values_list("pk", "status")) == {first.pk: "lost", second.pk: "won"}


def test_a_row_missing_from_the_submission_takes_its_default_only_where_it_is_unambiguous(signed_in, opportunity):
    first, second, draft = (
        QuoteFactory(opportunity=opportunity, status=status) for status in ["active", "active", "draft"]
    )
    fields = dialog(signed_in, opportunity, "won") | {"close_quotes": "on"}
    for quote in (first, second, draft):
        del fields[f"quote-{quote.pk}"]
    # two active quotes and no word on them: ambiguous
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields)
    assert response.status_code == 422
    # with a winner named, the other is lost and the draft canceled
    assert signed_in.post(close_url(opportunity), fields | {f"quote-{first.pk}": "won"}).status_code == 302
    assert dict(Quote.objects.values_list("pk", "status")) == {
        first.pk: "won",
        second.pk: "lost",
        draft.pk: "canceled",
    }


@pytest.mark.parametrize(
    ("outcome", "changes", "message"),
    [
        ("won", {"status_reason": ""}, "Choose a status reason."),
        ("won", {"status_reason": "999999"}, "There is no such reason"),
        ("won", {"status_reason": "9" * 30}, "There is no such reason"),
        ("won", {"status_reason": "x' OR 1=1"}, "There is no such reason"),
        ("won", {"status_reason": "Price"}, "“Price” is no reason for this outcome"),
        ("won", {"status_reason": "In progress"}, "There is no such reason"),
        ("won", {"outcome": ""}, "Choose won or lost."),
        ("won", {"outcome": "revised"}, "Choose won or lost."),
        ("won", {"actual_revenue": ""}, "Enter the actual revenue"),
        ("won", {"actual_revenue": "-1"}, "Enter an amount of 0 or more."),
        ("won", {"actual_revenue": "1000000000000"}, "Enter an amount of at most"),
        ("won", {"actual_revenue": "9" * 5000}, "This number is too long."),
        ("won", {"actual_revenue": "1.234"}, "EUR amounts have at most 2 decimals."),
        ("won", {"actual_revenue": "1234,5"}, "Enter a number, such as 1,234.50."),
        ("won", {"actual_revenue": "NaN"}, "Enter a number, such as 1,234.50."),
        ("won", {"actual_revenue": "1e5"}, "Enter a number, such as 1,234.50."),
        ("won", {"actual_revenue": "many"}, "Enter a number, such as 1,234.50."),
        ("won", {"closed_on": ""}, "Enter the close date."),
        ("won", {"closed_on": "2026-02-30"}, "Enter a date that exists"),
        ("won", {"closed_on": "tomorrow"}, "Enter a date that exists"),
        ("won", {"closed_on": "future"}, "The close date cannot be in the future."),
        ("won", {"closed_on": "before"}, "The close date cannot be before the opportunity was opened"),
        ("lost", {"status_reason": "Out-sold"}, "“Out-sold” needs a competitor."),
        ("lost", {"status_reason": "Other", "details": ""}, "“Other” needs details."),
        ("lost", {"status_reason": "Other", "details": "  \r\n "}, "“Other” needs details."),
        ("lost", {"details": "x" * 2001}, "Details have at most 2000 characters; these have 2001."),
        ("lost", {"details": "a\x00b"}, "Null characters are not allowed."),
        ("lost", {"competitor": "999999"}, "There is no such competitor"),
        ("lost", {"competitor": "x"}, "There is no such competitor"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_lost(signed_in, opportunity, outcome, changes, message):
    # given a dialog that would close the opportunity
    fields = dialog(signed_in, opportunity, outcome) | {"details": "Kept"}
    fields["status_reason"] = reason("Won" if outcome == "won" else "Price").pk
    # when one field is wrong
    days = {"future": day(1).isoformat(), "before": day(-31).isoformat()}
    reasons = dict(StatusReason.objects.values_list("name", "pk"))
    changes = {name: reasons.get(value, days.get(value, value)) for name, value in changes.items()}
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields | changes, headers={"HX-Request": "true"})
    # then the answer says so, and everything else is as it was typed
    html = response.content.decode()
    assert response.status_code == 422
    assert message in html.replace("&#x27;", "'")
    again = form_of(response)
    kept = {name: str(value) for name, value in fields.items() if name not in {*changes, "csrfmiddlewaretoken"}}
    if "outcome" not in changes:
        assert {name: again[name] for name in kept} == kept


def test_two_winners_a_winning_draft_and_a_winner_on_a_loss_are_errors_at_their_rows(signed_in, opportunity):
    first, second = QuoteFactory.create_batch(2, opportunity=opportunity, status="active")
    draft = QuoteFactory(opportunity=opportunity)
    won = dialog(signed_in, opportunity, "won") | {"close_quotes": "on"}
    lost = dialog(signed_in, opportunity, "lost") | {"close_quotes": "on", "status_reason": reason("Price").pk}
    cases = [
        (won | {f"quote-{first.pk}": "won", f"quote-{second.pk}": "won"}, second, "Only one quote can be won"),
        (won | {f"quote-{first.pk}": "won", f"quote-{draft.pk}": "won"}, draft, "A draft cannot be won"),
        (lost | {f"quote-{first.pk}": "won"}, first, "No quote is won when the opportunity is lost."),
        (won | {f"quote-{first.pk}": "won", f"quote-{second.pk}": "open"}, second, "becomes won, lost or canceled"),
    ]
    for fields, quote, message in cases:
        with nothing_changes():
            response = signed_in.post(close_url(opportunity), fields)
        assert response.status_code == 422
        row_error = re.search(rf'id="id_quote-{quote.pk}_error">([^<]+)<', response.content.decode())
        assert row_error, message
        assert message in row_error[1]


def test_a_quote_of_another_opportunity_is_refused(signed_in, opportunity):
    QuoteFactory(opportunity=opportunity, status="active")
    stranger = QuoteFactory(status="active")
    fields = dialog(signed_in, opportunity, "won") | {"close_quotes": "on", f"quote-{stranger.pk}": "lost"}
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields)
    assert response.status_code == 422
    assert "This form names a quote that is not open on this opportunity." in response.content.decode()


@pytest.mark.parametrize("plan", [None, "", "rubbish", "1:draft", "1:sold:3", "1:draft:many", "\x00", "1:draft:0," * 9])
def test_a_missing_garbled_or_old_plan_records_nothing(signed_in, opportunity, plan):
    QuoteFactory(opportunity=opportunity, status="active")
    fields = dialog(signed_in, opportunity, "won") | {"close_quotes": "on", "details": "Kept"}
    right = fields.pop("plan")
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields | ({"plan": plan} if plan is not None else {}))
    assert response.status_code == 422
    assert "The quotes changed since they were shown." in response.content.decode()
    again = form_of(response)
    assert (again["plan"], again["details"], again["close_quotes"]) == (right, "Kept", "on")


def test_a_stale_dialog_comes_back_with_the_new_plan_and_marks_what_changed(signed_in, opportunity):
    # given a dialog that shows three quotes
    kept, dearer, activated = (QuoteFactory(opportunity=opportunity) for _ in range(3))
    gone = QuoteFactory(opportunity=opportunity, number="Q-2026-9999")
    fields = dialog(signed_in, opportunity, "lost") | {
        "close_quotes": "on",
        "status_reason": reason("Price").pk,
        "details": "Kept",
        f"quote-{kept.pk}": "lost",
    }
    # when meanwhile one is added, one gets dearer, one is activated and one is deleted
    added = QuoteFactory(opportunity=opportunity)
    Quote.objects.filter(pk=dearer.pk).update(total=1200)
    Quote.objects.filter(pk=activated.pk).update(status="active")
    Quote.objects.filter(pk=gone.pk).delete()
    with nothing_changes():
        response = signed_in.post(close_url(opportunity), fields)
    # then nothing is recorded, the changes are marked, and what was typed is there
    html = response.content.decode()
    assert response.status_code == 422
    assert re.findall(r'class="offer-change">([^<]+)<', html) == ["Was €900.00", "Was Draft", "New"]
    again = form_of(response)
    assert again["details"] == "Kept"
    assert again[f"quote-{kept.pk}"] == "lost"
    assert again[f"quote-{added.pk}"] == "canceled"
    # and sent once more, it closes
    assert signed_in.post(close_url(opportunity), again).status_code == 302


def test_a_second_close_changes_nothing_and_says_who_closed_it(signed_in, opportunity, colleague):
    fields = dialog(signed_in, opportunity, "lost") | {"status_reason": reason("Price").pk}
    close(opportunity, "won", by=colleague)
    for answer in [
        lambda: signed_in.post(close_url(opportunity), fields, headers={"HX-Request": "true"}),
        lambda: signed_in.get(close_url(opportunity, "won")),
        lambda: signed_in.post(close_url(opportunity) + "preview/", fields),
    ]:
        with nothing_changes():
            response = answer()
        assert response.status_code == 409
        assert "Jonas Weber closed this opportunity as Won on" in response.content.decode()
    assert OpportunityClose.objects.count() == 1


@pytest.mark.parametrize("digits", ["0", "999999", "9" * 19, "9" * 40, "9" * 5000])
def test_an_opportunity_that_does_not_exist_answers_404(signed_in, digits):
    assert signed_in.get(f"/opportunities/{digits}/close/").status_code == 404
    assert signed_in.post(f"/opportunities/{digits}/close/").status_code == 404


def test_closing_needs_the_permission_and_the_refusal_names_it(client, opportunity, colleague, manager, outsider):
    cases = [(colleague, "close_any_opportunity"), (outsider, "close_any_opportunity")]
    for user, codename in cases:
        client.force_login(user)
        with nothing_changes():
            responses = [client.get(close_url(opportunity)), client.post(close_url(opportunity), {"outcome": "lost"})]
        assert [response.status_code for response in responses] == [403, 403]
        assert all(codename in response.content.decode() for response in responses)
    client.force_login(manager)
    assert client.get(close_url(opportunity)).status_code == 200


def test_an_expired_login_sends_the_whole_page_to_the_login(client, opportunity):
    page = f"http://testserver{opportunity.get_absolute_url()}"
    response = client.post(close_url(opportunity), headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response["HX-Redirect"] == f"/accounts/login/?next={opportunity.get_absolute_url()}"


@pytest.mark.parametrize("typed", ["1 234,50", "1\u00a0234,50", "1\u202f234,50", "1234,5"])
def test_revenue_typed_in_french_is_understood(signed_in, opportunity, salesperson, typed):
    Preferences.objects.create(user=salesperson, language="fr")
    fields = dialog(signed_in, opportunity, "won") | {"actual_revenue": typed}
    assert signed_in.post(close_url(opportunity), fields).status_code == 302
    opportunity.refresh_from_db()
    assert opportunity.actual_revenue == Decimal("1234.5")


def test_revenue_typed_in_english_is_understood(signed_in, opportunity):
    fields = dialog(signed_in, opportunity, "won") | {"actual_revenue": "1,234.50"}
    assert signed_in.post(close_url(opportunity), fields).status_code == 302
    opportunity.refresh_from_db()
    assert opportunity.actual_revenue == Decimal("1234.50")


def test_a_competitor_and_details_are_recorded(signed_in, opportunity):
    competitor = CompetitorFactory(name="Acme")
    fields = dialog(signed_in, opportunity, "lost") | {
        "status_reason": reason("Out-sold").pk,
        "competitor": competitor.pk,
        "details": "They were\r\nfaster ",
        "closed_on": day(-3).isoformat(),
    }
    assert signed_in.post(close_url(opportunity), fields).status_code == 302
    opportunity.refresh_from_db()
    record = opportunity.closings.get()
    assert (opportunity.competitor, opportunity.closed_on, opportunity.actual_revenue) == (competitor, day(-3), None)
    assert (record.details, record.estimated_revenue) == ("They were\nfaster", Decimal("1000"))
