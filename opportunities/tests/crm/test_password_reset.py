"""A new password by mail: for who has the mailbox, and nobody learns whether an address has an account."""

import re
import threading
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from opportunities.models import Preferences
from opportunities.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
RESET = "/accounts/password/reset/"
NEW = "an even more correct horse"


@pytest.fixture
def marta(salesperson):
    salesperson.email = "Marta@Example.org"
    salesperson.save()
    return salesperson


def ask(client, email: str, **headers):
    """Asks for a link, and waits until it is sent."""
    response = client.post(RESET, {"email": email}, headers=headers)
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join(timeout=5)
    return response


def link() -> str:
    return re.search("http://testserver(/[^ ]+/)\n", mail.outbox[-1].body)[1]


def choose(client, path: str, password: str = NEW):
    form = client.get(path, follow=True)
    return client.post(form.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_a_user_who_forgot_the_password_chooses_a_new_one_and_is_signed_in(client, marta):
    # given the link on the sign-in page
    assert f'href="{RESET}"' in client.get("/accounts/login/").content.decode()

    # when
    assert ask(client, "marta@example.org")["Location"] == f"{RESET}done/"
    response = choose(client, link())

    # then
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(marta.pk)
    assert "Your password is changed." in client.get("/").content.decode()
    marta.refresh_from_db()
    assert marta.check_password(NEW)
    assert mail.outbox[0].to == ["marta@example.org"]
    assert "“marta”" in mail.outbox[0].body
    assert EmailAddress.objects.count() == 0


def test_who_has_no_account_gets_the_same_answer_and_no_mail(client, marta):
    known, unknown = ask(client, "marta@example.org"), ask(client, "stranger@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [["marta@example.org"]]


def test_who_left_or_signs_in_without_a_password_gets_no_mail(client, marta):
    marta.set_unusable_password()
    marta.save()
    ask(client, "marta@example.org")
    marta.set_password(PASSWORD)
    marta.is_active = False
    marta.save()
    ask(client, "marta@example.org")
    assert mail.outbox == []


def test_an_answer_does_not_wait_for_the_mail(client, marta, monkeypatch):
    # given a mail server that takes its time
    sent = threading.Event()
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda message: sent.wait(timeout=5))

    # when
    started = time.perf_counter()
    assert client.post(RESET, {"email": "marta@example.org"}).status_code == 302

    # then
    assert time.perf_counter() - started < 2
    sent.set()


def test_a_mail_that_cannot_be_sent_is_in_the_log_and_in_no_answer(client, marta, monkeypatch, caplog):
    def fail(message):
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    assert ask(client, "marta@example.org").status_code == 302
    assert "A mail could not be sent." in caplog.text


def test_a_link_works_once_and_for_one_account(client, marta):
    ask(client, "marta@example.org")
    first = link()
    choose(client, first)
    client.logout()
    assert "This link was used already, or it is too old." in client.get(first).content.decode()
    assert client.post(first, {"new_password1": "x", "new_password2": "x"}).status_code == 200
    marta.refresh_from_db()
    assert marta.check_password(NEW)


@pytest.mark.parametrize("change", [{"email": "new@example.org"}, {"is_active": False}])
def test_a_link_ends_when_the_address_changes_or_its_user_leaves(client, marta, change):
    # given a link, and a change after it
    ask(client, "marta@example.org")
    type(marta).objects.filter(pk=marta.pk).update(**change)

    # when
    choose(client, link())

    # then nobody is signed in
    assert "_auth_user_id" not in client.session


def test_a_weak_password_is_refused(client, marta):
    ask(client, "marta@example.org")
    assert choose(client, link(), "12345678").status_code == 422
    marta.refresh_from_db()
    assert marta.check_password(PASSWORD)


def test_the_mail_is_in_the_language_of_its_reader(client, marta):
    Preferences.objects.create(user=marta, language="fr")
    ask(client, "marta@example.org", **{"Accept-Language": "en"})
    assert mail.outbox[0].subject == "Un nouveau mot de passe pour Clôture"
    assert "sans doute vous" in mail.outbox[0].body


@pytest.mark.parametrize("email", ["marta@example.org", "stranger@example.org"])
def test_a_mailbox_is_not_flooded_whoever_has_it(client, marta, email):
    statuses = [ask(client, email).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    assert len(mail.outbox) == (5 if "marta" in email else 0)


def test_a_letter_that_only_looks_alike_is_another_address(client, marta):
    marta.email = "mike@example.org"
    marta.save()
    ask(client, "mıke@example.org")
    ask(client, "miKe@example.org".replace("K", "\N{KELVIN SIGN}"))
    assert [message.to for message in mail.outbox if message.to != ["mike@example.org"]] == []
