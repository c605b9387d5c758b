"""Made-up rows. A closed opportunity is closed by the service, as everywhere."""

from datetime import date, timedelta
from decimal import Decimal

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone

from opportunities.closing import close_opportunity, plan_close
from opportunities.models import (
    Account,
    Competitor,
    Contact,
    Opportunity,
    OpportunityClose,
    Product,
    Quote,
    QuoteLine,
    QuoteStatus,
    Stage,
    State,
    StatusReason,
)

PASSWORD = "correct horse battery"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence("user{}".format)
    password = factory.django.Password(PASSWORD)


class AccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence("Account {}".format)


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence("Contact {}".format)


class CompetitorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Competitor

    name = factory.Sequence("Competitor {}".format)


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    name = factory.Sequence("Product {}".format)


class OpportunityFactory(factory.django.DjangoModelFactory):
    """An open opportunity, opened thirty days ago."""

    class Meta:
        model = Opportunity

    topic = factory.Sequence("Deal {}".format)
    account = factory.SubFactory(AccountFactory)
    owner = factory.SubFactory(UserFactory)
    currency = "EUR"
    stage = factory.LazyFunction(lambda: Stage.objects.get(name="Propose"))
    status_reason = factory.LazyFunction(lambda: StatusReason.objects.default_for(State.OPEN))
    estimated_revenue = Decimal("1000")
    estimated_close_date = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    opened_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))


class QuoteFactory(factory.django.DjangoModelFactory):
    """A draft without lines; pass `status="active"` for an active one."""

    class Meta:
        model = Quote

    opportunity = factory.SubFactory(OpportunityFactory)
    number = factory.Sequence("Q-2020-{:04d}".format)  # of a year whose counter no test uses
    name = "Full service"
    total = Decimal("900")
    activated_at = factory.LazyAttribute(lambda quote: timezone.now() if quote.status == QuoteStatus.ACTIVE else None)
    status = QuoteStatus.DRAFT


class QuoteLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = QuoteLine

    quote = factory.SubFactory(QuoteFactory)
    description = "Service"
    unit_price = Decimal("900")


def reason(name: str) -> StatusReason:
    """The shipped status reason of that name."""
    return StatusReason.objects.get(name=name)


def close(opportunity: Opportunity, outcome: str = State.LOST, by=None, **facts) -> OpportunityClose:
    """Closes `opportunity` with all its quotes, by its owner today unless `facts` say otherwise."""
    facts = {
        "status_reason": reason("Won" if outcome == State.WON else "Price"),
        "closed_on": timezone.localdate(),
        "actual_revenue": Decimal("900") if outcome == State.WON else None,
        "plan": plan_close(opportunity, outcome),
    } | facts
    return close_opportunity(opportunity, outcome=outcome, by=by or opportunity.owner, **facts)


def day(days_from_now: int) -> date:
    return timezone.localdate() + timedelta(days=days_from_now)
