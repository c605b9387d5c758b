"""Revising and copying: a new draft that says the same, and what becomes of the quote that it came from."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from opportunities.closing import Gone, reopen_opportunity
from opportunities.integrity import broken_rules
from opportunities.models import DiscountKind, LineKind, Opportunity, Quote, QuoteLine
from opportunities.quotes import services
from opportunities.tests.factories import OpportunityFactory, ProductFactory, QuoteFactory, UserFactory, close, day
from opportunities.tests.quotes.states import active, draft, expired, told
from opportunities.tests.refusal import nothing_changes, refused

pytestmark = pytest.mark.django_db


def everything_said(quote: Quote) -> tuple[dict, list[dict]]:
    """The fields of a quote and of its lines, but for those by which a copy differs."""
    differs = {"id", "opportunity_id", "number", "revision", "status", "activated_at", "edited_at", "edited_by_id"}
    differs |= {"quote_id", "valid_from", "valid_until"}
    rows = [Quote.objects.filter(pk=quote.pk).values().get(), *quote.lines.values()]
    head, *said = [{name: value for name, value in row.items() if name not in differs} for row in rows]
    return head, said


@pytest.fixture
def full_quote() -> Quote:
    """An active quote in which every field says something."""
    offered = [
        QuoteLine(
            kind=LineKind.PRODUCT,
            billing_method="",
            product=ProductFactory(),
            description="Pump\n<b>large</b>",
            quantity=Decimal("2.5"),
            unit="piece",
            unit_price=Decimal("100.10"),
            discount=Decimal("12.5"),
            discount_kind=DiscountKind.PERCENT,
            tax_rate=Decimal("19"),
            unit_cost=Decimal("60"),
        ),
        QuoteLine(
            description="On-call shift",
            quantity=1,
            unit_price=Decimal("10"),
            discount=Decimal("3"),
            discount_kind=DiscountKind.AMOUNT,
        ),
    ]
    return active(
        lines=offered,
        valid_from=day(-10),
        customer_reference="PO 7",
        payment_terms="30 days",
        introduction="Dear all",
        closing_text="Yours",
    )


def test_revising_closes_the_revision_and_opens_a_draft_that_says_the_same(full_quote):
    # given an active quote, and a colleague of its owner
    colleague = UserFactory()

    # when it is revised
    revision = services.revise_quote(full_quote, by=colleague, reason=" Cheaper \n", valid_until=day(60))

    # then a draft says the same as the next revision of the number, valid from today as the quote had such a day
    revision.refresh_from_db()
    assert (revision.opportunity, revision.number) == (full_quote.opportunity, full_quote.number)
    assert (revision.revision, revision.status, revision.activated_at) == (1, "draft", None)
    assert (revision.valid_from, revision.valid_until) == (day(0), day(60))
    assert (revision.edited_by, revision.total) == (colleague, Decimal("225.97"))
    assert everything_said(revision) == everything_said(full_quote)
    # and the quote is closed as revised by itself, which the timeline tells
    full_quote.refresh_from_db()
    closing = full_quote.closings.get()
    assert full_quote.status == "revised"
    assert (closing.opportunity_close, closing.from_status, closing.to_status) == (None, "active", "revised")
    assert (closing.reason, closing.closed_on, closing.by) == ("Cheaper", day(0), colleague)
    names = {"number": full_quote.number, "revision": 0}
    assert told(full_quote.opportunity)[0] == ("quote_revised", colleague.pk, "Cheaper", names)


def test_revising_sets_no_first_day_that_the_quote_had_not_and_may_leave_the_last_one_out():
    revision = services.revise_quote(active(), by=None, reason="!", valid_until=None)

    assert (revision.valid_from, revision.valid_until) == (None, None)


def test_an_expired_quote_is_extended_by_revising_it():
    revision = services.revise_quote(expired(), by=None, reason="More time", valid_until=day(0))

    assert services.activate_quote(revision, by=None).is_active


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reason": " \n"}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"valid_until": day(-1)}, "valid_until"),
    ],
)
def test_a_quote_is_not_revised_without_a_reason_nor_into_the_past(facts, field):
    quote = active()

    with nothing_changes(), pytest.raises(ValidationError) as refused:
        services.revise_quote(quote, **{"by": None, "reason": "Cheaper", "valid_until": day(1)} | facts)

    assert list(refused.value.message_dict) == [field]


def test_a_revision_that_is_there_already_is_not_made_again():
    quote = active()
    QuoteFactory(number=quote.number, revision=1)

    with refused("one_quote_per_number_and_revision"):
        services.revise_quote(quote, by=None, reason="Cheaper", valid_until=None)


def test_a_revised_quote_stays_revised_when_its_opportunity_is_closed_and_reopened():
    # given a quote that was revised, and the draft of its next revision
    quote = active()
    revision = services.revise_quote(quote, by=None, reason="Cheaper", valid_until=None)

    # when the opportunity is closed and reopened
    reopen_opportunity(close(quote.opportunity), by=quote.opportunity.owner)

    # then the draft is back, and nothing else
    assert dict(Quote.objects.values_list("pk", "status")) == {quote.pk: "revised", revision.pk: "draft"}


def test_a_deleted_revision_is_gone_on_from_by_copying_the_one_before():
    quote = active()
    services.delete_draft(services.revise_quote(quote, by=None, reason="!", valid_until=None), by=None)

    copied = services.copy_quote(quote, by=None, onto=quote.opportunity)

    assert (copied.number != quote.number, copied.revision, copied.status) == (True, 0, "draft")
    assert everything_said(copied) == everything_said(quote)
    assert list(broken_rules()) == []


def test_a_copy_is_a_draft_with_a_number_of_its_own_that_says_the_same(full_quote):
    # given a revision, and another opportunity of the same account
    source = services.revise_quote(full_quote, by=None, reason="Cheaper", valid_until=None)
    other = OpportunityFactory(account=full_quote.opportunity.account)
    told_before = told(full_quote.opportunity)

    # when it is copied there
    copied = services.copy_quote(source, by=other.owner, onto=other)

    # then a draft on it says the same, valid for thirty days
    copied.refresh_from_db()
    assert (copied.opportunity, copied.number) == (other, f"Q-{timezone.localdate().year}-0002")
    assert (copied.revision, copied.status, copied.activated_at) == (0, "draft", None)
    assert (copied.valid_from, copied.valid_until) == (day(0), day(30))
    assert (copied.edited_by, copied.total) == (other.owner, Decimal("225.97"))
    assert everything_said(copied) == everything_said(full_quote)
    # and the timeline of that opportunity tells of it, the other one does not
    names = {"number": copied.number, "revision": 0, "source_number": source.number, "source_revision": 1}
    assert told(other) == [("quote_copied", other.owner_id, "", names)]
    assert told(full_quote.opportunity) == told_before


def test_the_reference_of_one_customer_is_not_copied_to_another(full_quote):
    copied = services.copy_quote(full_quote, by=None, onto=OpportunityFactory())

    assert (copied.customer_reference, copied.payment_terms) == ("", "30 days")


def test_a_quote_is_not_copied_into_another_currency_nor_onto_what_is_gone():
    quote, other, gone = draft(), OpportunityFactory(topic="Plant", currency="USD"), OpportunityFactory()
    Opportunity.objects.filter(pk=gone.pk).delete()

    with nothing_changes(), pytest.raises(ValidationError) as refused:
        services.copy_quote(quote, by=None, onto=other)
    with nothing_changes(), pytest.raises(Gone):
        services.copy_quote(quote, by=None, onto=gone)

    assert refused.value.message_dict == {"onto": ["“Plant” is in USD; a quote in EUR is not copied onto it."]}
