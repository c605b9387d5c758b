"""Guards: the rules that span rows, held by triggers in the database whatever the path.

A guard says when a write is refused. Each is written once, as a condition that SQLite and PostgreSQL
both read, and rendered for either. What fits in one row or one index is a constraint of its model.

They are dropped before and created after every `migrate` (SQLite rebuilds tables on the way and would
lose them, or trip over them), see apps.py; `/readyz` and `check_integrity` fail when one is missing.
A refusal reaches Django as an IntegrityError whose message names the guard; `sentence` says it in words.
"""

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from opportunities.models.closing import ClosingBatch, OpportunityClose, QuoteClose
from opportunities.models.merge_guards import MERGE_GUARDS, follows_a_merge
from opportunities.models.opportunity import Opportunity
from opportunities.models.quote import Quote
from opportunities.models.quote_line import QuoteLine
from opportunities.models.reference import Account, Competitor, StatusReason
from opportunities.models.triggers import Guard, changed, drop, existing, statements, text, texts

OPPORTUNITY, QUOTE, LINE, CLOSING, QUOTE_CLOSING, REASON, BATCH = (
    model._meta.db_table
    for model in (Opportunity, Quote, QuoteLine, OpportunityClose, QuoteClose, StatusReason, ClosingBatch)
)
KEPT = (OPPORTUNITY, QUOTE, LINE, CLOSING, QUOTE_CLOSING, REASON)


def state_of(opportunity_id: str) -> str:
    return f"(SELECT state FROM {OPPORTUNITY} WHERE id = {opportunity_id})"


def state_of_reason(reason_id: str) -> str:
    return f"(SELECT state FROM {REASON} WHERE id = {reason_id})"


def status_of(quote_id: str) -> str:
    return f"(SELECT status FROM {QUOTE} WHERE id = {quote_id})"


STATE_FIELDS = ("state", "status_reason", "closed_on", "actual_revenue", "competitor")
FREE_FIELDS = ("owner", "last_activity_at", "search_text", *STATE_FIELDS)  # of a closed one; others guard its state
QUOTE_FACTS = ("revisions", "first_quoted", "won_quoted")  # they come and go with its closing
REOPENING_FIELDS = ("reopened_by", "reopened_at", "reopen_reason")
WAS_OPEN, IS_OPEN = (f"{row}.status IN ('draft', 'active')" for row in ("OLD", "NEW"))  # a quote

