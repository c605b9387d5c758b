"""Draws the deals of the demo data. Nothing here touches the database: office.py stores what is drawn.

Every instant is in working hours and before today, in an order that holds within a day: quotes are
created from 9, activated from 12, closed from 15 and revisions activated from 16 o'clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.models import User
from django.utils import timezone

from opportunities.demo.names import RATES, SHOWCASE_SERIALS
from opportunities.demo.offers import Item, Writer, amount, percent
from opportunities.demo.words import Offer, Words
from opportunities.models import (
    Account,
    Competitor,
    Contact,
    Opportunity,
    Product,
    Quote,
    QuoteLine,
    QuoteStatus,
    Stage,
    State,
    StatusReason,
    TimelineEvent,
)
from opportunities.models.timeline import as_data

OPPORTUNITIES = 300
DAYS = 730
# The open quotes of the deals that wait for each login: none, one, several, many, one expired, drafts only.
WAITING = [
    [],
    ["active"],
    ["active", "active", "active", "draft"],
    ["active"] * 36 + ["draft"] * 6,
    ["expired"],
    ["draft", "draft", "draft"],
]
LOST_WEIGHTS = {"Price": 35, "Out-sold": 25, "No decision": 25, "Canceled": 10, "Other": 5}


@dataclass
class Office:
    """The stored rows that deals refer to. The first account is the showcase's, the last one pays in yen."""

    users: dict[str, User]
    accounts: list[Account]
    currencies: dict[str, str]  # by the name of the account
    contacts: dict[Account, list[Contact]]
    products: dict[str, Product]
    competitors: list[Competitor]
    stages: list[Stage]
    reasons: dict[str, list[StatusReason]]  # by state, the default first


@dataclass
class DrawnQuote:
    """A quote to store as a draft with `lines`, then to activate and to close by itself, where it says so."""

    quote: Quote
    lines: list[QuoteLine]
    by: User
    created_at: datetime
    revises: "DrawnQuote | None" = None
    serial: int | None = None  # its number within the year, where that is not just the next one
    ending: "QuoteEnding | None" = None

    @property
    def is_active(self) -> bool:
        return self.quote.activated_at is not None and self.ending is None


@dataclass
class QuoteEnding:
    """How a quote was closed by itself, or revised."""

    status: str
    at: datetime
    reason: str


@dataclass
class DrawnClosing:
    outcome: str
    status_reason: StatusReason
    closed_on: date
    at: datetime
    by: User
    competitor: Competitor | None
    details: str
    winner: DrawnQuote | None


@dataclass
class Deal:
    opportunity: Opportunity
    quotes: list[DrawnQuote] = field(default_factory=list)
    events: list[TimelineEvent] = field(default_factory=list)
    closing: DrawnClosing | None = None

    def tell(self, kind: str, by: User, at: datetime, text: str = "", **data) -> None:
        self.events.append(TimelineEvent(opportunity=self.opportunity, kind=kind, by=by, at=at, text=text, data=data))


