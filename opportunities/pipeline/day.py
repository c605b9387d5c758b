"""What waits for a user today, of their own opportunities: in sections, with the first rows and why each is there.

A few queries a section: each reads a range of an index that is the user's own, or what hangs on a number of their
opportunities, and counts to a bound. All dates are in the user's time zone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.formats import format_date
from opportunities.models import OPEN_STATUSES, Opportunity, Quote, State, TimelineEvent
from opportunities.models.fields import Unindexed
from opportunities.models.quote import EXPIRING
from opportunities.money import format_quantity

ROWS = 10  # of a section
COUNTED = 100  # rows; of more, a section says that there are more
LOOKED_AT = 500  # opportunities, for the quotes that hang on them: those with the latest activity
NEWS_OF = 200  # opportunities in a state, for what others did, likewise
SOON = timedelta(days=7)
RECENT = timedelta(days=7)
NEWS = timedelta(days=14)


@dataclass(frozen=True)
class Row:
    """An opportunity, or a quote of it, and why it is here, in the user's language; `about` says more of that."""

    opportunity: Opportunity
    why: str
    about: str = ""
    is_late: bool = False
    quote: Quote | None = None


@dataclass(frozen=True)
class Section:
    """`rows` are the first ones, `events` in the section of what others did; `more` is the address of all, or ""."""

    name: str
    title: str
    nothing: str
    rows: list[Row] | list[TimelineEvent]
    count: int
    more: str = ""

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.rows)

    @property
    def shown_count(self) -> str:
        return format_quantity(self.count) if self.count <= COUNTED else f"{format_quantity(COUNTED)}+"


def sections_of(user) -> list[Section]:
    """The day of `user`, the most urgent section first."""
    mine = Opportunity.objects.filter(owner=user).select_related("account", "stage")
    my_open = mine.filter(state=State.OPEN)
    today = timezone.localdate()
    return [
        overdue(my_open, today),
        closing_soon(my_open, today),
        next_steps(my_open, today),
        expiring_quotes(my_open, today),
        idle(my_open, today),
        recently_closed(mine, today),
        news(mine, user),
    ]


def section(
    name: str, title: str, nothing: str, found: QuerySet, row: Callable, more: str = "", rows: QuerySet | None = None
) -> Section:
    """The section of what is `found`, each written by `row`: counted by key, and only what is shown is read whole.

    It is read from `rows`, of which some were found; or from what was found.
    """
    keys = list(found.values_list("pk", flat=True)[: COUNTED + 1])
    shown = (found if rows is None else rows).order_by().in_bulk(keys[:ROWS])
    return Section(name, title, nothing, [row(shown[key]) for key in keys[:ROWS] if key in shown], len(keys), more)


def hanging_on(opportunities: list[QuerySet], rows: QuerySet, looked_at: int) -> QuerySet:
    """The quotes or events `rows` of `opportunities`, looked up by their keys: a join could read everybody's instead.

    Of each queryset of `opportunities`, all in one state, `looked_at` with the latest activity are looked at.
    """
    latest = [found.order_by("-last_activity_at", "-pk").values_list("pk", flat=True) for found in opportunities]
    return rows.filter(opportunity__id__among=[key for keys in latest for key in keys[:looked_at]])


def overdue(my_open: QuerySet, today: date) -> Section:
    def row(opportunity: Opportunity) -> Row:
        day = opportunity.estimated_close_date
        days = (today - day).days
        why = ngettext("%(count)s day overdue", "%(count)s days overdue", days) % {"count": days}
        return Row(opportunity, why, format_date(day), is_late=True)

    found = my_open.filter(estimated_close_date__lt=today).order_by("estimated_close_date", "pk")
    return section("overdue", _("Overdue"), _("Nothing is overdue."), found, row, my_list(overdue="yes"))


def closing_soon(my_open: QuerySet, today: date) -> Section:
    def row(opportunity: Opportunity) -> Row:
        day = opportunity.estimated_close_date
        return Row(opportunity, in_days(day, today), format_date(day))

    last = today + SOON
    found = my_open.filter(estimated_close_date__range=(today, last)).order_by("estimated_close_date", "pk")
    nothing = _("Nothing is expected to close in the next seven days.")
    more = my_list(estimated_from=today, estimated_until=last)
    return section("closing", _("Closing this week"), nothing, found, row, more)


