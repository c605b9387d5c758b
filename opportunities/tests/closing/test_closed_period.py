"""Closed through: what closes on or before the day needs a permission to be closed, reopened or corrected."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import reverse

from opportunities.closing import (
    Closing,
    PeriodClosed,
    close_opportunity,
    correct_closing,
    record_closings,
    reopen_opportunity,
    undo_close,
)
from opportunities.formats import format_date
from opportunities.models import ClosedThrough, Opportunity, OpportunityClose
from opportunities.tests.admin.pages import page, staff
from opportunities.tests.factories import OpportunityFactory, QuoteFactory, close, day, reason
from opportunities.tests.page import form_of
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
WORDS = "needs the permission to close and reopen opportunities in a closed period (close_in_closed_period)."


def close_through(days_from_now: int) -> None:
    ClosedThrough.objects.update_or_create(pk=1, defaults={"closed_through": day(days_from_now)})


def sentence(days_from_now: int) -> str:
    return f"Everything up to {format_date(day(days_from_now))} is closed: this {WORDS} Ask an administrator."


def grant(user):
    """`user`, who may change what is in a closed period from now on."""
    user.user_permissions.add(Permission.objects.get(codename="close_in_closed_period"))
    return get_user_model().objects.get(pk=user.pk)


def url(name: str, opportunity) -> str:
    return reverse(f"opportunities:{name}", args=[opportunity.pk])


@pytest.fixture
def lost(signed_in, opportunity):
    """What the Close dialog sends to lose Marta's opportunity the day before yesterday."""
    fields = form_of(signed_in.get(url("close", opportunity), {"outcome": "lost"}))
    return fields | {"status_reason": reason("Price").pk, "closed_on": day(-2).isoformat(), "details": "By a hair"}


@pytest.fixture
def closing(opportunity, salesperson):
    """Marta's opportunity, won the day before yesterday, as she recorded today."""
    QuoteFactory(opportunity=opportunity, status="active")
    return close(opportunity, "won", by=salesperson, closed_on=day(-2))


# The services


@pytest.mark.parametrize(("through", "is_refused"), [(-3, False), (-2, True), (-1, True)])
def test_the_day_itself_is_closed_and_the_one_after_it_is_not(opportunity, salesperson, through, is_refused):
    close_through(through)
    facts = {"outcome": "lost", "status_reason": reason("Price"), "closed_on": day(-2), "by": salesperson}
    if not is_refused:
        assert close_opportunity(opportunity, **facts).closed_on == day(-2)
        return
    with nothing_changes(), pytest.raises(PeriodClosed) as refusal:
        close_opportunity(opportunity, **facts)
    assert str(refusal.value) == sentence(through)


def test_a_closing_in_the_period_is_not_undone_reopened_or_corrected(closing, salesperson, manager):
    close_through(-2)
    facts = {"status_reason": reason("Won"), "actual_revenue": Decimal(950), "by": manager}
    with nothing_changes(), pytest.raises(PeriodClosed):
        undo_close(closing, by=salesperson)
    with nothing_changes(), pytest.raises(PeriodClosed):
        reopen_opportunity(closing, by=manager)
    for new_date in (day(-2), day(0)):  # it neither stays in the period nor leaves it
        with nothing_changes(), pytest.raises(PeriodClosed):
            correct_closing(closing, closed_on=new_date, **facts)


def test_a_closing_after_the_period_is_not_moved_into_it(closing, manager):
    close_through(-3)
    facts = {"status_reason": reason("Won"), "actual_revenue": Decimal(900), "by": manager}
    with nothing_changes(), pytest.raises(PeriodClosed):
        correct_closing(closing, closed_on=day(-3), **facts)
    assert correct_closing(closing, closed_on=day(-1), **facts).closed_on == day(-1)


def test_a_batch_with_one_date_in_the_period_is_refused_as_a_whole(opportunity, salesperson):
    close_through(-2)
    other = OpportunityFactory(owner=salesperson)
    batch = [Closing(opportunity, "lost", reason("Price"), day(0)), Closing(other, "lost", reason("Price"), day(-2))]
    with nothing_changes(), pytest.raises(PeriodClosed), transaction.atomic():
        record_closings(batch, by=salesperson)


def test_an_import_records_what_is_history(opportunity):
    close_through(-2)
    record_closings([Closing(opportunity, "lost", reason("Price"), day(-20))], by=None)
    assert Opportunity.objects.get().closed_on == day(-20)


