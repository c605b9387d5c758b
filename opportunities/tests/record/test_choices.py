"""Of two values for one field, the second to save sees both and chooses."""

from decimal import Decimal

import pytest

from opportunities.models import Stage
from opportunities.record import services
from opportunities.tests.factories import AccountFactory, ContactFactory, OpportunityFactory, day
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(salesperson):
    account = AccountFactory(name="Northwind Traders")
    return OpportunityFactory(
        topic="Plant 2027", owner=salesperson, account=account, contact=ContactFactory(account=account, name="Ana")
    )


@pytest.fixture
def late(client, salesperson, manager, opportunity):
    """The answer to a form in which topic, revenue and stage were changed, after a manager changed them too."""
    client.force_login(salesperson)
    form = form_of(client.get(url(opportunity)))
    qualify, commit = Stage.objects.get(name="Qualify"), Stage.objects.get(name="Commit")
    services.edit_opportunity(
        opportunity, by=manager, topic="Plant <2029>", estimated_revenue=Decimal("7777"), stage=commit
    )
    mine = {"topic": "Plant 2028", "estimated_revenue": "1,500", "stage": qualify.pk}
    with nothing_changes():
        response = client.post(url(opportunity), form | mine)
    assert response.status_code == 409
    return response


def url(opportunity) -> str:
    return f"/opportunities/{opportunity.pk}/edit/"


def stored(opportunity) -> tuple:
    opportunity.refresh_from_db()
    return opportunity.topic, opportunity.estimated_revenue, opportunity.stage.name


def test_both_values_stand_beside_each_field_and_ones_own_is_chosen(late):
    html = " ".join(late.content.decode().split())
    for name, value in [("topic", "Plant &lt;2029&gt;"), ("estimated_revenue", "€7,777.00"), ("stage", "Commit")]:
        assert f'name="choice-{name}" value="" checked> Keep mine</label>' in html
        assert f'name="choice-{name}" value="take"> Take {value}</label>' in html
    assert html.count('role="radiogroup"') == 3
    assert 'aria-describedby="id_topic_helptext id_topic_error"' in html
    assert form_of(late)["topic"] == "Plant 2028"


def test_what_is_kept_replaces_and_what_is_taken_stays(client, opportunity, late):
    # when the revenue is taken and the others are kept
    choices = form_of(late) | {"choice-estimated_revenue": "take"}
    assert client.post(url(opportunity), choices).status_code == 302

    # then
    assert stored(opportunity) == ("Plant 2028", Decimal("7777"), "Qualify")
    assert [name for name, *_values in opportunity.timeline.first().data["changes"]] == ["topic"]


def test_taking_all_changes_nothing(client, opportunity, late):
    taken = {f"choice-{name}": "take" for name in ("topic", "estimated_revenue", "stage")}
    with nothing_changes():
        assert client.post(url(opportunity), form_of(late) | taken).status_code == 302
    assert stored(opportunity) == ("Plant <2029>", Decimal("7777"), "Commit")


def test_what_is_taken_is_what_is_there_by_then(client, manager, opportunity, late):
    services.edit_opportunity(opportunity, by=manager, estimated_revenue=Decimal("8888"))
    assert client.post(url(opportunity), form_of(late) | {"choice-estimated_revenue": "take"}).status_code == 302
    assert stored(opportunity) == ("Plant 2028", Decimal("8888"), "Qualify")


def test_what_is_typed_beside_a_taken_value_does_not_count_even_if_it_makes_no_sense(client, opportunity, late):
    typed = {"choice-estimated_revenue": "take", "estimated_revenue": "1,5,0"}
    assert client.post(url(opportunity), form_of(late) | typed).status_code == 302
    assert stored(opportunity)[1] == Decimal("7777")


def test_a_choice_that_nobody_offered_changes_nothing_that_was_typed(client, salesperson, opportunity):
    client.force_login(salesperson)
    form = form_of(client.get(url(opportunity))) | {"estimated_close_date": day(40).isoformat()}
    for lie in ({"choice-topic": "x"}, {"choice-nonsense": "take"}):
        assert client.post(url(opportunity), form | lie).status_code == 302
    opportunity.refresh_from_db()
    assert opportunity.estimated_close_date == day(40)
