from django.db import migrations

from opportunities.models.fields import fold

SOURCES = {"Opportunity": ("topic", "folded_topic"), "Account": ("name", "folded_name"), "Quote": ("name", "folded_name")}


def fold_again(apps, schema_editor):
    """Signs that are written with capitals, as "™" is with TM, were folded to these."""
    for name, (source, folded) in SOURCES.items():
        rows = apps.get_model("opportunities", name).objects.using(schema_editor.connection.alias)
        texts = rows.order_by().values_list("pk", source, folded).iterator()
        for pk, text in [(pk, fold(text)) for pk, text, before in texts if fold(text) != before]:
            rows.filter(pk=pk).update(**{folded: text})


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0028_search_text"),
    ]

    operations = [
        migrations.RunPython(fold_again, migrations.RunPython.noop),
    ]
