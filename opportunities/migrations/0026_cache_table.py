from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """The table of the database cache (settings.CACHES), where failed sign-ins are counted."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0025_contradiction_indexes"),
    ]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
