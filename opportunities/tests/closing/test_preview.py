"""What follows from a choice in the dialog, before anything is submitted."""

import pytest
from django.urls import reverse

from opportunities.tests.factories import QuoteFactory, day, reason
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_dialog(client, salesperson, opportunity):
    client.force_login(salesperson)
    return lambda outcome: form_of(
        client.get(reverse("opportunities:close", args=[opportunity.pk]), {"outcome": outcome})
    )


@pytest.fixture
def preview(client, opportunity):
    def post(fields, **choices):
        with nothing_changes():
            response = client.post(reverse("opportunities:close_preview", args=[opportunity.pk]), fields | choices)
        assert response.status_code == 200
        return form_of(response)

    return post


def test_choosing_the_winner_refills_the_revenue_and_turns_the_blanks_to_lost(opportunity, open_dialog, preview):
    first, second = (QuoteFactory(opportunity=opportunity, status="active", total=total) for total in (700, 800))
    fields = open_dialog("won")
    assert fields["actual_revenue"] == "1,000.00"  # the estimate, as long as no quote is chosen
    fields = preview(fields, **{f"quote-{second.pk}": "won"})
    assert fields["actual_revenue"] == "800.00"
    assert fields[f"quote-{first.pk}"] == "lost"
    # and choosing the other one makes the first choice lost
    fields = preview(fields, **{f"quote-{first.pk}": "won"})
    assert (fields[f"quote-{first.pk}"], fields[f"quote-{second.pk}"]) == ("won", "lost")
    assert fields["actual_revenue"] == "700.00"


def test_a_revenue_typed_by_hand_is_kept_when_the_winner_changes(opportunity, open_dialog, preview):
    _first, second = QuoteFactory.create_batch(2, opportunity=opportunity, status="active", total=700)
    fields = preview(open_dialog("won"), actual_revenue="650", **{f"quote-{second.pk}": "won"})
    assert fields["actual_revenue"] == "650"


def test_changing_the_outcome_switches_reasons_and_fates_and_keeps_what_was_typed(opportunity, open_dialog, preview):
    active, draft = (QuoteFactory(opportunity=opportunity, status=status) for status in ("active", "draft"))
    typed = {"details": "Kept", "closed_on": day(-2).isoformat(), "actual_revenue": "650", "close_quotes": "on"}
    lost = preview(open_dialog("won"), outcome="lost", **typed)
    assert {name: lost[name] for name in typed} == typed
    assert lost["status_reason"] == ""  # lost has no default: the salesperson chooses
    assert (lost[f"quote-{active.pk}"], lost[f"quote-{draft.pk}"]) == ("lost", "canceled")
    won = preview(lost, outcome="won")
    assert {name: won[name] for name in typed} == typed
    assert won["status_reason"] == str(reason("Won").pk)
    assert (won[f"quote-{active.pk}"], won[f"quote-{draft.pk}"]) == ("won", "canceled")


def test_a_fate_changed_by_hand_survives_a_change_of_the_outcome(opportunity, open_dialog, preview):
    active, draft = (QuoteFactory(opportunity=opportunity, status=status) for status in ("active", "draft"))
    fields = preview(open_dialog("lost"), **{f"quote-{active.pk}": "canceled", f"quote-{draft.pk}": "lost"})
    fields = preview(fields, outcome="won")
    assert (fields[f"quote-{active.pk}"], fields[f"quote-{draft.pk}"]) == ("canceled", "lost")


def test_ticking_the_offer_changes_what_the_button_says(client, opportunity, open_dialog):
    QuoteFactory.create_batch(2, opportunity=opportunity)
    fields = open_dialog("lost")
    url = reverse("opportunities:close_preview", args=[opportunity.pk])
    assert "Close opportunity and 2 quotes" in client.post(url, fields | {"close_quotes": "on"}).content.decode()
    assert "Close opportunity and 2 quotes" not in client.post(url, fields).content.decode()


def test_a_preview_marks_what_changed_since_the_dialog_was_shown(client, opportunity, open_dialog):
    fields = open_dialog("lost")
    QuoteFactory(opportunity=opportunity)
    url = reverse("opportunities:close_preview", args=[opportunity.pk])
    response = client.post(url, fields)
    assert "The quotes changed since they were shown; check them again." in response.content.decode()
    assert 'class="offer-change">New<' in response.content.decode()
    # and what was seen is not marked again
    assert "offer-change" not in client.post(url, form_of(response)).content.decode()


def test_a_preview_of_rubbish_is_shown_and_not_a_crash(opportunity, open_dialog, preview):
    QuoteFactory(opportunity=opportunity, status="active")
    rubbish = "\x00;'\ud7ff" * 20
    fields = preview(dict.fromkeys([*open_dialog("won"), "shown_winner"], rubbish))
    assert fields["details"] == rubbish
