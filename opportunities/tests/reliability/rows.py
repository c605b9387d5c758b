"""Whether the rows are those of a model (world.py), and whether one of them breaks a rule."""

from functools import cache

from django.db import connection
from django.db.models import Prefetch

from opportunities.integrity import rules
from opportunities.models import Opportunity, OpportunityClose, QuoteClose
from opportunities.tests.reliability.world import ClosingModel, DealModel, QuoteModel


def check_rows(deals: dict[int, DealModel]) -> None:
    """Every opportunity, event, quote, line and closing is as the model says, and there are no others."""
    held = Prefetch("quote_closings", QuoteClose.objects.filter(restored_at=None))
    closings = OpportunityClose.objects.order_by("pk").select_related("status_reason").prefetch_related(held)
    rows = Opportunity.objects.select_related("stage", "status_reason")
    rows = rows.prefetch_related("timeline", "quotes__lines", Prefetch("closings", closings))
    assert {row.pk: deal_in_words(row) for row in rows} == {key: model_in_words(deal) for key, deal in deals.items()}


def deal_in_words(row: Opportunity) -> list:
    closings = list(row.closings.all())
    held = {
        closing.pk: {record.quote_id: record.from_status for record in closing.quote_closings.all()}
        for closing in closings
    }
    return [
        (row.topic, row.owner_id, row.stage.name, row.status_reason.name, row.state, row.actual_revenue),
        len(row.timeline.all()),
        {
            quote.pk: (
                quote.number,
                quote.revision,
                quote.status,
                quote.total,
                [line.unit_price for line in quote.lines.all()],
            )
            for quote in row.quotes.all()
        },
        [
            (
                closing.closed_by_id,
                closing.outcome,
                closing.status_reason.name,
                closing.actual_revenue,
                closing.batch_id,
                closing.reopened_at is None,
                held[closing.corrects_id or closing.pk],
            )
            for closing in closings
        ],
    ]


def model_in_words(deal: DealModel) -> list:
    return [
        (deal.topic, deal.owner, deal.stage, deal.reason, deal.state, deal.revenue),
        deal.events,
        {key: quote_in_words(quote) for key, quote in deal.quotes.items()},
        [closing_in_words(closing) for closing in deal.closings],
    ]


def quote_in_words(quote: QuoteModel) -> tuple:
    return quote.number, quote.revision, quote.status, quote.total, quote.prices


def closing_in_words(closing: ClosingModel) -> tuple:
    facts = (closing.by, closing.outcome, closing.reason, closing.revenue, closing.batch)
    return *facts, closing.is_current, closing.closed


def broken_rules() -> list[str]:
    """The sentences of the rules that are broken; as in integrity.py, but for the time that making the SQL takes."""
    broken = []
    with connection.cursor() as cursor:
        for sentence, sql, params in statements():
            cursor.execute(sql, params)
            if cursor.fetchone():
                broken.append(sentence)
    return broken


@cache
def statements() -> list[tuple]:
    return [(rule.sentence, *rule.offenders.query.sql_with_params()) for rule in rules()]
