"""A quote on paper: what the PDF and the print view say, to whom, and that both print what was typed."""

import logging
import re
from base64 import b64decode
from decimal import Decimal
from html import unescape
from io import BytesIO

import pypdf
import pytest
import typst
from django.contrib.auth.models import Permission
from django.urls import reverse

from opportunities.models import Preferences, Quote, QuoteLine, Seller
from opportunities.quotes import pdf
from opportunities.quotes.services import activate_quote
from opportunities.tests.factories import ContactFactory, OpportunityFactory, QuoteFactory, QuoteLineFactory, day
from opportunities.tests.quotes.states import quote_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# A PNG of one pixel.
LOGO = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
MARKUP = "#let x = 1 $a_b$ *bold* _it_ @ref \\ <tag> `code` // note -- … \"q\" 's' [b] ~ /* c */"
FIRST_OF_A_PAGE = "No. Description Quantity Unit price"


@pytest.fixture
def signed_in(client, salesperson):
    client.force_login(salesperson)
    return client


@pytest.fixture
def seller(db):
    return Seller.objects.create(
        pk=1, name="Acme & Sons", address="1 Mill Lane\nLeeds", footer="Reg. 123", logo=LOGO, logo_type="image/png"
    )


def quote_of(*lines: dict, currency: str = "EUR", **head) -> Quote:
    """A quote for Dr. Petra Köhler with a line for each of `lines`."""
    contact = ContactFactory(name="Dr. Petra Köhler", account__name="Northwind", email="petra@northwind.example")
    opportunity = OpportunityFactory(
        account=contact.account, contact=contact, currency=currency, owner__first_name="Marta", owner__last_name="Ruiz"
    )
    quote = QuoteFactory(opportunity=opportunity, number="Q-2020-0114", revision=2, **head)
    QuoteLine.objects.bulk_create(
        QuoteLineFactory.build(quote=quote, position=place, **line) for place, line in enumerate(lines)
    )
    return quote


def url(name: str, quote: Quote, language: str = "") -> str:
    return reverse(f"opportunities:{name}", args=[quote.pk]) + (f"?language={language}" if language else "")


def printed(client, quote: Quote, language: str = "") -> pypdf.PdfReader:
    response = client.get(url("quote_pdf", quote, language))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return pypdf.PdfReader(BytesIO(response.content))


