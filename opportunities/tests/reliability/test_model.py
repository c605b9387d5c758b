"""Several users do whatever they like, one after the other, and a simple model (world.py) does the same.

After each step every row says what the model says, and no rule is broken. What is refused changes nothing: the model
did not change either.
"""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from opportunities import closing
from opportunities.closing import plan_close
from opportunities.closing.bulk import Shared, close_many, undo_batch
from opportunities.models import ClosingBatch, Opportunity, OpportunityClose, Quote, Stage
from opportunities.permissions import require
from opportunities.quotes import draft_services, refusals, services
from opportunities.record import services as record_services
from opportunities.tests.factories import AccountFactory, UserFactory, day, reason
from opportunities.tests.reliability.rows import broken_rules, check_rows
from opportunities.tests.reliability.world import ClosingModel, DealModel, QuoteModel
from opportunities.tests.soak import report, size

pytestmark = [pytest.mark.django_db, pytest.mark.soak]

EXAMPLES, STEPS = size((4, 40), (200, 60))
USERS = ["marta", "jonas", "ines", "nobody"]
MANAGERS = {"ines"}
SELLERS = {"marta", "jonas", "ines"}
STAGES = ["Qualify", "Propose", "Commit"]

users = st.sampled_from(["marta", "jonas", "nobody", "ines", "ines", "ines", "ines"])
picks = st.integers(0, 20)  # the so-many-th of what there is
prices = st.integers(0, 900).map(Decimal)
done: Counter = Counter()


