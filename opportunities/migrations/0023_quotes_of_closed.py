from django.db import migrations
from django.db.models import Count, OuterRef, PositiveSmallIntegerField, Q, Subquery

import opportunities.models.fields


def fill(apps, schema_editor):
    """As a closing does; guards are dropped meanwhile."""
    alias = schema_editor.connection.alias
    quotes = apps.get_model("opportunities", "Quote").objects.using(alias).filter(opportunity=OuterRef("pk"))
    revised = quotes.order_by().values("opportunity").annotate(count=Count("pk", filter=Q(revision__gt=0)))
    closed = apps.get_model("opportunities", "Opportunity").objects.using(alias).exclude(state="open")
    closed.update(
        revisions=Subquery(revised.values("count")),
        first_quoted=Subquery(quotes.order_by("pk").values("total")[:1]),
        won_quoted=Subquery(quotes.filter(status="won").order_by("pk").values("total")[:1]),
    )


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0022_forecast_indexes")]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="revisions",
            field=PositiveSmallIntegerField(blank=True, editable=False, null=True, verbose_name="revisions of quotes"),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="first_quoted",
            field=opportunities.models.fields.AmountField(
                blank=True, editable=False, null=True, verbose_name="total of the first quote"
            ),
        ),
        migrations.AddField(
            model_name="opportunity",
            name="won_quoted",
            field=opportunities.models.fields.AmountField(
                blank=True, editable=False, null=True, verbose_name="total of the won quote"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
