"""Writing the lines of a draft in tests: what is sent, and what comes back."""

import json
import re
from decimal import Decimal

from django.urls import reverse

from opportunities.models import Quote, QuoteLine
from opportunities.tests.page import form_of

HTMX = {"HX-Request": "true"}
TYPED = {
    "kind": "project",
    "billing_method": "time_and_material",
    "product": "",
    "description": "On-call shift\r\nnights",
    "quantity": "2.5",
    "unit": "shift",
    "unit_price": "1,000.10",
    "discount": "10",
    "discount_kind": "percent",
    "tax_rate": "20",
}
STORED = {
    "kind": "project",
    "billing_method": "time_and_material",
    "product": None,
    "description": "On-call shift\nnights",
    "quantity": Decimal("2.5"),
    "unit": "shift",
    "unit_price": Decimal("1000.10"),
    "discount": Decimal(10),
    "discount_kind": "percent",
    "tax_rate": Decimal(20),
    "unit_cost": None,
}


def url(name: str, line: QuoteLine) -> str:
    return reverse(f"opportunities:{name}", args=[line.quote_id, line.pk])


def new_url(quote: Quote) -> str:
    return reverse("opportunities:quote_line_add", args=[quote.pk])


def order(quote: Quote) -> str:
    return "".join(quote.lines.values_list("description", flat=True))


def facts_of(line: QuoteLine) -> dict:
    line.refresh_from_db()
    return {name: getattr(line, name) for name in STORED}


def focus(response) -> str:
    return json.loads(response["HX-Trigger-After-Settle"])["line-focus"]["id"]


def errors(response) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def form_in(response) -> dict[str, str]:
    """What the form of the line would send if it was saved as it is."""
    return {name: value for name, value in form_of(response).items() if name != "csrfmiddlewaretoken"}
