"""My day: what each section holds and why, whose it is, what it links to, and how many statements it takes."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from opportunities.closing import correct_closing, reopen_opportunity, undo_close
from opportunities.formats import format_date
from opportunities.models import Opportunity, Preferences, Stage, State, TimelineEvent
from opportunities.pipeline import day as my_day
from opportunities.record.services import add_note, edit_opportunity
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.plans import keep_only, plans_of, prefer_indexes

pytestmark = pytest.mark.django_db

URL = "/"


@pytest.fixture
def shown(client, salesperson):
    """The sections of the page that Marta sees."""
    client.force_login(salesperson)
    return lambda: client.get(URL).context["sections"]


@pytest.fixture
def mine(salesperson):
    """Makes an open opportunity of Marta's, of which something happened today."""

    def mine(topic="Deal", **facts):
        opportunity = OpportunityFactory(topic=topic, owner=salesperson, **facts)
        TimelineEvent.objects.tell([TimelineEvent(opportunity=opportunity, kind="created", by=salesperson)])
        return opportunity

    return mine


def rows(section) -> list[tuple]:
    return [(row.opportunity.topic, row.why) for row in section.rows]


def text(response) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def last_active(opportunity, days_ago: int, **facts) -> None:
    """Something happened to `opportunity` at noon of that day, and nothing since."""
    opportunity.timeline.all().delete()
    happen(opportunity, days_ago, **facts)


def happen(opportunity, days_ago: int, kind: str = "note", **facts) -> None:
    noon = timezone.make_aware(datetime.combine(day(-days_ago), datetime.min.time().replace(hour=12)))
    event = TimelineEvent(opportunity=opportunity, kind=kind, by=opportunity.owner, at=noon, **facts)
    TimelineEvent.objects.tell([event])


# What is in which section


def test_overdue_is_what_should_have_been_closed_before_today_the_oldest_first(shown, mine):
    for days in (1, 0, -1, -3):
        mine(f"{days}", estimated_close_date=day(days))
    mine("Unknown", estimated_close_date=None)
    close(mine("Lost", estimated_close_date=day(-3)))
    assert rows(shown()["overdue"]) == [("-3", "3 days overdue"), ("-1", "1 day overdue")]


def test_closing_this_week_is_what_should_be_closed_from_today_to_the_seventh_day(shown, mine):
    for days in (-1, 0, 1, 7, 8):
        mine(f"{days}", estimated_close_date=day(days))
    assert rows(shown()["closing"]) == [("0", "today"), ("1", "tomorrow"), ("7", "in 7 days")]


def test_next_steps_are_due_on_their_day_and_stay_until_they_are_done(shown, mine):
    for days in (1, 0, -2):
        mine(f"{days}", next_step=f"Call {days}", next_step_on=day(days))
    mine("Some day", next_step="Call")
    close(mine("Lost", next_step="Call", next_step_on=day(0)))
    section = shown()["steps"]
    assert rows(section) == [("-2", "Call -2"), ("0", "Call 0")]
    assert [(row.about, row.is_late) for row in section.rows] == [("2 days ago", True), ("today", False)]


def test_open_quotes_that_expire_within_seven_days_or_have_expired_are_listed(shown, mine):
    deal = mine()
    for days in (-2, -1, 0, 1, 7, 8):
        QuoteFactory(opportunity=deal, status="active", name=f"{days}", valid_until=day(days))
    QuoteFactory(opportunity=deal, name="Draft", valid_until=day(2))
    QuoteFactory(opportunity=deal, status="active", name="Always")
    close(QuoteFactory(status="active", opportunity=mine("Lost"), valid_until=day(-1)).opportunity)
    section = shown()["quotes"]
    assert [(row.quote.name, row.why, row.is_late) for row in section.rows] == [
        ("-2", "expired 2 days ago", True),
        ("-1", "expired 1 day ago", True),
        ("0", "expires today", False),
        ("1", "expires in 1 day", False),
        ("Draft", "expires in 2 days", False),
        ("7", "expires in 7 days", False),
    ]


