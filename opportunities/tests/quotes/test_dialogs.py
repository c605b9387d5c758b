"""The dialogs that make another draft of a quote: its next revision, or a copy."""

import re
from functools import partial

import pytest
from django.urls import reverse

from opportunities.models import Opportunity, Quote
from opportunities.quotes import services
from opportunities.tests.factories import AccountFactory, OpportunityFactory, QuoteFactory, close, day
from opportunities.tests.page import form_of
from opportunities.tests.quotes.pages import HTMX, LONG, leads_to, over, said, words
from opportunities.tests.quotes.states import active, draft, expired, lines, quote_in
from opportunities.tests.refusal import nothing_changes

pytestmark = pytest.mark.django_db

REVISION = {"reason": "Cheaper", "valid_until": day(60).isoformat()}


@pytest.fixture
def signed_in(client, salesperson):
    client.force_login(salesperson)
    return client


def url(name: str, quote: Quote) -> str:
    return reverse(f"opportunities:quote_{name}", args=[quote.pk])


# Revise


@pytest.mark.parametrize(("make", "valid_until"), [(partial(active, valid_until=day(10)), day(10)), (expired, day(30))])
def test_the_revise_dialog_proposes_the_validity_or_thirty_days(signed_in, salesperson, make, valid_until):
    quote = make(salesperson)

    response = signed_in.get(url("revise", quote), headers=HTMX)

    fields = form_of(response)
    assert "<html" not in response.content.decode()
    assert (fields["reason"], fields["valid_until"]) == ("", valid_until.isoformat())


@pytest.mark.parametrize("has_htmx", [True, False])
def test_revising_leads_to_the_draft_of_the_next_revision(signed_in, salesperson, has_htmx):
    quote = active(salesperson)

    headers = over(quote.get_absolute_url()) if has_htmx else {}
    response = signed_in.post(url("revise", quote), REVISION, headers=headers)

    revision = Quote.objects.get(revision=1)
    there = leads_to(response)
    assert (there, revision.status, revision.valid_until) == (revision.get_absolute_url(), "draft", day(60))
    assert said(response) == [f"{quote} is revised; this is the draft of its next revision."]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"reason": " \r\n "}, {"reason": ["Say why it is revised."]}),
        ({"reason": LONG}, {"reason": ["Ensure this value has at most 2000 characters (it has 10000)."]}),
        ({"reason": "a\x00b"}, {"reason": ["Null characters are not allowed."]}),
        ({"valid_until": day(-1).isoformat()}, {"valid_until": ["Enter a day that has not passed."]}),
        ({"valid_until": "2026-02-30"}, {"valid_until": ["Enter a date that exists, such as 2026-11-30."]}),
        ({"valid_until": LONG}, {"valid_until": ["Enter a date that exists, such as 2026-11-30."]}),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_revision_is_refused_at_its_field_and_nothing_typed_is_lost(
    signed_in, salesperson, fields, errors, headers
):
    quote = active(salesperson)

    with nothing_changes():
        response = signed_in.post(url("revise", quote), REVISION | fields, headers=headers)

    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, errors)
    assert {field.name: field.value() for field in form} == REVISION | fields


def test_a_revision_that_exists_already_is_refused_in_words(signed_in, salesperson):
    quote = active(salesperson)
    QuoteFactory(number=quote.number, revision=1)

    with nothing_changes():
        response = signed_in.post(url("revise", quote), REVISION)

    assert response.status_code == 422
    assert "There is a quote of this number and revision already." in words(response)


def test_a_quote_revised_in_another_tab_is_not_revised_again(signed_in, salesperson, monkeypatch):
    # given one dialog that comes too late, and one that was overtaken after it had read the quote
    late, overtaken = active(salesperson), active(salesperson)
    services.revise_quote(late, by=salesperson, reason="!", valid_until=None)
    revise = services.revise_quote

    def overtake(quote, **facts):
        revise(quote, **facts)
        return revise(quote, **facts)

    # when they are sent
    with nothing_changes():
        responses = [signed_in.post(url("revise", late), REVISION)]
    monkeypatch.setattr(services, "revise_quote", overtake)
    responses.append(signed_in.post(url("revise", overtaken), REVISION))

    # then each says what the quote is now
    for response, quote in zip(responses, [late, overtaken], strict=True):
        assert response.status_code == 409
        assert f"Only an active quote is revised; the status of {quote} is “Revised”." in words(response)
    assert Quote.objects.filter(number=overtaken.number).count() == 2


# The revisions on the page


