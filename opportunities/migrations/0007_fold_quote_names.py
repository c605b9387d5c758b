from django.db import migrations

from opportunities.models.fields import fold


def fold_names(apps, schema_editor):
    """Quotes were not searched by their name before; guards are dropped while migrations run."""
    quotes = apps.get_model("opportunities", "Quote").objects.using(schema_editor.connection.alias)
    last = 0
    while batch := list(quotes.filter(pk__gt=last).only("name").order_by("pk")[:5_000]):
        for quote in batch:
            quote.folded_name = fold(quote.name)
        quotes.bulk_update(batch, ["folded_name"], batch_size=1_000)
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0006_quote_events"),
    ]

    operations = [
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