def test_idle_is_what_saw_no_activity_for_as_many_days_as_its_stage_says(shown, mine):
    # given two stages with a limit, and one without
    for name, days in [("Propose", 10), ("Commit", 3), ("Qualify", 0)]:
        Stage.objects.filter(name=name).update(idle_days=days)
    stages = {stage.name: stage for stage in Stage.objects.all()}
    for name, days in [("Propose", 9), ("Propose", 10), ("Commit", 2), ("Commit", 3), ("Qualify", 300)]:
        last_active(mine(f"{name} {days}", stage=stages[name]), days)
    close(mine("Lost"))

    # then
    section = shown()["idle"]
    assert rows(section) == [("Propose 10", "no activity for 10 days"), ("Commit 3", "no activity for 3 days")]
    assert section.rows[0].about == f"last on {format_date(day(-10))}"

    # and where no stage has a limit, nothing is idle
    Stage.objects.update(idle_days=0)
    assert rows(shown()["idle"]) == []


@pytest.mark.parametrize(
    ("event", "is_activity"),
    [
        ({"kind": "note", "text": "Called"}, True),
        ({"kind": "edited", "data": {"stage_from": "Qualify", "stage_to": "Propose"}}, True),
        ({"kind": "quote_activated", "data": {"number": "Q-2026-0001", "revision": 0}}, True),
        ({"kind": "reopened"}, True),
        ({"kind": "imported"}, True),
        ({"kind": "edited"}, False),
        ({"kind": "edited", "data": {"owner_to": "Marta Ruiz"}}, False),
    ],
)
def test_notes_stage_moves_quotes_and_closings_are_activity_and_edits_of_text_are_not(shown, mine, event, is_activity):
    deal = mine()
    last_active(deal, 100)
    happen(deal, 0, **event)
    assert rows(shown()["idle"]) == ([] if is_activity else [("Deal", "no activity for 100 days")])


def test_what_the_user_does_ends_the_idleness(shown, mine, salesperson):
    silent, moved, renamed = mine("Silent"), mine("Moved"), mine("Renamed")
    for deal in (silent, moved, renamed):
        last_active(deal, 60)
    add_note(silent, by=salesperson, text="Called")
    edit_opportunity(moved, by=salesperson, stage=Stage.objects.get(name="Commit"))
    edit_opportunity(renamed, by=salesperson, topic="Renamed again")
    assert rows(shown()["idle"]) == [("Renamed again", "no activity for 60 days")]


def test_recently_closed_is_what_was_closed_in_the_last_seven_days_by_whomever(shown, mine, manager):
    for days in (0, 7, 8):
        close(mine(f"Lost {days}"), closed_on=day(-days))
    close(mine("Won"), "won", closed_on=day(-1), by=manager)
    reopen_opportunity(close(mine("Reopened")), by=manager)
    assert rows(shown()["closed"]) == [("Lost 0", "Price"), ("Won", "Won"), ("Lost 7", "Price")]


def test_what_others_did_is_told_the_latest_first(shown, mine, salesperson, colleague, manager):
    # given what Inès and Jonas did to Marta's opportunities
    deal, handed_over = mine("Deal"), OpportunityFactory(topic="Handed over", owner=colleague)
    closing = close(deal, by=manager)
    closing = correct_closing(closing, status_reason=reason("Canceled"), closed_on=day(0), by=manager)
    reopen_opportunity(closing, by=manager, reason="They called.")
    undo_close(close(deal, by=colleague), by=colleague)
    add_note(deal, by=colleague, text="Hello")
    edit_opportunity(deal, by=manager, topic="Big deal")
    edit_opportunity(handed_over, by=colleague, owner=salesperson)

    # and what is no news to her: her own deeds, an import's, those of other people's opportunities, and old ones
    add_note(deal, by=salesperson, text="Mine")
    TimelineEvent.objects.create(opportunity=deal, kind="imported")
    add_note(OpportunityFactory(owner=colleague), by=manager, text="Not hers")
    fortnight = my_day.NEWS + timedelta(minutes=1)
    TimelineEvent.objects.create(opportunity=deal, kind="note", by=manager, at=timezone.now() - fortnight)

    # then
    told = [(event.by.username, event.kind, event.opportunity.topic) for event in shown()["news"].rows]
    assert told == [
        ("jonas", "edited", "Handed over"),
        ("ines", "edited", "Big deal"),
        ("jonas", "note", "Big deal"),
        ("jonas", "undone", "Big deal"),
        ("jonas", "closed", "Big deal"),
        ("ines", "reopened", "Big deal"),
        ("ines", "corrected", "Big deal"),
        ("ines", "closed", "Big deal"),
    ]


