"""Each write that the database must refuse, whatever the path (design, section 3), and the words it answers with."""

from contextlib import suppress
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from opportunities.models import (
    ClosedThrough,
    Opportunity,
    OpportunityClose,
    Product,
    Quote,
    QuoteClose,
    QuoteLine,
    SavedView,
    Seller,
    Stage,
    StatusReason,
)
from opportunities.tests.factories import day, reason
from opportunities.tests.models.ways import DELETES, INSERTS, UPDATES
from opportunities.tests.refusal import nothing_changes, refused


def opportunity(deals, **values) -> Opportunity:
    facts = {"owner": deals.empty.owner, "stage": deals.empty.stage, "status_reason": reason("In progress")}
    return Opportunity(topic="New", **facts | values)


def quote(opportunity, **values) -> Quote:
    return Quote(opportunity=opportunity, name="New", **{"number": "Q-2026-9999"} | values)


def line(quote, **values) -> QuoteLine:
    return QuoteLine(quote=quote, description="New", **{"unit_price": Decimal(1)} | values)


def closing(opportunity, **values) -> OpportunityClose:
    facts = {"outcome": "lost", "status_reason": reason("Price"), "from_status_reason": reason("In progress")}
    return OpportunityClose(opportunity=opportunity, **facts | {"closed_on": day(0)} | values)


def quote_closing(quote, **values) -> QuoteClose:
    facts = {"from_status": quote.status, "to_status": "canceled"}
    return QuoteClose(quote=quote, closed_on=day(0), **facts | values)


# What inserts are refused: the name of the guard or constraint, and the row.
REFUSED_INSERTS = [
    (
        "opportunity_is_inserted_open",
        lambda d: opportunity(d, state="lost", status_reason=reason("Price"), closed_on=day(0)),
    ),
    ("opportunity_insert_fits_its_reason", lambda d: opportunity(d, status_reason=reason("Price"))),
    ("opportunity_state_fits_its_closing_fields", lambda d: opportunity(d, closed_on=day(0))),
    ("opportunity_state_fits_its_closing_fields", lambda d: opportunity(d, actual_revenue=1)),
    ("opportunity_state_fits_its_closing_fields", lambda d: opportunity(d, competitor=d.competitor)),
    ("opportunity_estimate_is_not_negative", lambda d: opportunity(d, estimated_revenue=-1)),
    ("reason_state_is_known", lambda d: StatusReason(state="gone", name="New")),
    ("one_reason_per_state_and_name", lambda d: StatusReason(state="lost", name="Price")),
    ("one_default_reason_per_state", lambda d: StatusReason(state="won", name="New", is_default=True)),
    ("closing_starts_current", lambda d: closing(d.empty, reopened_at=timezone.now())),
    ("closing_starts_current", lambda d: closing(d.empty, reopened_by=d.empty.owner)),
    ("closing_starts_current", lambda d: closing(d.empty, reopen_reason="New")),
    ("closing_starts_current", lambda d: closing(d.empty, status_reason=reason("Won"))),
    ("closing_starts_current", lambda d: closing(d.lost)),
    *(
        ("correction_is_of_the_same_closing", lambda d, facts=facts: closing(d.reopened, **facts(d)))
        for facts in [
            lambda d: {"corrects": d.corrected_closing},
            lambda d: {"corrects": d.won_closing},
            lambda d: {"corrects": d.reopened_closing} | won(1),
        ]
    ),
    ("closing_outcome_fits_its_revenue", lambda d: closing(d.empty, actual_revenue=1)),
    ("closing_outcome_fits_its_revenue", lambda d: closing(d.empty, outcome="open", status_reason=reason("On hold"))),
    ("closing_outcome_fits_its_revenue", lambda d: closing(d.empty, **won(-1))),
    ("quote_is_inserted_open", lambda d: quote(d.empty, status="canceled")),
    ("quote_is_inserted_open", lambda d: quote(d.empty, status="won")),
    ("quote_is_added_to_an_open_opportunity", lambda d: quote(d.won)),
    ("quote_is_added_to_an_open_opportunity", lambda d: quote(d.lost, status="active")),
    ("quote_total_is_not_negative", lambda d: quote(d.empty, total=-1)),
    ("one_quote_per_number_and_revision", lambda d: quote(d.empty, number=d.active.number)),
    ("quote_line_amounts_are_not_negative", lambda d: line(d.draft, unit_price=-1)),
    ("quote_line_amounts_are_not_negative", lambda d: line(d.draft, quantity=-1)),
    ("quote_line_cost_is_not_negative", lambda d: line(d.draft, unit_cost=-1)),
    ("quote_line_discount_is_in_bounds", lambda d: line(d.draft, discount=Decimal("100.001"))),
    ("quote_line_discount_is_in_bounds", lambda d: line(d.draft, discount=-1, discount_kind="amount")),
    ("quote_line_discount_is_in_bounds", lambda d: line(d.draft, discount_kind="gift")),
    ("quote_line_tax_rate_is_a_percentage", lambda d: line(d.draft, tax_rate=-1)),
    ("quote_line_tax_rate_is_a_percentage", lambda d: line(d.draft, tax_rate=Decimal("100.001"))),
    ("quote_line_kind_fits_its_billing_method", lambda d: line(d.draft, billing_method="")),
    ("quote_line_kind_fits_its_billing_method", lambda d: line(d.draft, kind="product")),
    ("quote_line_kind_fits_its_billing_method", lambda d: line(d.draft, kind="gift", billing_method="")),
    ("quote_validity_ends_after_it_begins", lambda d: quote(d.empty, valid_from=day(1), valid_until=day(0))),
    ("product_cost_is_not_negative", lambda d: Product(name="New", unit_cost=-1)),
    ("product_tax_rate_is_a_percentage", lambda d: Product(name="New", tax_rate=-1)),
    ("product_tax_rate_is_a_percentage", lambda d: Product(name="New", tax_rate=101)),
    ("stage_probability_is_a_percentage", lambda d: Stage(name="New", probability=101)),
    ("one_saved_view_per_user_and_name", lambda d: SavedView(user=d.empty.owner, name="Mine")),
    ("there_is_one_closed_period", lambda d: ClosedThrough(pk=2)),
    ("there_is_one_seller", lambda d: Seller(pk=2, name="Another")),
    *(
        ("line_insert_needs_a_draft", lambda d, name=name: line(getattr(d, name)))
        for name in ["active", "won_quote", "won_draft", "revised"]
    ),
    ("quote_closing_starts_current", lambda d: quote_closing(d.draft, restored_at=timezone.now())),
    ("quote_closing_starts_current", lambda d: quote_closing(d.draft, from_status="active")),
    ("quote_closing_starts_current", lambda d: quote_closing(d.draft, opportunity_close=d.won_closing)),
    ("quote_closing_starts_current", lambda d: quote_closing(d.back_quote, opportunity_close=d.reopened_closing)),
    ("quote_closing_starts_current", lambda d: quote_closing(d.won_quote, from_status="active")),
    ("quote_closing_goes_from_open_to_closed", lambda d: quote_closing(d.draft, to_status="active")),
    ("quote_is_won_by_a_win", lambda d: quote_closing(d.active, to_status="won")),
    ("quote_is_won_by_a_win", lambda d: quote_closing(d.draft, to_status="won")),
    ("quote_is_revised_alone", lambda d: quote_closing(d.draft, to_status="revised")),
]


