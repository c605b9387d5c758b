"""What is measured: a request or a series of them, each under the name that its row of the table has."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from random import Random

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from opportunities.benchmark.fill import MANAGERS, MARK
from opportunities.closing import plan_close
from opportunities.closing.plan import plan_closings
from opportunities.insights.contradictions import KINDS
from opportunities.models import OPEN_STATUSES, Opportunity, Quote, Stage, State, StatusReason
from opportunities.pipeline.filters import ORDERS

HTMX = {"HX-Request": "true"}
QUOTES_CLOSED = 5  # with one opportunity
CLOSED_AT_ONCE, BATCHES = 500, 5  # opportunities, and how often
DIFFERENT = 40  # opportunities or accounts whose pages are asked for in turn


@dataclass(frozen=True)
class Step:
    """One request; `data` is what is sent by POST."""

    path: str
    data: dict | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """`steps` never end, but for those that change something: each of them is sent once.

    The first `warm_up` are not timed, and of the others at most `most` are sent.
    """

    name: str
    user: User
    steps: Iterator[Step]
    warm_up: int = 3
    most: int | None = None


def measures() -> Iterator[Measure]:
    """All of them; those that close follow those that look."""
    users = list(User.objects.filter(username__startswith=f"{MARK}-").order_by("pk"))
    manager, salesperson = users[0], users[MANAGERS]
    rng = Random(1)
    rows = list(Opportunity.objects.filter(pk__in=some_keys(rng)).values_list("pk", "account"))
    the_list, stage = reverse("opportunities:list"), Stage.objects.all()[1].pk
    filtered = f"state=open&owner={salesperson.pk}&stage={stage}&amount_from=10000"
    for name, query in {
        "list, first page": "",
        "list, deep page": f"page={deep_cursor()}",
        "list, filtered": filtered,
        "list, won, by close date": "state=won",
        "list, searched, one": f"q={a_topic(rng)}&state=all",
        "list, searched, many": "q=turbine",
        "list, searched, two words": "q=pump+zurich&state=all",
        "totals of one owner": f"owner={salesperson.pk}&state=all",
        "totals on request (all open)": "sum=all",
    }.items():
        yield Measure(name, manager, again(f"{the_list}?{query}"))
    yield Measure("board", manager, again(reverse("opportunities:board")))
    yield Measure("board of one", salesperson, again(reverse("opportunities:board")))
    yield Measure("My day", salesperson, again(reverse("opportunities:day")))
    yield Measure("opportunity", manager, again(*(path("opportunity", pk) for pk, _account in rows)))
    yield Measure("account", manager, again(*(path("account", account) for _pk, account in rows)))
    for text in ["turbine", "lot 12", "zür"]:
        found = f"{reverse('opportunities:search')}?q={text}"
        yield Measure(f"quick search, “{text}”", manager, again(found, headers=HTMX | {"HX-Target": "quick-hits"}))
    insights = reverse("opportunities:insights")
    forecast, changes = reverse("opportunities:forecast"), reverse("opportunities:changes")
    contradictions = reverse("opportunities:contradictions")
    yield Measure("win/loss", manager, again(insights))
    yield Measure("win/loss of one", salesperson, again(insights))
    yield Measure("forecast", manager, again(forecast))
    yield Measure("forecast of one", salesperson, again(forecast))
    yield Measure("what changed in a week", manager, again(changes))
    yield Measure("what changed in a quarter, one", salesperson, again(f"{changes}?since={quarter_ago()}"))
    yield Measure("contradictions", manager, again(*(f"{contradictions}?kind={kind}" for kind in KINDS)))
    yield Measure("contradictions of one", salesperson, again(*(f"{contradictions}?kind={kind}" for kind in KINDS)))
    to_close = with_open_quotes(QUOTES_CLOSED)
    dialogs = (path("close", opportunity.pk) for opportunity in to_close[:DIFFERENT])
    yield Measure("close dialog", manager, again(*dialogs, headers=HTMX))
    yield Measure(f"close with {QUOTES_CLOSED} quotes", manager, map(closing, to_close.iterator()))
    groups = groups_to_close()
    about = f"close many, {CLOSED_AT_ONCE}"
    yield Measure(f"{about}: dialog", manager, cycle([dialog_of_many(groups[0])]), warm_up=1, most=BATCHES)
    yield Measure(about, manager, map(closing_of_many, groups), warm_up=1, most=BATCHES)


def again(*paths: str, headers: dict | None = None) -> Iterator[Step]:
    return cycle([Step(each, headers=headers or {}) for each in paths])


def path(name: str, pk: int) -> str:
    return reverse(f"opportunities:{name}", args=[pk])


def some_keys(rng: Random) -> list[int]:
    last = Opportunity.objects.latest("pk").pk
    return rng.sample(range(1, last + 1), min(DIFFERENT, last))


def a_topic(rng: Random) -> str:
    """Words that one opportunity has, and others by chance."""
    topic = Opportunity.objects.get(pk=rng.randint(1, Opportunity.objects.latest("pk").pk)).folded_topic
    return topic.replace(",", "").replace(" ", "+")


def deep_cursor() -> str:
    """Of the page of the default list where nine tenths of it come before."""
    order = ORDERS["estimated_close_date"]
    rows = Opportunity.objects.filter(state=State.OPEN).order_by("estimated_close_date", "pk")
    return order.write(rows[rows.count() * 9 // 10], is_back=False)


def quarter_ago() -> date:
    return timezone.localdate() - timedelta(days=91)


def with_open_quotes(number: int) -> QuerySet:
    """Open opportunities with so many open quotes, in the order of their keys."""
    quotes = Quote.objects.filter(status__in=OPEN_STATUSES).order_by().values("opportunity")
    found = quotes.annotate(open=Count("pk")).filter(open=number).values("opportunity")
    return Opportunity.objects.filter(pk__in=found).order_by("pk")


def groups_to_close() -> list[list[Opportunity]]:
    """Open opportunities for each batch and one more, fewer at once where there are not as many."""
    rows = list(Opportunity.objects.filter(state=State.OPEN).order_by("-pk")[: CLOSED_AT_ONCE * (BATCHES + 1)])
    size = min(CLOSED_AT_ONCE, max(len(rows) // (BATCHES + 1), 1))
    return [rows[first : first + size] for first in range(0, len(rows) - size + 1, size)]


def closing(opportunity: Opportunity) -> Step:
    """The submitted dialog, which closes `opportunity` as lost with the quotes that it has now."""
    plan = {"plan": plan_close(opportunity, State.LOST).text}
    return Step(path("close", opportunity.pk), facts() | plan, HTMX)


def dialog_of_many(opportunities: list[Opportunity]) -> Step:
    """What the list sends to show the dialog of those that are selected."""
    selected = ",".join(str(opportunity.pk) for opportunity in opportunities)
    return Step(reverse("opportunities:close_many"), {"selected": selected}, HTMX)


def closing_of_many(opportunities: list[Opportunity]) -> Step:
    """The submitted dialog of many, which closes all of them as lost with their quotes."""
    dialog, plans = dialog_of_many(opportunities), plan_closings(opportunities, State.LOST)
    shown = {f"plan-{key}": plan.text for key, plan in plans.items()}
    return Step(dialog.path, dialog.data | facts() | shown | {"step": "record"}, HTMX)


def facts() -> dict:
    """What is recorded of a loss."""
    reason = StatusReason.objects.filter(state=State.LOST, needs_competitor=False, needs_details=False).first()
    return {
        "outcome": State.LOST.value,
        "status_reason": reason.pk,
        "closed_on": timezone.localdate().isoformat(),
        "details": "Decided by the price.",
        "close_quotes": "on",
    }