@pytest.mark.parametrize("role", ["colleague", "manager", "administrator"])
def test_everybody_sees_their_own_day_only(request, client, mine, role):
    mine(estimated_close_date=day(-1), next_step="Call", next_step_on=day(0))
    QuoteFactory(opportunity=mine(), status="active", valid_until=day(0))
    client.force_login(request.getfixturevalue(role))
    assert [section.count for section in client.get(URL).context["sections"].values()] == [0] * 7


def test_today_is_that_of_the_users_time_zone(client, mine, salesperson):
    # given a deal that is to be closed on this day in UTC
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):  # 25 hours apart: it is never the same day in both
        Preferences.objects.update_or_create(user=salesperson, defaults={"time_zone": zone})
        with timezone.override(zone):
            today = timezone.localdate()
        deal = mine(zone, estimated_close_date=today)
        client.force_login(salesperson)
        assert (zone, "today") in rows(client.get(URL).context["sections"]["closing"])
        deal.delete()


# The page


def test_home_is_my_day_and_the_navigation_says_so(client, salesperson):
    client.force_login(salesperson)
    page = client.get(URL).content.decode()
    assert reverse("opportunities:day") == URL
    assert re.search(r'<a href="/"[^>]* aria-current="page">My day</a>', page)


def test_an_empty_day_is_kind_and_leads_on(client, salesperson):
    client.force_login(salesperson)
    page = text(client.get(URL))
    assert "Nothing waits for you. A good day to open something new." in page
    assert "No next step is due. One that you set on an opportunity is here on its day." in page
    assert "New opportunity" in page


def test_each_row_leads_to_its_opportunity_and_closes_it_in_the_dialog(client, mine, salesperson):
    deal = mine("Big deal", estimated_close_date=day(-3), estimated_revenue=Decimal(1500))
    client.force_login(salesperson)
    page = client.get(URL)
    html = page.content.decode()
    assert f'href="{deal.get_absolute_url()}"' in html
    for outcome in ("won", "lost"):
        assert f'hx-get="/opportunities/{deal.pk}/close/?outcome={outcome}"' in html
        assert f'aria-label="Close as {outcome}: Big deal"' in html
    assert f"Big deal {deal.account} · Propose 3 days overdue {format_date(day(-3))} €1,500.00" in text(page)


def test_who_may_not_close_is_offered_no_closing_and_who_may_not_view_no_page(client, outsider):
    OpportunityFactory(owner=outsider, estimated_close_date=day(-3))
    client.force_login(outsider)
    assert client.get(URL).status_code == 403
    outsider.user_permissions.add(Permission.objects.get(codename="view_opportunity"))
    page = client.get(URL).content.decode()
    assert "3 days overdue" in page
    assert "/close/" not in page
    assert "New opportunity" not in page


def test_a_closing_from_here_comes_back_here(client, mine, salesperson):
    deal = mine(estimated_close_date=day(-3))
    client.force_login(salesperson)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
    dialog = client.get(f"/opportunities/{deal.pk}/close/?outcome=lost", headers=headers)
    assert '<input type="hidden" name="next" value="/">' in dialog.content.decode()


