"""The plan of a closing: which open quotes hang on an opportunity, and what each is to become."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from opportunities.models import Opportunity, Quote, QuoteStatus, State

# What a quote may become: a row may always be changed between lost and canceled, and a winner needs a win.
FATES = {
    State.WON: (QuoteStatus.WON, QuoteStatus.LOST, QuoteStatus.CANCELED),
    State.LOST: (QuoteStatus.LOST, QuoteStatus.CANCELED),
}


@dataclass(frozen=True)
class Plan:
    """The open quotes as a user was shown them, in key order, and the fate of each by its id.

    A fate is "won", "lost" or "canceled"; "" is still to be chosen.
    """

    quotes: tuple[Quote, ...]
    fates: dict[int, str]

    @property
    def text(self) -> str:
        """`id:status:total` of each quote in key order: what a form carries to find out what changed meanwhile."""
        return plan_text(self.quotes)

    @property
    def winner(self) -> Quote | None:
        """The quote that is to be won."""
        return next((quote for quote in self.quotes if self.fates.get(quote.pk) == QuoteStatus.WON), None)


def plan_close(opportunity: Opportunity, outcome: str) -> Plan:
    """The plan to show first: every open quote with the fate that is right unless the user says otherwise.

    Dynamics 365: all active and draft quotes of an opportunity can be closed at the same time.
    """
    quotes = tuple(opportunity.quotes.open().order_by("pk"))
    return Plan(quotes, default_fates(quotes, outcome))


def plan_text(quotes: Iterable[Quote]) -> str:
    return ",".join(f"{quote.pk}:{quote.status}:{quote.total:.3f}" for quote in quotes)


def parse_plan_text(text: str) -> dict[int, tuple[str, Decimal]] | None:
    """Each quote's status and total as the text tells them; None when the text is garbled."""
    try:
        rows = [row.split(":") for row in text.split(",")] if text else []
        return {int(pk): (QuoteStatus(status).value, Decimal(total)) for pk, status, total in rows}
    except (ValueError, ArithmeticError):
        return None


def default_fates(quotes: Iterable[Quote], outcome: str) -> dict[int, str]:
    """Won: the only active quote wins, several are chosen from. Lost: active quotes are lost. Drafts are canceled."""
    active = [quote for quote in quotes if quote.is_active]
    fate = QuoteStatus.LOST.value
    if outcome == State.WON:
        fate = QuoteStatus.WON.value if len(active) == 1 else ""
    return {quote.pk: fate if quote.is_active else QuoteStatus.CANCELED.value for quote in quotes}


def fate_errors(plan: Plan, outcome: str) -> dict[int, str]:
    """What is wrong with the fate of each quote, by its id, in the user's language."""
    winners = [quote for quote in plan.quotes if plan.fates.get(quote.pk) == QuoteStatus.WON]
    errors = {quote.pk: fate_error(quote, plan.fates.get(quote.pk, ""), outcome, winners) for quote in plan.quotes}
    return {pk: error for pk, error in errors.items() if error}


def fate_error(quote: Quote, fate: str, outcome: str, winners: list[Quote]) -> str:
    if not fate:
        return _("Choose what becomes of this quote.")
    if fate == QuoteStatus.WON and outcome != State.WON:
        return _("No quote is won when the opportunity is lost.")
    if fate == QuoteStatus.WON and not quote.is_active:
        return _("A draft cannot be won; activate it first.")
    if fate == QuoteStatus.WON and quote != winners[0]:
        return _("Only one quote can be won; %(quote)s is won already.") % {"quote": winners[0]}
    if fate not in FATES[State(outcome)]:
        return _("This quote becomes won, lost or canceled.")
    return ""
