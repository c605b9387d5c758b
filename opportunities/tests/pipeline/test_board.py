"""The board: its columns, what they come to, and moves that are made, late, forbidden or senseless."""

import json
import re
from decimal import Decimal

import pytest

from opportunities.models import Opportunity, Stage
from opportunities.pipeline import board
from opportunities.record import services
from opportunities.tests.factories import AccountFactory, OpportunityFactory, close, day
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

URL = "/opportunities/board/"
HTMX = {"HX-Request": "true"}


def text(html: str) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def topics(response) -> dict[str, list[str]]:
    """The topics of the cards of each column that has any."""
    columns = [column for _head, column in response.context["columns"]]
    return {column.stage.name: [card.opportunity.topic for card in column.cards] for column in columns if column.cards}


def heads(response) -> dict[str, str]:
    """What the head of each column says."""
    found = re.findall(r'<header id="head-.*?</header>', response.content.decode(), re.DOTALL)
    return {text(head).partition(" ")[0]: text(head).partition(" ")[2] for head in found}


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def move(client, opportunity, to, shown="Propose", **kwargs):
    """Drops the card of `opportunity` on a stage; a stage is its name, or what is sent in its place."""
    stages = {found.name: found.pk for found in Stage.objects.all()}
    data = {"stage": stages.get(to, to), "shown": stages.get(shown, shown), "owner": "all"}
    return client.post(f"/opportunities/{opportunity.pk}/stage/", data, **kwargs)


@pytest.fixture
def mine(client, salesperson):
    """An opportunity of Marta's in Propose; she is signed in."""
    client.force_login(salesperson)
    return OpportunityFactory(topic="Plant", owner=salesperson, account=AccountFactory(name="Northwind"))


# What it shows


def test_each_stage_is_a_column_of_open_opportunities_by_estimated_close_date(client, salesperson):
    # given open ones in two stages, one without a date, and a lost one
    for topic, days, name in [
        ("Later", 9, "Propose"),
        ("Unknown", None, "Propose"),
        ("Sooner", -3, "Propose"),
        ("Sure", 5, "Commit"),
    ]:
        date = None if days is None else day(days)
        OpportunityFactory(topic=topic, owner=salesperson, estimated_close_date=date, stage=stage(name))
    close(OpportunityFactory(topic="Lost", owner=salesperson))
    client.force_login(salesperson)

    # then the columns are in the order of the stages, the cards by date, and what is late says so
    response = client.get(URL)
    names = [head.stage.name for head, _column in response.context["columns"]]
    assert names == ["Qualify", "Propose", "Negotiate", "Commit"]
    assert topics(response) == {"Propose": ["Sooner", "Later", "Unknown"], "Commit": ["Sure"]}
    assert text(response.content.decode()).count("Overdue:") == 1


def test_a_head_counts_all_cards_and_adds_them_up_by_currency(client, salesperson):
    # given more than a page of cards in euros, one in dollars, and one whose estimate is not known
    for _number in range(30):
        OpportunityFactory(owner=salesperson, estimated_revenue=Decimal("100.10"))
    OpportunityFactory(owner=salesperson, estimated_revenue=50, currency="USD")
    OpportunityFactory(owner=salesperson, estimated_revenue=None)
    client.force_login(salesperson)

    # then nothing is added up across currencies, and the weighted sum is 40 percent
    assert heads(client.get(URL)) == {
        "Qualify": "0 opportunities",
        "Propose": "32 opportunities Estimated €3,003.00 US$50.00 Weighted, 40% €1,201.20 US$20.00",
        "Negotiate": "0 opportunities",
        "Commit": "0 opportunities",
    }


