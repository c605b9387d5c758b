"""What a browser never sends, and what meets a change of somebody else's in the worst moment: no 500, nothing lost."""

from datetime import UTC, datetime
from unittest import mock

import pytest
from django.urls import reverse

from opportunities.closing import services
from opportunities.models import Opportunity, OpportunityClose, Preferences, Quote
from opportunities.tests.factories import QuoteFactory, close, day, reason
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(opportunity):
    return reverse("opportunities:close", args=[opportunity.pk])


@pytest.fixture
def lost(signed_in, url):
    """The fields that close the opportunity as lost."""
    return form_of(signed_in.get(url, {"outcome": "lost"})) | {"status_reason": reason("Price").pk}


@pytest.mark.parametrize(
    "page", ["abc", "logout", "//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil"]
)
def test_only_a_path_of_this_site_is_returned_to(signed_in, opportunity, url, lost, page):
    response = signed_in.post(url, lost | {"next": page})
    assert (response.status_code, response["Location"]) == (302, opportunity.get_absolute_url())


def test_a_header_that_is_no_address_is_left_unread(signed_in, client, opportunity, url, lost):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://["}
    assert opportunity.get_absolute_url() in signed_in.post(url, lost, headers=headers)["HX-Location"]
    signed_in.logout()
    assert signed_in.get(url, headers=headers)["HX-Redirect"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "rot13", "idna", "utf-16"])
def test_a_form_in_another_character_set_is_refused(signed_in, url, charset):
    with nothing_changes():
        response = signed_in.generic(
            "POST", url, b"details=%2BD%5Cud800", content_type=f"application/x-www-form-urlencoded; charset={charset}"
        )
    assert response.status_code == 415


@pytest.mark.parametrize(
    "plan", ["{pk}:active:sNaN", "{pk}:active:1e99", "{pk}:active:NaN", f"{'9' * 30}:draft:1.000", "-1:draft:1.000"]
)
@pytest.mark.parametrize("page", ["close", "close_preview"])
def test_a_plan_of_numbers_that_are_none_is_a_garbled_plan(signed_in, opportunity, lost, plan, page):
    quote = QuoteFactory(opportunity=opportunity, status="active")
    with nothing_changes():
        response = signed_in.post(
            reverse(f"opportunities:{page}", args=[opportunity.pk]), lost | {"plan": plan.format(pk=quote.pk)}
        )
    assert response.status_code == (422 if page == "close" else 200)
    assert "The quotes changed since they were shown" in response.content.decode()


@pytest.mark.parametrize("pk", ["", "x", "-1", "1.5", "٣", "9" * 5000, "0"])
def test_a_closing_that_does_not_exist_is_not_undone(signed_in, opportunity, pk):
    url = reverse("opportunities:undo", args=[opportunity.pk])
    assert signed_in.post(url, {"closing": pk}).status_code == 404
    assert signed_in.get(url, {"closing": pk}).status_code == 404


def test_a_sign_in_that_had_expired_leads_back_to_a_page(signed_in, opportunity, url):
    undo = reverse("opportunities:undo", args=[opportunity.pk])
    assert signed_in.get(undo)["Location"] == opportunity.get_absolute_url()
    assert signed_in.get(f"{url}preview/")["Location"] == url


def test_an_opportunity_that_is_deleted_in_the_meantime_answers_404(signed_in, url, lost):
    with mock.patch.object(services, "lock", side_effect=services.Gone):
        assert signed_in.post(url, lost).status_code == 404


def test_an_opportunity_that_is_reopened_in_the_meantime_can_be_closed(signed_in, opportunity, url):
    # given a page that reads it as closed just before the reopening
    closing = close(opportunity)
    read = Opportunity.objects.with_facts().get(pk=opportunity.pk)
    services.undo_close(closing, by=opportunity.owner)
    with mock.patch("opportunities.closing.views.get_object_or_404", return_value=read):
        assert signed_in.get(url).status_code == 200


def test_a_winner_chosen_without_a_preview_brings_its_total(signed_in, opportunity, url):
    # given two active quotes, and the estimate as the suggested revenue
    first, second = (QuoteFactory(opportunity=opportunity, status="active", total=total) for total in (700, 800))
    fields = form_of(signed_in.get(url, {"outcome": "won"}))
    assert fields["actual_revenue"] == "1,000.00"
    # when a winner is chosen and sent at once
    choices = {f"quote-{first.pk}": "lost", f"quote-{second.pk}": "won", "close_quotes": "on"}
    assert signed_in.post(url, fields | choices).status_code == 302
    # then what was only suggested followed it
    opportunity.refresh_from_db()
    assert opportunity.actual_revenue == 800


