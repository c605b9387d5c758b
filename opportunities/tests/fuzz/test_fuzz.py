"""Generated input at every address: no failure of the server, nothing changed by a refusal, every refusal readable.

The requests are the same in every run, and each is rolled back: the next one finds every row as the first one did.
"""

import re
from dataclasses import dataclass, field
from random import Random

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from opportunities.models import ClosingBatch, Preferences, Quote, SavedView
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    QuoteFactory,
    QuoteLineFactory,
    close,
)
from opportunities.tests.fuzz import inputs
from opportunities.tests.fuzz.addresses import Pages, parameters_in_code, templates, without_keys
from opportunities.tests.refusal import snapshot
from opportunities.tests.soak import report, size

REQUESTS = size(120, 10_000)  # for all roles together
WRITES = ("INSERT", "UPDATE", "DELETE")
ODD_HEADERS = [
    {},
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Target": "main", "HX-Current-URL": "http://testserver/opportunities/?page=x"},
    {"HX-Request": "true", "HX-Current-URL": "http://[", "HX-Target": "é\x01"},
    {"Accept-Language": "xx-klingon;q=NaN, fr;q=-1", "Referer": "http://["},
    {"Cookie": "messages=garbage; csrftoken=%00; django_language=../fr"},
]


@dataclass
class Site:
    """The pages as the roles see them, and the keys of the rows that there are by the name of their model."""

    sessions: dict[str, str]  # by role; that of a visitor is ""
    keys: dict[str, list[int]]
    pages: Pages = field(default_factory=Pages)
    seen: set = field(default_factory=set)

    def client(self, role: str) -> Client:
        """A browser that is signed in, whatever the request before did to its session."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client

    def learn(self, role: str, path: str) -> None:
        """Reads what the page at `path` says that one may send, once for each role."""
        if (role, path) not in self.seen:
            self.seen.add((role, path))
            response = self.client(role).get(path)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                self.pages.read(path, response.content.decode())


@pytest.fixture
def site(db, salesperson, colleague, manager, outsider, administrator) -> Site:
    """A bit of everything: deals in every state, quotes in every status, of two salespeople, in two languages."""
    Preferences.objects.create(user=manager, language="fr", time_zone="Pacific/Kiritimati")
    CompetitorFactory(), ProductFactory()
    account = AccountFactory()
    ContactFactory(account=account)
    deals = [OpportunityFactory(owner=owner, account=account) for owner in (salesperson, salesperson, colleague)]
    for deal in deals:
        QuoteLineFactory(quote__opportunity=deal)
        line = QuoteLineFactory(quote__opportunity=deal)
        Quote.objects.filter(pk=line.quote_id).update(status="active")
    closed = [OpportunityFactory(owner=salesperson, account=account) for _outcome in range(2)]
    for deal, outcome in zip(closed, ("won", "lost"), strict=True):
        QuoteFactory(opportunity=deal, status="active")
        close(deal, outcome)
    ClosingBatch.objects.create(by=salesperson)
    SavedView.objects.create(user=salesperson, name="Mine", query="owner=me")
    sessions = {"visitor": ""}
    for user in (salesperson, colleague, manager, outsider, administrator):
        client = Client()
        client.force_login(user)
        sessions[user.username] = client.cookies[settings.SESSION_COOKIE_NAME].value
    models = {model._meta.model_name: model for model in apps.get_models()}
    keys = {name: list(model._base_manager.values_list("pk", flat=True)[:20]) for name, model in models.items()}
    return Site(sessions, keys)


@dataclass
class Sent:
    """One request, and who sent it; `str()` is what a finding says."""

    number: int
    role: str
    method: str
    path: str
    query: str
    body: bytes
    content_type: str
    headers: dict

    def __str__(self) -> str:
        asked = f"{self.role} {self.method} {self.path}?{self.query[:300]}"
        return f"{self.number}: {asked} {self.body[:500]!r} {self.content_type} {self.headers}"


ALERTS = ['role="alert"', "invalid-feedback", 'id="messages"']  # where a fragment of a page says what is wrong
ADMIN = ["pk__in", "id__exact", "pk__gte", "o", "p", "q", "all", "e", "_popup", "_to_field", "_changelist_filters"]
ADMIN += ["_selected_action", "action", "index", "app_label", "model_name", "field_name", "term", "owner__id__exact"]
MODELS = {"/quotes/": "quote", "/accounts/": "account", "/opportunities/views/": "savedview"}
MODELS |= {
    "/opportunities/closed-together/": "closingbatch",
    "/admin/auth/user/": "user",
    "/admin/auth/group/": "group",
}
ADDRESSES, READ_IN_CODE = list(templates()), parameters_in_code()
ROLES = ["marta", "marta", "ines", "ines", "admin", "admin", "admin", "jonas", "nobody", "visitor"]


def address(rng: Random, template: str, keys: dict[str, list[int]]) -> str:
    """An address of `template`, mostly of a row that there is."""
    in_admin = re.match("/admin/opportunities/([a-z]+)/", template)
    named = (
        in_admin[1]
        if in_admin
        else next((m for start, m in MODELS.items() if template.startswith(start)), "opportunity")
    )

    def key(placeholder: re.Match) -> str:
        if placeholder[1] in ("app_label", "url"):
            return "opportunities"
        model = {"line_pk": "quoteline", "content_type_id": "contenttype"}.get(placeholder[1], named)
        known = keys[model]
        if rng.random() < 0.06 or not known:
            odd = ["0", "9" * 20, "9223372036854775807", *(["-1", "x", "%00", "_5F", "1.5"] if in_admin else [])]
            return rng.choice(odd)
        return str(rng.choice(known))

    return re.sub(r"<(\w+)>", key, template)


def request(site: Site, number: int) -> Sent:
    """The request of this number: every address has its turn, the rest is chance."""
    rng = Random(f"fuzz {number}")
    template = ADDRESSES[number * 67 % len(ADDRESSES)]
    role = "admin" if template.startswith("/admin/") and rng.random() < 0.9 else rng.choice(ROLES)
    path = address(rng, template, site.keys)
    site.learn(role, path)
    method = rng.choices(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"], [50, 45, *[1] * 6])[0]
    known = site.pages.asked[without_keys(path)] | dict.fromkeys(rng.sample(READ_IN_CODE, 3), "")
    if template.startswith("/admin/"):
        known |= dict.fromkeys(rng.sample(ADMIN, 3), "1")
    query = inputs.encoded(inputs.mutated(rng, known)) if method == "GET" or rng.random() < 0.2 else ""
    query = query[:20_000]
    data, content_type = b"", inputs.FORM
    if method != "GET":
        fields = site.pages.sent[without_keys(path)] or dict.fromkeys(rng.sample(READ_IN_CODE, 4), "1")
        data, content_type = inputs.body(rng, inputs.mutated(rng, fields))
    return Sent(number, role, method, path, query, data, content_type, rng.choice(ODD_HEADERS))


def send(site: Site, sent: Sent):
    """The response; what was written goes with the transaction."""
    client = site.client(sent.role)
    client.cookies.load(sent.headers.get("Cookie", ""))
    headers = {name: value for name, value in sent.headers.items() if name != "Cookie"}
    extra = {"QUERY_STRING": sent.query}
    return client.generic(sent.method, sent.path, sent.body, sent.content_type, headers=headers, **extra)


def what_is_wrong(site: Site, sent: Sent, before: dict) -> str:
    """Sends it and judges what came of it; "" where all is well. Leaves every row as it was."""
    written = []

    def note_writes(execute, sql, params, many, context):
        if sql.startswith(WRITES):
            written.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(note_writes):
        try:
            response = send(site, sent)
            if written and response.status_code < 400:
                connection.check_constraints()  # what the commit would say
        except Exception as error:
            transaction.set_rollback(True)
            return f"{type(error).__name__}: {str(error)[:300]}"
        problem = unreadable(sent, response)
        if written and response.status_code >= 400 and changes(before):
            problem = f"{response.status_code} and yet {written[:3]}"
        transaction.set_rollback(True)
    return problem


def changes(before: dict) -> bool:
    sessions = "django_session"  # a session is no row of the product: a message may lie in it
    return snapshot() | {sessions: []} != before | {sessions: []}


def unreadable(sent: Sent, response) -> str:
    """Why a person could not read a refusal: it is no page with a title and a sentence, nor a form with an alert."""
    status = response.status_code
    if status < 400 or sent.method == "HEAD":
        return ""
    if status >= 500:
        return str(status)
    html = response.content.decode()
    place = re.search(r"<main.*</main>", html, re.DOTALL) or re.search(r"<section.*data-panel.*", html, re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", place[0]).split() if place else []
    is_page = ("<h1" in html or "<h2" in html) and len(words) > 5
    is_alert = "HX-Request" in sent.headers and any(mark in html for mark in ALERTS)
    is_html = response["Content-Type"].startswith("text/html")
    return "" if is_html and (is_page or is_alert) else f"{status} without a page: {html[:200]}"


@pytest.mark.soak
def test_whatever_is_sent_nothing_fails_and_what_is_refused_changes_nothing_and_says_why(site):
    before, found = snapshot(), {}
    for number in range(REQUESTS):
        sent = request(site, number)
        problem = what_is_wrong(site, sent, before)
        if problem:
            found[str(sent)] = problem
    assert snapshot() | {"django_session": []} == before | {"django_session": []}
    report(f"fuzz: {REQUESTS} requests to {len(ADDRESSES)} addresses, {len(found)} findings")
    assert found == {}
