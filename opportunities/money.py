"""Amounts of money: what a currency allows, and how a user's language writes and types them.

An amount is a Decimal in the units of its currency (not cents). What is stored has at most three
decimals (TND has three) and at most fifteen digits before them: SQLite keeps decimals as REAL, which
is exact to that point and no further.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    NumberFormatError,
    NumberPattern,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
    parse_decimal,
    parse_pattern,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.formats import current_locale

MAX_DIGITS, DECIMAL_PLACES = 18, 3
MAX_AMOUNT = Decimal("999999999999.999")  # design: what both databases keep and add up exactly
MAX_QUANTITY = Decimal("999999999.999")
AMOUNTS = (Decimal(0), MAX_AMOUNT)  # a constraint needs the upper bound too: PostgreSQL's NaN is more than any number
CURRENCIES = [
    ("EUR", gettext_lazy("Euro (EUR)")),
    ("USD", gettext_lazy("US dollar (USD)")),
    ("GBP", gettext_lazy("Pound sterling (GBP)")),
    ("CHF", gettext_lazy("Swiss franc (CHF)")),
    ("CAD", gettext_lazy("Canadian dollar (CAD)")),
    ("JPY", gettext_lazy("Japanese yen (JPY)")),
    ("TND", gettext_lazy("Tunisian dinar (TND)")),
]


def minor_units(currency: str) -> int:
    """How many decimals an amount of `currency` may have: EUR 2, JPY 0, TND 3."""
    return get_currency_precision(currency)


def format_money(amount: Decimal | None, currency: str) -> str:
    """`amount` with its currency as the active language writes it; "—" when it is not known."""
    return "—" if amount is None else written_money(amount, currency, current_locale())


@lru_cache(maxsize=4096)  # pages have many amounts, and show them again and again
def written_money(amount: Decimal, currency: str, locale: Locale) -> str:
    return currency_pattern(currency, locale).apply(amount, locale, currency=currency)


@lru_cache
def currency_pattern(currency: str, locale: Locale) -> NumberPattern:
    pattern = locale.currency_formats["standard"].pattern
    if get_currency_symbol(currency, locale)[-1].isalpha():  # "CHF 1", as the locales' rules have it, not "CHF1"
        pattern = re.sub("¤(?=[#0])", "¤\u00a0", pattern)
    return parse_pattern(pattern)


def format_amount(amount: Decimal | None, currency: str) -> str:
    """`amount` without its currency, as a form field shows it and `parse_amount` reads it; "" for None."""
    if amount is None:
        return ""
    decimals = minor_units(currency)
    return format_decimal(amount, "#,##0." + "0" * decimals if decimals else "#,##0", locale=current_locale())


def format_quantity(quantity: Decimal) -> str:
    """`quantity` with the decimals that it has, at most three, as `parse_decimal_text` reads it."""
    return format_decimal(quantity, "#,##0.###", locale=current_locale())


def format_percent(percentage: Decimal, decimals: int = 3) -> str:
    """`percentage` as the active language writes it, "5.5%" or "5,5 %", with at most so many decimals."""
    locale = current_locale()
    pattern = locale.percent_formats[None].pattern.replace("#,##0", "#,##0." + "#" * decimals)
    return format_decimal(percentage / 100, pattern, locale=locale)


def parse_decimal_text(text: str) -> Decimal:
    """The number typed in the active language ("1 234,50" in French, "1,234.50" in English).

    Raises ValidationError for what is not such a number; "1234,5" in English is refused, never 12345.
    """
    locale = current_locale()
    group, decimal = (locale.number_symbols["latn"][name] for name in ("group", "decimal"))
    number = re.sub(r"\s", group, text.strip()).replace("\u2212", "-")
    try:
        # A number pad types a dot in French too; it is understood unless it could stand for thousands ("12.500").
        if not re.fullmatch(rf"-?([0-9][0-9{group}{decimal}]*|[0-9]+\.[0-9]{{1,2}})", number):
            raise InvalidOperation
        return parse_decimal(number, locale=locale, strict=True)
    except (NumberFormatError, InvalidOperation):
        example = format_decimal(Decimal("1234.5"), "#,##0.00", locale=locale)
        raise ValidationError(
            _("Enter a number, such as %(example)s.") % {"example": example}, code="invalid"
        ) from None


def check_amount(amount: Decimal, currency: str) -> None:
    """Raises ValidationError unless 0 ≤ `amount` ≤ MAX_AMOUNT in whole minor units of `currency`."""
    if not amount.is_finite() or amount < 0:
        raise ValidationError(_("Enter an amount of 0 or more."), code="negative")
    if amount > MAX_AMOUNT:
        raise ValidationError(
            _("Enter an amount of at most %(most)s.") % {"most": format_amount(Decimal("999999999999"), "JPY")},
            code="huge",
        )
    decimals = minor_units(currency)
    if amount != round(amount, decimals):
        raise ValidationError(
            _("%(currency)s amounts have at most %(decimals)s decimals.")
            % {"currency": currency, "decimals": decimals},
            code="precision",
        )
