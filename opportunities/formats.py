"""How the active language writes dates, instants and people."""

from datetime import date, datetime
from functools import lru_cache

from babel import Locale, dates
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# English is written as Europe writes it: "30 Nov 2026", "€184,000.00", and USD as "US$".
BABEL_LOCALES = {"en": "en_GB", "fr": "fr_FR"}


FIRST_LINE = 60  # characters


def current_locale() -> Locale:
    """The Babel locale of the active language."""
    return locale_of((get_language() or "en")[:2])


@lru_cache
def locale_of(language: str) -> Locale:
    return Locale.parse(BABEL_LOCALES[language])


def first_line(text: str) -> str:
    """The first line of a longer text, or its beginning: what the whole is called where it is spoken of."""
    return Truncator(text.strip().partition("\n")[0]).chars(FIRST_LINE)


def format_date(day: date | None) -> str:
    """A calendar date, "30 Nov 2026" or "30 nov. 2026"; "—" when it is not known."""
    return "—" if day is None else written_date(day, current_locale())


@lru_cache(maxsize=4096)  # pages have many dates, and few that differ
def written_date(day: date, locale: Locale) -> str:
    return dates.format_date(day, "d MMM y", locale=locale)


def format_instant(instant: datetime | None) -> str:
    """An instant in the user's time zone, to the minute: "19 Nov 2026, 16:40"; "—" when it is not known."""
    if instant is None:
        return "—"
    local = timezone.localtime(instant)
    return f"{format_date(local.date())}, {local:%H:%M}"


def person(user) -> str:
    """The name of `user`; what nobody did, an import did."""
    return (user.get_full_name() or user.get_username()) if user else _("an import")


def state_in_words(state: str, reason) -> str:
    """A state and its reason, "Lost · Price"; once where they are the same word, "Won"."""
    return " · ".join(dict.fromkeys([str(state), str(reason)]))