GUARDS = [
    # Opportunities: opened open, closed by a closing, reopened by its reopening.
    Guard(
        "opportunity_is_inserted_open",
        OPPORTUNITY,
        "INSERT",
        "NEW.state <> 'open'",
        gettext_noop("An opportunity starts open; close it afterwards."),
    ),
    *(
        Guard(
            f"opportunity_{event.lower()}_fits_its_reason",
            OPPORTUNITY,
            event,
            f"NEW.state IS DISTINCT FROM {state_of_reason('NEW.status_reason_id')}",
            gettext_noop("The status reason belongs to another state."),
        )
        for event in ("INSERT", "UPDATE")
    ),
    Guard(
        "closed_opportunity_has_no_open_quotes",
        OPPORTUNITY,
        "UPDATE",
        f"EXISTS (SELECT 1 FROM {QUOTE} WHERE opportunity_id = NEW.id AND status IN ('draft', 'active'))",
        gettext_noop("An opportunity is not closed while quotes are open on it."),
        asked_when="NEW.state <> 'open'",
    ),
    Guard(
        "closed_opportunity_agrees_with_its_closing",
        OPPORTUNITY,
        "UPDATE",
        f"NOT EXISTS (SELECT 1 FROM {CLOSING} WHERE opportunity_id = NEW.id "
        "AND reopened_at IS NULL AND outcome = NEW.state AND status_reason_id = NEW.status_reason_id "
        "AND closed_on = NEW.closed_on AND actual_revenue IS NOT DISTINCT FROM NEW.actual_revenue "
        "AND competitor_id IS NOT DISTINCT FROM NEW.competitor_id)",
        gettext_noop("A closed opportunity says what its closing says; close, reopen or correct it instead."),
        asked_when="NEW.state <> 'open'",
    ),
    Guard(
        "open_opportunity_has_no_current_closing",
        OPPORTUNITY,
        "UPDATE",
        f"EXISTS (SELECT 1 FROM {CLOSING} WHERE opportunity_id = NEW.id AND reopened_at IS NULL)",
        gettext_noop("This opportunity is closed; reopen it instead."),
        asked_when="NEW.state = 'open'",
    ),
    Guard(
        "closed_opportunity_is_read_only",
        OPPORTUNITY,
        "UPDATE",
        f"({changed(Opportunity, *FREE_FIELDS, *QUOTE_FACTS)} "
        f"OR NEW.state <> 'open' AND {changed(Opportunity, *FREE_FIELDS)}) "
        f"AND NOT {follows_a_merge(Opportunity, 'account', Account)}",
        gettext_noop("A closed opportunity is read-only, its owner aside."),
        asked_when="OLD.state <> 'open'",
    ),
    Guard(
        "opportunity_with_history_is_kept",
        OPPORTUNITY,
        "DELETE",
        f"EXISTS (SELECT 1 FROM {CLOSING} WHERE opportunity_id = OLD.id) "
        f"OR EXISTS (SELECT 1 FROM {QUOTE} WHERE opportunity_id = OLD.id)",
        gettext_noop("An opportunity that has quotes or was ever closed is not deleted."),
    ),
    Guard(
        "currency_is_fixed_by_quotes",
        OPPORTUNITY,
        "UPDATE",
        f"EXISTS (SELECT 1 FROM {QUOTE} WHERE opportunity_id = NEW.id)",
        gettext_noop("The currency is fixed once there is a quote."),
        asked_when="NEW.currency <> OLD.currency",
    ),
    # Reasons and closings.
    Guard(
        "reason_keeps_its_state",
        REASON,
        "UPDATE",
        "NEW.state <> OLD.state",
        gettext_noop("The state of a status reason is fixed; add another reason instead."),
    ),
    Guard(
        "reason_in_use_is_kept",
        REASON,
        "DELETE",
        f"EXISTS (SELECT 1 FROM {OPPORTUNITY} WHERE status_reason_id = OLD.id) OR EXISTS "
        f"(SELECT 1 FROM {CLOSING} WHERE status_reason_id = OLD.id OR from_status_reason_id = OLD.id)",
        gettext_noop("A status reason in use is not deleted; make it inactive instead."),
    ),
    Guard(
        "closing_starts_current",
        CLOSING,
        "INSERT",
        "NEW.reopened_at IS NOT NULL OR NEW.reopened_by_id IS NOT NULL OR NEW.reopen_reason <> '' "
        f"OR NEW.outcome IS DISTINCT FROM {state_of_reason('NEW.status_reason_id')} "
        f"OR {state_of('NEW.opportunity_id')} IS DISTINCT FROM 'open'",
        gettext_noop("A closing starts current, on an open opportunity and with a reason of its outcome."),
    ),
    Guard(
        "correction_is_of_the_same_closing",
        CLOSING,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {CLOSING} WHERE id = NEW.corrects_id AND "
        "opportunity_id = NEW.opportunity_id AND outcome = NEW.outcome AND reopened_at IS NOT NULL)",
        gettext_noop("A correction is of a closing of the same opportunity, with the same outcome."),
        asked_when="NEW.corrects_id IS NOT NULL",
    ),
    Guard(
        "closing_is_history",
        CLOSING,
        "UPDATE",
        "(OLD.reopened_at IS NOT NULL OR NEW.reopened_at IS NULL "
        f"OR {changed(OpportunityClose, *REOPENING_FIELDS)}) "
        f"AND NOT {follows_a_merge(OpportunityClose, 'competitor', Competitor)}",
        gettext_noop("A closing is history: only its reopening is added, once."),
    ),
    Guard("closing_is_kept", CLOSING, "DELETE", "TRUE", gettext_noop("A closing is history and is not deleted.")),
    Guard(
        "closing_agrees_with_its_opportunity",
        CLOSING,
        "INSERT OR UPDATE",
        f"(SELECT state FROM {OPPORTUNITY} WHERE id = NEW.opportunity_id) <> COALESCE((SELECT outcome "
        f"FROM {CLOSING} WHERE opportunity_id = NEW.opportunity_id AND reopened_at IS NULL), 'open')",
        gettext_noop("A current closing belongs to a closed opportunity, and only to one."),
        deferred=True,
    ),
    Guard(
        "closing_batch_is_history",
        BATCH,
        "UPDATE",
        "TRUE",
        gettext_noop("Who closed opportunities together, and when, is history and is not changed."),
    ),
    # Quotes.
    Guard(
        "quote_is_inserted_open",
        QUOTE,
        "INSERT",
        f"NOT {IS_OPEN}",
        gettext_noop("A quote starts open; close it afterwards."),
    ),
    Guard(
        "quote_is_added_to_an_open_opportunity",
        QUOTE,
        "INSERT",
        f"{state_of('NEW.opportunity_id')} IS DISTINCT FROM 'open'",
        gettext_noop("This opportunity is closed; no quote is added to it."),
        locks=f"{OPPORTUNITY} WHERE id = NEW.opportunity_id",
    ),
    Guard(
        "quote_becomes_open_on_an_open_opportunity",
        QUOTE,
        "UPDATE",
        f"{state_of('NEW.opportunity_id')} IS DISTINCT FROM 'open'",
        gettext_noop("This opportunity is closed; no quote becomes open on it."),
        asked_when=f"{IS_OPEN} AND (NOT {WAS_OPEN} OR NEW.opportunity_id <> OLD.opportunity_id)",
        locks=f"{OPPORTUNITY} WHERE id = NEW.opportunity_id",
    ),
    Guard(
        "active_quote_is_no_draft_again",
        QUOTE,
        "UPDATE",
        "OLD.status = 'active' AND NEW.status = 'draft'",
        gettext_noop("An active quote does not become a draft again."),
    ),
    Guard(
        "quote_moves_within_its_currency",
        QUOTE,
        "UPDATE",
        f"(SELECT currency FROM {OPPORTUNITY} WHERE id = NEW.opportunity_id) IS DISTINCT FROM "
        f"(SELECT currency FROM {OPPORTUNITY} WHERE id = OLD.opportunity_id)",
        gettext_noop("A quote is in the currency of its opportunity."),
        asked_when="NEW.opportunity_id <> OLD.opportunity_id",
    ),
    Guard(
        "quote_is_closed_by_a_closing",
        QUOTE,
        "UPDATE",
        f"NOT EXISTS (SELECT 1 FROM {QUOTE_CLOSING} WHERE quote_id = NEW.id AND restored_at IS NULL "
        "AND from_status = OLD.status AND to_status = NEW.status)",
        gettext_noop("A quote is closed by its closing."),
        asked_when=f"{WAS_OPEN} AND NOT {IS_OPEN}",
    ),
    Guard(
        "active_quote_is_read_only",
        QUOTE,
        "UPDATE",
        f"OLD.status = 'active' AND {changed(Quote, 'status', 'opportunity')}",
        gettext_noop("What an active quote says is fixed; revise it instead."),
    ),
    Guard(
        "closed_quote_is_read_only",
        QUOTE,
        "UPDATE",
        f"NOT {WAS_OPEN} AND {changed(Quote, 'status')}",
        gettext_noop("A closed quote is read-only."),
    ),
    Guard(
        "closed_quote_comes_back_as_it_was",
        QUOTE,
        "UPDATE",
        f"EXISTS (SELECT 1 FROM {QUOTE_CLOSING} WHERE quote_id = NEW.id AND restored_at IS NULL) "
        f"OR NEW.status IS DISTINCT FROM (SELECT from_status FROM {QUOTE_CLOSING} "
        "WHERE quote_id = NEW.id ORDER BY id DESC LIMIT 1)",
        gettext_noop("A closed quote comes back only when its opportunity is reopened, as it was."),
        asked_when=f"NOT {WAS_OPEN} AND NEW.status <> OLD.status",
    ),
    Guard(
        "quote_with_history_is_kept",
        QUOTE,
        "DELETE",
        f"OLD.status <> 'draft' OR EXISTS (SELECT 1 FROM {QUOTE_CLOSING} WHERE quote_id = OLD.id)",
        gettext_noop("Only a draft that was never closed is deleted; close this quote instead."),
    ),
    Guard(
        "quote_closing_starts_current",
        QUOTE_CLOSING,
        "INSERT",
        f"NEW.restored_at IS NOT NULL OR NEW.from_status IS DISTINCT FROM {status_of('NEW.quote_id')} "
        f"OR (NEW.opportunity_close_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {CLOSING} WHERE id = "
        "NEW.opportunity_close_id AND reopened_at IS NULL AND opportunity_id = "
        f"(SELECT opportunity_id FROM {QUOTE} WHERE id = NEW.quote_id)))",
        gettext_noop("A quote's closing starts current, from the status that the quote has, with its opportunity's."),
    ),
    Guard(
        "quote_is_won_by_a_win",
        QUOTE_CLOSING,
        "INSERT",
        "NEW.from_status <> 'active' OR NOT EXISTS "
        f"(SELECT 1 FROM {CLOSING} WHERE id = NEW.opportunity_close_id AND outcome = 'won')",
        gettext_noop("Only an active quote is won, and only with its opportunity."),
        asked_when="NEW.to_status = 'won'",
    ),
    Guard(
        "quote_is_revised_alone",
        QUOTE_CLOSING,
        "INSERT",
        "NEW.to_status = 'revised' AND (NEW.from_status <> 'active' OR NEW.opportunity_close_id IS NOT NULL)",
        gettext_noop("Only an active quote is revised, and not by a closing of its opportunity."),
    ),
    Guard(
        "quote_closing_is_history",
        QUOTE_CLOSING,
        "UPDATE",
        f"OLD.restored_at IS NOT NULL OR NEW.restored_at IS NULL OR {changed(QuoteClose, 'restored_at')} "
        f"OR NEW.opportunity_close_id IS NULL OR 'open' <> (SELECT state FROM {OPPORTUNITY} WHERE id = "
        f"(SELECT opportunity_id FROM {CLOSING} WHERE id = NEW.opportunity_close_id))",
        gettext_noop("A quote's closing is history: only a reopening restores the quote, once."),
    ),
    Guard(
        "quote_closing_is_kept",
        QUOTE_CLOSING,
        "DELETE",
        "TRUE",
        gettext_noop("A quote's closing is history and is not deleted."),
    ),
    Guard(
        "quote_closing_agrees_with_its_quote",
        QUOTE_CLOSING,
        "INSERT OR UPDATE",
        f"(CASE WHEN {status_of('NEW.quote_id')} IN ('draft', 'active') THEN 'open' "
        f"ELSE {status_of('NEW.quote_id')} END) <> COALESCE((SELECT to_status FROM {QUOTE_CLOSING} "
        "WHERE quote_id = NEW.quote_id AND restored_at IS NULL), 'open')",
        gettext_noop("A quote's current closing belongs to a closed quote, and only to one."),
        deferred=True,
    ),
    # Lines change only while their quote is a draft.
    *(
        Guard(
            f"line_{event.lower()}_needs_a_draft",
            LINE,
            event,
            " OR ".join(f"{status_of(f'{row}.quote_id')} <> 'draft'" for row in rows),
            gettext_noop("Lines change only while their quote is a draft."),
            locks=f"{QUOTE} WHERE id IN ({', '.join(f'{row}.quote_id' for row in rows)})",
        )
        for event, rows in [("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])]
    ),
    *MERGE_GUARDS,
    # What refers to a row must not come to mean another.
    *(
        Guard(f"{table}_id_is_fixed", table, "UPDATE", "NEW.id <> OLD.id", gettext_noop("A row keeps its id."))
        for table in KEPT
    ),
    # No guard of DELETE is asked then; a table that refers to one of these is emptied with it.
    *(
        Guard(
            f"{table}_is_not_emptied",
            table,
            "TRUNCATE",
            f"EXISTS (SELECT 1 FROM {table})",
            gettext_noop("A table with history in it is not emptied."),
        )
        for table in KEPT
    ),
]


def create(connection) -> None:
    """Creates the guards anew, all or none; does nothing for a table that is not there (yet)."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection)
        tables = connection.introspection.table_names(cursor)
        for guard in supported(connection):
            if guard.table in tables:
                for statement in statements(guard, connection.vendor):
                    cursor.execute(statement)


def missing(connection) -> list[str]:
    """The names of the guards that are not in the database."""
    with connection.cursor() as cursor:
        there = {name for name, _table in existing(connection, cursor)}
    return [guard.name for guard in supported(connection) if guard.trigger not in there]


def outdated(connection) -> list[str]:
    """The names of the guards that are in the database, but switched off or not as this version writes them."""
    with connection.cursor() as cursor:
        there = {name for name, _table in existing(connection, cursor)}
        stored = texts(connection, cursor)
    return [
        guard.name
        for guard in supported(connection)
        if guard.trigger in there and stored.get(guard.trigger) != text(guard, connection.vendor)
    ]


def supported(connection) -> list[Guard]:
    if connection.vendor == "sqlite":
        return [guard for guard in GUARDS if not (guard.deferred or guard.event == "TRUNCATE")]
    return GUARDS


def sentence(error: Exception) -> str:
    """What an IntegrityError means, in the user's language: the guard's message, or the constraint's."""
    told = str(error)
    for guard in GUARDS:
        if f"guard:{guard.name}" in told:
            return _(guard.message)
    for model in apps.get_app_config("opportunities").get_models():
        for constraint in model._meta.constraints:
            # SQLite names the columns of a unique constraint, not the constraint.
            columns = [model._meta.get_field(name).column for name in getattr(constraint, "fields", ())]
            unique = ", ".join(f"{model._meta.db_table}.{column}" for column in columns)
            if constraint.name in told or told.endswith(f"UNIQUE constraint failed: {unique}"):
                return str(constraint.get_violation_error_message())
    return _("The database refused this change, and nothing was saved.")