class Draw:
    """Draws deals: the same random numbers, day and language give the same ones."""

    def __init__(self, rng: Random, today: date, words: Words, office: Office, writer: Writer):
        self.rng, self.today, self.words, self.office, self.writer = rng, today, words, office, writer

    def deals(self) -> list[Deal]:
        """The showcase, what waits for each login, and two years of history."""
        deals = [self.showcase()]
        for user in self.office.users.values():
            deals += [self.waiting(user, statuses) for statuses in WAITING]
        deals += [self.past() for _ in range(OPPORTUNITIES - len(deals))]
        for deal in deals[1:]:
            self.look_back(deal)
            self.look_ahead(deal)
        return deals

    def showcase(self) -> Deal:
        """The opportunity of the README's pictures, Marta's."""
        marta, jonas = self.office.users["marta"], self.office.users["jonas"]
        service, parts = self.words.offers[:2]
        site, stock, inspection, on_call = service.lines
        kit, delivery = parts.lines
        three_sites, five_sites, only_parts = self.words.showcase_quotes
        deal = self.deal(marta, self.office.accounts[0], self.ago(263), service)
        basis = [  # 156,000 + 18,500 + 7,000
            Item(site, 53_500, 3, amount("4500")),
            Item(stock, 20_000, 1, percent("7.5")),
            Item(inspection, 125, 56),
        ]

        first = self.add(deal, three_sites, self.at(self.ago(45), 10), [*basis, Item(on_call, 8_500, 1)])
        self.activate(first, self.at(self.ago(43), 14), self.ago(22))
        revised_at = self.at(self.ago(3), 16, 2)
        first.ending = QuoteEnding(QuoteStatus.REVISED, revised_at, self.words.showcase_revised)
        second = self.add(deal, three_sites, revised_at, basis)
        second.quote.customer_reference = first.quote.customer_reference = f"RFQ-{self.today.year}-118"
        self.activate(second, self.at(self.ago(3), 16, 40), self.ahead(23))
        wide_items = [Item(site, 50_000, 5, percent("4")), Item(stock, 21_900, 1), Item(inspection, 125, 56)]
        wide = self.add(deal, five_sites, self.at(self.ago(20), 10), wide_items, by=jonas)
        self.activate(wide, self.at(self.ago(16), 11, 30), self.ahead(23))
        parts_items = [Item(kit, 13_000, 4, amount("2000")), Item(delivery, 12_000, 1)]
        draft = self.add(deal, only_parts, self.at(self.ago(17), 15), parts_items)
        first.serial, wide.serial, draft.serial = SHOWCASE_SERIALS
        first.quote.revision, second.quote.revision, second.revises = 1, 2, first

        deal.opportunity.estimated_revenue, deal.opportunity.estimated_close_date = Decimal(184_000), self.ahead(8)
        deal.opportunity.first_estimated_revenue = Decimal(170_000)
        deal.opportunity.first_estimated_close_date = self.ago(22)
        deal.opportunity.next_step, deal.opportunity.next_step_on = self.words.next_steps[-1], self.ahead(2)
        deal.opportunity.status_reason = self.office.reasons[State.OPEN][0]
        stages = self.office.stages[:-1]
        self.move(deal, stages, [self.at(self.ago(12 + 45 * step), 9, 15) for step in reversed(range(len(stages) - 1))])
        deal.tell(TimelineEvent.Kind.NOTE, marta, self.at(self.ago(30), 17, 5), self.words.showcase_note)
        return deal

    def waiting(self, owner: User, statuses: list[str]) -> Deal:
        """An open deal of `owner` with open quotes of those `statuses`, of which "expired" is active, too."""
        opened_on = self.ago(self.rng.randint(40, 200))
        pays_in_yen = owner.username == "jonas" and statuses == ["active"]
        account = self.office.accounts[-1] if pays_in_yen else self.rng.choice(self.office.accounts[:-1])
        offer = self.rng.choice(self.words.offers)
        deal = self.deal(owner, account, opened_on, offer)
        for number, status in enumerate(statuses, 1):
            soonest = 1 if number == 1 else 10  # the first one expires within the week
            valid_until = self.ago(self.rng.randint(2, 20)) if status == "expired" else self.ahead(soonest, soonest * 6)
            last = min(valid_until, self.today) - timedelta(days=1)
            is_long = owner.username == "marta" and statuses == ["active"]
            drawn = self.offered(deal, offer, self.between(opened_on, last), is_long)
            if status != "draft":
                self.activate(drawn, self.at(self.between(drawn.created_at.date(), last), 12), valid_until)
            if len(statuses) > len(self.words.variants):
                drawn.quote.name = self.words.site.format(n=number)
        if statuses == ["expired"]:
            estimated_on = self.ago(self.rng.randint(1, 12))
        else:
            estimated_on = self.ahead(2, 6) if set(statuses) == {"draft"} else self.ahead(3, 45)
        self.finish(deal, offer, estimated_on, self.ago(1))
        if len(statuses) == 4:
            self.advise(deal)
        return deal

    def advise(self, deal: Deal) -> None:
        """Somebody else leaves a note: Inès, or on her own deal Jonas."""
        owner, users = deal.opportunity.owner, self.office.users
        by = users["jonas"] if owner == users["ines"] else users["ines"]
        at = self.at(self.ago(self.rng.randint(1, 9)), 18)
        deal.tell(TimelineEvent.Kind.NOTE, by, at, self.rng.choice(self.words.advice))

    def past(self) -> Deal:
        """A deal that was opened in the last two years; closed by now unless it is a recent one."""
        opened_on = self.ago(self.rng.randint(3, DAYS))
        ends_on = opened_on + timedelta(days=self.rng.randint(20, 240))
        last = min(ends_on, self.today) - timedelta(days=1)
        users = self.office.users
        owner = self.rng.choices([users["marta"], users["jonas"], users["ines"]], [45, 43, 12])[0]
        offer = self.rng.choice(self.words.offers)
        deal = self.deal(owner, self.rng.choice(self.office.accounts[:-1]), opened_on, offer)
        for _ in range(self.rng.choices([0, 1, 2, 3], [10, 45, 30, 15])[0]):
            self.live(deal, self.offered(deal, offer, self.between(opened_on, last)), last)
        if ends_on < self.today:
            deal.closing = self.closing(deal, ends_on)
        estimated_on = max(ends_on + timedelta(days=self.rng.randint(-20, 20)), opened_on + timedelta(days=14))
        self.finish(deal, offer, estimated_on, last)
        return deal

    def deal(self, owner: User, account: Account, opened_on: date, offer: Offer) -> Deal:
        """An opportunity that `finish` completes."""
        in_progress, *others = self.office.reasons[State.OPEN]
        contacts = self.office.contacts[account]
        return Deal(
            Opportunity(
                topic=offer.topic.format(year=opened_on.year + 1, n=self.rng.randint(2, 9)),
                account=account,
                contact=self.rng.choice(contacts) if contacts else None,
                owner=owner,
                currency=self.office.currencies[account.name],
                product=self.office.products[offer.product],
                opened_on=opened_on,
                stage=self.office.stages[0],
                status_reason=self.rng.choice(others) if others and self.rng.random() < 0.1 else in_progress,
            )
        )

    def finish(self, deal: Deal, offer: Offer, estimated_on: date, last: date) -> None:
        """Estimates the revenue, and tells of the stages and notes up to the day `last`."""
        opportunity, owner = deal.opportunity, deal.opportunity.owner
        usual = sum(line.euros * (1 + line.most) / 2 for line in offer.lines) * RATES[opportunity.currency]
        basis = float(deal.quotes[0].quote.total) if deal.quotes else usual
        step = 50_000 if opportunity.currency == "JPY" else 500
        opportunity.estimated_revenue = Decimal(max(step, round(basis * self.rng.uniform(0.9, 1.2) / step) * step))
        opportunity.estimated_close_date = estimated_on
        if deal.closing and deal.closing.outcome == State.WON:
            reached = len(self.office.stages) - self.rng.choice([0, 0, 1])
        else:
            reached = self.rng.randint(1, len(self.office.stages))
        moves = sorted(self.at(self.between(opportunity.opened_on, last), 11) for _ in range(reached - 1))
        self.move(deal, self.office.stages[:reached], moves)
        for note in self.rng.sample(self.words.notes, self.rng.choice([0, 1, 1, 2])):
            deal.tell(TimelineEvent.Kind.NOTE, owner, self.at(self.between(opportunity.opened_on, last), 17), note)

    def look_back(self, deal: Deal) -> None:
        """Says what was estimated first; where that was something else, an edit tells of it."""
        opportunity = deal.opportunity
        names = ["estimated_revenue", "estimated_close_date"]
        now = {name: getattr(opportunity, name) for name in names}
        first = dict(now)
        if self.rng.random() < 0.6:
            first["estimated_revenue"] = (now["estimated_revenue"] * self.rng.randint(80, 125) / 100).quantize(
                Decimal(1)
            )
            promised_on = now["estimated_close_date"] - timedelta(days=self.rng.randint(-5, 50))
            first["estimated_close_date"] = max(promised_on, opportunity.opened_on + timedelta(days=7))
        for name in names:
            setattr(opportunity, f"first_{name}", first[name])
        values = [[name, *(as_data(day[name], opportunity.currency) for day in (first, now))] for name in names]
        changes = [[name, before, after] for name, before, after in values if before != after]
        if changes:
            last = min(deal.closing.closed_on if deal.closing else self.today, self.today) - timedelta(days=1)
            at = self.at(self.between(opportunity.opened_on, max(last, opportunity.opened_on)), 13)
            deal.tell(TimelineEvent.Kind.EDITED, opportunity.owner, at, changes=changes)

    def look_ahead(self, deal: Deal) -> None:
        """Plans the next step of most open deals; that of some is overdue."""
        if deal.closing is None and self.rng.random() < 0.75:
            opportunity = deal.opportunity
            opportunity.next_step = self.rng.choice(self.words.next_steps)
            opportunity.next_step_on = self.maybe([self.today + timedelta(days=self.rng.randint(-6, 21))], 0.9)

    def move(self, deal: Deal, stages: list[Stage], instants: list[datetime]) -> None:
        """Moves the deal through `stages`, from one to the next at each of the `instants`."""
        opportunity = deal.opportunity
        deal.tell(TimelineEvent.Kind.CREATED, opportunity.owner, self.at(opportunity.opened_on, 9))
        for before, after, at in zip(stages, stages[1:], instants, strict=False):
            names = {"stage_from": before.name, "stage_to": after.name}
            deal.tell(TimelineEvent.Kind.EDITED, opportunity.owner, at, **names)
            opportunity.stage = after

    def offered(self, deal: Deal, offer: Offer, created_on: date, is_long: bool = False) -> DrawnQuote:
        """A draft of the lines of `offer`, or of everything that is sold."""
        prices = [(line.euros * self.rng.uniform(0.9, 1.15), self.rng.randint(1, line.most)) for line in offer.lines]
        name, lines, at = self.rng.choice(self.words.variants), offer.lines, self.at(created_on, 10)
        if is_long:
            name = self.words.everything
            lines = [line for each in self.words.offers for line in each.lines]
            prices = [(line.euros, 1 + line.most // 4) for line in lines]
        return self.add(deal, name, at, self.writer.items(lines, prices))

    def add(
        self, deal: Deal, name: str, created_at: datetime, items: Sequence[Item], by: User | None = None
    ) -> DrawnQuote:
        """A draft of `items`."""
        by = by or deal.opportunity.owner
        quote = Quote(opportunity=deal.opportunity, name=name)
        drawn = DrawnQuote(quote, self.writer.write(quote, items, by, created_at), by, created_at)
        deal.quotes.append(drawn)
        return drawn

    def activate(self, drawn: DrawnQuote, at: datetime, valid_until: date) -> None:
        drawn.quote.activated_at, drawn.quote.valid_until = at, valid_until
        drawn.quote.valid_from = at.date()

    def live(self, deal: Deal, drawn: DrawnQuote, last: date) -> None:
        """What becomes of a draft up to the day `last`: some stay, most are activated, a few end by themselves."""
        fate = self.rng.random()
        if fate < 0.15:
            return
        created_on = drawn.created_at.date()
        if fate < 0.2:
            self.end(drawn, QuoteStatus.CANCELED, self.between(created_on, last))
            return
        activated_on = self.between(created_on, min(created_on + timedelta(days=6), last))
        self.activate(drawn, self.at(activated_on, 12), activated_on + timedelta(days=self.rng.randint(30, 90)))
        if fate < 0.3:
            self.end(drawn, self.rng.choice([QuoteStatus.LOST, QuoteStatus.CANCELED]), self.between(activated_on, last))
        elif fate < 0.45:
            self.revise(deal, drawn, self.between(activated_on, last))

    def end(self, drawn: DrawnQuote, status: str, day: date) -> None:
        reasons = self.words.revised if status == QuoteStatus.REVISED else self.words.withdrawn
        drawn.ending = QuoteEnding(status, self.at(day, 15), self.rng.choice(reasons))

    def revise(self, deal: Deal, drawn: DrawnQuote, day: date) -> None:
        """Ends `drawn` as revised; the next revision, a little cheaper, is active the same day."""
        self.end(drawn, QuoteStatus.REVISED, day)
        before, at, by = drawn.quote, drawn.ending.at, deal.opportunity.owner
        quote = Quote(opportunity=deal.opportunity, name=before.name, revision=before.revision + 1)
        lines = self.writer.cheaper(quote, drawn.lines, by, at, before)
        successor = DrawnQuote(quote, lines, by, at, revises=drawn)
        deal.quotes.append(successor)
        self.activate(successor, self.at(day, 16), day + timedelta(days=self.rng.randint(30, 90)))

    def closing(self, deal: Deal, closed_on: date) -> DrawnClosing:
        active = [drawn for drawn in deal.quotes if drawn.is_active]
        outcome = State.WON if self.rng.random() < (0.52 if active else 0.15) else State.LOST
        reasons = self.office.reasons[outcome]
        reason = self.rng.choices(reasons, [LOST_WEIGHTS.get(reason.name, 5) for reason in reasons])[0]
        texts = self.words.won if outcome == State.WON else self.words.lost
        recorded_on = min(closed_on + timedelta(days=self.rng.choice([0, 0, 0, 1, 3])), self.ago(1))
        owner, manager = deal.opportunity.owner, self.office.users["ines"]
        return DrawnClosing(
            outcome=outcome,
            status_reason=reason,
            closed_on=closed_on,
            at=self.at(recorded_on, 16),
            by=manager if self.rng.random() < 0.08 else owner,
            competitor=self.maybe(self.office.competitors, 1 if reason.needs_competitor else 0.12),
            details=self.maybe(texts, 1 if reason.needs_details else 0.55) or "",
            winner=self.rng.choice(active) if active and outcome == State.WON else None,
        )

    def maybe(self, choices: list, probability: float):
        return self.rng.choice(choices) if self.rng.random() < probability else None

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def ahead(self, days: int, most: int | None = None) -> date:
        """The day in `days` days, or at random in up to `most`."""
        return self.today + timedelta(days=self.rng.randint(days, most or days))

    def between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randint(0, (last - first).days))

    def at(self, day: date, hour: int, minute: int | None = None) -> datetime:
        """An instant within that hour of `day`."""
        at = time(hour, self.rng.randrange(60) if minute is None else minute)
        return datetime.combine(day, at, timezone.get_current_timezone())
