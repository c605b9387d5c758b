"""What templates need to write values in the user's language."""

import re
from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from opportunities import formats, money

register = template.Library()

register.filter("day", formats.format_date)
register.filter("instant", formats.format_instant)
register.filter("person", formats.person)
register.filter("money", money.format_money)
register.filter("quantity", money.format_quantity)
register.filter("percent", money.format_percent)
register.filter("first_line", formats.first_line)


@register.filter
def initials(user) -> str:
    """ "MR" for Marta Ruiz, "A" for a user without names."""
    names = user.get_full_name().split() or [user.get_username()]
    return "".join(name[0] for name in (names[0], *names[1:][-1:])).upper()


@register.filter
def attributes(attrs: dict) -> SafeString:
    """Those of a form field as HTML, each with a space before it; True is an attribute without a value."""
    given = ((name, value) for name, value in attrs.items() if value is not None and value is not False)
    parts = (f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in given)
    return mark_safe("".join(parts))  # noqa: S308 (escaped above)


@register.filter
def quote_link(quote) -> SafeString:
    """The number of `quote`, leading to it, and its revision."""
    return format_html(
        '<a class="strong text-nowrap" href="{}">{}</a> <span class="muted text-nowrap">{}</span>',
        quote.get_absolute_url(),
        quote.number,
        _("rev. %(revision)s") % {"revision": quote.revision},
    )


@register.filter
def quote_numbers(sentence: str) -> SafeString:
    """`sentence` with each quote number in it on one line, which browsers break at its hyphens."""
    return mark_safe(re.sub("Q-[0-9]+-[0-9]+", r'<span class="text-nowrap">\g<0></span>', escape(sentence)))  # noqa: S308


@register.simple_tag
@cache
def assets() -> SafeString:
    """The style sheets and scripts of every page; their addresses are the same as long as the process lives."""
    return render_to_string("_assets.html")


@register.simple_tag
def status(value: str, label: str) -> SafeString:
    """A status as text and colour: {% status quote.status quote.get_status_display %}."""
    return format_html('<span class="status status-{}">{}</span>', value, label)