def test_the_page_lists_the_revisions_with_what_changed_and_why(signed_in, salesperson):
    # given three revisions: the second is a tenth cheaper, the third costs the same
    first = active(salesperson, lines=lines("1000"))
    second = services.revise_quote(first, by=salesperson, reason="They <ask> less", valid_until=day(5))
    second.lines.update(unit_price=900)
    second = services.activate_quote(second, by=salesperson)
    third = services.revise_quote(second, by=None, reason="More time", valid_until=None)

    # when the page of the second is read
    html = signed_in.get(second.get_absolute_url()).content.decode()

    # then each is listed, latest first, and the one that is shown is no link
    section = html[html.index('id="revisions"') :]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in section.split("<tr")[2:]]
    assert re.search(r"rev\. 2 current revision Draft — €900\.00 unchanged More time an import, ", rows[0])
    assert re.search(
        r"rev\. 1 shown here Revised \d+ \w+ \d{4} €900\.00 −€100\.00 \(−10%\) They &lt;ask&gt; less Marta Ruiz, ",
        rows[1],
    )
    assert re.search(r"rev\. 0 Revised \d+ \w+ \d{4} €1,000\.00$", rows[2].split(" </")[0])
    assert third.get_absolute_url() in section
    assert second.get_absolute_url() not in section


def test_one_revision_is_no_list(signed_in, salesperson):
    assert "Revisions" not in words(signed_in.get(active(salesperson).get_absolute_url()))


@pytest.mark.parametrize("count", [2, 20])
def test_the_revisions_take_two_queries_however_many_there_are(
    signed_in, salesperson, count, django_assert_num_queries
):
    quote = draft(salesperson)
    for _revision in range(count - 1):
        quote = services.activate_quote(quote, by=salesperson)
        quote = services.revise_quote(quote, by=salesperson, reason="!", valid_until=None)

    with django_assert_num_queries(8):
        signed_in.get(quote.get_absolute_url())


# Copy


@pytest.mark.parametrize("has_htmx", [True, False])
def test_a_quote_is_copied_onto_its_own_opportunity_unless_another_is_chosen(signed_in, salesperson, has_htmx):
    quote = quote_in("lost", salesperson)
    headers = over(quote.get_absolute_url()) if has_htmx else {}

    fields = form_of(signed_in.get(url("copy", quote), headers=headers))
    response = signed_in.post(url("copy", quote), fields, headers=headers)

    copied = Quote.objects.get(status="draft")
    there = leads_to(response)
    assert (there, copied.opportunity) == (copied.get_absolute_url(), quote.opportunity)
    assert said(response) == [f"This draft is a copy of {quote}."]


def test_a_quote_of_a_closed_opportunity_is_copied_onto_one_that_is_found_by_typing(signed_in, salesperson):
    # given a won quote, and opportunities of which one can be chosen: it is open, Marta's and in euros
    quote = quote_in("won", salesperson)
    there = OpportunityFactory(topic="Plant", account=AccountFactory(name="Électro Süd"), owner=salesperson)
    OpportunityFactory(topic="Plant of Jonas")
    OpportunityFactory(topic="Plant in the US", owner=salesperson, currency="USD")
    close(OpportunityFactory(topic="Plant of before", owner=salesperson))

    # when it is searched for, with htmx and by the button
    asked = signed_in.get(url("copy", quote))
    found = [
        signed_in.get(url("copy", quote), {"q": "PLANT electro"}, headers=HTMX),
        signed_in.post(url("copy", quote), {"q": "plant", "search": "1"}),
    ]

    # then nothing is chosen at first, and that one alone is found
    assert "onto" not in form_of(asked)
    for response in found:
        assert response.status_code == 200
        assert response.context["form"].matches == [(there, False)]
        assert re.search(r"Plant · Électro Süd · Marta Ruiz", words(response))
    # and when it is chosen, the copy is made
    assert signed_in.post(url("copy", quote), {"onto": there.pk}).status_code == 302
    assert there.quotes.get().status == "draft"


def test_ten_matches_are_shown_and_a_choice_stays_chosen(signed_in, salesperson):
    quote = draft(salesperson)
    chosen = OpportunityFactory.create_batch(12, topic="Plant", owner=salesperson)[-1]

    response = signed_in.post(url("copy", quote), {"q": "plant", "onto": chosen.pk, "search": "1"})

    form = response.context["form"]
    assert len(form.matches) == 10
    assert [match for match, is_chosen in form.matches if is_chosen] == [chosen]
    assert "There may be more" in words(response)


