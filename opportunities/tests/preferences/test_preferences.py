"""Preferences: kept, in effect at once, and one's own."""

import pytest

from opportunities.models import Preferences
from opportunities.preferences.forms import time_zones
from opportunities.tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db

URL = "/preferences/"


def stored() -> list[tuple]:
    return list(Preferences.objects.values_list("user__username", "language", "time_zone"))


def test_preferences_are_kept_and_hold_at_once(client, salesperson):
    # when French and Paris are chosen
    client.force_login(salesperson)
    response = client.post(URL, {"language": "fr", "time_zone": "Europe/Paris"}, follow=True)

    # then the next page is French already, and so are its numbers
    assert response.redirect_chain == [(URL, 302)]
    assert stored() == [("marta", "fr", "Europe/Paris")]
    assert '<html lang="fr">' in response.content.decode()
    opportunity = OpportunityFactory(owner=salesperson)
    assert "1\u202f000,00\xa0€" in client.get(opportunity.get_absolute_url()).content.decode()


def test_preferences_are_changed_and_emptied(client, salesperson, colleague):
    # given preferences of two users
    Preferences.objects.create(user=salesperson, language="fr", time_zone="Europe/Paris")
    Preferences.objects.create(user=colleague, language="fr")
    client.force_login(salesperson)

    # when one empties theirs, then the browser decides again, and the other's stay
    assert 'value="Europe/Paris" selected' in client.get(URL).content.decode()
    response = client.post(URL, {"language": "", "time_zone": ""}, headers={"Accept-Language": "en"}, follow=True)
    assert set(stored()) == {("marta", "", ""), ("jonas", "fr", "")}
    assert "Your preferences are saved." in response.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"language": "xx", "time_zone": ""},
        {"language": "fr\x00", "time_zone": ""},
        {"language": "en", "time_zone": "Europe/Atlantis"},
        {"language": "en", "time_zone": "../../etc/passwd"},
    ],
)
def test_a_language_or_time_zone_that_does_not_exist_is_refused(client, salesperson, typed):
    client.force_login(salesperson)
    response = client.post(URL, typed)
    assert response.status_code == 422
    assert len(response.context["form"].errors) == 1
    assert stored() == []


def test_every_user_has_preferences_also_without_a_permission(client, outsider):
    client.force_login(outsider)
    assert client.post(URL, {"language": "en", "time_zone": "UTC"}).status_code == 302
    assert stored() == [("nobody", "en", "UTC")]


def test_the_server_s_own_clock_is_no_time_zone_to_choose():
    names = {name for _region, zones in time_zones() for name, _label in zones}
    assert {"Europe/Paris", "UTC"} <= names
    assert "localtime" not in names