def test_of_very_many_cards_a_head_says_only_that(client, salesperson, monkeypatch):
    # given one card more than are counted, and as many in another column
    monkeypatch.setattr(board, "COUNTED", 3)
    for _number in range(4):
        OpportunityFactory(owner=salesperson)
    for _number in range(3):
        OpportunityFactory(owner=salesperson, stage=stage("Commit"))
    client.force_login(salesperson)

    # then
    said = heads(client.get(URL))
    assert said["Propose"] == "More than 3 opportunities Narrow the filter to see what they come to."
    assert said["Commit"] == "3 opportunities Estimated €3,000.00 Weighted, 90% €2,700.00"


def test_whose_opportunities_it_shows_can_be_chosen(client, salesperson, colleague, manager):
    # given opportunities of two owners
    OpportunityFactory(topic="Mine", owner=salesperson)
    OpportunityFactory(topic="Theirs", owner=colleague)

    # then a salesperson begins with their own, a manager with everybody's
    client.force_login(salesperson)
    assert topics(client.get(URL)) == {"Propose": ["Mine"]}
    assert topics(client.get(URL, {"owner": "all"})) == {"Propose": ["Mine", "Theirs"]}
    assert topics(client.get(URL, {"owner": colleague.pk})) == {"Propose": ["Theirs"]}
    client.force_login(manager)
    assert topics(client.get(URL)) == {"Propose": ["Mine", "Theirs"]}
    assert topics(client.get(URL, {"owner": "mine"})) == {}


@pytest.mark.parametrize(
    "address",
    [
        {"owner": "nobody"},
        {"owner": "\x00"},
        {"owner": "99999999999999999999"},
        {"stage": "\x00", "page": "nonsense"},
        {"stage": "99999999999999999999", "page": "\x00é"},
    ],
)
def test_a_senseless_address_shows_the_board_as_it_begins(client, mine, address):
    response = client.get(URL, address)
    assert response.status_code == 200
    assert topics(response) == {"Propose": ["Plant"]}
    assert response.context["filters"].is_default


def test_an_outsider_is_refused_and_told_the_permission(client, outsider):
    client.force_login(outsider)
    response = client.get(URL)
    assert response.status_code == 403
    assert "view_opportunity" in response.content.decode()


def test_list_and_board_lead_to_each_other_and_keep_the_owner(client, mine):
    html = client.get(URL, {"owner": "all"}).content.decode()
    assert 'href="/opportunities/?owner=all"' in html
    assert re.search(r'href="/opportunities/board/\?owner=all"\s+aria-current="page"', html)
    assert 'href="/opportunities/board/?owner=all"' in client.get("/opportunities/", {"owner": "all"}).content.decode()


def test_a_card_that_may_not_be_changed_says_so_and_offers_nothing(client, mine, colleague):
    # given an opportunity of a colleague
    theirs = OpportunityFactory(owner=colleague)

    # when everybody's are shown, then only Marta's can be picked up
    html = client.get(URL, {"owner": "all"}).content.decode()
    cards = dict(re.findall(r'<li\s+id="card-(\d+)"(.*?)</li>', html, re.DOTALL))
    assert "tabindex" in cards[str(mine.pk)]
    assert f"/opportunities/{mine.pk}/close/?outcome=won&amp;next=%2Fopportunities%2Fboard%2F%3Fowner%3Dall" in html
    assert "tabindex" not in cards[str(theirs.pk)]
    assert "You may not move or close it." in cards[str(theirs.pk)]
    assert not re.search("<form|<button|/close/", cards[str(theirs.pk)])


# Further cards


@pytest.fixture
def many(client, salesperson):
    """Fifty opportunities of Marta's in Propose, a day apart; she is signed in."""
    client.force_login(salesperson)
    return [
        OpportunityFactory(topic=f"Deal {number:02}", owner=salesperson, estimated_close_date=day(number))
        for number in range(50)
    ]


def more_of(response) -> str:
    [address] = re.findall(r'hx-get="(/opportunities/board/\?[^"]+page=[^"]+)"', response.content.decode())
    return address.replace("&amp;", "&")


def fragment_topics(response) -> list[str]:
    return [card.opportunity.topic for card in response.context["column"].cards]


