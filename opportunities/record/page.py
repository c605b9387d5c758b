"""What the page of an opportunity says: read here in a number of queries that does not grow with its rows."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.formats import person, state_in_words
from opportunities.models import STAGES, Opportunity, Quote, TimelineEvent
from opportunities.models.prepared import Given, Prepared
from opportunities.permissions import may
from opportunities.record.closing_story import ClosingStory, closing_stories
from opportunities.record.timeline import timeline_of

# An opportunity as its page needs it; `stage_since` is when a person moved the stage last, or None.
MOVES = TimelineEvent.objects.stage_moves().filter(opportunity=OuterRef("pk")).values("at")
OPPORTUNITY = Prepared(
    Opportunity.objects.with_facts().annotate(stage_since=Subquery(MOVES[:1])).filter(pk=Given("pk"))
)
QUOTES = Prepared(Quote.objects.filter(opportunity=Given("opportunity")))


def page_of(opportunity: Opportunity, user, show: str = "", before: str = "") -> dict:
    """The context of the page of `opportunity`, one of OPPORTUNITY, as `user` may see and use it.

    Its timeline is that of `timeline_of`.
    """
    quotes = in_families(QUOTES(opportunity=opportunity.pk))
    open_quotes = [quote for quote in quotes if quote.is_open]
    stories = closing_stories(opportunity)
    actions = actions_of(opportunity, user, stories)
    return {
        "opportunity": opportunity,
        "actions": actions,
        "who_may": "" if any(actions.values()) else who_may(opportunity),
        "may_write": may(user, "change", opportunity),
        "state": state_in_words(opportunity.get_state_display(), opportunity.status_reason),
        "stages": STAGES(),
        "days_in_stage": days_in_stage(opportunity),
        "is_overdue": is_past(opportunity, opportunity.estimated_close_date),
        "is_step_overdue": is_past(opportunity, opportunity.next_step_on),
        "quotes": quotes,
        "open_quotes": len(open_quotes),
        "open_total": sum((quote.total for quote in open_quotes), Decimal(0)),
        "timeline": timeline_of(opportunity, show, before),
        "closing": None if opportunity.is_open else stories[0],
        "earlier_closings": stories if opportunity.is_open else stories[1:],
    }


def in_families(quotes: Iterable[Quote]) -> list[Quote]:
    """`quotes` by number, each number's latest revision first; the numbers with an open quote before the others."""
    quotes = list(quotes)
    open_numbers = {quote.number for quote in quotes if quote.is_open}
    return sorted(quotes, key=lambda quote: (quote.number not in open_numbers, quote.number, -quote.revision))


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


def is_past(opportunity: Opportunity, day: date | None) -> bool:
    """Whether `day`, by which something was to happen to an open opportunity, has passed."""
    return opportunity.is_open and day is not None and day < timezone.localdate()
