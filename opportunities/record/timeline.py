"""The timeline of an opportunity: all that happened or one kind of it, a page at a time."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import DateTimeField, Q
from django.utils.translation import gettext_lazy as _

from opportunities.models import Opportunity, TimelineEvent
from opportunities.models.prepared import Given, Prepared

EVENTS = 50  # on a page
ALL = "all"
Kind = TimelineEvent.Kind
# What an address may ask for, with its label and the events that it shows.
FILTERS = {
    ALL: (_("All"), Q()),
    "notes": (_("Notes"), Q(kind=Kind.NOTE)),
    "stages": (_("Stage moves"), Q(data__has_key="stage_to")),
    "quotes": (_("Quotes"), Q(kind__startswith="quote_")),
    "closings": (_("Closings"), Q(kind__in=[Kind.CLOSED, Kind.UNDONE, Kind.REOPENED, Kind.CORRECTED])),
    "changes": (_("Changes"), Q(kind=Kind.EDITED)),
}

# By what is shown: the latest events, and those before an event; one more than a page has, where there are more.
EVERY_EVENT = TimelineEvent.objects.filter(opportunity=Given("opportunity")).with_stage_times().select_related("by")
AT = Given("at", DateTimeField())
BEFORE = EVERY_EVENT.filter(at__lte=AT).exclude(at=AT, pk__gte=Given("pk"))
LATEST = {show: Prepared(EVERY_EVENT.filter(is_shown)[: EVENTS + 1]) for show, (_label, is_shown) in FILTERS.items()}
OLDER = {show: Prepared(BEFORE.filter(is_shown)[: EVENTS + 1]) for show, (_label, is_shown) in FILTERS.items()}


@dataclass(frozen=True)
class Timeline:
    """One page of the events of one kind, latest first."""

    show: str
    events: list[TimelineEvent]
    has_newer: bool
    has_older: bool

    @property
    def filters(self) -> list[tuple[str, str, str]]:
        """What may be asked for: its name, its label, and how an address asks for it."""
        return [(name, label, query_of(name)) for name, (label, _events) in FILTERS.items()]

    @property
    def query(self) -> str:
        """Leads to the latest events."""
        return query_of(self.show)

    @property
    def older_query(self) -> str:
        return query_of(self.show, before=self.events[-1].pk)


def query_of(show: str, **place: int) -> str:
    """The query of an address that asks for the events `show`; "" for all from the latest on."""
    asked = ({} if show == ALL else {"timeline": show}) | place
    return f"?{urlencode(asked)}" if asked else ""


def timeline_of(opportunity: Opportunity, show: str, before: str) -> Timeline:
    """The latest events of the kind `show`, or those before the event with the id `before`.

    What makes no sense shows all of them, from the latest on.
    """
    show = show if show in FILTERS else ALL
    last_event = event_of(opportunity, before)
    events = events_of(opportunity, show, last_event)
    for event in events:
        event.opportunity = opportunity
    return Timeline(show, events[:EVENTS], has_newer=last_event is not None, has_older=len(events) > EVENTS)


def event_of(opportunity: Opportunity, pk: str) -> TimelineEvent | None:
    """The event of `opportunity` with that id; None for an id of another one, and for what is none."""
    return opportunity.timeline.filter(pk=pk).first() if re.fullmatch("[0-9]{1,18}", pk) else None


def events_of(opportunity: Opportunity, show: str, before: TimelineEvent | None) -> list[TimelineEvent]:
    """A page of the events before `before`, and one more where there are older ones."""
    if before:
        return OLDER[show](opportunity=opportunity.pk, at=before.at, pk=before.pk)
    return LATEST[show](opportunity=opportunity.pk)