def test_a_column_begins_with_twenty_cards_and_more_are_loaded(client, many):
    # when the links to more are followed to the end
    first = client.get(URL)
    target = HTMX | {"HX-Target": f"more-{stage('Propose').pk}"}
    second = client.get(more_of(first), headers=target)
    third = client.get(more_of(second), headers=target)

    # then every card was there once, and the fragments are cards alone
    names = topics(first)["Propose"] + fragment_topics(second) + fragment_topics(third)
    assert names == [opportunity.topic for opportunity in many]
    assert "<html" not in second.content.decode()
    assert "board-more" not in third.content.decode()


def test_more_is_empty_where_the_others_are_gone(client, many):
    address = more_of(client.get(URL))
    Opportunity.objects.filter(estimated_close_date__gte=day(20)).delete()
    response = client.get(address, headers=HTMX | {"HX-Target": f"more-{stage('Propose').pk}"})
    assert (response.status_code, response.content.decode().strip()) == (200, "")


def test_without_javascript_more_is_the_board_with_that_column_further_down(client, many):
    response = client.get(more_of(client.get(URL)))
    assert topics(response)["Propose"][0] == "Deal 20"
    assert "Back to the first ones" in text(response.content.decode())


# Moves


def test_a_move_answers_with_the_card_and_the_heads_of_both_columns(client, mine):
    # when the card is dropped on Commit
    response = move(client, mine, "Commit", headers=HTMX)

    # then it is there, and the timeline says so
    assert response.status_code == 200
    mine.refresh_from_db()
    assert mine.stage.name == "Commit"
    assert [event.sentence for event in mine.timeline.all()] == ["moved the stage from Propose to Commit"]
    assert heads(response) == {
        "Propose": "0 opportunities",
        "Commit": "1 opportunity Estimated €1,000.00 Weighted, 90% €900.00",
    }
    html = response.content.decode()
    assert f'id="card-{mine.pk}"' in html
    assert f'data-stage="{mine.stage_id}"' in html
    assert "“Plant” is in Commit now." in html
    assert json.loads(response["HX-Trigger-After-Swap"]) == {"board-card": {"id": f"card-{mine.pk}"}}


def test_without_javascript_a_move_leads_back_to_the_board(client, mine):
    response = move(client, mine, "Commit")
    assert (response.status_code, response.url) == (302, f"{URL}?owner=all#card-{mine.pk}")
    assert "“Plant” is in Commit now." in client.get(response.url).content.decode()


def test_a_move_to_where_it_is_changes_nothing(client, mine):
    with nothing_changes():
        assert move(client, mine, "Propose", headers=HTMX).status_code == 200


def test_a_move_that_a_colleague_made_meanwhile_is_shown_and_not_overwritten(client, mine, manager):
    # given a card that Inès moved since Marta was shown the board
    services.edit_opportunity(mine, by=manager, stage=stage("Negotiate"))

    # when Marta moves it elsewhere
    with nothing_changes():
        response = move(client, mine, "Commit", headers=HTMX)

    # then it is shown where it is now, in words and with the heads of three columns
    assert response.status_code == 409
    html = response.content.decode()
    assert f'data-stage="{stage("Negotiate").pk}"' in html
    assert "Inès Moreau moved “Plant” to Negotiate on " in text(html)
    assert list(heads(response)) == ["Propose", "Negotiate", "Commit"]


def test_a_late_move_without_javascript_shows_the_board_as_it_is_now(client, mine):
    Opportunity.objects.filter(pk=mine.pk).update(stage=stage("Negotiate"))
    response = move(client, mine, "Commit")
    assert response.status_code == 409
    assert topics(response) == {"Negotiate": ["Plant"]}
    assert "“Plant” was moved to Negotiate meanwhile. Nothing was changed." in text(response.content.decode())


def test_two_who_move_it_to_the_same_stage_agree(client, mine, manager):
    services.edit_opportunity(mine, by=manager, stage=stage("Commit"))
    with nothing_changes():
        assert move(client, mine, "Commit", headers=HTMX).status_code == 200


