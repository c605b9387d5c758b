"""Which opportunities of the list are selected: marked rows, or all that match; and what is no selection."""

import pytest
from django.http import QueryDict
from django.utils import translation

from opportunities.pipeline.filters import OpportunityFilter
from opportunities.pipeline.selection import FiltersOutOfDate, NothingSelected, TooMany, read_selection
from opportunities.tests.factories import OpportunityFactory, close, day

pytestmark = pytest.mark.django_db


def select(user, query: str, most: int = 10):
    return read_selection(QueryDict(query), user, most)


def everything(user, query: str = "", most: int = 10):
    data = QueryDict(mutable=True)
    data.update({"all": "yes", "query": query})
    return read_selection(data, user, most)


def test_marked_rows_come_in_their_order_and_none_twice(salesperson):
    assert select(salesperson, "selected=7&selected=3&selected=7").keys == [7, 3]


def test_a_selection_is_carried_on_in_one_field(salesperson):
    first = select(salesperson, "selected=7&selected=3")
    assert (first.text, first.count) == ("7,3", 2)
    assert select(salesperson, f"selected={first.text}") == first


def test_as_many_as_there_may_be_are_taken_and_one_more_is_refused(salesperson):
    assert select(salesperson, "selected=1,2", most=2).count == 2
    with pytest.raises(TooMany) as refusal:
        select(salesperson, "selected=1,2&selected=3", most=2)
    sentence = "More than 2 opportunities are selected; so many cannot be changed at once. Select fewer."
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "data",
    [
        "",
        "selected=",
        "selected=x",
        "selected=1&selected=x",
        "selected=-1",
        "selected=1.0",
        "selected=1,,2",
        "selected=,1",
        "selected=1%0A",
        "selected=%D9%A1",  # a digit, but not one of ours
        "selected=%00",
        "selected=1234567890123456789",
        "selected=" + "9" * 5000,
        "all=no",
        "all=yes&query=q%3Dnothing",
    ],
)
def test_what_is_no_selection_is_refused_in_words(salesperson, data):
    OpportunityFactory(owner=salesperson)
    with pytest.raises(NothingSelected) as refusal:
        select(salesperson, data)
    assert str(refusal.value) == "Select at least one opportunity first."


def test_all_that_match_come_in_the_order_of_the_list(salesperson, colleague):
    # given opportunities of two owners, in several states
    later, sooner = (OpportunityFactory(owner=salesperson, estimated_close_date=day(days)) for days in [9, 3])
    unknown = OpportunityFactory(owner=salesperson, estimated_close_date=None)
    theirs = OpportunityFactory(owner=colleague, estimated_close_date=day(5))
    lost = OpportunityFactory(owner=salesperson, opened_on=day(-50))
    close(lost)

    # then all are those of the list, whichever rows are marked
    assert everything(salesperson).keys == [sooner.pk, later.pk, unknown.pk]
    assert everything(salesperson, "owner=all").keys == [sooner.pk, theirs.pk, later.pk, unknown.pk]
    assert everything(salesperson, "state=lost").keys == [lost.pk]
    assert everything(salesperson, "state=all&owner=mine&sort=opened_on").keys[0] == lost.pk
    assert select(salesperson, f"all=yes&query=state%3Dlost&selected={sooner.pk}").keys == [lost.pk]


def test_all_that_match_are_those_that_the_page_showed_whoever_becomes_a_manager(salesperson, manager):
    OpportunityFactory(owner=manager)
    query = OpportunityFilter({}, salesperson).full_query
    salesperson.groups.set(manager.groups.all())
    with pytest.raises(NothingSelected):
        everything(salesperson, query)


@pytest.mark.parametrize(
    "query",
    ["stage=9999", "owner=9999", "account=nobody", "amount_from=a+lot", "q=%00", "state=%00", "page=x", "%ff=%ff&&=;"],
)
def test_a_filter_that_makes_no_sense_any_more_selects_nothing_rather_than_everything(salesperson, query):
    OpportunityFactory(owner=salesperson)
    with pytest.raises(FiltersOutOfDate) as refusal:
        everything(salesperson, query)
    assert str(refusal.value) == "The list cannot be filtered like this (any more). Reload it and select anew."


def test_every_filter_of_the_list_can_be_selected_by(salesperson):
    deal = OpportunityFactory(owner=salesperson, topic="Pompe é", estimated_revenue=1234, opened_on=day(-3))
    with_all = {
        "q": "pompe É",
        "owner": "mine",
        "account": deal.account.name,
        "stage": str(deal.stage_id),
        "reason": str(deal.status_reason_id),
        "currency": "EUR",
        "quotes": "no",
        "amount_from": "1,000.5",
        "amount_until": "1,234.00",
        "estimated_from": day(1).isoformat(),
        "sort": "-opened_on",
    }
    query = OpportunityFilter(with_all, salesperson).full_query
    with translation.override("fr"):
        assert everything(salesperson, query).keys == [deal.pk]


def test_of_too_many_matches_no_more_are_read_than_say_so(salesperson, django_assert_num_queries):
    for _number in range(3):
        OpportunityFactory(owner=salesperson)
    salesperson.has_perm("opportunities.change_any_opportunity")
    assert everything(salesperson, most=3).count == 3
    with django_assert_num_queries(4), pytest.raises(TooMany):  # what there is to choose from; the keys
        everything(salesperson, most=2)
