"""What changed since a day: each deal as it was then and as it is now, and the sums of each kind by currency."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from opportunities.closing.facts import Closing
from opportunities.closing.services import record_closings, reopen_opportunity, undo_close
from opportunities.insights import changes, forecast_views
from opportunities.insights.changes import KINDS, TooManyEvents, changes_since
from opportunities.models import OpportunityClose, Stage, TimelineEvent
from opportunities.record.services import create_opportunity, edit_opportunity, move_to_stage
from opportunities.tests.factories import AccountFactory, OpportunityFactory, close, day, reason

pytestmark = pytest.mark.django_db

URL = "/insights/forecast/changes/"
LONG_AGO = timedelta(days=20)


@pytest.fixture
def deal(salesperson):
    """An open one of Marta's that has been there for long: 1,000 euros, in Propose."""
    return OpportunityFactory(topic="Mill", owner=salesperson, estimated_close_date=day(30))


def found() -> list[tuple]:
    """What changed in the last week: kind, topic by id, before, after and amount."""
    return [
        (change.kind, change.deal.pk, change.before, change.after, change.amount)
        for change in changes_since(day(-7), TimelineEvent.objects.all())[1]
    ]


def make_old(*kinds: str) -> None:
    """What was told so far, or what of it has one of `kinds`, happened long ago."""
    events = TimelineEvent.objects.filter(kind__in=kinds) if kinds else TimelineEvent.objects.all()
    events.update(at=timezone.now() - LONG_AGO)


def euros(amount) -> dict:
    return {"amount": str(Decimal(amount)), "currency": "EUR"}


def closed_long_ago(deal, outcome: str) -> OpportunityClose:
    """Closes `deal` before the week began."""
    is_won = outcome == "won"
    facts = {"actual_revenue": Decimal(900) if is_won else None, "at": timezone.now() - LONG_AGO}
    closing = Closing(deal, outcome, reason("Won" if is_won else "Price"), day(-20), **facts)
    return record_closings([closing], by=deal.owner)[0]


def test_a_new_deal_is_new_with_what_it_is_worth_now_and_nothing_else(salesperson, deal):
    facts = {"estimated_revenue": Decimal(500), "estimated_close_date": day(9), "stage": deal.stage}
    facts |= {"status_reason": deal.status_reason, "topic": "New", "owner": salesperson, "currency": "EUR"}
    new = create_opportunity(by=salesperson, account=AccountFactory(), **facts)
    commit = Stage.objects.get(name="Commit")
    edit_opportunity(new, by=salesperson, estimated_revenue=Decimal(700), stage=commit, estimated_close_date=day(3))
    assert found() == [("new", new.pk, None, {"name": "Commit"}, Decimal(700))]


def test_a_deal_that_grew_and_shrank_counts_by_its_net_change(salesperson, deal):
    for revenue in [Decimal(4_000), Decimal("1500.5")]:
        edit_opportunity(deal, by=salesperson, estimated_revenue=revenue)
    assert found() == [("grown", deal.pk, euros("1000.000"), euros("1500.500"), Decimal("500.5"))]
    edit_opportunity(deal, by=salesperson, estimated_revenue=Decimal(400))
    [(kind, _pk, _before, _after, amount)] = found()
    assert (kind, amount) == ("shrunk", Decimal(-600))
    edit_opportunity(deal, by=salesperson, estimated_revenue=Decimal(1_000))
    assert found() == []


def test_what_changed_before_that_day_does_not_count(salesperson, deal):
    edit_opportunity(deal, by=salesperson, estimated_revenue=Decimal(4_000))
    make_old()
    assert found() == []
    edit_opportunity(deal, by=salesperson, estimated_revenue=Decimal(4_100))
    assert [(kind, amount) for kind, _pk, _before, _after, amount in found()] == [("grown", Decimal(100))]


def test_an_estimate_that_was_not_known_grows_by_all_of_it(salesperson):
    deal = OpportunityFactory(owner=salesperson, estimated_revenue=None)
    edit_opportunity(deal, by=salesperson, estimated_revenue=Decimal(250))
    assert [(kind, before, amount) for kind, _pk, before, _after, amount in found()] == [("grown", None, Decimal(250))]


def test_an_amount_in_another_currency_is_not_compared(salesperson, deal):
    edit_opportunity(deal, by=salesperson, estimated_revenue=Decimal(900_000), currency="JPY")
    assert found() == []


