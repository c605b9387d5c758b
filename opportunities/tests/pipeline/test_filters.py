"""What the list of opportunities is narrowed down to and sorted by: each filter, together, and against nonsense."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from opportunities.models import Stage, StatusReason
from opportunities.pipeline import filters
from opportunities.tests.factories import (
    AccountFactory,
    CompetitorFactory,
    OpportunityFactory,
    QuoteFactory,
    close,
    day,
    reason,
)

pytestmark = pytest.mark.django_db

URL = "/opportunities/"


def topics(response) -> list[str]:
    return [row.topic for row in response.context["page"].rows]


@pytest.fixture
def shown(client, salesperson):
    """The topics on the page that Marta sees at an address, in alphabetical order."""
    client.force_login(salesperson)
    return lambda **address: sorted(topics(client.get(URL, address)))


@pytest.fixture
def mine(salesperson):
    def mine(topic="Deal", **facts):
        return OpportunityFactory(topic=topic, owner=salesperson, **facts)

    return mine


def test_the_owner_can_be_any_person(shown, mine, colleague):
    mine("Mine")
    OpportunityFactory(topic="Theirs", owner=colleague)
    assert shown(owner=colleague.pk) == ["Theirs"]
    assert shown(owner="all") == ["Mine", "Theirs"]


def test_an_account_is_found_by_its_name_without_case_and_accents(shown, mine):
    mine("Theirs", account=AccountFactory(name="Société Dupont"))
    close(mine("Lost", account=AccountFactory(name="Other")))
    assert shown(account="societe dupont") == ["Theirs"]
    assert shown(account="other", state="all", owner="all") == ["Lost"]
    assert shown(account="other") == []


def test_an_unknown_account_is_said_at_its_field_and_matches_nothing(client, salesperson, mine):
    mine()
    client.force_login(salesperson)
    response = client.get(URL, {"account": "<Nobody>"})
    assert topics(response) == []
    assert "No account is called “&lt;Nobody&gt;”." in response.content.decode()
    assert 'value="&lt;Nobody&gt;"' in response.content.decode()


@pytest.mark.parametrize("owner", ["mine", "all"])
def test_stage_reason_currency_and_competitor_narrow_down(shown, mine, owner):
    # given opportunities that differ in one thing each
    rival = CompetitorFactory(name="Rival")
    mine("Early", stage=Stage.objects.get(name="Qualify"))
    mine("Waiting", status_reason=reason("On hold"))
    mine("Yen", currency="JPY")
    close(mine("Outsold"), status_reason=reason("Out-sold"), competitor=rival)
    close(mine("Dear"))

    # then
    assert shown(owner=owner, stage=Stage.objects.get(name="Qualify").pk) == ["Early"]
    assert shown(owner=owner, reason=reason("On hold").pk) == ["Waiting"]
    assert shown(owner=owner, currency="JPY") == ["Yen"]
    assert shown(owner=owner, state="lost", competitor=rival.pk) == ["Outsold"]
    assert shown(owner=owner, state="all", competitor=rival.pk) == ["Outsold"]
    assert shown(owner=owner, state="all", reason=reason("Price").pk) == ["Dear"]


@pytest.mark.parametrize("few", [1, 10_000])
def test_a_currency_that_few_or_many_have_gives_the_same(shown, mine, monkeypatch, few):
    monkeypatch.setattr(filters, "FEW", few)
    for number in range(3):
        mine(f"Yen {number}", currency="JPY")
    close(mine("Lost yen", currency="JPY"))
    mine("Euro", status_reason=reason("On hold"))
    assert shown(owner="all", currency="JPY") == ["Yen 0", "Yen 1", "Yen 2"]
    assert shown(owner="all", currency="JPY", state="all") == ["Lost yen", "Yen 0", "Yen 1", "Yen 2"]
    assert shown(owner="all", reason=reason("On hold").pk) == ["Euro"]


def test_dates_and_amounts_are_ranges_with_both_ends(shown, mine):
    # given
    mine("Soon", estimated_close_date=day(3), estimated_revenue=Decimal("1234.50"))
    mine("Later", estimated_close_date=day(9), estimated_revenue=5)
    mine("Unknown", estimated_close_date=None, estimated_revenue=None)
    close(mine("Lost", opened_on=day(-30)), closed_on=day(-5))

    # then
    assert shown(estimated_from=day(3), estimated_until=day(8)) == ["Soon"]
    assert shown(estimated_from=day(9)) == ["Later"]
    assert shown(estimated_until=day(3)) == ["Soon"]
    assert shown(amount_from="1,234.50") == ["Soon"]
    assert shown(amount_from="5", amount_until="1234.49") == ["Later"]
    assert shown(amount_until="0") == []
    assert shown(state="lost", closed_from=day(-5), closed_until=day(-5)) == ["Lost"]
    assert shown(state="all", closed_from=day(-4)) == []


@pytest.mark.parametrize("owner", ["mine", "all"])
def test_being_idle_and_a_due_step_narrow_down_open_ones(shown, mine, owner):
    # given: where Propose allows 21 days, and Commit 7
    commit, ago = Stage.objects.get(name="Commit"), lambda days: timezone.now() - timedelta(days=days)
    mine("Idle", last_activity_at=ago(21), next_step_on=day(1))
    mine("Active", last_activity_at=ago(20), next_step_on=day(0))
    mine("Late", stage=commit, last_activity_at=ago(7), next_step_on=day(-1))
    close(mine("Lost", stage=commit, next_step_on=day(-1)))

    # then
    assert shown(owner=owner, idle="yes") == ["Idle", "Late"]
    assert shown(owner=owner, steps="due") == ["Active", "Late"]
    assert shown(owner=owner, idle="yes", steps="due", state="all") == ["Late"]
    assert shown(owner=owner, idle="yes", state="lost") == []
    Stage.objects.update(idle_days=0)
    assert shown(owner=owner, idle="yes") == []


def test_what_is_idle_begins_with_what_saw_no_activity_for_the_longest(client, salesperson, mine):
    for days in (40, 60, 50):
        mine(f"{days}", last_activity_at=timezone.now() - timedelta(days=days))
    client.force_login(salesperson)
    assert topics(client.get(URL, {"idle": "yes"})) == ["60", "50", "40"]
    assert topics(client.get(URL, {"idle": "yes", "sort": "-last_activity_at"})) == ["40", "50", "60"]


@pytest.mark.parametrize("owner", ["mine", "all"])
def test_open_quotes_and_being_overdue_narrow_down(shown, mine, owner):
    QuoteFactory(opportunity=mine("Quoted"))
    mine("Bare", estimated_close_date=day(-1))
    QuoteFactory(opportunity=(lost := mine("Lost", opened_on=day(-60), estimated_close_date=day(-9))))
    close(lost)
    assert shown(owner=owner, quotes="yes") == ["Quoted"]
    assert shown(owner=owner, quotes="no") == ["Bare"]
    assert shown(owner=owner, quotes="yes", state="all") == ["Quoted"]
    assert shown(owner=owner, quotes="no", state="all") == ["Bare", "Lost"]
    assert shown(owner=owner, overdue="yes") == ["Bare"]
    assert shown(owner=owner, overdue="yes", state="all") == ["Bare"]


@pytest.mark.parametrize(
    "address", [{"competitor": True}, {"closed_from": "2026-01-01"}, {"state": "won", "overdue": "yes"}]
)
def test_filters_that_exclude_each_other_say_so(client, salesperson, mine, address):
    competitor = CompetitorFactory()
    mine()
    client.force_login(salesperson)
    response = client.get(URL, {name: competitor.pk if value is True else value for name, value in address.items()})
    assert topics(response) == []
    assert "These filters exclude each other" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"amount_from": "a lot"}, "Enter a number, such as 1,234.50."),
        ({"amount_from": "1234,5"}, "Enter a number, such as 1,234.50."),
        ({"amount_until": "-1"}, "Enter an amount of 0 or more."),
        ({"amount_from": "NaN"}, "Enter a number, such as 1,234.50."),
        ({"estimated_from": "2026-02-30"}, "Enter a date that exists, such as 2026-11-30."),
        ({"closed_until": "\x00"}, "Enter a date that exists, such as 2026-11-30."),
        ({"estimated_from": "2026-02-02", "estimated_until": "2026-02-01"}, "This is before the beginning."),
        ({"amount_from": "2", "amount_until": "1"}, "This is before the beginning."),
        ({"account": "x" * 500}, "at most 200 characters"),
    ],
)
def test_what_is_typed_and_makes_no_sense_is_said_at_its_field_and_kept(client, salesperson, mine, address, sentence):
    mine()
    client.force_login(salesperson)
    response = client.get(URL, address)
    assert response.status_code == 200
    assert topics(response) == []
    assert sentence in response.content.decode()
    for name, typed in address.items():
        assert response.context["filters"].form[name].value() == typed


@pytest.mark.parametrize(
    "name",
    ["state", "owner", "stage", "reason", "competitor", "currency", "quotes", "overdue", "sort", "sum", "filters"],
)
@pytest.mark.parametrize("value", ["nonsense", "\x00", "9" * 40, "-1", "0 OR 1=1", "x" * 5000])
def test_a_choice_that_makes_no_sense_is_taken_as_not_made(shown, mine, name, value):
    mine("Mine")
    assert shown(**{name: value}) == ["Mine"]


def test_an_amount_is_read_in_the_users_language(client, salesperson, mine):
    mine("Big", estimated_revenue=Decimal("1234.50"))
    client.force_login(salesperson)
    response = client.get(URL, {"amount_from": "1 234,50"}, headers={"Accept-Language": "fr"})
    assert topics(response) == ["Big"]
    assert response.context["filters"].query == "amount_from=1234.50"
    assert topics(client.get(f"{URL}?amount_from=1234.50", headers={"Accept-Language": "fr"})) == ["Big"]


@pytest.mark.parametrize("owner", ["mine", "all"])
@pytest.mark.parametrize("state", ["open", "all"])
def test_every_order_is_offered_and_kept_over_the_pages(client, salesperson, mine, owner, state):
    # given more than a page, with ties and what is unknown
    for number in range(60):
        opportunity = mine(
            f"Deal {number}",
            opened_on=day(-100 + number % 7),
            estimated_close_date=day(number % 5) if number % 6 else None,
            estimated_revenue=number // 4 if number % 9 else None,
        )
        if state == "all" and number % 3 == 0:
            close(opportunity, "won" if number % 2 else "lost")
    client.force_login(salesperson)
    sorts = [
        value for value, _label in client.get(URL, {"state": state}).context["filters"].form.fields["sort"].choices
    ]

    for sort in sorts:
        # when one goes on to the second page
        first = client.get(URL, {"sort": sort, "state": state, "owner": owner})
        link = re.search(r'rel="next"\s+href="([^"]+)"', first.content.decode())[1].replace("&amp;", "&")
        rows = [*first.context["page"].rows, *client.get(URL + link).context["page"].rows]

        # then every row was there once, in order, what is unknown last
        values = [getattr(row, sort.removeprefix("-")) for row in rows]
        known = [value for value in values if value is not None]
        assert len({row.pk for row in rows}) == 60
        assert values == sorted(known, reverse=sort.startswith("-")) + [None] * (60 - len(known))
    assert len(sorts) == 8


def test_closed_ones_can_be_sorted_by_close_date_and_open_ones_cannot(client, salesperson, mine):
    for topic, days in [("Before", -9), ("Lately", -3)]:
        close(mine(topic, opened_on=day(-60)), closed_on=day(days))
    client.force_login(salesperson)
    assert topics(client.get(URL, {"state": "lost"})) == ["Lately", "Before"]
    assert topics(client.get(URL, {"state": "lost", "sort": "closed_on"})) == ["Before", "Lately"]
    assert topics(client.get(URL, {"state": "all", "closed_from": day(-9)})) == ["Lately", "Before"]
    assert client.get(URL, {"sort": "closed_on"}).context["filters"].chosen["sort"] == "estimated_close_date"


def test_the_headings_lead_to_the_orders_and_say_which_one_it_is(client, salesperson, mine):
    mine()
    client.force_login(salesperson)

    def headings(sort: str) -> dict[str, tuple[str, str]]:
        columns = client.get(URL, {"sort": sort}).context["columns"]
        return {column.name: (column.aria_sort, column.sort) for column in columns if column.sort}

    assert headings("") == {
        "estimated_revenue": ("", "-estimated_revenue"),
        "estimated_close_date": ("ascending", "-estimated_close_date"),
    }
    assert headings("-opened_on") == {
        "estimated_revenue": ("", "-estimated_revenue"),
        "estimated_close_date": ("", "estimated_close_date"),
        "opened_on": ("descending", "opened_on"),
    }
    assert 'aria-sort="descending"' in client.get(URL, {"sort": "-opened_on"}).content.decode()


def test_rare_filters_are_shown_when_they_are_asked_for(client, salesperson):
    # given a list without one
    client.force_login(salesperson)
    html = client.get(URL, {"owner": "all", "q": "pump & co"}).content.decode()
    assert '<details class="more-filters"' not in html
    assert not re.search(r'name="(currency|competitor|closed_from)"', html)

    # when the link to them is followed, which is a plain one
    [link] = re.findall(r'<a\s+href="(\?[^"]*filters=all)"', html)
    response = client.get(URL + link.replace("&amp;", "&"))

    # then they are there, with the focus, and the other filters are as they were
    html = response.content.decode()
    assert re.search(r'<details class="more-filters" open>\s*<summary autofocus>\s*More filters\s*</summary>', html)
    assert [name for name in filters.RARE if f'name="{name}"' not in html] == []
    assert "filters=all" not in html
    assert response.context["filters"].query == "q=pump+%26+co&owner=all"


@pytest.mark.parametrize("name", filters.RARE)
def test_rare_filters_are_shown_while_one_of_them_is_in_use(client, salesperson, name):
    of_choices = {
        "stage": Stage.objects.first().pk,
        "reason": reason("Price").pk,
        "competitor": CompetitorFactory().pk,
        "currency": "EUR",
        "quotes": "yes",
        "steps": "due",
        "overdue": "yes",
        "idle": "yes",
        "missing": "date",
        "sector": "-",
        "product": "-",
        "revisions": "1",
        "first": "date",
    }
    client.force_login(salesperson)
    html = client.get(URL, {name: of_choices.get(name, "wrong"), "state": "all"}).content.decode()
    in_use = (
        r'<details class="more-filters" open>\s*<summary >\s*More filters\s*<span class="muted">\(1 in use\)</span>'
    )
    assert re.search(in_use, html)
    assert f'name="{name}"' in html
    assert "filters=all" not in html


def test_the_filters_in_use_are_said_in_words_and_can_each_be_removed(client, salesperson, colleague):
    client.force_login(salesperson)
    address = {
        "owner": colleague.pk,
        "reason": StatusReason.objects.get(name="Price").pk,
        "amount_from": "1234.5",
        "closed_until": "2026-03-31",
        "state": "lost",
    }
    active = client.get(URL, address).context["filters"].active
    assert [(one.label, one.value) for one in active] == [
        ("Owner", "Jonas Weber"),
        ("Status reason", "Price"),
        ("Closed until", "31 Mar 2026"),
        ("Estimated revenue from", "1,234.50"),
    ]
    assert active[0].without == f"state=lost&reason={address['reason']}&closed_until=2026-03-31&amount_from=1234.5"


def test_through_htmx_the_address_has_only_what_is_filled_in(client, salesperson):
    client.force_login(salesperson)
    headers = {"HX-Request": "true", "HX-Trigger": "filters"}
    response = client.get(URL, {"q": "pump", "currency": "", "state": "open", "owner": "mine"}, headers=headers)
    assert response["HX-Push-Url"] == f"{URL}?q=pump"
    assert "HX-Push-Url" not in client.get(URL, {"amount_from": "wrong"}, headers=headers)


@pytest.mark.parametrize("sort", ["estimated_close_date", "estimated_revenue", "-opened_on", "-last_activity_at"])
def test_ranges_are_the_same_in_every_order(salesperson, sort):
    # given opportunities on, before and beyond both ends of a range
    for days, revenue in [(1, 100), (2, 100), (3, 100), (4, 100), (2, 99), (2, 1000), (3, 1001)]:
        OpportunityFactory(
            topic=f"{days}/{revenue}", owner=salesperson, estimated_close_date=day(days), estimated_revenue=revenue
        )

    # when they are filtered by it, then the ends belong to it
    address = {"estimated_from": day(2), "estimated_until": day(3), "amount_from": "100", "amount_until": "1,000"}
    address = {name: str(value) for name, value in address.items()} | {"sort": sort}
    [source] = filters.OpportunityFilter(address, salesperson).sources()
    assert {opportunity.topic for opportunity in source} == {"2/100", "3/100", "2/1000"}
