"""What deals refer to: the people and firms around them, and the lists that administrators keep."""

from datetime import datetime, time, timedelta

from django.db import connections, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from opportunities.models.fields import AmountField, FoldedField, PercentField, fold
from opportunities.models.merging import Mergeable, MergeableQuerySet
from opportunities.models.prepared import Prepared
from opportunities.models.search import Words
from opportunities.money import AMOUNTS, CURRENCIES

UNIT_LENGTH = 20  # characters, of "hour", "m²" or "licence"


class State(models.TextChoices):
    """The state of an opportunity, and of the reasons that go with it."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


SECTORS = """
    WITH RECURSIVE found(sector) AS (
        SELECT min(sector) FROM opportunities_account WHERE sector > ''
        UNION ALL
        SELECT (SELECT min(sector) FROM opportunities_account WHERE sector > found.sector)
        FROM found WHERE found.sector IS NOT NULL
    )
    SELECT sector FROM found WHERE sector IS NOT NULL
"""


class AccountQuerySet(MergeableQuerySet):
    def search(self, text: str) -> "AccountQuerySet":
        """Those whose name has every word of `text`; case and accents do not matter."""
        return Words(self, text).of(self)

    def called(self, name: str) -> "Account | None":
        """The account of that name, or the one that it was merged into.

        Case and accents do not matter, but the exact name goes first, and then one that was not merged.
        """
        matches = self.filter(folded_name=fold(name.replace("\0", ""))).select_related("merged_into").order_by("pk")
        found = max(matches, key=lambda row: (row.name == name, row.merged_into_id is None), default=None)
        return found and found.kept

    def sectors(self) -> list[str]:
        """Each sector that an account has, in alphabetical order: a leap of the index for each, however many rows."""
        with connections[self.db].cursor() as cursor:
            cursor.execute(SECTORS)
            return sorted(sector for [sector] in cursor.fetchall())


class Account(Mergeable):
    name = models.CharField(_("name"), max_length=200, unique=True)
    folded_name = FoldedField(source="name")
    sector = models.CharField(_("sector"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta(Mergeable.Meta):
        verbose_name, verbose_name_plural = _("Account"), _("Accounts")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["folded_name"], name="account_by_folded_name"),
            models.Index(fields=["sector", "id"], name="account_by_sector"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    account = models.ForeignKey(Account, models.PROTECT, related_name="contacts", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("Contact"), _("Contacts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Competitor(Mergeable):
    name = models.CharField(_("name"), max_length=200, unique=True)

    objects = MergeableQuerySet.as_manager()

    class Meta(Mergeable.Meta):
        verbose_name, verbose_name_plural = _("Competitor"), _("Competitors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What is sold. Choosing it fills a quote line with its facts; its price and cost are in `currency`."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    series = models.CharField(_("series"), max_length=100, blank=True)
    unit = models.CharField(_("unit"), max_length=UNIT_LENGTH, blank=True)
    list_price = AmountField(_("list price"), null=True, blank=True)
    unit_cost = AmountField(_("unit cost"), null=True, blank=True)
    tax_rate = PercentField(_("tax rate (%)"), default=0)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="EUR")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("Product"), _("Products")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tax_rate__range=(0, 100)),
                name="product_tax_rate_is_a_percentage",
                violation_error_message=_("A tax rate is between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(unit_cost=None) | Q(unit_cost__range=AMOUNTS),
                name="product_cost_is_not_negative",
                violation_error_message=_("A unit cost is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """How far an open opportunity is; kept when it is closed, so that a funnel shows where deals die."""

    SHIPPED = [
        # name, probability, idle_days
        (gettext_noop("Qualify"), 10, 30),
        (gettext_noop("Propose"), 40, 21),
        (gettext_noop("Negotiate"), 60, 14),
        (gettext_noop("Commit"), 90, 7),
    ]

    name = models.CharField(_("name"), max_length=100, unique=True)
    probability = models.PositiveSmallIntegerField(_("probability (%)"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    idle_days = models.PositiveSmallIntegerField(
        _("idle after (days)"),
        default=30,
        help_text=_("An opportunity without a note, a stage move or a quote event for this long is idle; 0: never."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("Stage"), _("Stages")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__lte=100),
                name="stage_probability_is_a_percentage",
                violation_error_message=_("A probability is between 0 and 100 percent."),
            )
        ]

    def __str__(self) -> str:
        return gettext(self.name)

    def idle_before(self) -> datetime:
        """The instant since which something happened to what is not idle, by days of the user's time zone."""
        first_day = timezone.localdate() - timedelta(days=self.idle_days - 1)
        return timezone.make_aware(datetime.combine(first_day, time.min))


STAGES = Prepared(Stage.objects.all())


class StatusReasonQuerySet(models.QuerySet):
    def default_for(self, state: str) -> "StatusReason | None":
        """The active default reason of `state`; for open, the first active one where none is marked."""
        reasons = self.filter(state=state, is_active=True)
        if state == State.OPEN:
            return reasons.order_by("-is_default", "position", "pk").first()
        return reasons.filter(is_default=True).first()


class StatusReason(models.Model):
    """Why an opportunity is in its state: data that an administrator edits."""

    SHIPPED = [
        # state, name, is_default, needs_competitor, needs_details
        (State.OPEN, gettext_noop("In progress"), True, False, False),
        (State.OPEN, gettext_noop("On hold"), False, False, False),
        (State.WON, gettext_noop("Won"), True, False, False),
        (State.LOST, gettext_noop("Canceled"), False, False, False),
        (State.LOST, gettext_noop("Out-sold"), False, True, False),
        (State.LOST, gettext_noop("Price"), False, False, False),
        (State.LOST, gettext_noop("No decision"), False, False, False),
        (State.LOST, gettext_noop("Other"), False, False, True),
    ]

    state = models.CharField(_("state"), max_length=4, choices=State)
    name = models.CharField(_("name"), max_length=100)
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    needs_competitor = models.BooleanField(_("needs a competitor"), default=False)
    needs_details = models.BooleanField(_("needs details"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = StatusReasonQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("Status reason"), _("Status reasons")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state", "name"],
                name="one_reason_per_state_and_name",
                violation_error_message=_("There is a reason of this name already."),
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(is_default=True),
                name="one_default_reason_per_state",
                violation_error_message=_("Another reason is the default of this state."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="reason_state_is_known",
                violation_error_message=_("A reason belongs to open, won or lost."),
            ),
        ]

    def __str__(self) -> str:
        return gettext(self.name)


def ship_reference_data() -> None:
    """Gives a new database its stages and status reasons; one that has any is left as its administrators made it."""
    if StatusReason.objects.exists():
        return
    Stage.objects.bulk_create(
        Stage(name=name, probability=probability, idle_days=idle_days, position=position)
        for position, (name, probability, idle_days) in enumerate(Stage.SHIPPED, 1)
    )
    StatusReason.objects.bulk_create(
        StatusReason(
            state=state,
            name=name,
            is_default=is_default,
            needs_competitor=needs_competitor,
            needs_details=needs_details,
            position=position,
        )
        for position, (state, name, is_default, needs_competitor, needs_details) in enumerate(StatusReason.SHIPPED, 1)
    )
