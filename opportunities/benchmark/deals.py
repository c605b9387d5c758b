"""The rows of opportunities and all that hangs on them, as the services would have written them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from opportunities.benchmark import words
from opportunities.benchmark.rows import ClosingRow, EventRow, LineRow, OpportunityRow, QuoteClosingRow, QuoteRow
from opportunities.models import QuoteStatus, Stage, State, StatusReason, TimelineEvent
from opportunities.models.fields import fold

YEARS = 5  # that the opportunities were opened in; all happened before today
QUOTES = [0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5]  # of an opportunity: 2.5, more or less
CURRENCIES = {"EUR": 85, "USD": 8, "GBP": 4, "CHF": 2, "JPY": 1}  # percent
STAGES = {State.OPEN: [40, 30, 20, 10], State.WON: [5, 10, 25, 60], State.LOST: [35, 35, 20, 10]}  # of four: percent
UNQUOTED = dict.fromkeys(["revisions", "first_quoted", "won_quoted"])
Kind = TimelineEvent.Kind


class Weighted:
    """Chooses among `values`, each as often as its weight says."""

    def __init__(self, rng: Random, weights: dict):
        self.rng, self.values, self.weights = rng, list(weights), list(accumulate(weights.values()))

    def choose(self):
        return self.rng.choices(self.values, cum_weights=self.weights)[0]


@dataclass
class Office:
    """Who and what the opportunities refer to, by key. The contact of an account has the account's key."""

    owners: Sequence[int]
    accounts: Sequence[str]  # their folded names; their keys begin at 1
    competitors: Sequence[int]
    stages: Sequence[Stage]
    reasons: dict[str, list[StatusReason]]


@dataclass
class Offer:
    """A quote that was written on the day `created`; `status` is what it is before its opportunity is closed."""

    key: int
    number: str
    revision: int
    created: int
    status: str
    total: int
    activated_at: str | None = None
    closed_with: str = ""  # the status that the closing of its opportunity gave it


@dataclass
class Deal:
    """An opportunity while it is made up. Days count from the first one; `last` is the last that something happened."""

    key: int
    owner: int
    opened: int
    last: int
    state: str
    estimate: int
    offers: list[Offer] = field(default_factory=list)
    last_activity_at: str = ""

    @property
    def quoted(self) -> dict[str, int | None]:
        """What a closed one says of its quotes."""
        if not self.offers:
            return UNQUOTED
        won = [offer.total for offer in self.offers if offer.closed_with == QuoteStatus.WON]
        revisions = sum(offer.revision > 0 for offer in self.offers)
        return {
            "revisions": revisions,
            "first_quoted": self.offers[0].total,
            "won_quoted": won[0] if won else None,
        }