def won(revenue) -> dict:
    return {"outcome": "won", "status_reason": reason("Won"), "actual_revenue": revenue}


def test_a_row_is_not_inserted(deals, subtests):
    for number, (name, row) in enumerate(REFUSED_INSERTS):
        for way in INSERTS:
            with subtests.test(number=number, way=way.__name__), refused(name):
                way(row(deals))


def test_a_row_is_not_inserted_where_conflicts_are_ignored(deals, subtests):
    """SQLite then ignores a row that breaks a constraint; a guard refuses it all the same."""
    for number, (name, row) in enumerate(REFUSED_INSERTS):
        with subtests.test(number=number, name=name), nothing_changes(), suppress(IntegrityError), transaction.atomic():
            type(row(deals)).objects.bulk_create([row(deals)], ignore_conflicts=True)


# What updates are refused: the name of the guard or constraint, the row, and the new values.
REFUSED_UPDATES = [
    ("opportunity_update_fits_its_reason", "empty", lambda d: {"status_reason": reason("Price")}),
    ("opportunity_update_fits_its_reason", "won", lambda d: {"status_reason": reason("Price")}),
    ("opportunity_estimate_is_not_negative", "empty", lambda d: {"estimated_revenue": -1}),
    ("opportunity_state_fits_its_closing_fields", "won", lambda d: {"actual_revenue": -1}),
    ("opportunity_state_fits_its_closing_fields", "won", lambda d: {"actual_revenue": None}),
    ("opportunity_state_fits_its_closing_fields", "lost", lambda d: {"actual_revenue": 1}),
    ("opportunity_state_fits_its_closing_fields", "empty", lambda d: {"state": "gone"}),
    ("closed_opportunity_agrees_with_its_closing", "empty", lambda d: lost()),
    ("closed_opportunity_agrees_with_its_closing", "lost", lambda d: won_now()),
    ("closed_opportunity_has_no_open_quotes", "open_", lambda d: lost()),
    ("open_opportunity_has_no_current_closing", "won", lambda d: opened()),
    ("open_opportunity_has_no_current_closing", "lost", lambda d: opened()),
    ("closed_opportunity_is_read_only", "won", lambda d: {"topic": "New"}),
    ("currency_is_fixed_by_quotes", "open_", lambda d: {"currency": "JPY"}),
    ("currency_is_fixed_by_quotes", "reopened", lambda d: {"currency": "USD"}),
    ("one_won_quote_per_opportunity", "active", lambda d: {"status": "won"}),
    ("quote_status_is_known", "active", lambda d: {"status": "gone"}),
    ("quote_total_is_not_negative", "draft", lambda d: {"total": -1}),
    ("one_quote_per_number_and_revision", "draft", lambda d: {"number": d.active.number}),
    ("quote_becomes_open_on_an_open_opportunity", "draft", lambda d: {"opportunity": d.won}),
    ("quote_becomes_open_on_an_open_opportunity", "active", lambda d: {"opportunity": d.lost}),
    ("quote_becomes_open_on_an_open_opportunity", "won_draft", lambda d: {"status": "draft"}),
    ("quote_becomes_open_on_an_open_opportunity", "lost_quote", lambda d: {"status": "active"}),
    ("quote_moves_within_its_currency", "draft", lambda d: {"opportunity": d.in_yen}),
    ("quote_is_closed_by_a_closing", "draft", lambda d: {"status": "canceled"}),
    ("quote_is_closed_by_a_closing", "active", lambda d: {"status": "lost"}),
    ("quote_is_closed_by_a_closing", "active", lambda d: {"status": "revised"}),
    ("quote_is_closed_by_a_closing", "back_quote", lambda d: {"status": "canceled"}),
    ("active_quote_is_no_draft_again", "active", lambda d: {"status": "draft"}),
    ("closed_quote_is_read_only", "canceled", lambda d: {"total": 1}),
    ("closed_quote_comes_back_as_it_was", "canceled", lambda d: {"status": "draft"}),
    ("closed_quote_comes_back_as_it_was", "revised", lambda d: {"status": "active"}),
    ("closed_quote_comes_back_as_it_was", "left_quote", lambda d: {"status": "active"}),
    ("closed_quote_comes_back_as_it_was", "won_quote", lambda d: {"status": "lost"}),
    ("active_quote_is_read_only", "active", lambda d: {"total": 1}),
    ("active_quote_is_read_only", "active", lambda d: {"name": "New", "status": "active"}),
    ("closing_batch_is_history", "closed_together", lambda d: {"at": timezone.now()}),
    ("closing_is_history", "won_closing", lambda d: {"details": "New"}),
    ("closing_is_history", "reopened_closing", lambda d: {"reopened_at": None}),
]


