"""A migration that forgets a guard fails here: every table, and every way to change one, is accounted for.

A new table is not guarded by itself. Whoever adds one says below what may be done to its rows past the services, and
writes the guards that refuse the rest.
"""

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from opportunities.models import guards

# By model, the events that guards refuse (some of); what is missing is allowed to whoever may write to the database.
HISTORY = {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}
ACCOUNTED = {
    "Opportunity": HISTORY,
    "Quote": HISTORY,
    "QuoteLine": HISTORY,
    "OpportunityClose": HISTORY,
    "QuoteClose": HISTORY,
    "StatusReason": {"UPDATE", "DELETE", "TRUNCATE"},
    "ClosingBatch": {"UPDATE"},
    # What is merged stays so, and nothing comes to refer to it.
    "Account": {"INSERT", "UPDATE"},
    "Competitor": {"INSERT", "UPDATE"},
    "Contact": {"INSERT", "UPDATE"},
    # No rule of the design speaks of them: notes are added to what is closed, the rest is data of administrators.
    "TimelineEvent": set(),
    "ClosedThrough": set(),
    "Preferences": set(),
    "Product": set(),
    "QuoteCounter": set(),
    "SavedView": set(),
    "Seller": set(),
    "Stage": set(),
}


def guarded() -> dict[str, set[str]]:
    """By table, the events that are guarded."""
    tables: dict[str, set[str]] = {}
    for guard in guards.GUARDS:
        tables.setdefault(guard.table, set()).update(guard.event.split(" OR "))
    return tables


def unaccounted(known) -> set[str]:
    """The models among `known` of which nobody said what may be done to their rows, or whose guards are not so."""
    events = guarded()
    return {
        model.__name__ for model in known if ACCOUNTED.get(model.__name__) != events.get(model._meta.db_table, set())
    }


def test_every_table_is_accounted_for():
    assert unaccounted(apps.get_app_config("opportunities").get_models()) == set()


def test_a_migration_that_adds_a_table_without_guards_is_noticed():
    operation = migrations.CreateModel("QuoteApproval", [("id", models.BigAutoField(primary_key=True))])
    state = ProjectState.from_apps(apps)
    operation.state_forwards("opportunities", state)
    assert unaccounted(state.apps.get_app_config("opportunities").get_models()) == {"QuoteApproval"}


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_takes_a_table_from_its_guards_is_noticed():
    """As one that renames a table: its guards have nothing to stand on, and /readyz and CI miss them."""
    table = "opportunities_quoteclose"
    on_it = {guard.name for guard in guards.supported(connection) if guard.table == table}
    guards.drop(connection)
    with connection.schema_editor() as editor:
        editor.execute(f"ALTER TABLE {table} RENAME TO opportunities_closedquote")
    try:
        guards.create(connection)
        assert set(guards.missing(connection)) == on_it
    finally:
        guards.drop(connection)
        with connection.schema_editor() as editor:
            editor.execute(f"ALTER TABLE opportunities_closedquote RENAME TO {table}")
        guards.create(connection)
    assert guards.missing(connection) == []


def test_a_column_that_a_migration_adds_is_guarded_with_the_others():
    """The conditions are made of the models' columns; the guards of before know nothing of the new one."""
    guard = next(guard for guard in guards.GUARDS if guard.name == "closed_quote_is_read_only")
    assert all(f"NEW.{field.column} IS DISTINCT FROM" in guard.refuse_when for field in columns_of("Quote", "status"))


def columns_of(name: str, *besides: str) -> list[models.Field]:
    fields = apps.get_model("opportunities", name)._meta.concrete_fields
    return [field for field in fields if not field.primary_key and field.name not in besides]
