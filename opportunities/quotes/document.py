"""A quote as it is printed: every text ready in the active language, the same for the PDF and for the print view.

What a line costs is no part of it.
"""

import re
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from opportunities.formats import format_date, person
from opportunities.models import DiscountKind, Quote, QuoteLine, Seller
from opportunities.money import format_money, format_percent, format_quantity
from opportunities.quotes.pricing import TaxSum, Totals, price, total_up

# Control characters, the byte order mark and what is no character: nothing to see, and PDF/UA refuses them.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")


def document_of(quote: Quote, seller: Seller) -> dict:
    """What is printed of `quote`, as JSON holds it: texts, and lists of them.

    `quote` has its opportunity with the account, contact and owner; its lines are read here, in one query.
    """
    currency = quote.opportunity.currency
    lines = list(quote.lines.all())
    totals = total_up(lines, currency)
    is_discounted, is_taxed = totals.discount > 0, any(tax.rate for tax in totals.taxes)
    heads = columns(is_discounted, is_taxed)
    return printable(
        {
            "language": get_language(),
            "title": _("Quote %(quote)s") % {"quote": quote},
            "name": quote.name,
            "watermark": quote.get_status_display() if quote.is_draft else "",
            "paging": _("%(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
            "seller": {
                "name": seller.name,
                "address": seller.address,
                "footer": seller.footer,
                "logo": _("Logo of %(seller)s") % {"seller": seller.name} if seller.logo else "",
            },
            "customer": customer(quote),
            "facts": facts(quote),
            "introduction": quote.introduction,
            "columns": list(heads.values()),
            "lines": [printed_line(number, line, currency, heads) for number, line in enumerate(lines, 1)],
            "sums": sums(totals, currency, is_discounted, is_taxed),
            "payment_terms": [_("Payment terms"), quote.payment_terms] if quote.payment_terms else [],
            "closing_text": quote.closing_text,
        }
    )


def customer(quote: Quote) -> list[str]:
    """To whom the quote goes, line by line."""
    account, contact = quote.opportunity.account, quote.opportunity.contact
    return [text for text in (account and account.name, contact and contact.name, contact and contact.email) if text]


def facts(quote: Quote) -> list[list[str]]:
    """The label and the value of each thing that is known of the quote as a whole."""
    owner = quote.opportunity.owner
    day = timezone.localdate(quote.activated_at) if quote.activated_at else quote.is_draft and timezone.localdate()
    known = [
        (_("Number"), str(quote)),
        (_("Status"), quote.is_draft and quote.get_status_display()),
        (_("Date"), day and format_date(day)),
        (_("Valid from"), quote.valid_from and format_date(quote.valid_from)),
        (_("Valid until"), quote.valid_until and format_date(quote.valid_until)),
        (_("Your reference"), quote.customer_reference),
        (_("Your contact"), "\n".join(filter(None, [person(owner), owner.email])) if owner else ""),
    ]
    return [[label, value] for label, value in known if value]


def columns(is_discounted: bool, is_taxed: bool) -> dict[str, str]:
    """The heads of the table of lines, by name; without discounts or taxes their columns are left out."""
    return {
        "number": pgettext("abbreviation of number", "No."),
        "description": _("Description"),
        "quantity": _("Quantity"),
        "unit_price": _("Unit price"),
        **({"discount": _("Discount")} if is_discounted else {}),
        **({"tax": _("Tax")} if is_taxed else {}),
        "net": pgettext("amount", "Net"),
    }


def printed_line(number: int, line: QuoteLine, currency: str, heads: dict[str, str]) -> dict:
    """A line; `cells` are the head and the text of each column right of its description."""
    cells = {
        "quantity": quantity_of(line),
        "unit_price": format_money(line.unit_price, currency),
        "discount": discount_of(line, currency),
        "tax": format_percent(line.tax_rate),
        "net": format_money(price(line, currency).net, currency),
    }
    return {
        "number": str(number),
        "description": line.description,
        "billing": line.get_billing_method_display(),
        "cells": [[heads[name], text] for name, text in cells.items() if name in heads],
    }


def quantity_of(line: QuoteLine) -> str:
    """The quantity with its unit: "2.5 days"."""
    return f"{format_quantity(line.quantity)} {line.unit}".strip()


def discount_of(line: QuoteLine, currency: str) -> str:
    """The discount as it was given, "10%" or "-€50.00"; "" for none."""
    if not line.discount:
        return ""
    if line.discount_kind == DiscountKind.PERCENT:
        return format_percent(line.discount)
    return format_money(-line.discount, currency)


def sums(totals: Totals, currency: str, is_discounted: bool, is_taxed: bool) -> list[list[str]]:
    """The label and the amount of each sum below the lines; the last is what the customer pays."""
    rows = []
    if is_discounted:
        rows += [(_("Subtotal"), totals.gross), (_("Discount"), -totals.discount)]
    if is_taxed:
        rows += [(_("Net total"), totals.net), *((tax_label(tax, currency), tax.tax) for tax in totals.taxes)]
    rows.append((_("Total including tax") if is_taxed else _("Total"), totals.total))
    return [[label, format_money(amount, currency)] for label, amount in rows]


def tax_label(tax: TaxSum, currency: str) -> str:
    return _("Tax %(rate)s on %(net)s") % {"rate": format_percent(tax.rate), "net": format_money(tax.net, currency)}


def printable(value):
    """`value` with every kind of line break in its texts as "\\n", and without what cannot be printed."""
    if isinstance(value, dict):
        return {name: printable(part) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [printable(part) for part in value]
    return UNPRINTABLE.sub("", "\n".join(str(value).splitlines()).replace("\t", " "))
