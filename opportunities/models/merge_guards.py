"""The guards of merging: what is merged is merged for good, and nothing refers to it."""

from django.db.models import Model
from django.utils.translation import gettext_noop

from opportunities.models.closing import OpportunityClose
from opportunities.models.opportunity import Opportunity
from opportunities.models.reference import Account, Competitor, Contact
from opportunities.models.triggers import Guard, changed

MERGEABLE = (Account, Competitor)
# Who refers to what may be merged. The competitor of an opportunity is that of its closing.
REFERENCES = [
    (Opportunity, "INSERT", "account", Account),
    (Opportunity, "UPDATE", "account", Account),
    (Contact, "INSERT", "account", Account),
    (Contact, "UPDATE", "account", Account),
    (OpportunityClose, "INSERT", "competitor", Competitor),
]


def follows_a_merge(referring: type[Model], name: str, mergeable: type[Model]) -> str:
    """The condition that nothing changes but the field `name`, from a row to the one that it was merged into.

    What is searched of an opportunity follows.
    """
    column = referring._meta.get_field(name).column
    return (
        f"(NOT {changed(referring, name, 'search_text')} AND EXISTS (SELECT 1 FROM {mergeable._meta.db_table} "
        f"WHERE id = OLD.{column} AND merged_into_id = NEW.{column}))"
    )


def refers_to_a_current_row(referring: type[Model], event: str, name: str, mergeable: type[Model]) -> Guard:
    """The guard waits for a merge on its way: it holds the row as a foreign key does."""
    column, table = referring._meta.get_field(name).column, mergeable._meta.db_table
    return Guard(
        f"{referring._meta.model_name}_{event.lower()}_names_no_merged_{name}",
        referring._meta.db_table,
        event,
        f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.{column} AND merged_into_id IS NOT NULL)",
        gettext_noop("This one was merged into another meanwhile; choose that one."),
        asked_when=f"NEW.{column} IS DISTINCT FROM OLD.{column}" if event == "UPDATE" else "TRUE",
        locks=f"{table} WHERE id = NEW.{column}",
        lock="KEY SHARE",
    )


MERGE_GUARDS = [
    *(refers_to_a_current_row(*reference) for reference in REFERENCES),
    *(
        Guard(
            f"{model._meta.model_name}_{event.lower()}_merges_into_a_current_one",
            model._meta.db_table,
            event,
            "NEW.merged_into_id IS NOT NULL AND EXISTS "
            f"(SELECT 1 FROM {model._meta.db_table} WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL "
            "OR merged_into_id = NEW.id)",
            gettext_noop("A row is merged into one that is not merged itself, with all that was merged into it."),
        )
        for model in MERGEABLE
        for event in ("INSERT", "UPDATE")
    ),
    *(
        Guard(
            f"merged_{model._meta.model_name}_is_read_only",
            model._meta.db_table,
            "UPDATE",
            f"OLD.merged_into_id IS NOT NULL AND (NEW.merged_into_id IS NULL OR {changed(model, 'merged_into')})",
            gettext_noop("What was merged stays as it was: a merge is not undone."),
        )
        for model in MERGEABLE
    ),
]