def words(reader: pypdf.PdfReader) -> str:
    """All text of the PDF, one space between words, as no-break spaces are printed too."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def page_words(client, quote: Quote, language: str = "") -> str:
    """The text of the print view."""
    html = client.get(url("quote_print", quote, language)).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def claims_pdf_ua(reader: pypdf.PdfReader) -> bool:
    return b"<pdfuaid:part>1</pdfuaid:part>" in reader.trailer["/Root"]["/Metadata"].get_data()


LINES = [
    {
        "description": "Preventive maintenance",
        "quantity": Decimal("2.5"),
        "unit": "days",
        "unit_price": Decimal("1000.10"),
        "discount": Decimal(10),
        "tax_rate": Decimal("19.5"),
        "unit_cost": Decimal("777.77"),
    },
    {
        "description": "Spare parts",
        "kind": "product",
        "billing_method": "",
        "unit_price": Decimal(10),
        "discount": Decimal(1),
        "discount_kind": "amount",
    },
]
HEAD = {
    "customer_reference": "RFQ 88",
    "payment_terms": "30 days net",
    "introduction": "Dear Dr. Köhler,\n\nthank you.",
    "closing_text": "Kind regards",
}


@pytest.mark.parametrize("read", [lambda client, quote: words(printed(client, quote)), page_words], ids=["pdf", "page"])
def test_both_say_the_same(signed_in, seller, read):
    quote = quote_of(*LINES, **HEAD, valid_until=day(30))

    said = read(signed_in, quote)

    for part in [
        "Acme & Sons 1 Mill Lane Leeds",
        "Northwind Dr. Petra Köhler petra@northwind.example",
        "Number Q-2020-0114 rev. 2 Status Draft Date ",
        "Valid until ",
        "Your reference RFQ 88 Your contact Marta Ruiz",
        "Quote Q-2020-0114 rev. 2 Full service Dear Dr. Köhler, thank you.",
        "No. Description Quantity Unit price Discount Tax Net",
        "1 Preventive maintenance Fixed price 2.5 days €1,000.10 10% 19.5% €2,250.22",
        "2 Spare parts 1 €10.00 -€1.00 0% €9.00",
        "Subtotal €2,510.25 Discount -€251.03 Net total €2,259.22",
        "Tax 0% on €9.00 €0.00 Tax 19.5% on €2,250.22 €438.79 Total including tax €2,698.01",
        "Payment terms 30 days net Kind regards",
        "Reg. 123",
    ]:
        assert part in said


def test_only_what_is_known_is_printed(signed_in):
    # given a quote without a seller, discounts, taxes, texts or an account
    quote = quote_of({"unit_price": Decimal(900)})
    quote.opportunity.account = quote.opportunity.contact = None
    quote.opportunity.save()
    activate_quote(quote, by=quote.opportunity.owner)

    # then its labels are not there either
    for said in (words(printed(signed_in, quote)), page_words(signed_in, quote)):
        labels = ["Status", "Valid", "Your reference", "Discount", "Tax", "tax", "Subtotal", "Payment terms", "None"]
        assert [label for label in labels if label in said] == []
        assert "No. Description Quantity Unit price Net 1 Service Fixed price 1 €900.00 €900.00 Total €900.00" in said


@pytest.mark.parametrize("is_manager", [False, True])
def test_cost_is_never_printed(client, salesperson, is_manager):
    if is_manager:
        salesperson.user_permissions.add(Permission.objects.get(codename="view_quote_cost"))
    client.force_login(salesperson)
    quote = quote_of(*LINES)
    for said in (words(printed(client, quote)), page_words(client, quote)):
        assert "777" not in said
        assert "1,944.4" not in said  # the cost of the line


@pytest.mark.parametrize(
    "text",
    [
        MARKUP,
        '#panic() #read("/etc/passwd") #import "@preview/x:1.0.0"',
        "= Heading\n- item\n+ item\n/ term: text\n\n{page} {pages} %(page)s",
        "<script>alert(1)</script> &amp; {{ quote }} {% now %}",
        "Łódź Ελλάδα Київ Việt Nam e\u0301 a\u0308",
        "🚀 👍🏽 ❤️",
        "見積書 株式会社",
        "→ ✓ ½ m² µΩ ≥ ™",
    ],
)
def test_text_is_printed_as_typed(signed_in, text):
    fields = {"name": text[:200], "introduction": text, "closing_text": text, "payment_terms": text[:200]}
    quote = quote_of({"description": text, "unit": text[:5].strip()}, **fields, customer_reference=text[:100])
    reader = printed(signed_in, quote)
    typed = re.sub(r"\s", "", text)
    said = re.sub(r"\s", "", words(reader))
    assert said.count(typed) >= 4
    assert claims_pdf_ua(reader)
    assert re.sub(r"\s", "", page_words(signed_in, quote)).count(typed) >= 4


@pytest.mark.parametrize("text", ["עברית", "عرض السعر"])
def test_right_to_left_text_is_printed(signed_in, text):
    reader = printed(signed_in, quote_of({"description": text}))
    # A reader of PDFs puts the letters of a line in the order that it sees them in.
    assert not set(text) - set(words(reader))
    assert claims_pdf_ua(reader)
    assert f'dir="auto">{text}</p>' in signed_in.get(url("quote_print", Quote.objects.get())).content.decode()


@pytest.mark.parametrize("text", ["a\x07b\x1fc\ufeffd\x00"[:-1], "a\ufffeb\x85c\x7fd"])
def test_control_characters_are_left_out(signed_in, text):
    reader = printed(signed_in, quote_of({"description": text}))
    assert re.search(r"1 a\s?b\s?c\s?d Fixed price", words(reader))
    assert claims_pdf_ua(reader)


def test_a_character_that_no_font_has_costs_only_the_claim(signed_in):
    reader = printed(signed_in, quote_of({"description": "한국어 Maintenance"}))
    assert "Maintenance" in words(reader)
    assert not claims_pdf_ua(reader)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_word_without_end_stays_on_the_paper(signed_in):
    reader = printed(signed_in, quote_of({"description": "ж" * 2000}, introduction="y" * 4000))
    rows = [row for page in reader.pages for row in page.extract_text().split("\n")]
    assert sum(row.count("ж") for row in rows) == 2000
    assert max(map(len, rows)) < 150


def elements(reader: pypdf.PdfReader) -> list:
    """Every element of the structure of the PDF."""
    found, left = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while left:
        node = left.pop().get_object()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            found.append(node)
            left += [node["/K"]] if "/K" in node else []
    return found


def test_the_pdf_is_accessible(signed_in, seller):
    reader = printed(signed_in, quote_of(*LINES))
    catalogue = reader.trailer["/Root"]
    assert claims_pdf_ua(reader)
    assert catalogue["/Lang"] == "en"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Quote Q-2020-0114 rev. 2"
    tags = elements(reader)
    kinds = [tag.get("/S") for tag in tags]
    assert [kinds.count(kind) for kind in ("/H1", "/Table", "/TH", "/Figure")] == [1, 1, 7, 1]
    assert [tag["/Alt"] for tag in tags if tag.get("/S") == "/Figure"] == ["Logo of Acme & Sons"]


def test_every_font_is_in_the_pdf(signed_in):
    reader = printed(signed_in, quote_of({"description": "Service 🚀 עברית عرض 見積書"}))
    fonts = {}
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        descendant = font["/DescendantFonts"][0]
        fonts[descendant["/BaseFont"].split("+")[1]] = set(descendant["/FontDescriptor"]) & {"/FontFile2", "/FontFile3"}
    assert all(fonts.values())
    assert {name.split("-")[0] for name in fonts} == {
        "NotoSans",
        "NotoEmoji",
        "NotoSansHebrew",
        "NotoSansArabic",
        "NotoSansJP",
    }


def test_a_draft_has_a_watermark_on_each_page(signed_in):
    quote = quote_of(*[{"unit_price": Decimal(1)}] * 60)
    pages = printed(signed_in, quote).pages
    # The first page says it among the facts too, as the watermark is no text to a screen reader.
    assert [page.extract_text().split().count("Draft") for page in pages] == [2, 1, 1]
    assert 'class="watermark" aria-hidden="true">Draft<' in signed_in.get(url("quote_print", quote)).content.decode()


@pytest.mark.parametrize("status", ["active", "won", "lost", "canceled", "revised"])
def test_what_is_no_draft_any_more_has_none(signed_in, status):
    quote = quote_in(status)
    assert "Draft" not in words(printed(signed_in, quote))
    assert "watermark" not in signed_in.get(url("quote_print", quote)).content.decode()


def test_long_lines_go_over_pages_under_repeated_heads(signed_in, seller):
    quote = quote_of(*[{"description": f"L{place}! " + "Long words of it. " * 110} for place in range(60)])
    pages = [" ".join(page.extract_text().split()) for page in printed(signed_in, quote).pages]
    assert len(pages) > 18
    last = len(pages)
    assert [number for number, page in enumerate(pages[:-1], 1) if FIRST_OF_A_PAGE not in page] == []
    assert [number for number, page in enumerate(pages, 1) if f"{number} of {last}" not in page] == []
    assert ["Acme & Sons Quote Q-2020-0114 rev. 2" in page for page in pages] == [False] + [True] * (last - 1)
    said = " ".join(pages)
    assert [place for place in range(60) if f"L{place}!" not in said] == []
    assert said.count("Long") == 60 * 110


@pytest.mark.parametrize(
    ("currency", "language", "amounts"),
    [
        ("JPY", "en", ["JP¥125,000", "Total JP¥125,000"]),
        ("TND", "en", ["TND 125,000.000", "Total TND 125,000.000"]),
        ("TND", "fr", ["125 000,000 TND"]),
        ("EUR", "fr", ["125 000,00 €"]),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(signed_in, currency, language, amounts):
    quote = quote_of({"unit_price": Decimal(125_000)}, currency=currency)
    for said in (words(printed(signed_in, quote, language)), page_words(signed_in, quote, language)):
        assert [amount for amount in amounts if amount not in said] == []


def test_the_language_is_the_users_or_the_one_asked_for(signed_in, salesperson):
    quote = quote_of(*LINES)
    Preferences.objects.create(user=salesperson, language="fr")

    mine, english = printed(signed_in, quote), printed(signed_in, quote, "en")

    assert (mine.trailer["/Root"]["/Lang"], english.trailer["/Root"]["/Lang"]) == ("fr", "en")
    assert "Brouillon" in words(mine)
    assert "19,5 %" in words(mine)
    assert "Draft" in words(english)
    assert '<html lang="fr">' in signed_in.get(url("quote_print", quote)).content.decode()
    assert "Brouillon" in page_words(signed_in, quote)


@pytest.mark.parametrize("name", ["quote_pdf", "quote_print"])
def test_only_who_may_view_the_opportunity_prints(client, colleague, outsider, name):
    quote = quote_of(*LINES)
    assert client.get(url(name, quote)).status_code == 302
    client.force_login(outsider)
    assert client.get(url(name, quote)).status_code == 403
    client.force_login(colleague)
    assert client.get(url(name, quote)).status_code == 200
    assert client.get(url(name, quote, "de")).status_code == 400
    assert client.post(url(name, quote)).status_code == 405
    quote.pk += 1
    assert client.get(url(name, quote)).status_code == 404


def test_the_pdf_opens_in_the_browser_under_its_number(signed_in):
    response = signed_in.get(url("quote_pdf", quote_of(*LINES)))
    assert response["Content-Disposition"] == 'inline; filename="Q-2020-0114-rev-2.pdf"'


def test_a_failure_of_typst_is_a_page_and_logged_without_what_was_typed(signed_in, monkeypatch, caplog):
    # given a typst that fails whatever it is given
    quote = quote_of({"description": "Confidential"})
    monkeypatch.setattr(pdf, "template", lambda: b'#panic(json("document.json"))')
    caplog.set_level(logging.DEBUG)

    # when
    response = signed_in.get(url("quote_pdf", quote))

    # then
    assert response.status_code == 500
    assert "The PDF could not be made" in response.content.decode()
    assert f"The PDF of quote {quote.pk} could not be made." in caplog.messages
    assert "Confidential" not in caplog.text


@pytest.mark.parametrize("name", ["quote_pdf", "quote_print"])
@pytest.mark.parametrize("lines", [5, 200])
def test_the_queries_do_not_grow_with_the_lines(signed_in, django_assert_num_queries, name, lines):
    quote = quote_of(*LINES[:1] * lines)
    # the session, the user, the quote, permissions, the seller, the lines
    with django_assert_num_queries(6):
        signed_in.get(url(name, quote))


def test_the_print_view_stands_alone(signed_in, seller):
    quote = quote_of(*LINES)
    html = signed_in.get(url("quote_print", quote, "en")).content.decode()
    assert 'src="data:image/png;base64,iVBOR' in html
    assert f'href="{url("quote_pdf", quote, "en")}"' in html
    assert f'href="{quote.get_absolute_url()}"' in html
    assert '<button type="button" data-print hidden>' in html
    assert "topbar" not in html
    assert "style=" not in html


def test_system_fonts_are_left_out():
    families = set(pdf.fonts().families())
    assert {"Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans JP", "Noto Emoji"} <= families
    own = set(typst.Fonts(include_system_fonts=False, include_embedded_fonts=True).families())
    assert {family for family in families - own if not family.startswith("Noto")} == set()
