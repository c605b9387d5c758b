"""The rules that hold between stored rows (design, section 3), each as a query for the rows that break it.

The constraints and guards refuse such rows; this finds them where they came past: a guard was missing,
or SQLite, which has no deferred guards, kept a closing whose opportunity stayed as it was. What a guard
says of a change (a closed quote's lines are fixed, say) cannot be seen in the rows afterwards.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.apps import apps
from django.db.models import (
    Case,
    CheckConstraint,
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    UniqueConstraint,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from opportunities.models import OPEN_STATUSES, Contact, Opportunity, OpportunityClose, Quote, QuoteClose, State
from opportunities.models.quote import quote_facts
from opportunities.models.timeline import last_activity


class Rule(NamedTuple):
    """A rule in words, and the keys of the rows of `model` that break it."""

    model: type[Model]
    sentence: str
    offenders: QuerySet


def rules() -> Iterator[Rule]:
    """The rules, in the order of the design; each is one statement, and none is asked before it is used."""
    yield from constraint_rules()
    yield from reference_rules()
    # Compared by EXCEPT, which compares whole rows and takes NULL as equal to NULL.
    facts = ("status_reason", "closed_on", "actual_revenue", "competitor")
    closed = Opportunity.objects.exclude(state=State.OPEN).values_list("pk", "state", *facts)
    closings = OpportunityClose.objects.filter(reopened_at=None).order_by()
    closings = closings.values_list("opportunity", "outcome", *facts)
    closed_quotes = Quote.objects.exclude(status__in=OPEN_STATUSES).order_by().values_list("pk", "status")
    quote_closings = QuoteClose.objects.filter(restored_at=None).order_by().values_list("quote", "to_status")
    yield Rule(
        Opportunity,
        _("The state of the status reason is the opportunity's state."),
        Opportunity.objects.exclude(status_reason__state=F("state")).values_list("pk"),
    )
    yield Rule(
        OpportunityClose,
        _("The state of the status reason is the closing's outcome."),
        OpportunityClose.objects.exclude(status_reason__state=F("outcome")).values_list("pk"),
    )
    yield Rule(
        Quote,
        _("A closed opportunity has no open quotes."),
        Quote.objects.open().exclude(opportunity__state=State.OPEN).values_list("pk"),
    )
    yield Rule(
        Opportunity,
        _("A closed opportunity has a current closing that says the same."),
        closed.difference(closings),
    )
    yield Rule(
        Opportunity,
        _("A current closing has a closed opportunity that says the same."),
        closings.difference(closed),
    )
    active = Opportunity.objects.annotate(active_at=last_activity())
    yield Rule(
        Opportunity,
        _("The last activity of an opportunity is that of its timeline."),
        active.exclude(active_at=None).exclude(active_at=F("last_activity_at")).values_list("pk"),
    )
    name = Coalesce("account__folded_name", Value(""), output_field=TextField())
    text = Concat("folded_topic", Value("\n"), name, output_field=TextField())
    yield Rule(
        Opportunity,
        _("What is searched of an opportunity is its topic and the name of its account."),
        Opportunity.objects.exclude(search_text=text).values_list("pk"),
    )
    quoted = Opportunity.objects.order_by().annotate(
        **{f"{name}_now": Case(When(state=State.OPEN, then=None), default=now) for name, now in quote_facts().items()}
    )
    yield Rule(
        Opportunity,
        _("A closed opportunity says of its quotes what they say, and an open one nothing."),
        quoted.values_list("pk", *quote_facts()).difference(
            quoted.values_list("pk", *(f"{name}_now" for name in quote_facts()))
        ),
    )
    for model, field in [(Contact, "account"), (Opportunity, "account"), (OpportunityClose, "competitor")]:
        yield Rule(
            model,
            _("What was merged into another has nothing of its own."),
            model.objects.exclude(**{f"{field}__merged_into": None}).values_list("pk"),
        )
    yield Rule(
        OpportunityClose,
        _("A correction is of a closing of the same opportunity."),
        OpportunityClose.objects.exclude(corrects=None)
        .exclude(corrects__opportunity=F("opportunity"))
        .values_list("pk"),
    )
    yield Rule(
        Quote,
        _("A closed quote has a current closing to its status."),
        closed_quotes.difference(quote_closings),
    )
    yield Rule(
        Quote,
        _("A current closing of a quote has a closed quote of its status."),
        quote_closings.difference(closed_quotes),
    )
    yield Rule(
        QuoteClose,
        _("A quote is closed with its own opportunity."),
        QuoteClose.objects.exclude(opportunity_close=None)
        .exclude(opportunity_close__opportunity=F("quote__opportunity"))
        .values_list("pk"),
    )
    yield Rule(
        QuoteClose,
        _("A quote comes back only with its opportunity."),
        QuoteClose.objects.exclude(restored_at=None)
        .filter(Q(opportunity_close=None) | Q(opportunity_close__reopened_at=None))
        .values_list("pk"),
    )


def constraint_rules() -> Iterator[Rule]:
    """The constraints of the models, asked of the rows: what stands in one row, and what is there once."""
    for model in apps.get_app_config("opportunities").get_models():
        for constraint in model._meta.constraints:
            sentence = str(constraint.violation_error_message)
            match constraint:
                case CheckConstraint():
                    yield Rule(model, sentence, model.objects.exclude(constraint.condition).values_list("pk"))
                case UniqueConstraint():
                    times = Window(Count("pk"), partition_by=constraint.fields)
                    rows = model.objects.filter(constraint.condition or Q()).annotate(times=times)
                    yield Rule(model, sentence, rows.filter(times__gt=1).values_list("pk"))


def reference_rules() -> Iterator[Rule]:
    """Foreign keys: SQLite holds them for a connection that asks it to, and a shell does not."""
    for model in apps.get_app_config("opportunities").get_models():
        for field in model._meta.concrete_fields:
            if field.is_relation:
                there = field.related_model._base_manager.filter(pk=OuterRef(field.attname))
                rows = model._base_manager.exclude(**{field.attname: None}).exclude(Exists(there))
                yield Rule(model, _("What a row refers to is there."), rows.order_by().values_list("pk"))


def broken_rules() -> Iterator[tuple[Rule, list[int]]]:
    """Each rule that is broken, with the keys of the rows that break it."""
    for rule in rules():
        if offenders := sorted({row[0] for row in rule.offenders}):
            yield rule, offenders
