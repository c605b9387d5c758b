"""The timeline: what its sentences say, in the reader's language, and what of it is shown."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from opportunities.closing import reopen_opportunity
from opportunities.models import Stage, TimelineEvent
from opportunities.record import services
from opportunities.tests.factories import (
    AccountFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    QuoteFactory,
    close,
    reason,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(salesperson):
    return OpportunityFactory(
        topic="Plant 2027",
        owner=salesperson,
        account=AccountFactory(name="Northwind Traders"),
        estimated_close_date=date(2030, 1, 31),
    )


def edited(opportunity, by, **facts) -> TimelineEvent:
    services.edit_opportunity(opportunity, by=by, **facts)
    return opportunity.timeline.first()


def told(opportunity) -> list[str]:
    """The sentences of the whole timeline, the latest first."""
    return [event.sentence for event in opportunity.timeline.with_stage_times().select_related("opportunity")]


def test_an_edit_keeps_every_changed_field_with_both_values_in_no_language(salesperson, opportunity):
    event = edited(
        opportunity,
        salesperson,
        topic="Plant 2028",
        estimated_revenue=Decimal("1500.50"),
        estimated_close_date=date(2030, 2, 28),
        status_reason=reason("On hold"),
        product=ProductFactory(name="Pumps"),
        account=AccountFactory(name="Acme"),
        contact=None,
    )
    assert opportunity.timeline.count() == 1
    assert event.data == {
        "changes": [
            ["topic", "Plant 2027", "Plant 2028"],
            [
                "estimated_revenue",
                {"amount": "1000.000", "currency": "EUR"},
                {"amount": "1500.50", "currency": "EUR"},
            ],
            ["estimated_close_date", {"date": "2030-01-31"}, {"date": "2030-02-28"}],
            ["status_reason", {"name": "In progress"}, {"name": "On hold"}],
            ["product", None, "Pumps"],
            ["account", "Northwind Traders", "Acme"],
        ]
    }


def test_each_reader_is_told_of_an_edit_in_their_language(salesperson, opportunity):
    event = edited(
        opportunity,
        salesperson,
        topic="Plant 2028",
        estimated_revenue=None,
        estimated_close_date=date(2030, 2, 28),
        status_reason=reason("On hold"),
        contact=ContactFactory(account=opportunity.account, name="Ana"),
        account=opportunity.account,
    )
    assert event.sentence == "edited the opportunity"
    assert event.changes == [
        "Topic: Plant 2027 → Plant 2028",
        "Estimated revenue: €1,000.00 → —",
        "Estimated close date: 31 Jan 2030 → 28 Feb 2030",
        "Status reason: In progress → On hold",
        "Contact: — → Ana",
    ]
    with translation.override("fr"):
        assert event.changes[1].endswith("1\u202f000,00\xa0€ → —")
        assert event.changes[2].endswith("31 janv. 2030 → 28 févr. 2030")
        assert event.changes[3].endswith("En cours → En attente")


def test_an_amount_is_told_in_the_currency_that_it_was_in(salesperson, opportunity):
    event = edited(opportunity, salesperson, currency="JPY", estimated_revenue=Decimal("160000"))
    assert event.changes == ["Currency: EUR → JPY", "Estimated revenue: €1,000.00 → JP¥160,000"]


def test_of_a_new_owner_and_a_new_stage_both_values_are_told_whatever_else_changed(salesperson, colleague, opportunity):
    commit = Stage.objects.get(name="Commit")
    event = edited(opportunity, salesperson, stage=commit, owner=colleague, topic="Plant 2028")
    assert event.sentence == "moved the stage from Propose to Commit"
    assert event.changes == ["Topic: Plant 2027 → Plant 2028", "Owner: Marta Ruiz → Jonas Weber"]

    event = edited(opportunity, colleague, owner=salesperson)
    assert event.sentence == "handed the opportunity over from Jonas Weber to Marta Ruiz"
    assert event.changes == []


def test_a_stage_move_says_how_long_the_stage_before_lasted(salesperson, opportunity):
    # given moves 20, 8 and 8 days ago of what was opened 30 days ago, and a note between them
    for name, days in [("Negotiate", 20), ("Qualify", 8), ("Commit", 8)]:
        event = edited(opportunity, salesperson, stage=Stage.objects.get(name=name))
        TimelineEvent.objects.filter(pk=event.pk).update(at=timezone.now() - timedelta(days=days))
        services.add_note(opportunity, by=salesperson, text="Note")
    assert [sentence for sentence in told(opportunity) if "stage" in sentence] == [
        "moved the stage from Qualify to Commit after less than a day",
        "moved the stage from Negotiate to Qualify after 12 days",
        "moved the stage from Propose to Negotiate after 10 days",
    ]


def test_a_stage_that_lasted_a_day_is_told_in_the_singular(salesperson, opportunity):
    event = edited(opportunity, salesperson, stage=Stage.objects.get(name="Commit"))
    TimelineEvent.objects.filter(pk=event.pk).update(at=timezone.now() - timedelta(days=29))
    assert told(opportunity) == ["moved the stage from Propose to Commit after 1 day"]


def test_events_from_before_both_values_were_kept_have_their_sentences(opportunity):
    for data in [{}, {"owner_to": "Eva"}, {"stage_from": "Propose", "stage_to": "Commit", "owner_to": "Eva"}]:
        TimelineEvent.objects.create(opportunity=opportunity, kind="edited", data=data)
    assert [(event.sentence, event.changes) for event in opportunity.timeline.order_by("pk")] == [
        ("edited the opportunity", []),
        ("handed the opportunity over to Eva", []),
        ("moved the stage from Propose to Commit", []),
    ]


@pytest.fixture
def eventful(client, salesperson, manager, opportunity):
    """An opportunity with events of every kind, which its owner looks at."""
    services.add_note(opportunity, by=salesperson, text="They called.")
    edited(opportunity, salesperson, topic="Plant 2028")
    edited(opportunity, salesperson, stage=Stage.objects.get(name="Commit"))
    for kind in ["quote_created", "quote_activated"]:
        TimelineEvent.objects.create(
            opportunity=opportunity, kind=kind, by=salesperson, data={"number": "Q-1", "revision": 0}
        )
    QuoteFactory(opportunity=opportunity)
    reopen_opportunity(close(opportunity), by=manager)
    client.force_login(salesperson)
    return opportunity


@pytest.mark.parametrize(
    ("show", "kinds"),
    [
        ("notes", ["note"]),
        ("stages", ["edited"]),
        ("quotes", ["quote_activated", "quote_created"]),
        ("closings", ["reopened", "closed"]),
        ("changes", ["edited", "edited"]),
        ("all", ["reopened", "closed", "quote_activated", "quote_created", "edited", "edited", "note"]),
        ("senseless", ["reopened", "closed", "quote_activated", "quote_created", "edited", "edited", "note"]),
    ],
)
def test_the_timeline_shows_what_its_address_asks_for(client, eventful, show, kinds):
    timeline = client.get(eventful.get_absolute_url(), {"timeline": show}).context["timeline"]
    assert [event.kind for event in timeline.events] == kinds


def test_each_filter_is_a_link_and_the_chosen_one_is_marked(client, eventful):
    html = client.get(eventful.get_absolute_url(), {"timeline": "notes"}).content.decode()
    address = eventful.get_absolute_url()
    links = re.findall(r'id="timeline-\w+" hx-get="([^"]+)" href="([^"]+)"\s*(aria-current="true")?\s*>', html)
    assert [(href, bool(current)) for _get, href, current in links] == [
        (f"{address}#timeline", False),
        (f"{address}?timeline=notes#timeline", True),
        (f"{address}?timeline=stages#timeline", False),
        (f"{address}?timeline=quotes#timeline", False),
        (f"{address}?timeline=closings#timeline", False),
        (f"{address}?timeline=changes#timeline", False),
    ]
    assert all(f"{get}#timeline" == href for get, href, _current in links)


def test_a_kind_of_which_nothing_happened_says_so(client, salesperson, opportunity):
    client.force_login(salesperson)
    html = client.get(opportunity.get_absolute_url(), {"timeline": "quotes"}).content.decode()
    assert "Nothing of this kind happened yet." in html


def test_one_kind_is_paged_by_itself(client, salesperson, opportunity):
    # given 60 notes, each followed by an edit
    client.force_login(salesperson)
    TimelineEvent.objects.bulk_create(
        TimelineEvent(opportunity=opportunity, kind=kind, by=salesperson, text=f"{kind} {number}")
        for number in range(60)
        for kind in ("note", "edited")
    )

    # when the link to the older notes is followed
    first = client.get(opportunity.get_absolute_url(), {"timeline": "notes"})
    [link] = re.findall(r'rel="next" hx-get="([^"]+)"', first.content.decode())
    second = client.get(link.replace("&amp;", "&"))

    # then every note was there once, and nothing else
    events = [*first.context["timeline"].events, *second.context["timeline"].events]
    assert [event.text for event in events] == [f"note {number}" for number in reversed(range(60))]
    assert f'href="{opportunity.get_absolute_url()}?timeline=notes#timeline"' in second.content.decode()