class Deals:
    """Writes opportunities, one after the other; `rows` has what was written, until `take` takes it."""

    def __init__(self, office: Office, number: int, today: date, rng: Random, mark: str):
        self.office, self.number, self.rng, self.mark = office, number, rng, mark
        first = today - timedelta(days=365 * YEARS)
        # Far enough beyond today for what is expected.
        self.days = [(first + timedelta(days=day)).isoformat() for day in range(365 * YEARS + 400)]
        self.today = 365 * YEARS
        self.owners = Weighted(rng, {key: 1 / (rank + 5) for rank, key in enumerate(office.owners, 1)})
        self.currencies = Weighted(rng, CURRENCIES)
        self.steps = {state: Weighted(rng, self.stage_weights(weights)) for state, weights in STAGES.items()}
        self.serials: dict[str, int] = defaultdict(int)  # the last of each year
        self.quote_names = [(name, fold(name)) for name in words.QUOTES]
        self.opportunities = self.quotes = self.closings = 0  # written so far
        self.rows: dict[type, list[tuple]] = defaultdict(list)

    def stage_weights(self, weights: list[int]) -> dict[int, float]:
        """`weights`, stretched over the stages that there are."""
        count = len(self.office.stages)
        return {step: weights[step * len(weights) // count] for step in range(count)}

    def take(self) -> dict[type, list[tuple]]:
        rows, self.rows = self.rows, defaultdict(list)
        return rows

    def write(self) -> None:
        """One more opportunity: the later it is written, the later it was opened and the likelier it is open."""
        rng = self.rng
        self.opportunities += 1
        age = 1 - self.opportunities / self.number
        opened = min(int((1 - age) * self.today + rng.uniform(-10, 10)), self.today - 1)
        opened = max(opened, 0)
        state = State.OPEN
        if rng.random() > 1 - age / 0.7:  # 35 percent of all are open
            state = State.LOST if rng.random() < 40 / 65 else State.WON
        lasted = self.today - 1 - opened
        if state == State.OPEN:
            last = opened + int(lasted * (1 - rng.random() ** 4))
        else:
            last = opened + min(int(rng.uniform(3, 200)), lasted)
        estimate = max(int(rng.lognormvariate(9.9, 1) / 100), 1) * 100
        deal = Deal(self.opportunities, self.owners.choose(), opened, last, state.value, estimate)
        self.tell(deal, Kind.CREATED, self.at(opened, 8))
        self.offer(deal)
        step = self.move(deal)
        for _note in range(rng.randrange(3)):
            self.tell(deal, Kind.NOTE, self.between(deal), rng.choice(words.NOTES))
        closing = self.close(deal) if state != State.OPEN else None
        self.write_quotes(deal, closing)
        self.write_opportunity(deal, closing, self.office.stages[step].pk)

    def move(self, deal: Deal) -> int:
        """Moves the deal from the first stage to that which it is in."""
        step, stages = self.steps[deal.state].choose(), self.office.stages
        for number, at in enumerate(sorted(self.between(deal) for _ in range(step))):
            names = f'{{"stage_from": "{stages[number].name}", "stage_to": "{stages[number + 1].name}"}}'
            self.tell(deal, Kind.EDITED, at, data=names)
        return step

    def offer(self, deal: Deal) -> None:
        """Writes the quotes of the deal: most are open as long as it is, some are revised or end by themselves."""
        rng, revised = self.rng, None
        for created in sorted(rng.randint(deal.opened, deal.last) for _ in range(rng.choice(QUOTES))):
            self.quotes += 1
            number, revision = (revised.number, revised.revision + 1) if revised else (self.next_number(created), 0)
            total = max(int(deal.estimate * rng.uniform(0.8, 1.2)), 1)
            offer = Offer(self.quotes, number, revision, created, QuoteStatus.DRAFT.value, total)
            deal.offers.append(offer)
            named = f'{{"number": "{number}", "revision": {revision}}}'
            if revised is None:
                self.tell(deal, Kind.QUOTE_CREATED, self.at(created, 9), data=named)
            revised = None
            fate = rng.random()
            if fate < 0.3:
                continue
            if fate >= 0.36:
                offer.activated_at, offer.status = self.at(created, 12), QuoteStatus.ACTIVE.value
                self.tell(deal, Kind.QUOTE_ACTIVATED, offer.activated_at, data=named)
            if fate < 0.36 or fate >= 0.88:
                ends = QuoteStatus.CANCELED if fate < 0.36 else QuoteStatus.LOST if fate < 0.94 else QuoteStatus.REVISED
                self.end(deal, offer, ends.value, named)
                revised = offer if ends == QuoteStatus.REVISED else None

    def end(self, deal: Deal, offer: Offer, status: str, named: str) -> None:
        """Ends a quote by itself, on the day it was written."""
        reason, at = self.rng.choice(words.WITHDRAWN), self.at(offer.created, 15)
        kind = Kind.QUOTE_REVISED if status == QuoteStatus.REVISED else Kind.QUOTE_CLOSED
        self.tell(deal, kind, at, reason, named)
        closing = QuoteClosingRow(
            offer.key, None, offer.status, status, reason, self.days[offer.created], deal.owner, at
        )
        self.rows[QuoteClosingRow].append(closing)
        offer.status = status

    def close(self, deal: Deal) -> ClosingRow:
        """Closes the deal on its last day with its open quotes; most are closed by their owners."""
        rng, office = self.rng, self.office
        self.closings += 1
        reason = rng.choice(office.reasons[deal.state])
        by = deal.owner if rng.random() < 0.92 else rng.choice(office.owners)
        competitor = rng.choice(office.competitors) if reason.needs_competitor or rng.random() < 0.1 else None
        details = rng.choice(words.DETAILS) if reason.needs_details or rng.random() < 0.5 else ""
        at, day = self.at(deal.last, 17), self.days[deal.last]
        active = [offer for offer in deal.offers if offer.status == QuoteStatus.ACTIVE]
        winner = rng.choice(active) if active and deal.state == State.WON else None
        for offer in deal.offers:
            if offer.status in (QuoteStatus.DRAFT, QuoteStatus.ACTIVE):
                lost = QuoteStatus.CANCELED if offer.status == QuoteStatus.DRAFT else QuoteStatus.LOST
                offer.closed_with = (QuoteStatus.WON if offer is winner else lost).value
                self.rows[QuoteClosingRow].append(
                    QuoteClosingRow(offer.key, self.closings, offer.status, offer.closed_with, "", day, by, at)
                )
        closing = ClosingRow(
            id=self.closings,
            opportunity_id=deal.key,
            outcome=deal.state,
            status_reason_id=reason.pk,
            from_status_reason_id=rng.choice(office.reasons[State.OPEN]).pk,
            closed_on=day,
            actual_revenue=(winner.total if winner else deal.estimate) if deal.state == State.WON else None,
            estimated_revenue=deal.estimate,
            competitor_id=competitor,
            details=details,
            closed_by_id=by,
            closed_at=at,
            reopen_reason="",
        )
        self.rows[ClosingRow].append(closing)
        facts = f'{{"outcome": "{deal.state}", "closing": {self.closings}}}'
        self.tell(deal, Kind.CLOSED, at, details, facts, by)
        return closing

    def write_quotes(self, deal: Deal, closing: ClosingRow | None) -> None:
        for offer in deal.offers:
            quantity, (name, folded_name) = self.rng.randint(1, 20), self.rng.choice(self.quote_names)
            price = max(offer.total // quantity, 1)
            if offer.closed_with != QuoteStatus.WON:  # what was won is the revenue of the deal
                offer.total = quantity * price
            else:
                quantity, price = 1, offer.total
            is_valid = offer.activated_at is not None
            quote = QuoteRow(
                id=offer.key,
                opportunity_id=deal.key,
                number=offer.number,
                revision=offer.revision,
                name=name,
                folded_name=folded_name,
                status=offer.closed_with or offer.status,
                valid_from=self.days[offer.created] if is_valid else None,
                valid_until=self.days[offer.created + self.rng.randint(30, 120)] if is_valid else None,
                customer_reference="",
                payment_terms=self.rng.choice(words.TERMS),
                introduction="",
                closing_text="",
                total=offer.total,
                activated_at=offer.activated_at,
                edited_at=self.at(offer.created, 11),
                edited_by_id=deal.owner,
            )
            self.rows[QuoteRow].append(quote)
            billing = self.rng.choice(["fixed_price", "time_and_material"])
            self.rows[LineRow].append(
                LineRow(offer.key, 1, "project", billing, name, quantity, "day", price, 0, "percent", 20)
            )

    def write_opportunity(self, deal: Deal, closing: ClosingRow | None, stage: int) -> None:
        rng, days = self.rng, self.days
        thing, work, site = (rng.choice(choices) for choices in (words.THINGS, words.WORKS, words.SITES))
        topic = f"{thing} {work} {site}, lot {rng.randrange(10**6)}"
        folded_topic = fold(topic)
        account = 1 + int(len(self.office.accounts) * rng.random() ** 2)  # a few accounts have many
        expected = deal.last + rng.randint(-20, 20) if closing else self.today + rng.randint(-45, 180)
        expected = max(expected, deal.opened)
        has_step = closing is None and rng.random() < 0.6
        reason = closing.status_reason_id if closing else rng.choice(self.office.reasons[State.OPEN]).pk
        opportunity = OpportunityRow(
            id=deal.key,
            topic=topic,
            folded_topic=folded_topic,
            search_text=f"{folded_topic}\n{self.office.accounts[account - 1]}",
            account_id=account,
            contact_id=account if rng.random() < 0.7 else None,
            owner_id=deal.owner,
            currency=self.currencies.choose(),
            stage_id=stage,
            estimated_revenue=deal.estimate,
            estimated_close_date=days[expected],
            first_estimated_revenue=deal.estimate if rng.random() < 0.5 else max(int(deal.estimate * 0.9), 1),
            first_estimated_close_date=days[max(expected - rng.randint(0, 40), deal.opened)],
            next_step=rng.choice(words.STEPS) if has_step else "",
            next_step_on=days[self.today + rng.randint(-10, 30)] if has_step else None,
            opened_on=days[deal.opened],
            last_activity_at=deal.last_activity_at,
            state=deal.state,
            status_reason_id=reason,
            actual_revenue=closing.actual_revenue if closing else None,
            closed_on=closing.closed_on if closing else None,
            competitor_id=closing.competitor_id if closing else None,
            **(deal.quoted if closing else UNQUOTED),
            external_id=self.mark if deal.key == 1 else None,
        )
        self.rows[OpportunityRow].append(opportunity)

    def tell(self, deal: Deal, kind: str, at: str, text: str = "", data: str = "{}", by: int | None = None) -> None:
        """One event, which is activity: by the owner, or now and then by somebody else."""
        if by is None:
            by = deal.owner if self.rng.random() < 0.95 else self.rng.choice(self.office.owners)
        self.rows[EventRow].append(EventRow(deal.key, kind, by, at, text, data))
        deal.last_activity_at = max(deal.last_activity_at, at)

    def next_number(self, day: int) -> str:
        year = self.days[day][:4]
        self.serials[year] += 1
        return f"Q-{year}-{self.serials[year]:04d}"

    def between(self, deal: Deal) -> str:
        """An instant while the deal was worked on."""
        return self.at(self.rng.randint(deal.opened, deal.last), 13)

    def at(self, day: int, hour: int) -> str:
        """An instant within that hour, UTC."""
        return f"{self.days[day]} {hour:02}:{self.rng.randrange(60):02}:00"