def test_with_the_permission_or_without_a_day_everything_goes(closing, salesperson, manager, administrator):
    for closed_through in (day(-1), None):
        ClosedThrough.objects.update_or_create(pk=1, defaults={"closed_through": closed_through})
        for by in [grant(salesperson), grant(manager), administrator]:
            facts = {"status_reason": reason("Won"), "actual_revenue": Decimal(by.pk), "by": by}
            correct_closing(OpportunityClose.objects.get(reopened_at=None), closed_on=day(-3), **facts)
            reopen_opportunity(OpportunityClose.objects.get(reopened_at=None), by=by)
            undo_close(close(Opportunity.objects.get(), "won", by=by, closed_on=day(-2)), by=by)
            close(Opportunity.objects.get(), "won", by=by, closed_on=day(-2))


def test_no_shipped_group_may_change_what_was_reported(salesperson, manager, administrator):
    assert [user.has_perm("opportunities.close_in_closed_period") for user in (salesperson, manager)] == [False, False]
    assert administrator.has_perm("opportunities.close_in_closed_period")


# The dialogs


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_the_close_dialog_says_so_at_the_date_and_keeps_what_was_typed(signed_in, opportunity, lost, headers):
    # when
    close_through(-1)
    with nothing_changes():
        response = signed_in.post(url("close", opportunity), lost, headers=headers)

    # then
    assert response.status_code == 422
    assert response.context["form"].errors == {"closed_on": [sentence(-1)]}
    assert sentence(-1) in response.content.decode()
    again = form_of(response)
    assert {name: again[name] for name in ("closed_on", "details", "outcome")} == {
        "closed_on": day(-2).isoformat(),
        "details": "By a hair",
        "outcome": "lost",
    }

    # and a later date is taken
    response = signed_in.post(url("close", opportunity), again | {"closed_on": day(0).isoformat()})
    assert response.status_code == 302
    assert Opportunity.objects.get().closed_on == day(0)


def test_with_the_permission_the_dialog_closes(client, opportunity, salesperson, lost):
    close_through(-1)
    client.force_login(grant(salesperson))
    assert client.post(url("close", opportunity), lost).status_code == 302
    assert Opportunity.objects.get().closed_on == day(-2)


def test_undo_says_so(signed_in, opportunity, closing):
    close_through(-2)
    with nothing_changes():
        response = signed_in.post(url("undo", opportunity), {"closing": closing.pk}, headers=HTMX)
    assert response.status_code == 409
    assert sentence(-2) in response.content.decode()


def test_the_reopen_dialog_says_so_and_keeps_what_was_typed(client, opportunity, closing, manager):
    close_through(-2)
    client.force_login(manager)
    fields = form_of(client.get(url("reopen", opportunity))) | {"reason": "They called back."}
    with nothing_changes():
        response = client.post(url("reopen", opportunity), fields, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [sentence(-2)]
    assert form_of(response)["reason"] == "They called back."


@pytest.mark.parametrize(("through", "new_date"), [(-2, -2), (-2, 0), (-3, -3)])
def test_the_correct_dialog_says_so_at_the_date_and_keeps_what_was_typed(
    client, opportunity, closing, manager, through, new_date
):
    close_through(through)
    client.force_login(manager)
    fields = form_of(client.get(url("correct", opportunity)))
    fields |= {"closed_on": day(new_date).isoformat(), "details": "The date is that of the signature."}
    with nothing_changes():
        response = client.post(url("correct", opportunity), fields, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors == {"closed_on": [sentence(through)]}
    assert form_of(response)["details"] == fields["details"]
    assert form_of(response)["closed_on"] == fields["closed_on"]


def test_the_links_of_the_admin_lead_to_the_same_refusal(client, opportunity, closing, manager):
    # given a manager who uses the admin
    close_through(-2)
    codenames = ["view_opportunity", "change_any_opportunity", "reopen_any_opportunity"]
    staff(client, manager, *codenames)
    links = client.get(page(Opportunity, "change", opportunity.pk)).context["closing_links"]
    [reopen] = [address for address, label in links if label == "Reopen"]

    # when
    with nothing_changes():
        response = client.post(reopen, form_of(client.get(reopen)))

    # then
    assert response.status_code == 422
    assert sentence(-2) in response.content.decode()
