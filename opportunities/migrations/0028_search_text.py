from django.db import migrations

from opportunities.models import fields


class Migration(migrations.Migration):
    """What is searched of an opportunity; it is filled in, and indexed, when the migrations are over (search_index.py)."""

    dependencies = [
        ("opportunities", "0027_open_indexes"),
    ]

    operations = [
        migrations.AddField("opportunity", "search_text", fields.SearchedField()),
    ]
