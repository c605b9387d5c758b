"""An opportunity: a deal that is open until it is closed as won or lost."""

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opportunities.models.fields import AmountField, FoldedField, ReadInRow, SearchedField, Unindexed
from opportunities.models.reference import Account, Competitor, Contact, Product, Stage, State, StatusReason
from opportunities.models.search import Words
from opportunities.money import AMOUNTS, CURRENCIES

# Closed ones whose data disagrees. An index has each kind and nothing else; no condition compares with a parameter,
# which would hide from a planner that the index fits.
CONTRADICTIONS = {
    "quote": Q(actual_revenue__isnull=False, won_quoted=None),
    "revenue": Q(won_quoted__lt=F("actual_revenue")) | Q(won_quoted__gt=F("actual_revenue")),
    "day": Q(closed_on=F("opened_on")),
    "competitor": Q(closed_on__isnull=False, competitor=None),  # where the reason asks for one
}


class OpportunityQuerySet(models.QuerySet):
    def search(self, text: str) -> "OpportunityQuerySet":
        """Those with every word of `text` in topic or account, or as a quote number; case and accents do not matter."""
        return Words(self, text).of(self)

    def open(self) -> "OpportunityQuerySet":
        """Open ones; said twice, by the condition of the indexes that have no others, and by their first column."""
        return self.filter(state=State.OPEN, closed_on=None)

    def overdue(self) -> "OpportunityQuerySet":
        """Open ones whose estimated close date has passed, in the user's time zone."""
        return self.open().filter(estimated_close_date__lt=timezone.localdate())

    def idle(self) -> "OpportunityQuerySet":
        """Open ones without activity for as many days as their stage allows, in the user's time zone."""
        limits = {stage.pk: stage.idle_before() for stage in Stage.objects.filter(idle_days__gt=0)}
        if not limits:
            return self.none()
        limit = Case(*(When(stage=pk, then=Value(at)) for pk, at in limits.items()), output_field=DateTimeField())
        is_idle = Q(last_activity_at__lt=limit)
        latest = max(limits.values())  # bounds what is read of an index
        return self.filter(is_idle, state=State.OPEN, last_activity_at__lt=latest)

    def with_due_step(self) -> "OpportunityQuerySet":
        """Open ones whose next step is due, in the user's time zone."""
        return self.open().filter(next_step_on__lte=timezone.localdate())

    def in_states(self, states: Sequence[str]) -> "OpportunityQuerySet":
        """Those with one of `states`, found by what else they are filtered by, however many have the state."""
        return self.alias(read_state=Unindexed("state")).filter(read_state__in=states)

    def reading(self, **keys: int | None) -> "OpportunityQuerySet":
        """Those that refer to these `keys` by field, or to nothing; found by what else they are filtered by."""
        columns = {f"read_{name}": ReadInRow(f"{name}_id") for name in keys}
        return self.alias(**columns).filter(**{f"read_{name}": key for name, key in keys.items()})

    def reading_open(self) -> "OpportunityQuerySet":
        """Open ones, found by what else they are filtered by; PostgreSQL may do so in an index of open ones."""
        return self.alias(read_closed_on=ReadInRow("closed_on")).filter(read_closed_on=None)

    def in_currency(self, currency: str) -> "OpportunityQuerySet":
        """Those in `currency`, found by what else they are filtered by."""
        return self.alias(read_currency=ReadInRow("currency")).filter(read_currency=currency)

    def in_sector(self, sector: str) -> "OpportunityQuerySet":
        """Those whose account is in `sector`; "": without a sector, or without an account."""
        accounts = Account.objects.filter(sector=sector).order_by().values("pk")
        is_in_it = Q(read_account__in=accounts)
        has_none = Q(account=None) if sector == "" else Q()
        return self.alias(read_account=ReadInRow("account_id")).filter(is_in_it | has_none)

    def of_size(self, lookup: str, amount: Decimal) -> "OpportunityQuerySet":
        """Those whose revenue, the actual one where they are won and else the estimated one, is `lookup` `amount`."""
        size = Case(When(state=State.WON, then="actual_revenue"), default="estimated_revenue")
        return self.alias(size=size).filter(**{f"size__{lookup}": amount})

    def with_facts(self) -> "OpportunityQuerySet":
        """With all that a page says of an opportunity, in one query."""
        return self.select_related("account", "contact", "owner", "product", "stage", "status_reason", "competitor")


