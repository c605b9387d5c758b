"""What the tests of quotes' pages read off an answer."""

import json
import re

from django.contrib.messages import get_messages

HTMX = {"HX-Request": "true"}
LONG = "x" * 10_000


def words(response) -> str:
    """The words of the page, one space between them."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def over(page: str) -> dict[str, str]:
    """The headers of htmx on that page."""
    return HTMX | {"HX-Current-URL": f"http://testserver{page}"}


def leads_to(response) -> str:
    """Where the answer sends the browser, with htmx and without."""
    return json.loads(response["HX-Location"])["path"] if "HX-Location" in response else response.url
