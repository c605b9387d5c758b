"""A row of each table that is filled: what both databases take as it is.

Days and instants (in UTC) are text, amounts whole units.
"""

from typing import NamedTuple


class OpportunityRow(NamedTuple):
    id: int
    topic: str
    folded_topic: str
    search_text: str
    account_id: int
    contact_id: int | None
    owner_id: int
    currency: str
    stage_id: int
    estimated_revenue: int
    estimated_close_date: str
    first_estimated_revenue: int
    first_estimated_close_date: str
    next_step: str
    next_step_on: str | None
    opened_on: str
    last_activity_at: str
    state: str
    status_reason_id: int
    actual_revenue: int | None
    closed_on: str | None
    competitor_id: int | None
    revisions: int | None
    first_quoted: int | None
    won_quoted: int | None
    external_id: str | None


class QuoteRow(NamedTuple):
    id: int
    opportunity_id: int
    number: str
    revision: int
    name: str
    folded_name: str
    status: str
    valid_from: str | None
    valid_until: str | None
    customer_reference: str
    payment_terms: str
    introduction: str
    closing_text: str
    total: int
    activated_at: str | None
    edited_at: str
    edited_by_id: int


class LineRow(NamedTuple):
    quote_id: int
    position: int
    kind: str
    billing_method: str
    description: str
    quantity: int
    unit: str
    unit_price: int
    discount: int
    discount_kind: str
    tax_rate: int


class ClosingRow(NamedTuple):
    id: int
    opportunity_id: int
    outcome: str
    status_reason_id: int
    from_status_reason_id: int
    closed_on: str
    actual_revenue: int | None
    estimated_revenue: int
    competitor_id: int | None
    details: str
    closed_by_id: int
    closed_at: str
    reopen_reason: str


class QuoteClosingRow(NamedTuple):
    quote_id: int
    opportunity_close_id: int | None
    from_status: str
    to_status: str
    reason: str
    closed_on: str
    by_id: int
    at: str


class EventRow(NamedTuple):
    opportunity_id: int
    kind: str
    by_id: int
    at: str
    text: str
    data: str
