"""Amounts: what each language writes it reads, and nothing is read as another number than it looks."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from opportunities.money import (
    CURRENCIES,
    MAX_AMOUNT,
    check_amount,
    format_amount,
    format_money,
    format_quantity,
    minor_units,
    parse_decimal_text,
)

LANGUAGES = ["en", "fr"]
SPACES = [" ", "\u00a0", "\u202f", "\u2009"]


@st.composite
def amounts(draw) -> tuple[Decimal, str]:
    """An amount that may be stored, and its currency."""
    currency = draw(st.sampled_from([code for code, _name in CURRENCIES]))
    amount = draw(st.decimals(0, MAX_AMOUNT, places=minor_units(currency), allow_nan=False))
    return amount, currency


def without_groups(text: str, language: str) -> str:
    for mark in [",", *SPACES] if language == "en" else SPACES:
        text = text.replace(mark, "")
    return text


@given(amounts(), st.sampled_from(LANGUAGES), st.sampled_from(SPACES))
def test_what_a_language_writes_it_reads(amount_and_currency, language, space):
    amount, currency = amount_and_currency
    with override(language):
        text = format_amount(amount, currency)
        assert parse_decimal_text(text) == amount
        assert parse_decimal_text(f" {text} ") == amount
        assert parse_decimal_text(without_groups(text, language)) == amount
        if language == "fr":
            assert parse_decimal_text(text.replace("\u202f", space)) == amount
        check_amount(parse_decimal_text(text), currency)


@given(st.decimals(0, 10**9, places=3), st.sampled_from(LANGUAGES))
def test_a_quantity_is_read_as_it_is_written(quantity, language):
    with override(language):
        assert parse_decimal_text(format_quantity(quantity)) == quantity


@given(st.text(max_size=30), st.sampled_from(LANGUAGES))
def test_any_text_is_a_number_or_a_validation_error(text, language):
    with override(language):
        try:
            number = parse_decimal_text(text)
        except ValidationError:
            return
    assert number.is_finite()


@given(st.text("0123456789., \u202f", max_size=12), st.sampled_from(LANGUAGES))
def test_what_is_read_has_the_digits_that_were_typed(text, language):
    """The decimals are what follows the last mark, and the marks before it are those of groups."""
    with override(language):
        try:
            number = parse_decimal_text(text)
        except ValidationError:
            return
    digits = "".join(character for character in text if character.isdigit())
    assert number == Decimal(int(digits)).scaleb(number.as_tuple().exponent)


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "1,234.50", "1234.50"),
        ("en", "1234.5", "1234.5"),
        ("en", "1 234.50", "1234.50"),
        ("en", "1,234", "1234"),
        ("en", "-5", "-5"),
        ("en", "\u22125", "-5"),
        *(("fr", f"1{space}234,50", "1234.50") for space in SPACES),
        ("fr", "1 234 567,1", "1234567.1"),
        ("fr", "1234,5", "1234.5"),
        ("fr", "1234.50", "1234.50"),
    ],
)
def test_a_number_is_understood(language, text, number):
    with override(language):
        assert parse_decimal_text(text) == Decimal(number)


NOT_NUMBERS = [
    "",
    "  ",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e5",
    "1E5",
    "0x10",
    "1_000",
    "--5",
    "5-",
    "€5",
    "٣",
    "１２",
    "½",
]
AMBIGUOUS = {
    "en": ["1234,5", "1,2", "12,34", "0,5", "1,234,5", "1.234,50", "1 2", "1,,234", "1.5.0", "1,234.5,0"],
    "fr": ["1,234.50", "12.500", "1.234", "1.234,50", "1 2", "12 34", "1,5,0", "1'234", "1 234.50"],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_number_of_the_language_is_refused(language):
    example = {"en": "1,234.50", "fr": "1\u202f234,50"}[language]
    for text in NOT_NUMBERS + AMBIGUOUS[language]:
        with override(language), pytest.raises(ValidationError) as refusal:
            parse_decimal_text(text)
        assert refusal.value.code == "invalid"
        assert example in refusal.value.messages[0]


@pytest.mark.parametrize("text", ["9" * 20_000, "1" + ",234" * 5_000, "1." + "0" * 20_000 + "1"])
def test_a_huge_text_is_refused(text):
    with pytest.raises(ValidationError):
        check_amount(parse_decimal_text(text), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("-0.01", "EUR", "negative"),
        ("NaN", "EUR", "negative"),
        ("sNaN", "EUR", "negative"),
        ("Infinity", "EUR", "negative"),
        ("1000000000000", "EUR", "huge"),
        ("999999999999.9991", "TND", "huge"),
        ("1E+1000000", "EUR", "huge"),
        ("0.001", "EUR", "precision"),
        ("0.1", "JPY", "precision"),
        ("0.0001", "TND", "precision"),
        ("1E-1000000", "EUR", "precision"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(amount, currency, code):
    with pytest.raises(ValidationError) as refusal:
        check_amount(Decimal(amount), currency)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("amount", "currency"), [("0", "EUR"), ("-0", "EUR"), ("999999999999.99", "EUR"), ("1.00", "JPY"), ("0.001", "TND")]
)
def test_an_amount_at_its_bound_is_allowed(amount, currency):
    check_amount(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("en", "EUR", "€1,234.50"),
        ("en", "JPY", "JP¥1,234"),
        ("en", "CHF", "CHF\u00a01,234.50"),
        ("fr", "EUR", "1\u202f234,50\u00a0€"),
        ("fr", "TND", "1\u202f234,500\u00a0TND"),
    ],
)
def test_money_is_written_as_the_language_does(language, currency, written):
    with override(language):
        assert format_money(Decimal("1234.5"), currency) == written


def test_what_is_not_known_is_written_as_such():
    assert (format_money(None, "EUR"), format_amount(None, "EUR")) == ("—", "")