class Machine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.late = timedelta()
        self.clock = patch("django.utils.timezone.now", side_effect=lambda real=timezone.now: real() + self.late)
        self.clock.start()
        groups = {"ines": "Sales managers", "marta": "Salespeople", "jonas": "Salespeople"}
        self.users = {name: UserFactory(username=name, password="") for name in USERS}
        for name, group in groups.items():
            self.users[name].groups.add(Group.objects.get(name=group))
        self.account = AccountFactory()
        self.stages = {stage.name: stage for stage in Stage.objects.all()}
        self.deals: dict[int, DealModel] = {}
        self.batches: dict[int, tuple] = {}
        self.seen: dict[int, tuple] = {}

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # How a user acts

    def act(self, user: str, action: str, deal: int | None, expected: type | None, call):
        """What `call` returns; or None, when it is refused as `expected`, or since `user` may not do `action`."""
        model = self.deals.get(deal)
        is_own = model is None or model.owner == self.users[user].pk
        may = user in MANAGERS or (user in SELLERS and (is_own or action == "view") and action != "reopen")
        expected = expected if may else PermissionDenied
        try:
            require(self.users[user], action, Opportunity.objects.filter(pk=deal).first())
            result = call()
        except (PermissionDenied, closing.Refused, ValidationError) as refusal:
            if type(refusal) is not expected:
                raise
            done["refused"] += 1
            return None
        assert expected is None, f"not refused: {expected}"
        done["done"] += 1
        return result

    def deal(self, pick: int) -> tuple[int, DealModel]:
        keys = sorted(self.deals)
        return keys[pick % len(keys)], self.deals[keys[pick % len(keys)]]

    def quote(self, pick: int) -> tuple[int, DealModel, int, QuoteModel]:
        found = [(deal, key) for deal, model in self.deals.items() for key in model.quotes]
        deal, key = sorted(found)[pick % len(found)]
        return deal, self.deals[deal], key, self.deals[deal].quotes[key]

    has_deals = precondition(lambda self: self.deals)
    has_quotes = precondition(lambda self: any(deal.quotes for deal in self.deals.values()))

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes):
        self.late += timedelta(minutes=minutes)

    # Opportunities

    @rule(user=users, stage=st.sampled_from(STAGES))
    def create(self, user, stage):
        facts = {"owner": self.users[user], "stage": self.stages[stage], "status_reason": reason("In progress")}
        topic = f"Deal {len(done)}.{done['done']}"
        facts |= {"topic": topic, "account": self.account, "opened_on": day(-3), "by": self.users[user]}
        made = self.act(user, "add", None, None, lambda: record_services.create_opportunity(**facts))
        if made:
            self.deals[made.pk] = DealModel(topic, self.users[user].pk, stage)

    @has_deals
    @rule(user=users, pick=picks, topic=st.sampled_from("abc"), why=st.sampled_from(["In progress", "On hold"]))
    def edit(self, user, pick, topic, why):
        key, deal = self.deal(pick)
        changes = (topic, why) != (deal.topic, deal.reason)
        expected = None if deal.is_open else record_services.OpportunityIsClosed
        facts = {"topic": topic, "status_reason": reason(why), "by": self.users[user]}
        row = Opportunity.objects.get(pk=key)
        if self.act(user, "change", key, expected, lambda: record_services.edit_opportunity(row, **facts)):
            deal.topic, deal.reason = topic, why
            deal.events += changes

    @has_deals
    @rule(user=users, pick=picks, to=st.sampled_from(USERS[:3]))
    def hand_over(self, user, pick, to):
        key, deal = self.deal(pick)
        owner = self.users[to]
        row = Opportunity.objects.get(pk=key)
        call = lambda: record_services.edit_opportunity(row, owner=owner, by=self.users[user])  # noqa: E731
        if self.act(user, "change", key, None, call):
            deal.events += deal.owner != owner.pk
            deal.owner = owner.pk

    @has_deals
    @rule(user=users, pick=picks, stage=st.sampled_from(STAGES))
    def move(self, user, pick, stage):
        key, deal = self.deal(pick)
        facts = {"stage": self.stages[stage], "shown_in": self.stages[deal.stage], "by": self.users[user]}
        expected = None if deal.is_open else record_services.OpportunityIsClosed
        row = Opportunity.objects.get(pk=key)
        if self.act(user, "change", key, expected, lambda: record_services.move_to_stage(row, **facts)):
            deal.events += deal.stage != stage
            deal.stage = stage

    @has_deals
    @rule(user=users, pick=picks)
    def delete(self, user, pick):
        key, deal = self.deal(pick)
        row = Opportunity.objects.get(pk=key)
        expected = None if deal.is_deletable else record_services.DeletionRefused
        if self.act(user, "change", key, expected, lambda: record_services.delete_opportunity(row) or True):
            del self.deals[key]

    # Quotes

    def change_quote(self, user: str, pick: int, expected, call) -> tuple:
        """`expected` says what is refused of a quote of an open deal."""
        deal_key, deal, key, quote = self.quote(pick)
        expected = expected(quote) if deal.is_open else refusals.OpportunityIsClosed
        row = Quote.objects.select_related("opportunity").get(pk=key)
        made = self.act(user, "change", deal_key, expected, lambda: call(row, self.users[user]) or True)
        return made, deal, key, quote

    @has_deals
    @rule(user=users, pick=picks, amounts=st.lists(prices, max_size=2))
    def add_quote(self, user, pick, amounts):
        key, deal = self.deal(pick)
        expected = None if deal.is_open else refusals.OpportunityIsClosed
        lines = [Quote.lines.rel.related_model(description="Service", unit_price=price) for price in amounts]
        row = Opportunity.objects.get(pk=key)
        call = lambda: draft_services.create_quote(row, by=self.users[user], name="Quote", lines=lines)  # noqa: E731
        if made := self.act(user, "change", key, expected, call):
            deal.quotes[made.pk] = QuoteModel(made.number, prices=list(amounts))
            deal.events += 1

    @has_quotes
    @rule(user=users, pick=picks, price=prices)
    def add_line(self, user, pick, price):
        made, _deal, _key, quote = self.change_quote(
            user,
            pick,
            lambda quote: None if quote.status == "draft" else refusals.NotADraft,
            lambda row, by: draft_services.add_line(row, by=by, description="Service", unit_price=price),
        )
        if made:
            quote.prices.append(price)

    @has_quotes
    @rule(user=users, pick=picks)
    def activate(self, user, pick):
        made, deal, _key, quote = self.change_quote(
            user,
            pick,
            lambda quote: refusals.NotADraft if quote.status != "draft" else None if quote.prices else ValidationError,
            lambda row, by: services.activate_quote(row, by=by),
        )
        if made:
            quote.status = "active"
            deal.events += 1

    @has_quotes
    @rule(user=users, pick=picks)
    def revise(self, user, pick):
        made, deal, _key, quote = self.change_quote(
            user,
            pick,
            lambda quote: None if quote.status == "active" else refusals.NotActive,
            lambda row, by: services.revise_quote(row, by=by, reason="Cheaper", valid_until=None),
        )
        if made:
            quote.status, quote.closed_before = "revised", True
            deal.quotes[made.pk] = QuoteModel(quote.number, quote.revision + 1, prices=list(quote.prices))
            deal.events += 1

    @has_quotes
    @rule(user=users, pick=picks, to=st.sampled_from(["lost", "canceled"]))
    def close_quote(self, user, pick, to):
        made, deal, _key, quote = self.change_quote(
            user,
            pick,
            lambda quote: None if quote.is_open else refusals.QuoteIsClosed,
            lambda row, by: services.close_quote(row, to_status=to, closed_on=day(0), by=by),
        )
        if made:
            quote.status, quote.closed_before = to, True
            deal.events += 1

    @has_quotes
    @rule(user=users, pick=picks)
    def delete_draft(self, user, pick):
        def expected(quote):
            return (
                refusals.NotADraft if quote.status != "draft" else refusals.HasHistory if quote.closed_before else None
            )

        made, deal, key, _quote = self.change_quote(
            user, pick, expected, lambda row, by: services.delete_draft(row, by=by)
        )
        if made:
            del deal.quotes[key]
            deal.events += 1

    # Closings

    def fates(self, deal: DealModel, outcome: str, winner: int) -> dict[int, str]:
        """What the open quotes become; of several active ones the `winner`th wins, or none."""
        active = [key for key, quote in sorted(deal.open_quotes.items()) if quote.status == "active"]
        wins = outcome == "won" and active and not deal.has_winner
        chosen = active[0] if len(active) == 1 else dict(enumerate(active)).get(winner)
        return {
            key: "canceled" if quote.status == "draft" else "won" if wins and key == chosen else "lost"
            for key, quote in deal.open_quotes.items()
        }

    @has_deals
    @rule(
        user=users, pick=picks, outcome=st.sampled_from(["won", "lost"]), agrees=st.booleans(), winner=st.integers(0, 3)
    )
    def close(self, user, pick, outcome, agrees, winner):
        key, deal = self.deal(pick)
        fates = self.fates(deal, outcome, winner)
        expected = closing.OpenQuotesRemain if fates and not agrees else None
        self.record(user, key, outcome, fates, expected if deal.is_open else closing.AlreadyClosed, agrees and None)

    @has_deals
    @rule(pick=picks)
    def look(self, pick):
        """Opens a dialog, that is sent some time later."""
        key, deal = self.deal(pick)
        self.seen[key] = plan_close(Opportunity.objects.get(pk=key), "lost"), shown(deal)

    @precondition(lambda self: self.seen.keys() & self.deals.keys())
    @rule(user=users, pick=picks)
    def close_as_seen(self, user, pick):
        keys = sorted(self.seen.keys() & self.deals.keys())
        key = keys[pick % len(keys)]
        deal, (plan, was_shown) = self.deals[key], self.seen[key]
        expected = None if shown(deal) == was_shown else closing.PlanOutOfDate
        fates = self.fates(deal, "lost", 0)
        self.record(user, key, "lost", fates, expected if deal.is_open else closing.AlreadyClosed, plan)

    def record(self, user: str, key: int, outcome: str, fates: dict, expected, plan) -> None:
        """Closes with `plan`; None is the one of now, and False none."""
        row, deal, by = Opportunity.objects.get(pk=key), self.deals[key], self.users[user]
        why, revenue = ("Won", Decimal(500)) if outcome == "won" else ("Price", None)
        if plan is None:
            plan = plan_close(row, outcome).with_fates(fates)
        facts = {"outcome": outcome, "status_reason": reason(why), "closed_on": day(0), "actual_revenue": revenue}
        call = lambda: closing.close_opportunity(row, by=by, plan=plan or None, **facts)  # noqa: E731
        if self.act(user, "close", key, expected, call):
            deal.close(by.pk, outcome, why, revenue, fates)
            deal.current.at = timezone.now()

    @precondition(lambda self: any(deal.closings for deal in self.deals.values()))
    @rule(user=users, pick=picks, again=picks)
    def undo(self, user, pick, again):
        key, deal, row, model = self.a_closing(pick, again)
        is_in_time = timezone.now() - model.at < timedelta(minutes=60)
        is_allowed = model.by == self.users[user].pk and is_in_time and not model.is_correction
        expected = None if is_allowed else closing.UndoRefused
        expected = expected if model.is_current else closing.NotClosed
        if self.act(user, "view", key, expected, lambda: closing.undo_close(row, by=self.users[user])):
            deal.reopen(model.from_reason)

    @precondition(lambda self: any(deal.closings for deal in self.deals.values()))
    @rule(user=users, pick=picks, again=picks, kept=st.sets(st.integers(0, 3)))
    def reopen(self, user, pick, again, kept):
        key, deal, row, model = self.a_closing(pick, again)
        back = {quote for number, quote in enumerate(sorted(model.closed)) if number not in kept}
        expected = None if model.is_current else closing.NotClosed
        facts = {"by": self.users[user], "quotes": back, "reason": "Why not"}
        if self.act(user, "reopen", key, expected, lambda: closing.reopen_opportunity(row, **facts)):
            deal.reopen("In progress", back)

    @precondition(lambda self: any(deal.closings for deal in self.deals.values()))
    @rule(user=users, pick=picks, again=picks, why=st.sampled_from(["Price", "No decision"]))
    def correct(self, user, pick, again, why):
        key, deal, row, model = self.a_closing(pick, again)
        why = "Won" if model.outcome == "won" else why
        expected = None if model.is_current else closing.NotClosed
        facts = {"status_reason": reason(why), "closed_on": row.closed_on, "actual_revenue": row.actual_revenue}
        call = lambda: closing.correct_closing(row, by=self.users[user], **facts)  # noqa: E731
        if self.act(user, "reopen", key, expected, call):
            deal.correct(self.users[user].pk, why)
            deal.current.at = timezone.now()

    def a_closing(self, pick: int, again: int) -> tuple[int, DealModel, OpportunityClose, ClosingModel]:
        keys = sorted(key for key, deal in self.deals.items() if deal.closings)
        key = keys[pick % len(keys)]
        models = self.deals[key].closings
        number = len(models) - 1 - (again % len(models) if again > 15 else 0)  # mostly the latest one
        rows = OpportunityClose.objects.filter(opportunity=key).order_by("pk")
        return key, self.deals[key], rows[number], models[number]

    @has_deals
    @rule(user=st.sampled_from(USERS[:3]), picked=st.sets(picks, min_size=1, max_size=6))
    def close_many(self, user, picked):
        keys = sorted({self.deal(pick)[0] for pick in picked})
        by = self.users[user]
        mine = {key for key in keys if user in MANAGERS or self.deals[key].owner == by.pk}
        ready = [key for key in keys if key in mine and self.deals[key].is_open]
        result = close_many(keys, Shared("lost", reason("Canceled"), day(0)), {}, by=by)
        assert [made.opportunity_id for made in result.closings] == ready
        assert result.blocked_keys == [key for key in keys if key not in ready]
        assert all(row.reasons for row in result.blocked)
        for key in ready:
            deal = self.deals[key]
            deal.close(by.pk, "lost", "Canceled", None, self.fates(deal, "lost", 0), result.batch.pk)
            deal.current.at = timezone.now()
        if ready:
            self.batches[result.batch.pk] = (by.pk, result.batch.at)
        done["done" if ready else "refused"] += 1

    @precondition(lambda self: self.batches)
    @rule(user=st.sampled_from(USERS[:3]), pick=picks)
    def undo_many(self, user, pick):
        number = sorted(self.batches)[pick % len(self.batches)]
        by, at = self.batches[number]
        is_allowed = by == self.users[user].pk and timezone.now() - at < timedelta(minutes=60)
        batch = ClosingBatch.objects.get(pk=number)
        expected = None if is_allowed else closing.UndoRefused
        if self.act(user, "close", None, expected, lambda: undo_batch(batch, by=self.users[user])):
            for deal in self.deals.values():
                if deal.current and deal.current.batch == number:
                    deal.reopen(deal.current.from_reason)

    # What holds after each step

    @invariant()
    def every_row_says_what_the_model_says(self):
        connection.check_constraints()  # PostgreSQL asks the deferred guards now
        check_rows(self.deals)

    @invariant()
    def no_rule_is_broken(self):
        assert broken_rules() == []


def shown(deal: DealModel) -> list[tuple]:
    """What a plan shows of it."""
    return [(key, quote.status, quote.total) for key, quote in sorted(deal.open_quotes.items())]


def test_whatever_users_do_the_rows_are_those_of_the_model():
    done.clear()
    steps = {"max_examples": EXAMPLES, "stateful_step_count": STEPS, "derandomize": True}  # the same in every run
    # What fails is told as it was found; making it smaller takes minutes.
    rest = {"database": None, "deadline": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}
    run_state_machine_as_test(Machine, settings=settings(**steps, **rest))
    assert min(done["done"], done["refused"]) > EXAMPLES
    report(f"{connection.vendor}: {done['done']} acts of four users as in the model, {done['refused']} refused")