def test_a_revenue_typed_by_hand_is_recorded_whatever_the_winner(signed_in, opportunity, url):
    quote = QuoteFactory(opportunity=opportunity, status="active", total=800)
    fields = form_of(signed_in.get(url, {"outcome": "won"})) | {"actual_revenue": "650", "close_quotes": "on"}
    assert signed_in.post(url, fields).status_code == 302
    opportunity.refresh_from_db()
    quote.refresh_from_db()
    assert (opportunity.actual_revenue, quote.status) == (650, "won")


def test_without_javascript_a_changed_outcome_comes_back_as_a_preview_would_show_it(signed_in, opportunity, url):
    quote = QuoteFactory(opportunity=opportunity, status="active", total=800)
    fields = form_of(signed_in.get(url, {"outcome": "lost"})) | {"outcome": "won", "details": "Kept"}
    with nothing_changes():
        again = form_of(signed_in.post(url, fields))
    assert again["status_reason"] == str(reason("Won").pk)
    assert (again[f"quote-{quote.pk}"], again["actual_revenue"], again["details"]) == ("won", "800.00", "Kept")


def test_a_quote_that_was_deleted_since_the_dialog_was_shown_is_told(signed_in, opportunity, url):
    QuoteFactory(opportunity=opportunity)
    fields = form_of(signed_in.get(url, {"outcome": "lost"})) | {"status_reason": reason("Price").pk}
    Quote.objects.all().delete()
    response = signed_in.post(url, fields | {"close_quotes": "on"})
    assert response.status_code == 422
    assert "1 quote was deleted." in response.content.decode()


def test_it_can_be_closed_on_the_day_it_was_opened_wherever_that_day_has_begun(
    client, signed_in, opportunity, url, salesperson
):
    # given an opportunity that was opened in the east on 11 March, and a user for whom it is still the 10th
    Preferences.objects.create(user=salesperson, time_zone="Pacific/Honolulu")
    Opportunity.objects.filter(pk=opportunity.pk).update(opened_on="2026-03-11")
    with mock.patch("django.utils.timezone.now", return_value=datetime(2026, 3, 10, 11, tzinfo=UTC)):
        signed_in.force_login(salesperson)
        fields = form_of(signed_in.get(url, {"outcome": "lost"})) | {"status_reason": reason("Price").pk}
        assert fields["closed_on"] == "2026-03-11"
        assert signed_in.post(url, fields | {"closed_on": "2026-03-12"}).status_code == 422
        assert signed_in.post(url, fields).status_code == 302


def test_the_same_facts_again_are_no_correction(client, manager, opportunity):
    closing = close(opportunity, closed_on=day(-2), details="Two\nlines")
    client.force_login(manager)
    url = reverse("opportunities:correct", args=[opportunity.pk])
    with nothing_changes():
        assert client.post(url, form_of(client.get(url))).status_code == 302
    assert list(OpportunityClose.objects.all()) == [closing]


def test_a_line_break_counts_as_one_character(client, manager, opportunity):
    close(opportunity)
    client.force_login(manager)
    url = reverse("opportunities:reopen", args=[opportunity.pk])
    text = "x" * 1000 + "\r\n" + "y" * 999
    assert client.post(url, form_of(client.get(url)) | {"reason": text}).status_code == 302
    assert OpportunityClose.objects.get().reopen_reason == text.replace("\r\n", "\n")


def test_a_loss_beside_a_quote_that_stayed_won_is_possible_and_said_to_be_odd(signed_in, opportunity, url):
    # given an opportunity that was reopened without its winner
    quote = QuoteFactory(opportunity=opportunity, status="active")
    services.reopen_opportunity(close(opportunity, "won"), by=opportunity.owner, quotes=[])
    fields = form_of(signed_in.get(url, {"outcome": "lost"})) | {"status_reason": reason("Price").pk}
    page = signed_in.post(url, fields, follow=True).content.decode()
    assert f"{quote} was won before, and stays so." in page
