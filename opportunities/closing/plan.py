"""The plan of a closing: which open quotes hang on an opportunity, and what each is to become."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from opportunities.models import OPEN_STATUSES, Opportunity, Quote, QuoteStatus, State
from opportunities.models.fields import Unindexed
from opportunities.models.prepared import Given, Keys, Prepared

# What a quote may become: a row may always be changed between lost and canceled, and a winner needs a win.
FATES = {
    State.WON: (QuoteStatus.WON, QuoteStatus.LOST, QuoteStatus.CANCELED),
    State.LOST: (QuoteStatus.LOST, QuoteStatus.CANCELED),
}

# The quotes of some opportunities that a plan speaks of, found by their opportunity, however many have the status.
SPOKEN_OF = (
    Quote.objects.alias(read_status=Unindexed("status"))
    .filter(opportunity__pk__among=Given("opportunities", Keys()), read_status__in=[*OPEN_STATUSES, QuoteStatus.WON])
    .order_by("pk")
)
QUOTES, LOCKED_QUOTES = Prepared(SPOKEN_OF), Prepared(SPOKEN_OF.select_for_update(no_key=True))
PLAN_ROW = re.compile(r"(?P<pk>[0-9]{1,18}):(?P<status>draft|active):(?P<total>[0-9]{1,12}\.[0-9]{3})")


@dataclass(frozen=True)
class Plan:
    """The open quotes as a user was shown them, in key order, and the fate of each by its id.

    A fate is "won", "lost" or "canceled"; "" is still to be chosen. `won_before` was won by an earlier
    closing, and stayed so when the opportunity was reopened: no other quote can be won then.
    """

    quotes: tuple[Quote, ...]
    fates: dict[int, str]
    won_before: Quote | None = None

    @property
    def text(self) -> str:
        """`id:status:total` of each quote in key order: what a form carries to find out what changed meanwhile."""
        return plan_text(self.quotes)

    @property
    def winner(self) -> Quote | None:
        """The quote that is won, or is to be."""
        chosen = (quote for quote in self.quotes if self.fates.get(quote.pk) == QuoteStatus.WON)
        return self.won_before or next(chosen, None)

    def with_fates(self, fates: dict[int, str]) -> "Plan":
        return replace(self, fates=fates)

    def with_winner(self, pk: str) -> "Plan":
        """This plan of a win with the active quote of that id as the winner; itself where there is no such quote.

        Nor is there where another was won before.
        """
        winner = next((quote.pk for quote in self.quotes if quote.is_active and str(quote.pk) == pk), None)
        if winner is None or self.won_before:
            return self
        chosen = {winner: QuoteStatus.WON.value}
        return self.with_fates(default_fates(self.with_fates(chosen), State.WON) | chosen)


def plan_close(opportunity: Opportunity, outcome: str, *, lock: bool = False) -> Plan:
    """The plan to show first: every open quote with the fate that is right unless the user says otherwise.

    With `lock` the quotes are held to the end of the transaction, in key order.
    Dynamics 365: all active and draft quotes of an opportunity can be closed at the same time.
    """
    return plan_closings([opportunity], outcome, lock=lock)[opportunity.pk]


def plan_closings(opportunities: Iterable[Opportunity], outcome: str, *, lock: bool = False) -> dict[int, Plan]:
    """The plan of each of `opportunities` by its id, as `plan_close` makes it: one statement for all."""
    by_pk = {opportunity.pk: opportunity for opportunity in opportunities}
    quotes = (LOCKED_QUOTES if lock else QUOTES)(opportunities=by_pk)
    found: dict[int, list[Quote]] = {pk: [] for pk in by_pk}
    for quote in quotes:
        quote.opportunity = by_pk[quote.opportunity_id]
        found[quote.opportunity_id].append(quote)
    return {pk: first_plan(quotes, outcome) for pk, quotes in found.items()}


def first_plan(quotes: Iterable[Quote], outcome: str) -> Plan:
    open_quotes = tuple(quote for quote in quotes if quote.is_open)
    won_before = next((quote for quote in quotes if not quote.is_open), None)
    plan = Plan(open_quotes, {}, won_before)
    return plan.with_fates(default_fates(plan, outcome))


def current_revisions(opportunity: Opportunity) -> dict[str, int]:
    """The highest revision of each quote number that has several on `opportunity`."""
    numbers = opportunity.quotes.order_by("number").values_list("number")
    return dict(
        numbers.annotate(current=Max("revision"), count=Count("pk"))
        .filter(count__gt=1)
        .values_list("number", "current")
    )


def plan_text(quotes: Iterable[Quote]) -> str:
    return ",".join(f"{quote.pk}:{quote.status}:{quote.total:.3f}" for quote in quotes)


def parse_plan_text(text: str) -> dict[int, tuple[str, Decimal]] | None:
    """Each quote's status and total as the text tells them; None when the text is garbled."""
    rows = [PLAN_ROW.fullmatch(row) for row in text.split(",")] if text else []
    if None in rows:
        return None
    return {int(row["pk"]): (row["status"], Decimal(row["total"])) for row in rows}


