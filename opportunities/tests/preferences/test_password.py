"""Changing one's password: with the old one, and not a weak one."""

import pytest

from opportunities.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

URL = "/accounts/password_change/"
NEW = "an even more correct horse"


def typed(**changed) -> dict[str, str]:
    return {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW} | changed


def test_a_user_without_a_permission_changes_their_password_and_stays_signed_in(client, outsider):
    # given the link on the page of the preferences
    client.force_login(outsider)
    assert f'href="{URL}"' in client.get("/preferences/").content.decode()
    assert client.get(URL).status_code == 200

    # when the password is changed
    response = client.post(URL, typed(), follow=True)

    # then the preferences say so, and it is the new one
    assert response.redirect_chain == [("/preferences/", 302)]
    assert "Your password is changed." in response.content.decode()
    outsider.refresh_from_db()
    assert outsider.check_password(NEW)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"old_password": "wrong"}, "old_password"),
        ({"old_password": "\x00"}, "old_password"),
        ({"new_password2": "another"}, "new_password2"),
        ({"new_password1": "123", "new_password2": "123"}, "new_password2"),
        ({"new_password1": ""}, "new_password1"),
    ],
)
def test_a_wrong_old_and_a_weak_or_mistyped_new_password_are_refused(client, outsider, changed, name):
    client.force_login(outsider)
    response = client.post(URL, typed(**changed))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]
    outsider.refresh_from_db()
    assert outsider.check_password(PASSWORD)


def test_a_visitor_is_sent_to_the_login(client):
    assert client.post(URL, typed()).url == f"/accounts/login/?next={URL}"


def test_admin_keeps_its_own_page_for_it(client, administrator):
    client.force_login(administrator)
    response = client.get("/admin/password_change/")
    assert "registration/password_change.html" not in [template.name for template in response.templates]
