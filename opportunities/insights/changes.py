"""What changed on the pipeline since a day, from the timeline: what counts is how a deal was then and how it is now.

A deal that grew and shrank is counted by its net change, and one that was closed and reopened not at all; one that is
new is not also moved, grown, shrunk or postponed. What an import brought in closed changed when it was closed, not when
it was imported. Two statements, however many deals. Of more than MOST events the latest are told: what changed since
the first day that they have all of, which takes two statements more.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from opportunities.models import OpportunityClose, State, TimelineEvent
from opportunities.models.timeline import as_data

MOST = 20_000  # events
NEW, MOVED, GROWN, SHRUNK, POSTPONED = "new", "moved", "grown", "shrunk", "postponed"
WON, LOST, REOPENED = "won", "lost", "reopened"
KINDS = {
    NEW: pgettext_lazy("opportunities", "New"),
    MOVED: gettext_lazy("Moved to another stage"),
    GROWN: gettext_lazy("Estimated revenue grown"),
    SHRUNK: gettext_lazy("Estimated revenue shrunk"),
    POSTPONED: gettext_lazy("Estimated close date moved"),
    WON: pgettext_lazy("opportunities", "Won"),
    LOST: pgettext_lazy("opportunities", "Lost"),
    REOPENED: pgettext_lazy("opportunities", "Reopened"),
}
Kind = TimelineEvent.Kind
CLOSINGS = [Kind.CLOSED, Kind.CORRECTED, Kind.REOPENED, Kind.UNDONE]
TELLING = [Kind.CREATED, Kind.IMPORTED, Kind.EDITED, *CLOSINGS]
DATA_OF_EDITS = Case(When(kind=Kind.EDITED, then="data"))  # reading that of the others takes time for nothing
FACTS = [  # of an event's opportunity, in the order of Deal
    "opportunity_id",
    "opportunity__currency",
    "opportunity__state",
    "opportunity__stage__name",
    "opportunity__estimated_revenue",
    "opportunity__estimated_close_date",
    "opportunity__actual_revenue",
    "opportunity__closed_on",
]


class TooManyEvents(Exception):
    """More happened today than is told at once."""


class Deal(NamedTuple):
    """An opportunity as it is now."""

    pk: int
    currency: str
    state: str
    stage: str
    estimated_revenue: Decimal | None
    estimated_close_date: date | None
    actual_revenue: Decimal | None
    closed_on: date | None


@dataclass
class Story:
    """What the timeline tells of a deal.

    Whether it is new or comes from an import, and whether it was closed or reopened; and what each edited field was
    before its first edit.
    """

    deal: Deal
    is_new: bool = False
    is_imported: bool = False
    has_closings: bool = False
    stage_from: str = ""
    stage_to: str = ""
    before: dict = field(default_factory=dict)

    def edit(self, data: dict) -> None:
        if "stage_to" in data:
            self.stage_from, self.stage_to = self.stage_from or data["stage_from"], data["stage_to"]
        for name, before, _after in data.get("changes", []):
            self.before.setdefault(name, before)


@dataclass(frozen=True)
class Change:
    """How `deal` changed: what it was and is, as the timeline keeps values, and the amount that counts for it.

    Both are states where it was won, lost or reopened. The amount is the difference of its estimates where it grew or
    shrank, its actual revenue where it was won, and its estimate otherwise; None where it is not known.
    """

    kind: str
    deal: Deal
    before: object
    after: object
    amount: Decimal | None


def changes_since(day: date, events: QuerySet) -> tuple[date, list[Change]]:
    """What changed since the beginning of a day, in the user's time zone, by those of `events`.

    The day is `day`, or a later one where more than MOST events happened since. Raises TooManyEvents.
    """
    telling = events.filter(at__gte=start_of(day), kind__in=TELLING).order_by("-at", "-pk")
    told = list(telling.values_list("kind", DATA_OF_EDITS, *FACTS)[: MOST + 1])
    if len(told) > MOST:
        day = day_after(telling[MOST].at)
        told = told[: telling.filter(at__gte=start_of(day)).count()]
    stories = read(reversed(told))
    closed = closed_at(start_of(day), [pk for pk, story in stories.items() if story.has_closings])
    found = []
    for pk, story in stories.items():
        if not (story.is_imported and story.deal.closed_on and story.deal.closed_on < day):  # over before that day
            found += changes_of(story, closed.get(pk, State.OPEN.value))
    return day, found


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def day_after(instant: datetime) -> date:
    day = timezone.localdate(instant) + timedelta(days=1)
    if day > timezone.localdate():
        raise TooManyEvents
    return day


def read(events: Iterable[tuple]) -> dict[int, Story]:
    """The stories of opportunities by id, from kind, data and facts of events in their order."""
    stories: dict[int, Story] = {}
    for kind, data, *facts in events:
        story = stories.get(facts[0])
        if story is None:
            story = stories[facts[0]] = Story(Deal(*facts))
        if kind in (Kind.CREATED, Kind.IMPORTED):
            story.is_new, story.is_imported = True, kind == Kind.IMPORTED
        elif kind == Kind.EDITED:
            story.edit(data)
        else:
            story.has_closings = True
    return stories


def closed_at(instant: datetime, ids: Collection[int]) -> dict[int, str]:
    """How those of the opportunities with `ids` that were closed at `instant` were closed then, by id."""
    closings = OpportunityClose.objects.filter(
        Q(reopened_at=None) | Q(reopened_at__gte=instant), opportunity__in=ids, closed_at__lt=instant
    )
    return dict(closings.order_by().values_list("opportunity_id", "outcome"))


def changes_of(story: Story, state_before: str) -> list[Change]:
    deal, estimate = story.deal, story.deal.estimated_revenue
    found = [Change(NEW, deal, None, {"name": deal.stage}, estimate)] if story.is_new else edits(story)
    if deal.state != state_before:
        kind = {State.WON: WON, State.LOST: LOST, State.OPEN: REOPENED}[State(deal.state)]
        amount = deal.actual_revenue if kind == WON else estimate
        found.append(Change(kind, deal, state_before, deal.state, amount))
    return found


def edits(story: Story) -> list[Change]:
    """How a deal that is not new was edited, all edits together."""
    deal, before, found = story.deal, story.before, []
    estimate = deal.estimated_revenue
    if story.stage_from != story.stage_to:
        found.append(Change(MOVED, deal, {"name": story.stage_from}, {"name": story.stage_to}, estimate))
    if "estimated_revenue" in before and "currency" not in before:  # another currency is nothing to compare with
        was = before["estimated_revenue"]
        difference = (estimate or Decimal(0)) - (Decimal(was["amount"]) if was else Decimal(0))
        if difference:
            kind = GROWN if difference > 0 else SHRUNK
            found.append(Change(kind, deal, was, in_data(deal, estimate), difference))
    if "estimated_close_date" in before:
        now = in_data(deal, deal.estimated_close_date)
        if before["estimated_close_date"] != now:
            found.append(Change(POSTPONED, deal, before["estimated_close_date"], now, estimate))
    return found


def in_data(deal: Deal, value):
    return as_data(value, deal.currency)
