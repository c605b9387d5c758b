"""Deals of every kind, as plain facts that a test adds up by itself, and the same in the database."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from opportunities.closing import Closing, record_closings
from opportunities.models import Opportunity, Quote, QuoteStatus, Stage, StatusReason
from opportunities.tests.factories import AccountFactory, CompetitorFactory, OpportunityFactory, ProductFactory

SECTORS = ["Energy", "Food & drink", "", None]  # None: no account
REVISIONS = [None, 0, 1, 2, 3, 5]  # None: no quotes


@dataclass
class Deal:
    """What a test knows of a deal; `closed_on` is None of an open one."""

    owner: object
    sector: str | None
    product: object
    stage: Stage
    reason: StatusReason
    competitor: object
    currency: str
    estimate: Decimal | None
    revenue: Decimal | None
    opened_on: date
    closed_on: date | None
    promised_on: date | None
    revisions: int | None
    first_quoted: Decimal
    won_quoted: Decimal | None

    @property
    def state(self) -> str:
        return self.reason.state

    @property
    def days(self) -> int:
        return (self.closed_on - self.opened_on).days


def make_deals(owners: list, days: list[date], number: int, seed: int = 1) -> list[Deal]:
    """So many deals of `owners`: a fifth are open, the others were closed on one of `days`."""
    rng = Random(seed)
    stages = list(Stage.objects.all())
    reasons = {state: list(StatusReason.objects.filter(state=state)) for state in ["open", "won", "lost"]}
    competitors = [*(CompetitorFactory(name=f"Rival {letter}") for letter in "AB"), None]
    products = [*(ProductFactory(name=f"Pump {letter}") for letter in "AB"), None]
    accounts = {sector: AccountFactory(sector=sector) for sector in SECTORS if sector is not None}
    deals = []
    for _number in range(number):
        state = rng.choice(["open", "won", "won", "lost", "lost"])
        closed_on = None if state == "open" else rng.choice(days)
        opened_on = (closed_on or days[0]) - timedelta(days=rng.randrange(200))
        revisions = rng.choice(REVISIONS)
        is_quoted = state == "won" and revisions is not None and rng.random() < 0.7
        deals.append(
            Deal(
                owner=rng.choice(owners),
                sector=rng.choice(SECTORS),
                product=rng.choice(products),
                stage=rng.choice(stages),
                reason=rng.choice(reasons[state]),
                competitor=rng.choice(competitors) if closed_on else None,
                currency=rng.choice(["EUR", "EUR", "EUR", "TND"]),
                estimate=rng.choice([None, *(Decimal(rng.randrange(1, 10**6)) / 100 for _choice in range(3))]),
                revenue=Decimal(rng.randrange(10**7)) / 100 if state == "won" else None,
                opened_on=opened_on,
                closed_on=closed_on,
                promised_on=rng.choice([None, opened_on + timedelta(days=rng.randrange(200))]),
                revisions=revisions,
                first_quoted=Decimal(rng.randrange(100, 10**6)) / 100,
                won_quoted=Decimal(rng.randrange(10**6)) / 100 if is_quoted else None,
            )
        )
    store(deals, accounts)
    return deals


def store(deals: list[Deal], accounts: dict) -> None:
    in_progress = StatusReason.objects.default_for("open")
    rows = [
        OpportunityFactory.build(
            owner=deal.owner,
            account=accounts.get(deal.sector),
            product=deal.product,
            stage=deal.stage,
            status_reason=in_progress if deal.closed_on else deal.reason,
            currency=deal.currency,
            estimated_revenue=deal.estimate,
            opened_on=deal.opened_on,
            first_estimated_close_date=deal.promised_on,
        )
        for deal in deals
    ]
    Opportunity.objects.bulk_create(rows)
    quotes: dict[int, list[Quote]] = {}
    for number, (deal, row) in enumerate(zip(deals, rows, strict=True)):
        quotes[row.pk] = [
            Quote(
                opportunity=row,
                number=f"Q-2021-{number:04}",
                revision=revision,
                name="Offer",
                status=QuoteStatus.ACTIVE,
                total=deal.first_quoted if revision == 0 else Decimal(7),
            )
            for revision in range(0 if deal.revisions is None else deal.revisions + 1)
        ]
        if deal.won_quoted is not None and deal.revisions:
            quotes[row.pk][-1].total = deal.won_quoted
        elif deal.won_quoted is not None:
            deal.won_quoted = deal.first_quoted  # of one quote
    Quote.objects.bulk_create(quote for each in quotes.values() for quote in each)
    record_closings(
        [
            Closing(
                row,
                deal.state,
                deal.reason,
                deal.closed_on,
                deal.revenue,
                deal.competitor,
                quotes=quotes[row.pk],
                fates={quote.pk: "lost" for quote in quotes[row.pk]}
                | ({quotes[row.pk][-1].pk: "won"} if deal.won_quoted is not None else {}),
            )
            for deal, row in zip(deals, rows, strict=True)
            if deal.closed_on
        ],
        by=None,
    )
