"""Numbers and dates in forms: what is understood, what is refused, and how they are shown."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from opportunities.fields import AmountField, DateField, QuantityField, TextField


class PriceForm(forms.Form):
    amount = AmountField(required=False)
    quantity = QuantityField(required=False)
    valid_until = DateField(required=False)


def refusal(field: forms.Field, typed: str) -> tuple[str, str]:
    """The code and the words with which `field` refuses `typed`."""
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    [error] = refused.value.error_list
    return error.code, refused.value.messages[0]


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        ("en", "1,234.50", Decimal("1234.50")),
        ("en", "1234.5", Decimal("1234.5")),
        ("en", "  0 ", Decimal("0")),
        ("en", "999,999,999,999.99", Decimal("999999999999.99")),
        ("fr", "1234,5", Decimal("1234.5")),
        ("fr", "1 234,50", Decimal("1234.50")),
        ("fr", "1\u00a0234,50", Decimal("1234.50")),  # no-break space
        ("fr", "1\u202f234,50", Decimal("1234.50")),  # narrow no-break space, as it is shown
        ("fr", "1\u2009234\u2009567,5", Decimal("1234567.5")),  # thin space
    ],
)
def test_an_amount_is_understood_as_the_language_writes_it(language, typed, amount):
    with translation.override(language):
        assert AmountField().clean(typed) == amount


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "1234,5"),  # never 12345
        ("en", "1 234,50"),
        ("en", "1.234.567"),
        ("fr", "1,234.50"),
        ("fr", "1 2 3"),
        *[("en", typed) for typed in ["NaN", "Infinity", "1e5", "0x1F", "1_000", "١٢", "１２", "€5", "five", "1\x002"]],
        *[("fr", typed) for typed in ["NaN", "1e5", "١٢"]],
    ],
)
def test_what_is_not_a_number_is_refused_with_an_example(language, typed):
    example = {"en": "1,234.50", "fr": "1\u202f234,50"}[language]
    with translation.override(language):
        for field in (AmountField(), QuantityField()):
            code, words = refusal(field, typed)
            assert code == "invalid"
            assert example in words


@pytest.mark.parametrize("length", [51, 100_000])
def test_a_text_too_long_for_any_number_is_refused(length):
    for field in (AmountField(), QuantityField()):
        assert refusal(field, "9" * length) == ("long", "This number is too long.")


@pytest.mark.parametrize(
    ("currency", "typed", "code", "words"),
    [
        ("EUR", "-1", "negative", "Enter an amount of 0 or more."),
        ("EUR", "\u22121", "negative", "Enter an amount of 0 or more."),  # a typographic minus
        ("EUR", "1,000,000,000,000", "huge", "Enter an amount of at most 999,999,999,999."),
        ("EUR", "9" * 50, "huge", "Enter an amount of at most 999,999,999,999."),
        ("EUR", "0.001", "precision", "EUR amounts have at most 2 decimals."),
        ("JPY", "0.5", "precision", "JPY amounts have at most 0 decimals."),
        ("TND", "0.0001", "precision", "TND amounts have at most 3 decimals."),
    ],
)
def test_an_amount_that_its_currency_does_not_allow_is_refused(currency, typed, code, words):
    assert refusal(AmountField(currency=currency), typed) == (code, words)


def test_the_currency_of_a_field_can_be_set_later():
    # given
    field = AmountField(currency="JPY")
    # when
    field.currency = "TND"
    # then
    assert field.clean("1.125") == Decimal("1.125")


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("0", "positive", "Enter a quantity above 0."),
        ("-2", "positive", "Enter a quantity above 0."),
        ("1,000,000,000", "huge", "Enter a quantity of at most 999,999,999.999."),
        ("0.0001", "precision", "A quantity has at most 3 decimals."),
    ],
)
def test_a_quantity_out_of_bounds_is_refused(typed, code, words):
    assert refusal(QuantityField(), typed) == (code, words)


def test_a_quantity_has_up_to_three_decimals():
    assert QuantityField().clean("999,999,999.999") == Decimal("999999999.999")


@pytest.mark.parametrize("field", [AmountField(), QuantityField()])
def test_an_empty_number_is_refused_only_where_it_is_required(field):
    assert refusal(field, "  ") == ("required", "This field is required.")
    assert type(field)(required=False).clean("") is None


@pytest.mark.parametrize(
    ("language", "field", "value", "shown"),
    [
        ("en", AmountField(), Decimal("1234567.5"), "1,234,567.50"),
        ("fr", AmountField(), Decimal("1234567.5"), "1\u202f234\u202f567,50"),
        ("en", AmountField(currency="JPY"), Decimal("1234.000"), "1,234"),
        ("fr", AmountField(currency="TND"), Decimal("0.125"), "0,125"),
        ("en", QuantityField(), Decimal("1234.500"), "1,234.5"),
        ("fr", QuantityField(), Decimal("2.000"), "2"),
    ],
)
def test_a_number_is_shown_as_the_language_writes_it_and_understood_again(language, field, value, shown):
    with translation.override(language):
        assert field.prepare_value(value) == shown
        assert field.clean(shown) == value


def test_what_was_typed_comes_back_as_it_was_typed():
    # given
    form = PriceForm({"amount": " 1234,5x", "quantity": "٢", "valid_until": "2026-02-30"})
    # when
    assert not form.is_valid()
    # then
    assert [form[name].value() for name in form.fields] == [" 1234,5x", "٢", "2026-02-30"]
    assert form.errors["valid_until"] == ["Enter a date that exists, such as 2026-11-30."]


def test_a_number_that_is_only_written_differently_has_not_changed():
    initial = {"amount": Decimal("1234.500"), "quantity": Decimal("2.000")}
    assert PriceForm({"amount": "1,234.5", "quantity": "2"}, initial=initial).changed_data == []
    assert PriceForm({"amount": "1,234.6", "quantity": "x"}, initial=initial).changed_data == ["amount", "quantity"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_date_is_written_for_the_browsers_own_field(language):
    with translation.override(language):
        form = PriceForm(initial={"valid_until": date(2026, 11, 30)})
        assert 'type="date"' in str(form["valid_until"])
        assert 'value="2026-11-30"' in str(form["valid_until"])
        assert DateField().clean("2026-11-30") == date(2026, 11, 30)


def test_a_text_that_is_too_long_is_refused_in_words_instead_of_cut_off_by_the_browser():
    field = TextField(max_length=3)

    assert "maxlength" not in field.widget.attrs
    assert refusal(field, "a\r\nbc") == ("max_length", "Ensure this value has at most 3 characters (it has 4).")
