from django.db import migrations

from opportunities.models import fields


def drop_index(apps, schema_editor):
    """That of the topics; the index of the new text has its name."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS opportunities_opportunity_search")


class Migration(migrations.Migration):
    """What is searched of an opportunity; it is filled in, and indexed, when the migrations are over (search_index.py)."""

    dependencies = [
        ("opportunities", "0027_open_indexes"),
    ]

    operations = [
        migrations.AddField("opportunity", "search_text", fields.SearchedField(db_default="")),
        migrations.RunPython(drop_index, migrations.RunPython.noop),
    ]
