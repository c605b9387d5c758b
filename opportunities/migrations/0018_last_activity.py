import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import DateTimeField, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce


def fill(apps, schema_editor):
    """The instant of the last event that is no mere edit of text, or the opening; guards are dropped meanwhile."""
    alias = schema_editor.connection.alias
    is_activity = ~Q(kind="edited") | Q(data__has_key="stage_to")
    events = apps.get_model("opportunities", "TimelineEvent").objects.using(alias)
    latest = events.filter(is_activity, opportunity=OuterRef("pk")).order_by("-at", "-pk").values("at")[:1]
    opening = Cast("opened_on", DateTimeField())
    opportunities = apps.get_model("opportunities", "Opportunity").objects.using(alias)
    opportunities.update(last_activity_at=Coalesce(Subquery(latest), opening))


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0017_closed_through"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="last_activity_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="last activity"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["state", "last_activity_at", "id"], name="opportunity_by_activity"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["owner", "state", "last_activity_at", "id"], name="opportunity_mine_by_activity"
            ),
        ),
    ]
