"""Who sees and changes what in the admin: Django's permissions, and for opportunities the product's own."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from opportunities.models import Account, Opportunity, OpportunityClose, Quote, QuoteClose, StatusReason, TimelineEvent
from opportunities.tests.admin.pages import page, staff, submit
from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory, close

pytestmark = pytest.mark.django_db


def test_putting_a_user_into_a_group_is_all_it_takes_to_start(client):
    # given a user whom the administrator adds and puts into a group, both in the admin
    names = {"username": "lea", "password1": "correct horse", "password2": "correct horse", "usable_password": "true"}
    preferences = {"preferences-TOTAL_FORMS": 1, "preferences-INITIAL_FORMS": 0, "preferences-0-language": "fr"}
    client.post(page(User, "add"), names | preferences)
    lea = User.objects.get(username="lea")
    group = Group.objects.get(name="Salespeople")
    since = {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00"}
    no_more = {"preferences-TOTAL_FORMS": 0, "preferences-INITIAL_FORMS": 0}
    client.post(page(User, "change", lea.pk), names | since | no_more | {"is_active": "on", "groups": [group.pk]})

    # when she signs in
    client.post(reverse("logout"))
    assert client.login(username="lea", password="correct horse")

    # then she works, in her language
    assert client.get(reverse("opportunities:list")).status_code == 200
    assert client.get(reverse("opportunities:create")).status_code == 200
    assert lea.preferences.language == "fr"


@pytest.mark.parametrize("who", ["salesperson", "manager", "outsider"])
def test_who_is_not_staff_does_not_enter(client, who, request):
    client.force_login(request.getfixturevalue(who))
    answer = client.get(reverse("admin:index"))
    assert (answer.status_code, answer.url) == (302, f"{reverse('admin:login')}?next={reverse('admin:index')}")


def test_a_staff_salesperson_changes_own_opportunities_and_views_others(client, salesperson, colleague):
    # given
    own, other = OpportunityFactory(owner=salesperson), OpportunityFactory(owner=colleague, topic="Hers")
    staff(client, salesperson)

    # when, then
    submit(client, page(Opportunity, "change", own.pk), topic="Mine")
    own.refresh_from_db()
    assert own.topic == "Mine"
    answer = client.get(page(Opportunity, "change", other.pk))
    assert answer.status_code == 200
    assert 'name="topic"' not in answer.text
    assert reverse("opportunities:close", args=[other.pk]) not in answer.text
    assert client.post(page(Opportunity, "change", other.pk), {"topic": "Mine too"}).status_code == 403
    other.refresh_from_db()
    assert other.topic == "Hers"


def test_a_staff_manager_changes_everybodys_opportunities(client, manager):
    opportunity = OpportunityFactory()
    submit(staff(client, manager), page(Opportunity, "change", opportunity.pk), topic="Reviewed")
    opportunity.refresh_from_db()
    assert opportunity.topic == "Reviewed"


def test_a_staff_outsider_sees_no_opportunity(client, outsider):
    opportunity = OpportunityFactory()
    staff(client, outsider, "view_account")
    for url in [page(Opportunity, "changelist"), page(Opportunity, "change", opportunity.pk)]:
        assert client.get(url).status_code == 403


def test_who_may_only_view_changes_nothing(client, outsider):
    # given
    account = AccountFactory(name="Northwind")
    staff(client, outsider, "view_account", "view_statusreason")

    # when, then
    answer = client.get(page(Account, "change", account.pk))
    assert answer.status_code == 200
    assert 'name="name"' not in answer.text
    for url in [
        page(Account, "add"),
        page(Account, "change", account.pk),
        page(Account, "delete", account.pk),
        page(StatusReason, "delete", StatusReason.objects.last().pk),
    ]:
        assert client.post(url, {"name": "Southwind", "post": "yes"}).status_code == 403
    assert list(Account.objects.values_list("name", flat=True)) == ["Northwind"]


@pytest.mark.parametrize("model", [Quote, OpportunityClose, QuoteClose, TimelineEvent])
def test_history_and_quotes_are_read_only_for_everybody(client, model):
    # given
    opportunity = QuoteFactory().opportunity
    close(opportunity)
    row = model.objects.get()
    before = list(model.objects.values_list())

    # when, then
    for url in [page(model, "add"), page(model, "change", row.pk), page(model, "delete", row.pk)]:
        assert client.post(url, {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(page(model, "changelist"), action)
    assert list(model.objects.values_list()) == before
