"""Why a service refuses. Whatever is raised here, nothing was changed; `str()` says why in the user's language."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.closing.plan import Plan
from opportunities.formats import format_date, format_instant, person
from opportunities.models import OpportunityClose
from opportunities.permissions import IN_CLOSED_PERIOD, NAMES


class Refused(Exception):
    """A service refused, and nothing was changed."""


class Gone(Refused):
    """What was to be changed was deleted since it was shown."""

    def __init__(self):
        super().__init__(_("Somebody deleted it meanwhile. Nothing was saved."))


class AlreadyClosed(Refused):
    """Somebody closed it before; `closing` is the current closing."""

    def __init__(self, closing: OpportunityClose):
        self.closing = closing
        how = _("%(person)s closed this opportunity as %(outcome)s on %(instant)s.") % {
            "person": person(closing.closed_by),
            "outcome": closing.get_outcome_display(),
            "instant": format_instant(closing.closed_at),
        }
        super().__init__(how[0].upper() + how[1:])


class OpenQuotesRemain(Refused):
    """Quotes are open and nobody agreed to close them with the opportunity; `plan` is what could be agreed to."""

    def __init__(self, plan: Plan):
        self.plan = plan
        super().__init__(open_quotes_sentence(len(plan.quotes)))


class PlanOutOfDate(Refused):
    """The open quotes are not those that the user was shown; `plan` is the one to show now."""

    def __init__(self, plan: Plan):
        self.plan = plan
        super().__init__(_("The quotes changed since they were shown. Nothing was recorded; check them again."))


class NotClosed(Refused):
    """The closing to undo, reopen or correct is not the current one (any more)."""

    def __init__(self):
        super().__init__(_("There is no such closing (any more): the opportunity is open, or was corrected meanwhile."))


class UndoRefused(Refused):
    """Undo is for whoever closed it, for an hour, and not for a correction."""

    def __init__(self):
        super().__init__(
            _("Undo is for whoever closed the opportunity, within an hour. A manager can still reopen it.")
        )


class PeriodClosed(Refused):
    """The close date is on or before `through`, the last day that administrators closed."""

    def __init__(self, through: date):
        self.through = through
        super().__init__(
            _(
                "Everything up to %(date)s is closed: this needs the permission to %(action)s (%(codename)s). "
                "Ask an administrator."
            )
            % {"date": format_date(through), "action": _(NAMES[IN_CLOSED_PERIOD]), "codename": IN_CLOSED_PERIOD}
        )


def open_quotes_sentence(count: int) -> str:
    return ngettext("%(count)s quote is still open", "%(count)s quotes are still open", count) % {"count": count}