@pytest.mark.parametrize("to", ["Commit", "Propose"])
def test_what_was_closed_meanwhile_leaves_the_board(client, mine, to):
    # given an opportunity that was closed since the board was shown
    close(mine)

    # when its card is dropped
    with nothing_changes():
        response = move(client, mine, to, headers=HTMX)

    # then the card is not there any more, and it is said who closed it
    assert response.status_code == 409
    html = response.content.decode()
    assert 'id="card-' not in html
    assert "Marta Ruiz closed this opportunity on" in text(html)
    assert heads(response)["Propose"] == "0 opportunities"


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_who_may_not_change_it_may_not_move_it_and_is_told_the_permission(client, mine, colleague, headers):
    client.force_login(colleague)
    with nothing_changes():
        response = move(client, mine, "Commit", headers=headers)
    assert response.status_code == 403
    assert "change_any_opportunity" in response.content.decode()


def test_a_manager_moves_what_others_own(client, mine, manager):
    client.force_login(manager)
    assert move(client, mine, "Commit", headers=HTMX).status_code == 200
    mine.refresh_from_db()
    assert mine.stage.name == "Commit"


@pytest.mark.parametrize("to", ["", "won", "0", "-1", "99999999999999999999", "\x00", "1 OR 1=1", "é"])
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_stage_that_does_not_exist_is_refused_in_words(client, mine, to, headers):
    with nothing_changes():
        response = move(client, mine, to, headers=headers)
    assert response.status_code == 422
    assert "There is no such stage (any more)." in response.content.decode()


@pytest.mark.parametrize("shown", ["", "\x00", "99999999999999999999"])
def test_a_move_that_does_not_say_what_was_shown_is_refused(client, mine, shown):
    with nothing_changes():
        assert move(client, mine, "Commit", shown=shown, headers=HTMX).status_code == 409


def test_what_was_deleted_is_not_moved(client, mine):
    Opportunity.objects.filter(pk=mine.pk).delete()
    assert move(client, mine, "Commit", headers=HTMX).status_code == 404


def test_a_sign_in_that_had_expired_leads_back_to_the_board(client, mine):
    # given a session that ended
    client.logout()
    before = {"HX-Current-URL": f"http://testserver{URL}?owner=all"}

    # when a card is dropped, then the whole page goes to the login, and from there back
    with nothing_changes():
        response = move(client, mine, "Commit", headers=HTMX | before)
    assert response["HX-Redirect"] == f"/accounts/login/?next={URL}%3Fowner%3Dall"
    client.force_login(mine.owner)
    assert client.get(f"/opportunities/{mine.pk}/stage/").url == URL


# How much it asks of the database


@pytest.mark.parametrize("count", [5, 500])
def test_the_board_takes_as_many_statements_for_five_cards_as_for_five_hundred(
    client, salesperson, django_assert_num_queries, count
):
    # given cards in every stage
    stages, shared = list(Stage.objects.all()), {"owner": salesperson, "account": AccountFactory()}
    Opportunity.objects.bulk_create(
        OpportunityFactory.build(stage=stages[number % len(stages)], estimated_close_date=day(number), **shared)
        for number in range(count)
    )
    client.force_login(salesperson)

    # then: session, user, permissions, stages, owners; a page and a count of each stage, and all sums
    with django_assert_num_queries(5 + 4 + 4 + 1):
        response = client.get(URL)
    assert sum(head.count for head, _column in response.context["columns"]) == count


def test_a_move_takes_few_statements(client, mine, django_assert_num_queries):
    """Session, user, permissions, the opportunity, stages, owners; two savepoints, locks, its stage, three writes.

    Then the opportunity as it is, and three for the heads; the first one is this test's own.
    """
    with django_assert_num_queries(1 + 6 + 4 + 2 + 1 + 3 + 4):
        move(client, mine, "Commit", headers=HTMX)
