"""Quick search: the opportunities, accounts and quotes that have every word of what is typed, a few of each."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from opportunities.models import Account, Opportunity, Quote, search

LENGTH = 200  # characters; no topic, name or number is longer
AT_ONCE = 5  # of each kind, as one types


@dataclass(frozen=True)
class Group:
    """Found rows of one kind, and the address of the list that has them all ("" where there is none)."""

    kind: str
    label: str
    rows: list
    everything: str = ""


def is_enough(text: str) -> bool:
    """Whether `text` has a word that an index finds; what is shorter is in nearly everything."""
    return any(search.is_indexed(word) for word in search.words_of(text))


def find(text: str, most: int = AT_ONCE) -> list[Group]:
    """The kinds of which something was found, at most `most` of each, the latest first; accounts by name."""
    if len(text) > LENGTH or not is_enough(text):
        return []
    query = urlencode({"q": text, "owner": "all", "state": "all"})
    opportunities = Opportunity.objects.search(text).select_related("account", "status_reason", "stage")
    accounts = Account.objects.current().search(text).order_by("folded_name", "pk")
    groups = [
        Group(
            "opportunity",
            _("Opportunities"),
            list(opportunities.order_by("-pk")[:most]),
            f"{reverse('opportunities:list')}?{query}",
        ),
        Group("account", _("Accounts"), list(accounts[:most])),
        Group("quote", _("Quotes"), quotes(text, most), f"{reverse('opportunities:quotes')}?{query}"),
    ]
    return [group for group in groups if group.rows]


def quotes(text: str, most: int) -> list[Quote]:
    """First those whose number was typed, then others."""
    found = texts_aside(Quote.objects.all())
    numbered = list(found.filter(number__in=search.whole_numbers(text.strip())).order_by("-pk")[:most])
    others = found.search(text).exclude(pk__in=[quote.pk for quote in numbered])
    return numbered + list(others.order_by("-pk")[: most - len(numbered)])


def texts_aside(found: QuerySet) -> QuerySet:
    return found.select_related("opportunity").defer("introduction", "closing_text")
