"""An opportunity: a deal that is open until it is closed as won or lost."""

from collections.abc import Sequence

from django.conf import settings
from django.db import connections, models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opportunities.models import search
from opportunities.models.fields import AmountField, FoldedField, Unindexed
from opportunities.models.reference import Account, Competitor, Contact, Product, Stage, State, StatusReason
from opportunities.money import AMOUNTS, CURRENCIES


class OpportunityQuerySet(models.QuerySet):
    def search(self, text: str) -> "OpportunityQuerySet":
        """Those with every word of `text` in topic or account, or as a quote number; case and accents do not matter."""
        return search.with_words(self, text, self.contains, self.ids_with)

    def contains(self, word: str) -> Q:
        found = Q(folded_topic__contains=word) | Q(account__folded_name__contains=word)
        numbers = search.quote_numbers(word)
        return found | Q(pk__in=self.everywhere.filter(quotes__number__in=numbers).values("pk")) if numbers else found

    def ids_with(self, word: str, most: int) -> set[int] | None:
        """The ids of all opportunities that have the folded `word`; None where these are more than `most`."""
        connection = connections[self.db]
        accounts = search.ACCOUNTS.rows_with(word, search.RARE, connection)
        if len(accounts) > search.RARE:
            return None
        found = search.TOPICS.rows_with(word, most, connection)
        if accounts and len(found) <= most:
            found.update(self.everywhere.filter(account__in=accounts).values_list("pk", flat=True)[: most + 1])
        if numbers := search.quote_numbers(word):
            found.update(self.everywhere.filter(quotes__number__in=numbers).values_list("pk", flat=True))
        return found if len(found) <= most else None

    @property
    def everywhere(self) -> "OpportunityQuerySet":
        """All opportunities of the same database."""
        return self.model.objects.using(self.db)

    def overdue(self) -> "OpportunityQuerySet":
        """Open ones whose estimated close date has passed, in the user's time zone."""
        return self.filter(state=State.OPEN, estimated_close_date__lt=timezone.localdate())

    def in_states(self, states: Sequence[str]) -> "OpportunityQuerySet":
        """Those with one of `states`, found by what else they are filtered by, however many have the state."""
        return self.alias(read_state=Unindexed("state")).filter(read_state__in=states)

    def with_facts(self) -> "OpportunityQuerySet":
        """With all that a page says of an opportunity, in one query."""
        return self.select_related("account", "contact", "owner", "product", "stage", "status_reason", "competitor")


class Opportunity(models.Model):
    """A deal. `state` is explicit; what was estimated and what came true never share a field.

    `first_estimated_*` are the estimates it was created with, where they are known. They stay as they are, but
    for the revenue when the currency changes: then it is the first one in that currency.
    `next_step` is kept while it is closed, unseen, so that a reopened one goes on where it was.

    It is inserted open, and only `opportunities.closing` closes or reopens it: the constraints below
    and the guards (models/guards.py) refuse anything else.
    """

    topic = models.CharField(_("topic"), max_length=200)
    folded_topic = FoldedField(source="topic")
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
            models.Index(fields=["state", "estimated_revenue", "id"], name="opportunity_by_revenue"),
            models.Index(fields=["competitor", "state", "closed_on", "id"], name="opportunity_by_competitor"),
            models.Index(fields=["currency", "state"], name="opportunity_by_currency"),
            # The board: a column is a stage.
            models.Index(fields=["state", "stage", "estimated_close_date", "id"], name="opportunity_on_board"),
            models.Index(
                fields=["owner", "state", "stage", "estimated_close_date", "id"], name="opportunity_mine_on_board"
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