def next_steps(my_open: QuerySet, today: date) -> Section:
    def row(opportunity: Opportunity) -> Row:
        is_late = opportunity.next_step_on < today
        return Row(opportunity, opportunity.next_step, in_days(opportunity.next_step_on, today), is_late)

    found = my_open.with_due_step().order_by("next_step_on", "pk")
    nothing = _("No next step is due. One that you set on an opportunity is here on its day.")
    return section("steps", _("Next steps due"), nothing, found, row, my_list(steps="due"))


def expiring_quotes(my_open: QuerySet, today: date) -> Section:
    def row(quote: Quote) -> Row:
        return Row(quote.opportunity, expiry(quote.valid_until, today), quote.name, quote.valid_until < today, quote)

    quotes = (
        Quote.objects.alias(read_status=Unindexed("status"))
        .filter(read_status__in=OPEN_STATUSES, valid_until__lte=today + EXPIRING)
        .select_related("opportunity__account")
        .defer("introduction", "closing_text")
        .order_by("valid_until", "pk")
    )
    nothing = _("No quote has expired, and none will in the next seven days.")
    more = f"{reverse('opportunities:quotes')}?owner=mine"
    return section(
        "quotes", _("Quotes that expire"), nothing, hanging_on([my_open], quotes, LOOKED_AT), row, more, quotes
    )


def idle(my_open: QuerySet, today: date) -> Section:
    def row(opportunity: Opportunity) -> Row:
        last_on = timezone.localdate(opportunity.last_activity_at)
        days = (today - last_on).days
        why = ngettext("no activity for %(count)s day", "no activity for %(count)s days", days) % {"count": days}
        return Row(opportunity, why, _("last on %(date)s") % {"date": format_date(last_on)})

    found = my_open.idle().order_by("last_activity_at", "pk")
    nothing = _("Something happened lately on each of your open opportunities.")
    return section("idle", _("No activity"), nothing, found, row, my_list(idle="yes"))


def recently_closed(mine: QuerySet, today: date) -> Section:
    def row(opportunity: Opportunity) -> Row:
        return Row(opportunity, str(opportunity.status_reason), format_date(opportunity.closed_on))

    first = today - RECENT
    found = mine.filter(state__in=[State.WON, State.LOST], closed_on__gte=first)
    found = found.select_related("account", "status_reason").order_by("-closed_on", "-pk")
    nothing = _("None of your opportunities was closed in the last seven days.")
    more = my_list("all", closed_from=first)
    return section("closed", _("Recently closed"), nothing, found, row, more)


def news(mine: QuerySet, user) -> Section:
    """What others did; what an import did, nobody did."""
    events = (
        TimelineEvent.objects.filter(~Q(by=user), by__isnull=False, at__gte=timezone.now() - NEWS)
        .select_related("by", "opportunity__account")
        .order_by("-at", "-pk")
    )
    nothing = _("No one else did anything to your opportunities in the last two weeks.")
    found = hanging_on([mine.filter(state=state) for state in State.values], events, NEWS_OF)
    return section("news", _("What others did"), nothing, found, lambda event: event, rows=events)


def my_list(state: str = State.OPEN, **filters: str | date) -> str:
    """The address of the list of the user's opportunities in `state` that those filters of it leave."""
    return f"{reverse('opportunities:list')}?{urlencode({'owner': 'mine', 'state': state} | filters)}"


def in_days(day: date, today: date) -> str:
    """When `day` is, seen from `today`: "today", "in 3 days", "2 days ago"."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days > 0:
        return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}
    return ngettext("%(count)s day ago", "%(count)s days ago", -days) % {"count": -days}


def expiry(valid_until: date, today: date) -> str:
    """How long a quote is valid: "expires in 3 days", "expired 2 days ago"."""
    days = (valid_until - today).days
    if days == 0:
        return _("expires today")
    if days > 0:
        return ngettext("expires in %(count)s day", "expires in %(count)s days", days) % {"count": days}
    return ngettext("expired %(count)s day ago", "expired %(count)s days ago", -days) % {"count": -days}