def default_fates(plan: Plan, outcome: str) -> dict[int, str]:
    """Won: the only active quote wins, several are chosen from, and beside a winner the others are lost.

    Lost: active quotes are lost. Drafts are canceled.
    """
    active = [quote for quote in plan.quotes if quote.is_active]
    fate = QuoteStatus.LOST.value
    if outcome == State.WON and not plan.winner:
        fate = QuoteStatus.WON.value if len(active) == 1 else ""
    return {quote.pk: fate if quote.is_active else QuoteStatus.CANCELED.value for quote in plan.quotes}


def given_fates(plan: Plan, outcome: str, given: Mapping[str, str]) -> dict[int, str]:
    """The fates in `given` (`quote-<id>`: fate); a quote that is missing or blank there takes its default fate."""
    names = {quote.pk: f"quote-{quote.pk}" for quote in plan.quotes}
    fates = {pk: given[name] for pk, name in names.items() if given.get(name)}
    return default_fates(plan.with_fates(fates), outcome) | fates


def settled_fates(plan: Plan, outcome: str, yielding: int | None = None) -> dict[int, str]:
    """The fates of `plan`, made possible: what cannot be becomes the default, and blanks are lost beside a winner.

    Of two winners the one with the id `yielding` becomes lost: it won before the other was chosen.
    """
    fates = plan.fates
    if list(fates.values()).count(QuoteStatus.WON) > 1 and yielding in fates:
        fates = fates | {yielding: QuoteStatus.LOST.value}
    defaults = default_fates(plan.with_fates(fates), outcome)
    return {
        quote.pk: fates[quote.pk] if fates[quote.pk] in possible_fates(quote, outcome) else defaults[quote.pk]
        for quote in plan.quotes
    }


def possible_fates(quote: Quote, outcome: str) -> list[QuoteStatus]:
    """What `quote` may become; only an active quote is won, and only with its opportunity."""
    return [fate for fate in FATES[State(outcome)] if fate != QuoteStatus.WON or quote.is_active]


def fate_errors(plan: Plan, outcome: str) -> dict[int, str]:
    """What is wrong with the fate of each quote, by its id, in the user's language."""
    winner = plan.winner
    errors = {quote.pk: fate_error(quote, plan.fates.get(quote.pk, ""), outcome, winner) for quote in plan.quotes}
    return {pk: error for pk, error in errors.items() if error}


def fate_error(quote: Quote, fate: str, outcome: str, winner: Quote | None) -> str:
    if not fate:
        return _("Choose what becomes of this quote.")
    if fate == QuoteStatus.WON and outcome != State.WON:
        return _("No quote is won when the opportunity is lost.")
    if fate == QuoteStatus.WON and not quote.is_active:
        return _("A draft cannot be won; activate it first.")
    if fate == QuoteStatus.WON and quote != winner:
        return _("Only one quote can be won; %(quote)s is won already.") % {"quote": winner}
    if fate not in FATES[State(outcome)]:
        return _("This quote becomes won, lost or canceled.")
    return ""