def test_of_many_rows_ten_are_shown_with_their_number_and_the_whole_list(client, mine, salesperson, monkeypatch):
    for _number in range(12):
        mine(estimated_close_date=day(-1), next_step="Call", next_step_on=day(0))
    client.force_login(salesperson)
    page = client.get(URL)
    overdue, steps = page.context["sections"]["overdue"], page.context["sections"]["steps"]
    assert (len(overdue.rows), overdue.count, overdue.shown_count) == (10, 12, "12")
    assert (len(steps.rows), steps.count) == (10, 12)
    assert f'href="{overdue.more.replace("&", "&amp;")}"' in page.content.decode()
    assert client.get(overdue.more).status_code == 200

    monkeypatch.setattr(my_day, "COUNTED", 11)
    assert client.get(URL).context["sections"]["overdue"].shown_count == "11+"


def test_every_link_to_a_whole_list_opens(client, salesperson, shown):
    links = [section.more for section in shown().values() if section.more]
    assert len(links) == 6
    assert {client.get(link).status_code for link in links} == {200}


def test_the_whole_list_of_what_is_idle_or_due_is_that_of_the_section_in_its_order(client, mine, shown, colleague):
    for days in (60, 3, 90):
        last_active(mine(f"{days}", next_step="Call", next_step_on=day(-days)), days)
    mine(next_step="Call", next_step_on=day(1))
    last_active(OpportunityFactory(owner=colleague, next_step_on=day(0)), 60)
    sections = shown()
    assert [row.opportunity.topic for row in sections["idle"].rows] == ["90", "60"]
    assert [row.topic for row in client.get(sections["idle"].more).context["page"].rows] == ["90", "60"]
    assert {row.topic for row in client.get(sections["steps"].more).context["page"].rows} == {"60", "3", "90"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_full_day_is_written_in_each_language(client, mine, salesperson, colleague, language):
    fill(mine, colleague, 1)
    Preferences.objects.create(user=salesperson, language=language)
    client.force_login(salesperson)
    assert client.get(URL).status_code == 200


def fill(mine, colleague, count: int) -> None:
    """Puts `count` rows into every section."""
    for number in range(count):
        deal = mine(f"Deal {number}", estimated_close_date=day(-1), next_step="Call", next_step_on=day(0))
        last_active(deal, 60)
        add_note(mine(estimated_close_date=day(1)), by=colleague, text="Hello")
        QuoteFactory(opportunity=deal, status="active", valid_until=day(1))
        close(mine(f"Lost {number}"))


@pytest.mark.parametrize(("count", "expected"), [(0, 13), (1, 22), (10, 22), (25, 22)])
def test_the_page_takes_the_same_statements_however_much_there_is(
    client, mine, salesperson, colleague, count, expected
):
    """Session, user, permissions, the stages, and one to five of each section."""
    fill(mine, colleague, count)
    client.force_login(salesperson)
    with CaptureQueriesContext(connection) as queries:
        sections = client.get(URL).context["sections"]
    assert [section.count for section in sections.values()] == [count] * 7
    assert len(queries) == expected


def test_no_section_scans_a_big_table(mine, salesperson, colleague):
    """However many deals, quotes and events others have: on PostgreSQL it would scan these few rows if it might."""
    fill(mine, colleague, 1)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for plan in plans_of(lambda: my_day.sections_of(salesperson)):
        assert not re.search(r"(SCAN|Seq Scan on) opportunities_(opportunity|quote|timelineevent)", plan), plan
        assert "quote_by_" not in plan  # everybody's, by their validity


def test_due_steps_are_read_from_an_index_of_open_ones(salesperson):
    prefer_indexes("seqscan", "bitmapscan", "sort")
    keep_only("opportunity_mine_by_step")
    my_open = Opportunity.objects.filter(owner=salesperson, state=State.OPEN)
    plan, *_shown = plans_of(lambda: my_day.next_steps(my_open, timezone.localdate()))
    assert re.search("COVERING INDEX opportunity_mine_by_step|Index Only Scan using opportunity_mine_by_step", plan), (
        plan
    )
