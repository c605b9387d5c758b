"""The seller and its logo, and what of products and quotes is about cost."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from opportunities.models import Product, Quote, Seller
from opportunities.tests.admin.pages import errors, page, staff, submit
from opportunities.tests.factories import ProductFactory, QuoteFactory, QuoteLineFactory
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

LIST, ADD, CHANGE = page(Seller, "changelist"), page(Seller, "add"), page(Seller, "change", 1)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), noise: bool = False) -> bytes:
    image = Image.effect_noise(size, 80) if noise else Image.new("RGB", size, "navy")
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()


def upload(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def seller(db):
    return Seller.objects.create(pk=1, name="Acme", logo=picture(), logo_type="image/png")


def test_the_list_leads_to_the_form_that_adds_the_seller(client):
    assert client.get(LIST).url == ADD
    answer = submit(client, ADD, name="Acme", address="1 Mill Lane", footer="Reg. 1", payment_terms="30 days")
    assert answer.status_code == 200
    assert list(Seller.objects.values_list("pk", "name", "address", "footer", "payment_terms")) == [
        (1, "Acme", "1 Mill Lane", "Reg. 1", "30 days")
    ]


def test_the_list_leads_to_the_seller(client, seller):
    assert client.get(LIST).url == CHANGE


def test_there_is_one_seller_and_it_stays(client, seller):
    with nothing_changes():
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, {"name": "Other"}).status_code == 403
        assert client.post(page(Seller, "delete", 1), {"post": "yes"}).status_code == 403


def test_a_seller_has_a_name(client, seller):
    assert errors(submit(client, CHANGE, name=" ")) == {"name": ["This field is required."]}
    assert Seller.current().name == "Acme"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_kept_and_shown(client, kind):
    submit(client, ADD, name="Acme", new_logo=upload(picture(kind)))
    seller = Seller.current()
    kept = Image.open(BytesIO(seller.logo))
    assert (kept.format, kept.size, seller.logo_type) == (kind, (40, 20), f"image/{kind.lower()}")
    assert f'<img src="data:image/{kind.lower()};base64,' in client.get(CHANGE).text


def test_a_large_logo_is_kept_as_small_as_print_needs_it(client, seller):
    submit(client, CHANGE, new_logo=upload(picture(size=(4000, 1000))))
    assert Image.open(BytesIO(Seller.current().logo)).size == (1600, 400)


def test_only_the_picture_of_a_file_is_kept(client, seller):
    submit(client, CHANGE, new_logo=upload(picture("JPEG") + b"<script>alert(1)</script>"))
    assert b"script" not in bytes(Seller.current().logo)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This file is no PNG or JPEG image, or it is damaged."),
        (picture("GIF"), "This file is no PNG or JPEG image, or it is damaged."),
        (picture(noise=True)[:300], "This file is no PNG or JPEG image, or it is damaged."),
        (picture("JPEG", (200, 200), noise=True)[:900], "This file is no PNG or JPEG image, or it is damaged."),
        (picture(size=(4001, 10)), "This image has more than 4,000 pixels a side."),
        (picture(size=(900, 900), noise=True), "This file is larger than 500 kB."),
        (b"", "The submitted file is empty."),
    ],
    ids=["svg", "gif", "cut png", "cut jpeg", "wide", "large", "empty"],
)
def test_what_cannot_be_printed_is_refused_at_the_field(client, seller, content, message):
    with nothing_changes():
        assert errors(submit(client, CHANGE, name="New", new_logo=upload(content))) == {"new_logo": [message]}


def test_a_logo_is_removed(client, seller):
    submit(client, CHANGE, remove_logo="on")
    assert (Seller.current().logo, Seller.current().logo_type) == (b"", "")
    assert "data:image" not in client.get(CHANGE).text


def test_a_change_of_the_text_keeps_the_logo(client, seller):
    submit(client, CHANGE, footer="Reg. 1")
    assert (bytes(Seller.current().logo), Seller.current().footer) == (picture(), "Reg. 1")


def test_who_may_only_view_sees_the_seller(client, salesperson, seller):
    staff(client, salesperson, "view_seller")
    text = client.get(CHANGE).text
    assert "Acme" in text
    assert "data:image/png" in text
    assert "new_logo" not in text
    assert client.post(CHANGE, {"name": "Other"}).status_code == 403


def test_the_facts_of_a_product_are_typed_in_the_users_format(client):
    add = page(Product, "add")
    wrong = {"name": "Press", "currency": "JPY", "unit_cost": "0.5", "tax_rate": "100.5"}
    assert errors(submit(client, add, **wrong)) == {
        "unit_cost": ["JPY amounts have at most 0 decimals."],
        "tax_rate": ["Enter a percentage between 0 and 100."],
    }
    submit(client, add, **wrong | {"currency": "EUR", "tax_rate": "19.5", "unit": "day", "list_price": "1,000"})
    assert list(Product.objects.values_list("unit", "list_price", "unit_cost", "tax_rate", "currency")) == [
        ("day", Decimal(1000), Decimal("0.5"), Decimal("19.5"), "EUR")
    ]


def test_without_its_permission_nobody_sees_or_finds_a_cost(client, salesperson):
    # given
    product = ProductFactory(name="Press", unit_cost=Decimal("777.77"), list_price=Decimal(1000))
    line = QuoteLineFactory(unit_cost=Decimal("777.77"), product=product)
    pages = [page(Product, "changelist"), page(Product, "change", product.pk), page(Quote, "change", line.quote_id)]
    allowed = ["view_product", "change_product", "view_quote", "view_quoteline", "view_opportunity"]

    # then
    staff(client, salesperson, *allowed)
    assert ["777.77" in client.get(url).text for url in pages] == [False, False, False]
    assert client.get(pages[0], {"unit_cost__gt": "1"}).status_code == 400
    assert client.get(pages[0], {"unit_cost__isempty": "0"}).status_code == 400
    submit(client, pages[1], name="Big press", unit_cost="1")
    assert Product.objects.values_list("name", "unit_cost").get() == ("Big press", Decimal("777.77"))

    # and with it
    staff(client, salesperson, *allowed, "view_quote_cost")
    salesperson = type(salesperson).objects.get(pk=salesperson.pk)
    assert ["777.77" in client.get(url).text for url in pages] == [True, True, True]
    assert client.get(pages[0], {"unit_cost__isempty": "0"}).status_code == 200


def test_a_quote_shows_its_head_and_its_lines(client):
    quote = QuoteFactory(customer_reference="RFQ 88", payment_terms="30 days", introduction="Dear", closing_text="Bye")
    QuoteLineFactory(quote=quote, quantity=Decimal("2.5"), unit="days", discount=Decimal(10), tax_rate=Decimal("19.5"))
    text = client.get(page(Quote, "change", quote.pk)).text
    for part in ["RFQ 88", "30 days", "Dear", "Bye", "Project-based line", "Fixed price", "2.5 days", "10%", "19.5%"]:
        assert part in text


def test_no_page_of_the_admin_asks_for_the_seller(client, django_assert_num_queries):
    with django_assert_num_queries(3):  # the session, the user, the latest actions
        client.get(reverse("admin:index"))
