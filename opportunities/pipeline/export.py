"""The list as a file, CSV or XLSX: row by row, so that a hundred thousand take no more memory than a hundred."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from opportunities import spreadsheet
from opportunities.formats import person
from opportunities.models import Opportunity
from opportunities.paging import Order
from opportunities.spreadsheet import Value

AT_ONCE = 2_000  # rows read in one go
WIDTHS = [10, 40, 30, 22, 10, 18, 14, 10, 18, 20, 18, 14, 22, 14, 40, 20]  # characters


def headings() -> list[str]:
    return [
        _("ID"),
        _("Topic"),
        _("Account"),
        _("Owner"),
        _("Status"),
        _("Status reason"),
        _("Stage"),
        _("Currency"),
        _("Estimated revenue"),
        _("Estimated close date"),
        _("Actual revenue"),
        _("Close date"),
        _("Competitor"),
        _("Opened on"),
        _("Next step"),
        _("Last activity"),
    ]


def rows(sources: Iterable[QuerySet], order: Order, zone: tzinfo) -> Iterator[list[Value]]:
    """A row for each opportunity of `sources`, in `order`, its instants in `zone`.

    One statement for each source, read as the rows are written.
    """
    columns = order.columns(rising=not order.latest_first)
    found = [source.with_facts().order_by(*columns).iterator(chunk_size=AT_ONCE) for source in sources]
    merged = heapq.merge(*found, key=order.sort_key, reverse=order.latest_first)
    return (values(opportunity, zone) for opportunity in merged)


def values(opportunity: Opportunity, zone: tzinfo) -> list[Value]:
    return [
        opportunity.pk,
        opportunity.topic,
        opportunity.account and opportunity.account.name,
        person(opportunity.owner),
        opportunity.get_state_display(),
        str(opportunity.status_reason),
        str(opportunity.stage),
        opportunity.currency,
        opportunity.estimated_revenue,
        opportunity.estimated_close_date,
        opportunity.actual_revenue,
        opportunity.closed_on,
        opportunity.competitor and opportunity.competitor.name,
        opportunity.opened_on,
        opportunity.next_step,
        timezone.make_naive(opportunity.last_activity_at, zone).replace(microsecond=0),
    ]


def csv_file(sources: Iterable[QuerySet], order: Order, zone: tzinfo) -> Iterator[bytes]:
    return spreadsheet.csv_file(headings(), rows(sources, order, zone))


def xlsx_file(sources: Iterable[QuerySet], order: Order, zone: tzinfo) -> Iterator[bytes]:
    return spreadsheet.xlsx_file(_("Opportunities"), headings(), rows(sources, order, zone), WIDTHS)