def test_a_deal_moved_from_the_stage_it_had_to_the_one_it_has(salesperson, deal):
    propose, negotiate, commit = (Stage.objects.get(name=name) for name in ["Propose", "Negotiate", "Commit"])
    move_to_stage(deal, by=salesperson, stage=negotiate, shown_in=propose)
    move_to_stage(deal, by=salesperson, stage=commit, shown_in=negotiate)
    assert found() == [("moved", deal.pk, {"name": "Propose"}, {"name": "Commit"}, Decimal(1_000))]
    move_to_stage(deal, by=salesperson, stage=propose, shown_in=commit)
    assert found() == []


def test_a_date_that_moved_and_one_that_came_back(salesperson, deal):
    edit_opportunity(deal, by=salesperson, estimated_close_date=day(60))
    before, after = {"date": day(30).isoformat()}, {"date": day(60).isoformat()}
    assert found() == [("postponed", deal.pk, before, after, Decimal(1_000))]
    edit_opportunity(deal, by=salesperson, estimated_close_date=None)
    assert found() == [("postponed", deal.pk, before, None, Decimal(1_000))]
    edit_opportunity(deal, by=salesperson, estimated_close_date=day(30))
    assert found() == []


def test_a_won_deal_counts_by_its_actual_revenue_and_a_lost_one_by_its_estimate(salesperson, deal):
    other = OpportunityFactory(owner=salesperson, estimated_revenue=70)
    close(deal, "won", actual_revenue=Decimal("950.5"))
    close(other, "lost")
    assert found() == [
        ("won", deal.pk, "open", "won", Decimal("950.5")),
        ("lost", other.pk, "open", "lost", Decimal(70)),
    ]


def test_what_was_closed_and_is_open_again_did_not_change(salesperson, deal):
    undo_close(close(deal, "won"), by=salesperson)
    assert found() == []


def test_what_was_closed_then_and_is_open_now_was_reopened(salesperson, manager, deal):
    reopen_opportunity(closed_long_ago(deal, "won"), by=manager)
    assert found() == [("reopened", deal.pk, "won", "open", Decimal(1_000))]
    close(deal, "won", by=manager)
    assert found() == []


def test_what_was_lost_then_and_is_won_now_was_won(manager, deal):
    reopen_opportunity(closed_long_ago(deal, "lost"), by=manager)
    close(deal, "won", by=manager, actual_revenue=Decimal(5))
    assert found() == [("won", deal.pk, "lost", "won", Decimal(5))]


@pytest.fixture
def week(salesperson, colleague, deal):
    """Three deals lost, one of them in yen and one of Jonas's, and one that grew."""
    edit_opportunity(deal, by=salesperson, estimated_revenue=Decimal(3_000))
    close(OpportunityFactory(topic="Tower", owner=salesperson, estimated_revenue=Decimal("10.10")), "lost")
    close(OpportunityFactory(topic="Bridge", owner=colleague, estimated_revenue=20), "lost")
    close(OpportunityFactory(topic="Yacht", owner=salesperson, estimated_revenue=900, currency="JPY"), "lost")


def test_the_page_counts_and_adds_up_each_kind_by_currency(client, manager, week):
    client.force_login(manager)
    [euros, yen] = client.get(URL).context["tables"]
    assert [euros.title, yen.title] == ["Euro (EUR)", "Japanese yen (JPY)"]
    assert [row[0].text for row in euros.rows] == [str(label) for label in KINDS.values()]
    figures = [
        [(row[0].value, row[1].value, row[2].value) for row in table.rows if row[1].value] for table in (euros, yen)
    ]
    assert figures == [
        [("Estimated revenue grown", 1, Decimal(2_000)), ("Lost", 2, Decimal("30.10"))],
        [("Lost", 1, Decimal(900))],
    ]


def test_every_number_opens_the_deals_that_it_counts(client, manager, week):
    client.force_login(manager)
    for table in client.get(URL).context["tables"]:
        for _name, count, amount in table.rows:
            if count.value:
                deals = client.get(count.url).context["deals"]
                assert count.url == amount.url
                assert len(deals.table.rows) == deals.count == count.value
                assert sum(row[-1].value for row in deals.table.rows) == amount.value
            else:
                assert count.url == amount.url == ""


def test_the_deals_say_what_they_were_and_are(client, salesperson, week):
    client.force_login(salesperson)
    content = client.get(URL, {"kind": "grown", "currency": "EUR"}).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", content).split())
    assert "Mill" in text
    assert "€1,000.00 €3,000.00 €2,000.00" in text
    assert "Tower" not in text
    assert "Tower" in client.get(URL, {"kind": "lost", "currency": "EUR"}).content.decode()


