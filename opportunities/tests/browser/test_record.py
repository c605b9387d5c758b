"""The page of an opportunity in a browser: a stale edit, the next step, the timeline."""

from decimal import Decimal

from playwright.sync_api import expect

from opportunities.models import Opportunity
from opportunities.record import services


def test_the_second_to_save_sees_both_values_and_chooses(show, opportunity, manager):
    # given the form, and a manager who changes two fields of it
    page = show(opportunity)
    page.get_by_role("link", name="Edit").click()
    services.edit_opportunity(opportunity, by=manager, topic="Plant 2029", estimated_revenue=Decimal("7777"))

    # when the same fields are saved with other values, then each has the choice, and nothing is lost
    page.get_by_label("Topic").fill("Plant 2028")
    page.get_by_label("Estimated revenue").fill("1500")
    page.get_by_role("button", name="Save").click()
    topic = page.get_by_role("radiogroup", name="Topic")
    revenue = page.get_by_role("radiogroup", name="Estimated revenue")
    expect(topic.get_by_label("Keep mine")).to_be_checked()
    expect(page.get_by_role("textbox", name="Topic")).to_have_value("Plant 2028")
    expect(page.locator("#main")).to_contain_text("Inès Moreau changed this to €7,777.00")

    # when one is taken and the other kept, then so it is
    revenue.get_by_label("Take €7,777.00").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("The changes are saved.")
    stored = Opportunity.objects.get()
    assert (stored.topic, stored.estimated_revenue) == ("Plant 2028", Decimal("7777"))


def test_the_next_step_is_planned_contested_and_done_in_place(show, opportunity, manager):
    # given a note that is being typed
    page = show(opportunity)
    card = page.get_by_role("region", name="Next step")
    page.get_by_label("Note").fill("Half a note")

    # when a step is planned, then it is there, the note too, and the focus is where it is changed again
    card.get_by_text("Plan the next step").click()
    card.get_by_label("Next step").fill("Call Ana")
    card.get_by_label("On").fill("2020-01-31")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("31 Jan 2020")
    expect(card).to_contain_text("Overdue")
    expect(card.locator("summary")).to_be_focused()
    expect(page.locator("#timeline-events")).to_contain_text("Next step: — → Call Ana")
    expect(page.get_by_label("Note")).to_have_value("Half a note")

    # when a manager was faster, then both values are shown and one is taken
    services.edit_opportunity(opportunity, by=manager, next_step="Visit")
    card.get_by_text("Change").click()
    card.get_by_role("textbox", name="Next step").fill("Write")
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("textbox", name="Next step")).to_be_focused()
    card.get_by_label("Take Visit").check()
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("radiogroup")).to_have_count(0)
    expect(card.locator(".next-step-text")).to_have_text("Visit")

    # when it is done, then it is on the timeline
    card.get_by_role("button", name="Done").click()
    expect(card).to_contain_text("Nothing is planned.")
    expect(page.locator("#timeline-events")).to_contain_text("did the next step: “Visit”")


def test_the_timeline_is_narrowed_down_in_place_and_back_again(show, opportunity, salesperson):
    services.add_note(opportunity, by=salesperson, text="They called.")
    services.edit_opportunity(opportunity, by=salesperson, topic="Plant 2028")
    page = show(opportunity)
    page.get_by_label("Note").fill("Half a note")
    events = page.locator("#timeline-events")

    page.get_by_role("link", name="Notes", exact=True).click()
    expect(events).not_to_contain_text("edited the opportunity")
    expect(events).to_contain_text("They called.")
    expect(page.get_by_role("link", name="Notes", exact=True)).to_be_focused()
    expect(page.get_by_label("Note")).to_have_value("Half a note")
    assert page.url.endswith("?timeline=notes")

    page.go_back()
    expect(events).to_contain_text("edited the opportunity")
