"""What the races are made of: the forms that are sent at the same moment, and what came of them."""

from collections import Counter

from django.urls import reverse
from django.utils.html import strip_tags

from opportunities.closing import plan_close
from opportunities.models import Opportunity
from opportunities.tests.factories import day, reason
from opportunities.tests.reliability.processes import Answer, Import, Request, Workers
from opportunities.tests.soak import size

ROUNDS = size(2, 200)
WORKERS = 4
MAPPING = """
date_format = "%Y-%m-%d"
[fields]
external_id = "{id}"
topic = "{topic}"
owner = "{owner}"
currency = "EUR"
stage = "{phase}"
opened_on = "{opened}"
closed_on = "{closed}"
[stages.Lost]
state = "lost"
stage = "Propose"
status_reason = "Price"
[unknown]
owner = "create"
"""


def post(user, url_name: str, /, *keys: int, **data) -> Request:
    return Request(user.pk, reverse(f"opportunities:{url_name}", args=keys), data)


def closing_form(opportunity: Opportunity, outcome: str = "lost") -> dict:
    """What the Close opportunity dialog sends that shows the quotes as they are now."""
    plan = plan_close(opportunity, outcome)
    facts = {"outcome": outcome, "status_reason": reason("Won" if outcome == "won" else "Price").pk}
    fates = {f"quote-{pk}": fate for pk, fate in plan.fates.items()}
    revenue = {"actual_revenue": "900"} if outcome == "won" else {}
    return facts | revenue | fates | {"closed_on": day(0).isoformat(), "close_quotes": "on", "plan": plan.text}


def closing(user, opportunity: Opportunity, outcome: str = "lost") -> Request:
    return post(user, "close", opportunity.pk, **closing_form(opportunity, outcome))


def bulk_closing(user, opportunities: list[Opportunity]) -> Request:
    plans = {f"plan-{deal.pk}": plan_close(deal, "lost").text for deal in opportunities}
    facts = {"outcome": "lost", "status_reason": reason("Price").pk, "closed_on": day(0).isoformat()}
    selected = ",".join(str(deal.pk) for deal in opportunities)
    return post(user, "close_many", selected=selected, step="record", close_quotes="on", **facts, **plans)


def check_answer(answer: Answer, *more: int) -> None:
    """Done, or refused on a page that says why; `more` are statuses that a race may have besides."""
    assert answer.error == ""
    assert answer.status in (200, 302, 404, 409, 422, *more)
    if not answer.is_done:
        assert len(strip_tags(answer.text).split()) > 5


class Race:
    """What happened in the rounds of one race."""

    def __init__(self, workers: Workers, name: str, *more: int):
        self.workers, self.name, self.more, self.outcomes = workers, name, more, Counter()

    def run(self, *jobs: Request | Import) -> list[Answer]:
        answers = self.workers.at_once(*jobs)
        for answer in answers:
            check_answer(answer, *self.more)
        self.outcomes[tuple(answer.status for answer in answers)] += 1
        return answers


def opportunity_form(deal: Opportunity, **changes) -> dict:
    names = ["topic", "account", "owner_id", "stage_id", "status_reason_id", "currency", "opened_on"]
    names += ["estimated_revenue", "estimated_close_date"]
    return {name.removesuffix("_id"): str(getattr(deal, name)) for name in names} | changes
