"""The page of an opportunity: what it says, what it offers to whom, and at what cost."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from opportunities.closing import correct_closing, reopen_opportunity
from opportunities.models import Stage, TimelineEvent
from opportunities.record import services
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    QuoteFactory,
    close,
    day,
    reason,
)

pytestmark = pytest.mark.django_db

ACTIONS = ["Edit", "Close as lost", "Close as won", "Hand over", "Correct closing", "Reopen", "Undo"]


@pytest.fixture
def opportunity(salesperson):
    account = AccountFactory(name="Northwind Traders", phone="+44 20 1")
    contact = ContactFactory(account=account, name="Ana Lindqvist", email="ana@example.com", phone="+44 20 7946")
    return OpportunityFactory(topic="Plant 2027", owner=salesperson, account=account, contact=contact)


def text(response) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&nbsp;", " ").split())


def offered(response) -> list[str]:
    """The actions at the head of the page."""
    head = response.content.decode().partition('class="page-actions"')[2].partition("</header>")[0]
    found = re.findall(r">([^<>]+)</(?:a|button)>", head)
    assert set(found) <= set(ACTIONS)
    return found


def page(client, user, opportunity, **address):
    client.force_login(user)
    return client.get(f"/opportunities/{opportunity.pk}/", address)


def test_the_page_shows_facts_contact_stages_and_quotes(client, salesperson, opportunity):
    # given an expired active quote and a draft, and a stage moved eight days ago
    QuoteFactory(opportunity=opportunity, number="Q-2026-9001", status="active", total=950, valid_until=day(-1))
    QuoteFactory(opportunity=opportunity, number="Q-2026-9002", total=Decimal("62.5"))
    services.edit_opportunity(opportunity, by=salesperson, stage=Stage.objects.get(name="Negotiate"))
    TimelineEvent.objects.update(at=timezone.now() - timedelta(days=8))

    # when the owner looks at it
    response = page(client, salesperson, opportunity)

    # then all of that is there
    shown = text(response)
    for words in [
        "Northwind Traders · Owner Marta Ruiz · Opened",
        "Qualify Propose Negotiate 8 days Commit",
        "Estimated revenue €1,000.00",
        "Probability 60 %",
        "Open quotes 2 · €1,012.50",
        "Status Open · In progress",
        "Q-2026-9001 rev. 0 Full service Active Expired",
        "Q-2026-9002 rev. 0 Full service Draft —",
        "Marta Ruiz moved the stage from Propose to Negotiate",
    ]:
        assert words in shown
    html = response.content.decode()
    assert 'href="mailto:ana@example.com"' in html
    assert 'href="tel:+44207946"' in html
    assert html.count("stage-done") == 2


def test_an_imported_opportunity_with_nothing_known_has_a_page(client, salesperson):
    opportunity = OpportunityFactory(
        owner=salesperson, account=None, estimated_revenue=None, estimated_close_date=None, opened_on=day(0)
    )
    shown = text(page(client, salesperson, opportunity))
    assert "Estimated revenue —" in shown
    assert "No contact is known." in shown
    assert "Propose since today" in shown


def test_an_estimate_that_has_passed_is_marked_in_words(client, salesperson, opportunity):
    services.edit_opportunity(opportunity, by=salesperson, estimated_close_date=day(-1))
    assert "Overdue" in text(page(client, salesperson, opportunity))
    close(opportunity)
    assert "Overdue" not in text(page(client, salesperson, opportunity))


def test_what_is_offered_on_an_open_opportunity(
    client, opportunity, salesperson, colleague, manager, administrator, outsider
):
    everything = ["Edit", "Close as lost", "Close as won"]
    for user in (salesperson, manager, administrator):
        assert offered(page(client, user, opportunity)) == everything
    response = page(client, colleague, opportunity)
    assert offered(response) == []
    assert "Marta Ruiz owns this opportunity. Others need the permission to change or close" in text(response)
    assert "Add note" not in text(response)
    assert "New quote" not in text(response)
    assert page(client, outsider, opportunity).status_code == 403


def test_the_closing_buttons_open_the_dialog(client, salesperson, opportunity):
    html = " ".join(page(client, salesperson, opportunity).content.decode().split())
    for outcome in ("won", "lost"):
        url = f"/opportunities/{opportunity.pk}/close/?outcome={outcome}"
        button = re.search(f'<a [^>]*id="close-as-{outcome}"[^>]*>', html)[0]
        assert f'href="{url}" hx-get="{url}" hx-target="#dialog-content"' in button


def test_what_is_offered_on_a_closed_opportunity(client, monkeypatch, opportunity, salesperson, colleague, manager):
    # given an opportunity that a manager closed
    close(opportunity, by=manager)

    # then whoever closed it may undo that; the owner may hand it over; others are told what it needs
    assert offered(page(client, manager, opportunity)) == ["Hand over", "Correct closing", "Reopen", "Undo"]
    assert offered(page(client, salesperson, opportunity)) == ["Hand over"]
    response = page(client, colleague, opportunity)
    assert offered(response) == []
    assert "Reopening it needs the permission to reopen opportunities" in text(response)

    # when an hour has passed, then there is no undo any more
    monkeypatch.setattr("opportunities.models.closing.UNDO_TIME", timedelta(0))
    assert offered(page(client, manager, opportunity)) == ["Hand over", "Correct closing", "Reopen"]


def test_undo_sends_the_closing(client, salesperson, opportunity):
    # given a closing of one's own
    closing = close(opportunity)

    # when the small form is sent
    html = page(client, salesperson, opportunity).content.decode()
    assert f'<input type="hidden" name="closing" value="{closing.pk}">' in html
    response = client.post(f"/opportunities/{opportunity.pk}/undo/", {"closing": closing.pk})

    # then the opportunity is open again
    assert response.url == opportunity.get_absolute_url()
    opportunity.refresh_from_db()
    assert opportunity.is_open


def test_a_closed_opportunity_tells_its_closing(client, salesperson, opportunity):
    # given a win with a winner and a canceled draft
    QuoteFactory(opportunity=opportunity, number="Q-2026-9001", status="active", total=950)
    QuoteFactory(opportunity=opportunity, number="Q-2026-9002")
    close(
        opportunity,
        "won",
        actual_revenue=Decimal("950"),
        competitor=CompetitorFactory(name="Acme"),
        details="Signed for three sites.",
    )

    # then the page tells outcome, revenue against estimate, competitor, details, who, and each quote's fate
    response = page(client, salesperson, opportunity)
    shown = text(response)
    for words in [
        "Status Won",
        "Outcome Won Close date",
        "Actual revenue €950.00 Estimated revenue €1,000.00 5 % below the estimate",
        "Competitor Acme",
        "Signed for three sites. Recorded by Marta Ruiz",
        "Q-2026-9001 rev. 0 Active → Won",
        "Q-2026-9002 rev. 0 Draft → Canceled",
    ]:
        assert words in shown
    assert "New quote" not in shown
    assert 'aria-current="step"' in response.content.decode()


def test_revenue_without_an_estimate_is_compared_with_nothing(client, salesperson):
    opportunity = OpportunityFactory(owner=salesperson, estimated_revenue=None)
    close(opportunity, "won")
    shown = text(page(client, salesperson, opportunity))
    assert "Actual revenue €900.00 Estimated revenue —" in shown
    assert "the estimate" not in shown


def test_earlier_closings_say_who_took_them_back_when_and_why(client, salesperson, manager, opportunity):
    # given a loss that was reopened, and then a win that was corrected
    QuoteFactory(opportunity=opportunity, number="Q-2026-9001", status="active")
    reopen_opportunity(close(opportunity, "lost"), by=manager, reason="They called back.")
    won = close(opportunity, "won", actual_revenue=Decimal("900"))
    correct_closing(
        won, status_reason=reason("Won"), closed_on=won.closed_on, actual_revenue=Decimal("901"), by=manager
    )

    # then the page has the current closing, with the quotes of the one that it corrects, and both earlier ones
    response = page(client, salesperson, opportunity)
    closings = [response.context["closing"], *response.context["earlier_closings"]]
    told = [(s.closing.outcome, s.closing.actual_revenue, [q.to_status for q in s.quotes]) for s in closings]
    assert told == [
        ("won", Decimal("901"), ["won"]),
        ("won", Decimal("900"), ["won"]),
        ("lost", None, ["lost"]),
    ]
    shown = text(response)
    assert "Outcome Lost · Price" in shown
    assert "Active → Lost came back" in shown
    assert re.search(r"Inès Moreau took it back on [^.]+\. They called back\.", shown)


def notes(response) -> list[str]:
    return re.findall(r"<blockquote>Note (\d+)", response.content.decode())


def test_the_timeline_goes_back_fifty_events_at_a_time(client, salesperson, opportunity):
    # given 120 notes, all written in the same instant
    now = timezone.now()
    TimelineEvent.objects.bulk_create(
        TimelineEvent(opportunity=opportunity, kind="note", at=now, by=salesperson, text=f"Note {number}")
        for number in range(120)
    )

    # when the links to older events are followed to the end
    pages, response = [], page(client, salesperson, opportunity)
    while link := re.search(r'href="([^"]+\?before=\d+)#timeline"\s*>Older<', response.content.decode()):
        pages.append(notes(response))
        response = client.get(link[1])
    pages.append(notes(response))

    # then every note was there once, latest first, and the way back is
    assert [len(shown) for shown in pages] == [50, 50, 20]
    assert [int(number) for shown in pages for number in shown] == list(range(119, -1, -1))
    assert re.search(rf'href="{opportunity.get_absolute_url()}#timeline"\s*>Latest<', response.content.decode())


@pytest.mark.parametrize("before", ["", "0", "x", "-1", "\x00", "9" * 19, "9" * 5000, "1 OR 1=1"])
def test_a_senseless_place_in_the_timeline_is_its_beginning(client, salesperson, opportunity, before):
    services.add_note(opportunity, by=salesperson, text="Note 1")
    assert notes(page(client, salesperson, opportunity, before=before)) == ["1"]


def test_the_event_of_another_opportunity_is_no_place_in_the_timeline(client, salesperson, opportunity):
    services.add_note(opportunity, by=salesperson, text="Note 1")
    another = services.add_note(OpportunityFactory(), by=salesperson, text="Note 2")
    assert notes(page(client, salesperson, opportunity, before=another.pk)) == ["1"]


def test_a_quote_number_in_the_timeline_stays_on_one_line_and_names_are_escaped(client, salesperson, opportunity):
    TimelineEvent.objects.create(
        opportunity=opportunity, kind="quote_activated", data={"number": "Q-2026-0114", "revision": 2}
    )
    TimelineEvent.objects.create(opportunity=opportunity, kind="edited", data={"owner_to": "<b>Q-2026-0115"})
    html = page(client, salesperson, opportunity).content.decode()
    assert 'activated <span class="text-nowrap">Q-2026-0114</span> rev. 2' in html
    assert 'over to &lt;b&gt;<span class="text-nowrap">Q-2026-0115</span>' in html


def test_the_crumb_leads_to_the_account(client, salesperson, opportunity):
    html = " ".join(page(client, salesperson, opportunity).content.decode().split())
    assert f'› <a href="/accounts/{opportunity.account_id}/">Northwind Traders</a>' in html


def test_what_people_wrote_is_escaped(client, salesperson):
    opportunity = OpportunityFactory(owner=salesperson, topic="<script>alert(1)</script>")
    services.add_note(opportunity, by=salesperson, text="<img src=x>")
    html = page(client, salesperson, opportunity).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html


@pytest.mark.parametrize("pk", ["0", "99", "9" * 19, "9" * 40, "9" * 5000, "-1", "x", "1%00"])
@pytest.mark.parametrize("page", ["", "edit/", "delete/", "notes/"])
def test_an_opportunity_that_does_not_exist_is_not_found(client, salesperson, pk, page):
    client.force_login(salesperson)
    address = f"/opportunities/{pk}/{page}"
    response = client.post(address) if page == "notes/" else client.get(address)
    assert response.status_code == 404


@pytest.mark.parametrize(("is_closed", "statements"), [(False, 8), (True, 9)])
def test_the_page_takes_as_many_statements_for_few_rows_as_for_many(
    client, salesperson, manager, opportunity, django_assert_num_queries, is_closed, statements
):
    # given an opportunity with a quote
    client.force_login(salesperson)
    QuoteFactory(opportunity=opportunity, status="active")
    if is_closed:
        close(opportunity)

    # then: session, user, permissions, opportunity, stages, quotes, timeline, closings, their quotes if any
    with django_assert_num_queries(statements):
        client.get(opportunity.get_absolute_url())

    # when there are many quotes, notes and closings, then the same
    for _number in range(3):
        if is_closed:
            reopen_opportunity(opportunity.closings.first(), by=manager)
        for _quote in range(20):
            QuoteFactory(opportunity=opportunity, status="active")
            services.add_note(opportunity, by=salesperson, text="Note")
        if is_closed:
            close(opportunity)
    with django_assert_num_queries(statements):
        client.get(opportunity.get_absolute_url())

    # and one more for a place in the timeline
    latest = opportunity.timeline.first()
    with django_assert_num_queries(statements + 1):
        client.get(opportunity.get_absolute_url(), {"before": latest.pk})
