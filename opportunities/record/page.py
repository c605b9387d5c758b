"""What the page of an opportunity says: read here in a number of queries that does not grow with its rows."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.closing.facts import distance_from_estimate
from opportunities.formats import person, state_in_words
from opportunities.models import Opportunity, OpportunityClose, Quote, QuoteClose, Stage, TimelineEvent
from opportunities.permissions import may

EVENTS = 50  # on a page of the timeline


@dataclass(frozen=True)
class ClosingStory:
    """One closing, what became of each quote, and how far the revenue was from the estimate."""

    closing: OpportunityClose
    quotes: list[QuoteClose]

    @property
    def outcome(self) -> str:
        return self.closing.outcome_in_words

    @property
    def distance(self) -> str:
        if self.closing.actual_revenue is None:
            return ""
        return distance_from_estimate(self.closing.actual_revenue, self.closing.estimated_revenue)


def opportunities() -> QuerySet:
    """Opportunities as their page needs them; `stage_since` is when a person moved the stage last, or None."""
    moves = TimelineEvent.objects.filter(opportunity=OuterRef("pk"), data__has_key="stage_to").values("at")
    return Opportunity.objects.with_facts().annotate(stage_since=Subquery(moves[:1]))


def page_of(opportunity: Opportunity, user, before: str) -> dict:
    """The context of the page of `opportunity`, one of `opportunities()`, as `user` may see and use it.

    Its timeline is the latest events, or those before the event with the id `before`.
    """
    quotes = in_families(opportunity.quotes.all())
    open_quotes = [quote for quote in quotes if quote.is_open]
    last_event = event_of(opportunity, before)
    events = timeline(opportunity, last_event)
    stories = closing_stories(opportunity)
    actions = actions_of(opportunity, user, stories)
    return {
        "opportunity": opportunity,
        "actions": actions,
        "who_may": "" if any(actions.values()) else who_may(opportunity),
        "may_write": may(user, "change", opportunity),
        "state": state_in_words(opportunity.get_state_display(), opportunity.status_reason),
        "stages": Stage.objects.all(),
        "days_in_stage": days_in_stage(opportunity),
        "is_overdue": is_overdue(opportunity),
        "quotes": quotes,
        "open_quotes": len(open_quotes),
        "open_total": sum((quote.total for quote in open_quotes), Decimal(0)),
        "events": events[:EVENTS],
        "has_older_events": len(events) > EVENTS,
        "has_newer_events": last_event is not None,
        "closing": None if opportunity.is_open else stories[0],
        "earlier_closings": stories if opportunity.is_open else stories[1:],
    }


def in_families(quotes: Iterable[Quote]) -> list[Quote]:
    """`quotes` by number, each number's latest revision first; the numbers with an open quote before the others."""
    quotes = list(quotes)
    open_numbers = {quote.number for quote in quotes if quote.is_open}
    return sorted(quotes, key=lambda quote: (quote.number not in open_numbers, quote.number, -quote.revision))


def event_of(opportunity: Opportunity, pk: str) -> TimelineEvent | None:
    """The event of `opportunity` with that id; None for an id of another one, and for what is none."""
    return opportunity.timeline.filter(pk=pk).first() if re.fullmatch("[0-9]{1,18}", pk) else None


def timeline(opportunity: Opportunity, before: TimelineEvent | None) -> list[TimelineEvent]:
    """A page of the events before `before`, latest first, and one more where there are older ones."""
    events = opportunity.timeline.select_related("by")
    if before:
        events = events.filter(at__lte=before.at).exclude(at=before.at, pk__gte=before.pk)
    return list(events[: EVENTS + 1])


def closing_stories(opportunity: Opportunity) -> list[ClosingStory]:
    """The closings of `opportunity`, latest first; that of a closed one is the first of them."""
    closings = opportunity.closings.select_related("status_reason", "competitor", "closed_by", "reopened_by")
    quotes = defaultdict(list)
    records = QuoteClose.objects.filter(opportunity_close__opportunity=opportunity)
    for record in records.select_related("quote").order_by("quote"):
        quotes[record.opportunity_close_id].append(record)
    return [ClosingStory(closing, quotes[closing.corrects_id or closing.pk]) for closing in closings]


def actions_of(opportunity: Opportunity, user, stories: list[ClosingStory]) -> dict[str, bool]:
    """Which buttons the page offers `user`."""
    is_open = opportunity.is_open
    return {
        "edit": is_open and may(user, "change", opportunity),
        "close": is_open and may(user, "close", opportunity),
        "undo": not is_open and stories[0].closing.can_be_undone_by(user),
        "reopen": not is_open and may(user, "reopen", opportunity),
        "hand_over": not is_open and may(user, "change", opportunity),
    }


def who_may(opportunity: Opportunity) -> str:
    """Who could do what, for a user who can do nothing here."""
    if opportunity.is_open:
        return _(
            "%(owner)s owns this opportunity. Others need the permission to change or close everybody's opportunities."
        ) % {"owner": person(opportunity.owner)}
    return _("Reopening it needs the permission to reopen opportunities and correct closings.")


def days_in_stage(opportunity: Opportunity) -> str:
    """How long an open opportunity has been in its stage, in words."""
    if not opportunity.is_open:
        return ""
    since = timezone.localdate(opportunity.stage_since) if opportunity.stage_since else opportunity.opened_on
    days = (timezone.localdate() - since).days
    if days <= 0:
        return _("since today")
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def is_overdue(opportunity: Opportunity) -> bool:
    """Whether an open opportunity should have been closed by now, by its own estimate."""
    estimate = opportunity.estimated_close_date
    return opportunity.is_open and estimate is not None and estimate < timezone.localdate()
