"""Looking at a page's form as a browser would send it."""

from html.parser import HTMLParser


class FormReader(HTMLParser):
    """Collects the successful controls of the closing forms on a page."""

    def __init__(self):
        super().__init__()
        self.fields, self.select, self.textarea, self.options = {}, None, None, []
        self.is_search = False  # a form that only asks, such as the search in the top bar

    def handle_starttag(self, tag, attributes):
        attrs = dict(attributes)
        name, kind = attrs.get("name"), attrs.get("type", "text")
        if tag == "form":
            self.is_search = attrs.get("role") == "search"
        if self.is_search:
            return
        if tag == "input" and name:
            is_off = kind in {"checkbox", "radio"} and "checked" not in attrs
            if kind != "submit" and not is_off:
                self.fields[name] = attrs.get("value", "on" if kind == "checkbox" else "")
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((attrs.get("value", ""), "selected" in attrs))
        elif tag == "textarea":
            self.textarea, self.fields[name] = name, ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.is_search = False
        if tag == "select" and self.select:
            chosen = [value for value, is_selected in self.options if is_selected] or [self.options[0][0]]
            self.fields[self.select], self.select = chosen[-1], None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.fields[self.textarea] += data


def form_of(response) -> dict[str, str]:
    """The fields of the form in `response` with the values a browser would send."""
    reader = FormReader()
    reader.feed(response.content.decode())
    return {
        name: value.removeprefix("\r\n").removeprefix("\n") if isinstance(value, str) else value
        for name, value in reader.fields.items()
    }
