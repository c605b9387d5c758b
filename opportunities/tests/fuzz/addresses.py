"""Every address of the project, from its resolver, and what its pages say that one may send to each."""

import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.urls import get_resolver

READ = re.compile(r'(?:GET|POST)(?:\.get|\.getlist)?[(\[]"(\w+)"')


def templates(patterns=None, before: str = "/") -> Iterator[str]:
    """The addresses with `<names>` in the place of keys: "/quotes/<pk>/lines/<line_pk>/"."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", str(pattern.pattern))
        text = re.sub(r"<\w+:(\w+)>", r"<\1>", text).lstrip("^").rstrip("$")
        if hasattr(pattern, "url_patterns"):
            yield from templates(pattern.url_patterns, before + text)
        else:
            yield before + text


def parameters_in_code() -> list[str]:
    """The names that the code reads from a request."""
    files = Path(settings.BASE_DIR, "opportunities").rglob("*.py")
    return sorted({name for file in files if "tests" not in file.parts for name in READ.findall(file.read_text())})


def without_keys(path: str) -> str:
    return re.sub(r"/\d+(?=/|$)", "/<>", path)


class Pages(HTMLParser):
    """Collects from pages which fields their forms send where, and which parameters their links have."""

    def __init__(self):
        super().__init__()
        self.sent, self.asked = defaultdict(dict), defaultdict(dict)  # fields by address without keys
        self.page = self.select = self.textarea = ""
        self.form: dict[str, str] = {}

    def read(self, path: str, html: str) -> None:
        self.page, self.form = path, {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attrs = {name: value or "" for name, value in attributes}
        for link in (attrs.get(name, "") for name in ("href", "hx-get", "hx-post", "formaction")):
            address = urlsplit(link) if link.startswith(("/", "?")) else urlsplit("")
            if address.query:
                self.asked[without_keys(address.path or self.page)].update(parse_qsl(address.query))
        name = attrs.get("name", "")
        if tag == "form":
            address = urlsplit(attrs.get("action") or self.page).path or self.page
            fields = self.sent if attrs.get("method", "").lower() == "post" else self.asked
            self.form = fields[without_keys(address)]
        elif tag in ("input", "button") and name and "csrf" not in name:
            is_off = attrs.get("type") in ("checkbox", "radio") and "checked" not in attrs
            if not is_off or name not in self.form:
                self.form[name] = attrs.get("value", "on")
        elif tag == "select" and name:
            self.select, self.form[name] = name, ""
        elif tag == "option" and self.select and ("selected" in attrs or not self.form.get(self.select)):
            self.form[self.select] = attrs.get("value", "")
        elif tag == "textarea" and name:
            self.textarea, self.form[name] = name, ""

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""
        elif tag == "form":
            self.form = {}

    def handle_data(self, data):
        if self.textarea:
            self.form[self.textarea] += data