def test_a_salesperson_sees_what_changed_of_their_own(client, salesperson, week):
    client.force_login(salesperson)
    [euros, _yen] = client.get(URL).context["tables"]
    assert [row[1].value for row in euros.rows] == [0, 0, 1, 0, 0, 0, 1, 0]
    assert "Bridge" not in client.get(URL, {"kind": "lost", "currency": "EUR"}).content.decode()


def test_since_today_is_since_its_beginning(client, salesperson, week):
    client.force_login(salesperson)
    make_old(TimelineEvent.Kind.EDITED)
    [euros, _yen] = client.get(URL, {"since": str(day(0))}).context["tables"]
    assert [row[1].value for row in euros.rows] == [0, 0, 0, 0, 0, 0, 1, 0]


def test_no_change_is_said_in_words(client, salesperson):
    client.force_login(salesperson)
    assert "Nothing changed." in client.get(URL).content.decode()


@pytest.mark.parametrize("address", [{"kind": "nonsense", "currency": "EUR"}, {"kind": "lost"}])
def test_another_kind_is_not_found(client, salesperson, address):
    client.force_login(salesperson)
    assert client.get(URL, address).status_code == 404


def imported(owner, closed_on):
    """What an import brought in as lost."""
    deal = OpportunityFactory(owner=owner, opened_on=day(-60))
    TimelineEvent.objects.tell([TimelineEvent(opportunity=deal, kind=TimelineEvent.Kind.IMPORTED)])
    record_closings([Closing(deal, "lost", reason("Price"), closed_on)], by=None)
    return deal


def test_what_was_closed_long_before_it_was_imported_did_not_change_since(salesperson):
    imported(salesperson, day(-8))
    recent = imported(salesperson, day(-7))
    assert [(kind, pk) for kind, pk, *_more in found()] == [("new", recent.pk), ("lost", recent.pk)]


@pytest.fixture
def two_days(salesperson, deal, monkeypatch):
    """Two things happened three days ago, two today, and no more than three are told."""
    monkeypatch.setattr(changes, "MOST", 3)
    for _number in range(2):
        close(OpportunityFactory(owner=salesperson), "lost")
    TimelineEvent.objects.update(at=timezone.now() - timedelta(days=3))
    for _number in range(2):
        close(OpportunityFactory(owner=salesperson), "lost")


def test_of_too_much_the_latest_whole_days_are_told(client, salesperson, two_days):
    since, told = changes_since(day(-7), TimelineEvent.objects.all())
    assert (since, [change.kind for change in told]) == (day(-2), ["lost", "lost"])
    client.force_login(salesperson)
    response = client.get(URL)
    text = " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
    assert [row[1].value for row in response.context["tables"][0].rows] == [0, 0, 0, 0, 0, 0, 2, 0]
    assert re.search(r"More than 20,000 things happened since .*\. This is what changed since ", text)
    deals = client.get(response.context["tables"][0].rows[6][1].url).context["deals"]
    assert deals.count == 2


def test_too_much_on_one_day_is_said_in_words(client, salesperson, two_days, monkeypatch):
    monkeypatch.setattr(changes, "MOST", 1)
    with pytest.raises(TooManyEvents):
        found()
    client.force_login(salesperson)
    response = client.get(URL)
    assert (response.status_code, response.context["tables"]) == (200, [])
    assert "things happened today: choose one owner" in response.content.decode()


def test_a_page_has_the_greatest_and_a_file_has_all(client, salesperson, week, monkeypatch):
    monkeypatch.setattr(forecast_views, "SHOWN", 1)
    close(OpportunityFactory(topic="Mast", owner=salesperson, estimated_revenue=5_000), "lost")
    client.force_login(salesperson)
    address = {"kind": "lost", "currency": "EUR"}
    response = client.get(URL, address)
    assert [row[0].text for row in response.context["deals"].table.rows] == ["Mast"]
    assert "The 1 with the greatest amounts, of 2" in response.content.decode()
    file = client.get(URL, address | {"table": "lost-EUR", "format": "csv"}).content.decode()
    assert [line.split(",")[0] for line in file.splitlines()[1:]] == ["Mast", "Tower"]


def test_statements_do_not_grow_with_what_changed(client, manager, salesperson, week, django_assert_num_queries):
    client.force_login(manager)
    for _round in range(2):
        for _number in range(3):
            close(OpportunityFactory(owner=salesperson), "lost")
        with django_assert_num_queries(6):
            client.get(URL)
        with django_assert_num_queries(7):
            client.get(URL, {"kind": "lost", "currency": "EUR"})
