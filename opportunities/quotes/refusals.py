"""Why a quote is not changed: each says so in the user's language."""

from django.utils.translation import gettext as _

from opportunities.closing.refusals import Refused
from opportunities.formats import format_instant, person
from opportunities.models import Quote


class OpportunityIsClosed(Refused):
    def __init__(self):
        super().__init__(_("The opportunity is closed: its quotes do not change until it is reopened."))


class NotADraft(Refused):
    def __init__(self, quote: Quote):
        super().__init__(
            _("%(quote)s is no draft any more; its status is “%(status)s”.")
            % {"quote": quote, "status": quote.get_status_display()}
        )


class NotActive(Refused):
    def __init__(self, quote: Quote):
        super().__init__(
            _("Only an active quote is revised; the status of %(quote)s is “%(status)s”.")
            % {"quote": quote, "status": quote.get_status_display()}
        )


class QuoteIsClosed(Refused):
    def __init__(self, quote: Quote):
        super().__init__(
            _("%(quote)s is closed already; its status is “%(status)s”.")
            % {"quote": quote, "status": quote.get_status_display()}
        )


class LineIsGone(Refused):
    """The line was removed since it was shown."""

    def __init__(self, quote: Quote):
        gone = _("This line was removed from the quote meanwhile.")
        if quote.edited_by:
            by, at = person(quote.edited_by), format_instant(quote.edited_at)
            gone += " " + _("%(person)s edited the quote last, on %(instant)s.") % {"person": by, "instant": at}
        super().__init__(gone)


class HasHistory(Refused):
    """The draft was closed once and came back: what history points to is kept."""

    def __init__(self, quote: Quote):
        super().__init__(_("%(quote)s was closed before, so it is kept; close it instead.") % {"quote": quote})
