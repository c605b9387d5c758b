"""The facts of a closing and their rules: which field is wrong and why, and what merely looks odd.

The rules are those of the design, section 2, "Closing"; the sentences are in the user's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from babel.numbers import format_percent
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities.formats import current_locale, format_date
from opportunities.models import Competitor, Opportunity, OpportunityClose, Quote, State, StatusReason
from opportunities.models.closing import DETAILS_LENGTH
from opportunities.money import check_amount, format_money


@dataclass(frozen=True)
class Closing:
    """What is to be recorded of one opportunity: how it ended, and the fate of each open quote by its id."""

    opportunity: Opportunity
    outcome: str
    status_reason: StatusReason
    closed_on: date
    actual_revenue: Decimal | None = None
    competitor: Competitor | None = None
    details: str = ""
    quotes: Sequence[Quote] = ()
    fates: dict[int, str] = field(default_factory=dict)
    corrects: OpportunityClose | None = None
    at: datetime | None = None  # the instant to record; None is now


def closing_errors(closing: Closing, corrected: OpportunityClose | None = None) -> dict[str, str]:
    """What is wrong with the facts of `closing`, by field, in the user's language.

    What it has in common with the closing that is `corrected` was allowed once: a reason may be inactive
    by now, and a date of today may be of tomorrow in another time zone.
    """
    keeps_reason = corrected is not None and closing.status_reason == corrected.status_reason
    keeps_date = corrected is not None and closing.closed_on == corrected.closed_on
    checks = {
        "status_reason": "" if keeps_reason else reason_error(closing),
        "actual_revenue": revenue_error(closing),
        "closed_on": "" if keeps_date else date_error(closing.closed_on, closing.opportunity),
        "competitor": competitor_error(closing),
        "details": details_error(closing),
    }
    return {name: error for name, error in checks.items() if error}


def reason_error(closing: Closing) -> str:
    reason = closing.status_reason
    if reason is None:
        return _("Choose a status reason.")
    if reason.state != closing.outcome:
        return _("“%(reason)s” is no reason for this outcome; choose another.") % {"reason": reason}
    if not reason.is_active:
        return _("“%(reason)s” is not in use any more; choose another.") % {"reason": reason}
    return ""


def revenue_error(closing: Closing) -> str:
    if closing.outcome != State.WON:
        return "" if closing.actual_revenue is None else _("A lost opportunity has no actual revenue.")
    if closing.actual_revenue is None:
        return _("Enter the actual revenue; 0 is possible.")
    try:
        check_amount(closing.actual_revenue, closing.opportunity.currency)
    except ValidationError as error:
        return error.messages[0]
    return ""


def date_error(closed_on: date | None, opportunity: Opportunity) -> str:
    if closed_on is None:
        return _("Enter the close date.")
    # Who opened it may live further east, where tomorrow has begun: it can be closed on the day it was opened.
    if closed_on > max(timezone.localdate(), opportunity.opened_on):
        return _("The close date cannot be in the future.")
    if closed_on < opportunity.opened_on:
        return _("The close date cannot be before the opportunity was opened, on %(date)s.") % {
            "date": format_date(opportunity.opened_on)
        }
    return ""


def competitor_error(closing: Closing) -> str:
    needed = closing.status_reason is not None and closing.status_reason.needs_competitor
    if needed and closing.competitor is None:
        return _("“%(reason)s” needs a competitor.") % {"reason": closing.status_reason}
    return ""


def details_error(closing: Closing) -> str:
    needed = closing.status_reason is not None and closing.status_reason.needs_details
    if needed and not closing.details.strip():
        return _("“%(reason)s” needs details.") % {"reason": closing.status_reason}
    if len(closing.details) > DETAILS_LENGTH:
        return _("Details have at most %(most)s characters; these have %(length)s.") % {
            "most": DETAILS_LENGTH,
            "length": len(closing.details),
        }
    return ""


def closing_warnings(closing: Closing, winner: Quote | None) -> list[str]:
    """What looks odd about a closing, in the user's language; none of it blocks. `winner` is won, or is to be."""
    if closing.outcome != State.WON:
        return [_("%(quote)s was won before, and stays so.") % {"quote": winner}] if winner else []
    if winner is None:
        return [_("No quote is won with this opportunity.")]
    warnings = []
    if closing.actual_revenue is not None and closing.actual_revenue != winner.total:
        total = format_money(winner.total, closing.opportunity.currency)
        warnings.append(
            _("The actual revenue is not the total of %(quote)s, %(total)s.") % {"quote": winner, "total": total}
        )
    if closing.closed_on and winner.activated_at and closing.closed_on < timezone.localdate(winner.activated_at):
        warnings.append(_("The close date is before %(quote)s was activated.") % {"quote": winner})
    return warnings


def distance_from_estimate(revenue: Decimal, estimate: Decimal | None) -> str:
    """How far `revenue` is from `estimate`, in words: "1.4 % below the estimate"; "" without an estimate."""
    if not estimate:
        return ""
    difference = round((revenue - estimate) / estimate, 3)
    if not difference:
        return _("exactly the estimate") if revenue == estimate else _("almost the estimate")
    percentage = format_percent(abs(difference), "#,##0.#\u00a0%", locale=current_locale())
    sentence = _("%(percentage)s above the estimate") if difference > 0 else _("%(percentage)s below the estimate")
    return sentence % {"percentage": percentage}