def lost() -> dict:
    return {"state": "lost", "status_reason": reason("Price"), "closed_on": day(0)}


def won_now() -> dict:
    return lost() | {"state": "won", "status_reason": reason("Won"), "actual_revenue": 1}


def opened() -> dict:
    cleared = {"closed_on": None, "actual_revenue": None, "competitor": None}
    return {"state": "open", "status_reason": reason("In progress")} | cleared


ALSO = {
    # A row can break several rules at once, and each database names another one first.
    "opportunity_state_fits_its_closing_fields": [
        "closed_opportunity_agrees_with_its_closing",
        "opportunity_update_fits_its_reason",
    ],
    "one_won_quote_per_opportunity": ["quote_is_closed_by_a_closing"],
    "quote_status_is_known": ["quote_is_closed_by_a_closing"],
    "closed_opportunity_has_no_open_quotes": ["closed_opportunity_agrees_with_its_closing"],
    "opportunity_update_fits_its_reason": ["closed_opportunity_agrees_with_its_closing"],
    "quote_becomes_open_on_an_open_opportunity": ["closed_quote_comes_back_as_it_was"],
}


def test_a_row_is_not_changed(deals, subtests):
    for number, (name, row, values) in enumerate(REFUSED_UPDATES):
        for way in UPDATES:
            with subtests.test(number=number, way=way.__name__), refused(name, *ALSO.get(name, [])):
                way(getattr(deals, row), **values(deals))


REFUSED_DELETES = [
    ("opportunity_with_history_is_kept", ["won", "lost", "reopened", "open_"]),
    ("quote_with_history_is_kept", ["active", "won_quote", "won_draft", "revised", "canceled", "back_quote"]),
    ("closing_is_kept", ["won_closing", "corrected_closing", "reopened_closing"]),
]


def test_a_row_with_history_is_not_deleted(deals):
    for guard, names in REFUSED_DELETES:
        for name in names:
            for way in DELETES:
                with refused(guard):
                    way(getattr(deals, name))


def test_what_hangs_on_a_closed_quote_is_not_deleted(deals):
    for way in DELETES:
        with refused("quote_closing_is_kept"):
            way(deals.won_quote.closings.get())
        for quote in [deals.active, deals.won_quote, deals.revised]:
            with refused("line_delete_needs_a_draft"):
                way(quote.lines.get())
