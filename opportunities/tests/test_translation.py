"""French is complete: every string has its translation, and no page is left in English."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext, override, pgettext

from opportunities.closing import reopen_opportunity
from opportunities.models import ClosedThrough, Opportunity, Preferences, Seller, StatusReason
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    ContactFactory,
    OpportunityFactory,
    ProductFactory,
    QuoteFactory,
    QuoteLineFactory,
    close,
    day,
)
from opportunities.tests.page import form_of

pytestmark = pytest.mark.one_database

PO = settings.LOCALE_PATHS[0] / "fr" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
WORD = re.compile(r"\b[^\W\d_]{2,}\b")


@pytest.fixture(scope="module")
def french() -> polib.POFile:
    return polib.pofile(PO)


def sources(entry: polib.POEntry) -> list[str]:
    return [entry.msgid, *filter(None, [entry.msgid_plural])]


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def strings(catalog: polib.POFile | polib.MOFile) -> dict[tuple, list[str]]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural): translations(entry) for entry in catalog}


def test_every_string_is_translated(french):
    incomplete = [entry.msgid for entry in french if not entry.translated() or entry.fuzzy or entry.obsolete]
    assert incomplete == []


def test_the_compiled_translations_are_those_of_the_source(french):
    assert strings(polib.mofile(PO.with_suffix(".mo"))) == strings(french)


def test_a_translation_has_the_placeholders_of_its_original(french):
    differing = [
        text
        for entry in french
        for text in translations(entry)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(entry.msgid))
    ]
    assert differing == []


def test_french_has_its_own_spaces_and_quotation_marks(french):
    # a breaking or missing space before ; ! ? : » or after «, and marks that are English or curly
    wrong = re.compile(r"(?<!\u202f)[;!?]|(?<!\xa0)[:»]|«(?!\xa0)|[\"“”‘’]")
    assert [text for entry in french for text in translations(entry) if wrong.search(text)] == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="xgettext is not here (Debian: apt-get install gettext)")
def test_no_string_was_added_without_its_translation(french, tmp_path):
    # given a copy of the sources without translations
    leave_out = shutil.ignore_patterns("tests", "locale", "__pycache__")
    for room in ("crm", "opportunities", "templates"):
        shutil.copytree(settings.BASE_DIR / room, tmp_path / room, ignore=leave_out)
    copy = tmp_path / PO.relative_to(settings.BASE_DIR)
    copy.parent.mkdir(parents=True)
    # when their strings are collected
    collect = [sys.executable, settings.BASE_DIR / "manage.py", "makemessages", "--locale=fr", "--no-location"]
    subprocess.run([*collect, f"--pythonpath={tmp_path}"], cwd=tmp_path, check=True, capture_output=True)
    # then they are those that are translated
    assert strings(polib.pofile(copy)).keys() == strings(french).keys()


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("Opportunity", "Opportunité"),
        ("Quote", "Devis"),
        ("Quote line", "Ligne de devis"),
        ("Closing of the opportunity", "Clôture de l'opportunité"),
        ("Closing of the quote", "Clôture du devis"),
        ("Status reason", "Raison du statut"),
        ("Account", "Compte"),
        ("Contact", "Contact"),
        ("Competitor", "Concurrent"),
        ("Open", "Ouverte"),
        ("Won", "Conclue"),
        ("Lost", "Perdue"),
        (("quote", "Draft"), "Brouillon"),
        (("quote", "Active"), "Actif"),
        (("quote", "Won"), "Conclu"),
        (("quote", "Lost"), "Perdu"),
        (("quote", "Canceled"), "Annulé"),
        (("quote", "Revised"), "Révisé"),
        ("Close opportunity", "Fermer l'opportunité"),
        ("Reopen opportunity", "Rouvrir l'opportunité"),
        ("Close as won", "Fermer comme conclue"),
        ("Close as lost", "Fermer comme perdue"),
        ("Actual revenue", "Revenu réel"),
        ("Close date", "Date de clôture"),
        ("Details", "Détails"),
        ("Estimated revenue", "Revenu estimé"),
        ("Estimated close date", "Date de clôture estimée"),
        ("Stage", "Étape"),
        ("Timeline", "Chronologie"),
    ],
)
def test_the_words_of_the_design_are_its_french_ones(english, expected):
    with override("fr"):
        assert (gettext(english) if isinstance(english, str) else pgettext(*english)) == expected


class TextReader(HTMLParser):
    """Collects what a page says: its text, and the attributes that are shown or read out."""

    ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "data-label", "data-failed"}

    def __init__(self):
        super().__init__()
        self.texts = []

    def handle_starttag(self, tag, attrs):
        self.texts += [value for name, value in attrs if name in self.ATTRIBUTES]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def english_words(french) -> set[str]:
    """The words of the English strings that no French one has."""
    english, translated = (
        {word.lower() for entry in french for text in texts(entry) for word in WORD.findall(PLACEHOLDER.sub("", text))}
        for texts in (sources, translations)
    )
    return english - translated


@pytest.fixture
def english_of(english_words):
    """The English words in a response."""

    def english_of(response) -> set[str]:
        page = response.content.decode()
        assert '<html lang="fr"' in page
        reader = TextReader()
        reader.feed(re.sub("<optgroup.*?</optgroup>", "", page, flags=re.S))  # time zones are called so everywhere
        return {word.lower() for word in WORD.findall(" ".join(reader.texts))} & english_words

    return english_of


def french_reader(client, user):
    Preferences.objects.create(user=user, language="fr")
    client.force_login(user)
    return client


@pytest.fixture
def reader(client, manager):
    """A manager, who may do everything, and reads French."""
    return french_reader(client, manager)


@pytest.fixture
def deals(manager) -> dict[str, Opportunity]:
    """Deals in each state, with quotes in each status. What a user could have typed is in no English."""
    account = AccountFactory(name="Boisson & Fils", phone="+33 1 99 00 00 00")
    contact = ContactFactory(account=account, name="Camille Dubois", email="camille@boisson.fr")
    CompetitorFactory(name="Altavia")
    deals = {
        name: OpportunityFactory(
            topic="Révision", account=account, contact=contact, owner=manager, estimated_close_date=day(-1)
        )
        for name in ("open", "won", "lost", "reopened")
    }
    for opportunity in deals.values():
        facts = {"opportunity": opportunity, "name": "Chaudière", "valid_until": day(-1)}
        QuoteLineFactory(quote=QuoteFactory(**facts), description="Pièces")
        QuoteFactory(**facts, status="active")
    close(deals["won"], "won")
    close(deals["lost"], details="Trop tard", closed_on=day(-1))
    reopen_opportunity(close(deals["reopened"]), by=manager, reason="Ils ont rappelé")
    return deals


@pytest.mark.parametrize("view", ["day", "list", "board", "search", "shortcuts", "quotes", "create", "preferences"])
def test_no_english_is_left_on_a_page(reader, deals, english_of, view):
    assert english_of(reader.get(reverse(f"opportunities:{view}"))) == set()


@pytest.mark.parametrize("deal", ["open", "won", "lost", "reopened"])
@pytest.mark.parametrize(
    "view", ["opportunity", "edit", "delete", "close", "reopen", "correct", "undo", "quote_create"]
)
def test_no_english_is_left_on_the_pages_of_an_opportunity(reader, deals, english_of, view, deal):
    # whether the view shows its form or says why not
    closing = deals[deal].closings.first()
    query = {"outcome": "won", "closing": closing.pk if closing else ""}
    response = reader.get(reverse(f"opportunities:{view}", args=[deals[deal].pk]), query, follow=True)
    assert english_of(response) == set()


@pytest.mark.parametrize("state", ["open", "won", "lost", "all"])
@pytest.mark.parametrize("text", ["", "introuvable"])
def test_no_english_is_left_on_the_list(reader, deals, english_of, state, text):
    address = reverse("opportunities:list")
    assert english_of(reader.get(address, {"state": state, "q": text, "owner": "mine"})) == set()


@pytest.mark.parametrize("view", ["change_owner", "change_stage", "change_date", "close_many"])
@pytest.mark.parametrize("sent", [{}, {"owner": "0", "stage": "0", "outcome": "won"}, {"selected": "none"}])
def test_no_english_is_left_in_what_is_done_to_many(reader, deals, english_of, view, sent):
    selected = ",".join(str(deal.pk) for deal in deals.values())
    response = reader.post(reverse(f"opportunities:{view}"), {"selected": selected} | sent)
    assert english_of(response) == set()


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_no_english_is_left_in_what_became_of_many(reader, deals, english_of, outcome):
    reason = StatusReason.objects.filter(state=outcome, needs_competitor=False, needs_details=False).first()
    sent = {"outcome": outcome, "status_reason": reason.pk, "closed_on": day(0), "close_quotes": "on"}
    selected = ",".join(str(deal.pk) for deal in deals.values())
    sent |= {"selected": selected, "step": "record"}
    assert english_of(reader.post(reverse("opportunities:close_many"), sent)) == set()


@pytest.mark.parametrize("deal", ["open", "lost"])
@pytest.mark.parametrize(
    "view",
    [
        "quote",
        "quote_edit",
        "quote_line_add",
        "quote_revise",
        "quote_close",
        "quote_copy",
        "quote_print",
        "quote_delete",
    ],
)
def test_no_english_is_left_on_the_pages_of_a_quote(reader, deals, english_of, view, deal):
    for quote in deals[deal].quotes.all():
        assert english_of(reader.get(reverse(f"opportunities:{view}", args=[quote.pk]), follow=True)) == set()


@pytest.mark.parametrize(
    ("view", "typed"),
    [
        ("close", {"outcome": "won", "actual_revenue": "beaucoup", "closed_on": "hier", "competitor": "0"}),
        ("close", {"outcome": "lost", "status_reason": "0", "closed_on": "2000-01-01"}),
        ("edit", {"account": "Inconnu", "estimated_revenue": "-1", "opened_on": "2999-01-01"}),
        ("quote_create", {"name": "", "valid_from": "2026-03-02", "valid_until": "hier"}),
    ],
)
def test_no_english_is_left_in_a_refusal(reader, deals, english_of, view, typed):
    response = reader.post(reverse(f"opportunities:{view}", args=[deals["open"].pk]), typed)
    assert response.status_code == 422
    assert english_of(response) == set()


def test_no_english_is_left_in_the_messages_after_closing_and_undoing(reader, deals, english_of):
    closing_page, undoing_page = (
        reverse(f"opportunities:{view}", args=[deals["open"].pk]) for view in ("close", "undo")
    )
    # given the dialog filled in, with its warnings
    closing = form_of(reader.get(closing_page, {"outcome": "won"})) | {"close_quotes": "on", "actual_revenue": "1"}
    closed = reader.post(closing_page, closing, follow=True)
    assert "Opportunité fermée comme conclue, avec 2 devis." in closed.content.decode()
    assert english_of(closed) == set()
    undone = reader.post(undoing_page, {"closing": deals["open"].closings.get().pk}, follow=True)
    assert "La clôture est annulée" in undone.content.decode()
    assert english_of(undone) == set()


def test_no_english_is_left_where_a_permission_or_a_page_is_missing(client, outsider, deals, english_of):
    reader = french_reader(client, outsider)
    refused, missing = reader.get(deals["open"].get_absolute_url()), reader.get("/nulle-part/")
    assert (refused.status_code, missing.status_code) == (403, 404)
    assert english_of(refused) == english_of(missing) == set()


def test_no_english_is_left_in_the_admin(reader, manager, deals, english_of):
    manager.is_staff = manager.is_superuser = True
    manager.save()
    ProductFactory(name="Maintenance")
    Seller.objects.create(pk=1, name="Clôture SARL")
    ClosedThrough.objects.create(pk=1, closed_through=day(-90))
    models = [model for model in admin.site._registry if model._meta.app_label == "opportunities"]
    assert len(models) == 13
    for model in models:
        for page, keys in [("changelist", []), ("add", []), ("change", [model.objects.latest("pk").pk])]:
            address = reverse(f"admin:opportunities_{model._meta.model_name}_{page}", args=keys)
            # "search": of Django's own magnifying glass
            assert english_of(reader.get(address, follow=True)) <= {"search"}, address


def test_no_english_is_left_on_the_login_of_a_french_browser(client, db, english_of):
    address = reverse("account_login")
    french = {"Accept-Language": "fr"}
    assert english_of(client.get(address, headers=french)) == set()
    assert english_of(client.post(address, {"username": "personne", "password": "non"}, headers=french)) == set()