def test_a_manager_finds_everybodys_opportunities(client, manager):
    OpportunityFactory(topic="Plant of Jonas")
    client.force_login(manager)

    response = client.get(url("copy", draft()), {"q": "plant"})

    assert [match.topic for match, _chosen in response.context["form"].matches] == ["Plant of Jonas"]


@pytest.mark.parametrize("q", ["", " ", "\x00", LONG, "%", "' OR 1=1", "a " * 5_000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_odd_searches_find_nothing(signed_in, salesperson, method, q):
    quote = draft(salesperson)
    OpportunityFactory(topic="Plant", owner=salesperson)

    response = getattr(signed_in, method)(url("copy", quote), {"q": q, "onto": LONG, "search": "1"})

    assert response.status_code == 200
    assert response.context["form"].matches == []


@pytest.mark.parametrize("onto", ["", "0", "999999", "9" * 30, "x", "\x00", LONG, "1' OR 1=1"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_copy_onto_what_does_not_exist_is_refused_at_the_field(signed_in, salesperson, onto, headers):
    quote = draft(salesperson)

    with nothing_changes():
        response = signed_in.post(url("copy", quote), {"onto": onto, "q": "Nort"}, headers=headers)

    sentences = {"": "Choose an opportunity.", "\x00": "Null characters are not allowed."}
    missing = "There is no such opportunity (any more); choose another."
    assert response.status_code == 422
    assert response.context["form"].errors == {"onto": [sentences.get(onto, missing)]}
    assert form_of(response)["q"] == "Nort"


def test_a_copy_onto_an_opportunity_that_cannot_take_it_is_refused_at_the_field(signed_in, salesperson):
    quote = draft(salesperson)
    someone_elses = OpportunityFactory(topic="Plant")
    dollars = OpportunityFactory(topic="Plant", owner=salesperson, currency="USD")
    lost = OpportunityFactory(topic="Plant", owner=salesperson)
    close(lost)

    for onto, message in [
        (someone_elses, "This needs the permission to change everybody's opportunities (change_any_opportunity)."),
        (dollars, "“Plant” is in USD; a quote in EUR is not copied onto it."),
        (lost, "“Plant” is closed; choose an open one."),
    ]:
        with nothing_changes():
            response = signed_in.post(url("copy", quote), {"onto": onto.pk})
        assert response.status_code == 422
        assert response.context["form"].errors["onto"][0].startswith(message)


def test_an_opportunity_closed_or_deleted_by_somebody_faster_takes_no_copy(signed_in, salesperson, monkeypatch):
    quote, closed, gone = draft(salesperson), *OpportunityFactory.create_batch(2, owner=salesperson)
    copy_quote = services.copy_quote

    def slow_copy(quote, *, by, onto):
        if onto == closed:
            close(onto)
        else:
            Opportunity.objects.filter(pk=onto.pk).delete()
        with nothing_changes():
            return copy_quote(quote, by=by, onto=onto)

    monkeypatch.setattr(services, "copy_quote", slow_copy)

    response = signed_in.post(url("copy", quote), {"onto": closed.pk})
    assert response.status_code == 409
    assert "The opportunity is closed" in response.context["form"].errors["onto"][0]
    response = signed_in.post(url("copy", quote), {"onto": gone.pk})
    assert response.status_code == 409
    assert "Somebody deleted it meanwhile. Nothing was saved." in words(response)


def test_what_is_searched_for_keeps_no_copy_from_being_made(signed_in, salesperson):
    quote = active(salesperson)

    response = signed_in.post(url("copy", quote), {"onto": quote.opportunity_id, "q": "a\0b"})

    assert response.status_code == 302
    assert said(response) == [f"This draft is a copy of {quote}."]


def test_copying_is_for_those_who_change_opportunities(client, colleague, manager, outsider):
    quote, own = draft(), OpportunityFactory(owner=colleague)

    # a teammate may not copy onto an opportunity of somebody else, but onto their own; a manager may do both
    for user, onto, status in [
        (colleague, quote.opportunity, 422),
        (colleague, own, 302),
        (manager, quote.opportunity, 302),
        (manager, own, 302),
        (outsider, own, 403),
    ]:
        client.force_login(user)
        assert client.get(url("copy", quote)).status_code == (403 if status == 403 else 200)
        assert client.post(url("copy", quote), {"onto": onto.pk}).status_code == status
    client.force_login(outsider)
    assert "view_opportunity" in words(client.get(url("copy", quote)))