class Opportunity(models.Model):
    """A deal. `state` is explicit; what was estimated and what came true never share a field.

    `first_estimated_*` are the estimates it was created with, where they are known. They stay as they are, but
    for the revenue when the currency changes: then it is the first one in that currency.
    `revisions` (how many of its quotes revise another), `first_quoted` and `won_quoted` are facts of a closed one that
    had quotes. The closing keeps what `quote_facts` says, so that a year of deals is added up without their quotes.
    `next_step` is kept while it is closed, unseen, so that a reopened one goes on where it was.
    `last_activity_at` is the instant of its last event that is activity; `TimelineEvent.objects.tell` keeps it.

    It is inserted open, and only `opportunities.closing` closes or reopens it: the constraints below
    and the guards (models/guards.py) refuse anything else.
    """

    topic = models.CharField(_("topic"), max_length=200)
    folded_topic = FoldedField(source="topic")
    search_text = SearchedField(db_default="")  # search_index.py says what it is; triggers write it
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="opportunities", verbose_name=_("account")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="opportunities", verbose_name=_("contact")
    )
    owner = models.ForeignKey(  # the indexes of the lists begin with it
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="opportunities", verbose_name=_("owner")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="EUR")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="opportunities", verbose_name=_("stage"))
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="opportunities", verbose_name=_("product")
    )
    estimated_revenue = AmountField(_("estimated revenue"), null=True, blank=True)
    estimated_close_date = models.DateField(_("estimated close date"), null=True, blank=True)
    first_estimated_revenue = AmountField(_("first estimated revenue"), null=True, blank=True, editable=False)
    first_estimated_close_date = models.DateField(
        _("first estimated close date"), null=True, blank=True, editable=False
    )
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("date of the next step"), null=True, blank=True)
    opened_on = models.DateField(_("opened on"), default=timezone.localdate)
    last_activity_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.OPEN)
    status_reason = models.ForeignKey(
        StatusReason, models.PROTECT, related_name="opportunities", verbose_name=_("status reason")
    )
    actual_revenue = AmountField(_("actual revenue"), null=True, blank=True)
    closed_on = models.DateField(_("close date"), null=True, blank=True)
    competitor = models.ForeignKey(  # opportunity_by_competitor begins with it
        Competitor,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="opportunities",
        verbose_name=_("competitor"),
    )
    revisions = models.PositiveSmallIntegerField(_("revisions of quotes"), null=True, blank=True, editable=False)
    first_quoted = AmountField(_("total of the first quote"), null=True, blank=True, editable=False)
    won_quoted = AmountField(_("total of the won quote"), null=True, blank=True, editable=False)
    external_id = models.CharField(_("external ID"), max_length=100, null=True, blank=True, unique=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("Opportunity"), _("Opportunities")
        permissions = [
            ("close_opportunity", "Can close one's own opportunities"),
            ("change_any_opportunity", "Can change everybody's opportunities"),
            ("close_any_opportunity", "Can close everybody's opportunities"),
            ("reopen_any_opportunity", "Can reopen everybody's opportunities and correct closings"),
            ("close_in_closed_period", "Can close and reopen opportunities in a closed period"),
        ]
        # The list: an index per state and what it is sorted by, for all owners and for one. An owner's, sorted by
        # revenue, are few enough to be sorted.
        indexes = [
            models.Index(fields=["state", "estimated_close_date", "id"], name="opportunity_by_estimate"),
            models.Index(fields=["owner", "state", "estimated_close_date", "id"], name="opportunity_mine_by_estimate"),
            models.Index(fields=["state", "closed_on", "id"], name="opportunity_by_close_date"),
            models.Index(fields=["owner", "state", "closed_on", "id"], name="opportunity_mine_by_close_date"),
            models.Index(fields=["state", "opened_on", "id"], name="opportunity_by_opening"),
            models.Index(fields=["owner", "state", "opened_on", "id"], name="opportunity_mine_by_opening"),
            models.Index(fields=["state", "last_activity_at", "id"], name="opportunity_by_activity"),
            models.Index(fields=["owner", "state", "last_activity_at", "id"], name="opportunity_mine_by_activity"),
            models.Index(fields=["state", "estimated_revenue", "id"], name="opportunity_by_revenue"),
            models.Index(fields=["competitor", "state", "closed_on", "id"], name="opportunity_by_competitor"),
            models.Index(fields=["currency", "state"], name="opportunity_by_currency"),
            # Open ones and nothing else, so that a closing writes to none of them: an owner's next steps; the board, a
            # column of which is a stage; the forecast, all that it adds up, in the order that it is grouped by. They
            # have two columns of one value each for SQLite: it would look for that in the row, and prefer an index of
            # a key, closed ones and all, that as many conditions fit.
            *(
                models.Index(fields=["state", *fields, "closed_on"], condition=Q(closed_on=None), name=name)
                for name, fields in {
                    "opportunity_mine_by_step": ["owner", "next_step_on", "id"],
                    "opportunity_on_board": ["stage", "estimated_close_date", "id"],
                    "opportunity_mine_on_board": ["owner", "stage", "estimated_close_date", "id"],
                    "opportunity_forecast": ["estimated_close_date", "currency", "stage", "estimated_revenue", "owner"],
                }.items()
            ),
            # Win/loss: all that it adds up, of the closed ones.
            models.Index(
                fields=[
                    *["closed_on", "currency", "state", "owner", "stage", "status_reason", "competitor", "product"],
                    *["account", "revisions", "estimated_revenue", "actual_revenue", "opened_on"],
                    *["first_estimated_close_date", "first_quoted", "won_quoted"],
                ],
                condition=Q(closed_on__isnull=False),
                name="opportunity_insights",
            ),
            # Contradictions: those of a kind, latest closed first, with what makes them so.
            *(
                models.Index(fields=fields, condition=CONTRADICTIONS[kind], name=f"contradicting_{kind}")
                for kind, fields in {
                    "quote": ["closed_on", "id", "actual_revenue", "won_quoted"],
                    "revenue": ["closed_on", "id", "actual_revenue", "won_quoted"],
                    "day": ["closed_on", "id", "opened_on"],
                    "competitor": ["status_reason", "closed_on", "id", "competitor"],
                }.items()
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.OPEN, closed_on=None, actual_revenue=None, competitor=None)
                | Q(
                    state=State.WON,
                    closed_on__isnull=False,
                    actual_revenue__isnull=False,
                    actual_revenue__range=AMOUNTS,
                )
                | Q(state=State.LOST, closed_on__isnull=False, actual_revenue=None),
                name="opportunity_state_fits_its_closing_fields",
                violation_error_message=_(
                    "A close date, an actual revenue and a competitor belong to a closed opportunity, "
                    "and an actual revenue to a won one only."
                ),
            ),
            models.CheckConstraint(
                condition=Q(estimated_revenue=None) | Q(estimated_revenue__range=AMOUNTS),
                name="opportunity_estimate_is_not_negative",
                violation_error_message=_("An estimated revenue is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("opportunities:opportunity", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN
