from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0026_cache_table"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="opportunity", name="opportunity_mine_by_step"),
        migrations.RemoveIndex(model_name="opportunity", name="opportunity_on_board"),
        migrations.RemoveIndex(model_name="opportunity", name="opportunity_mine_on_board"),
        migrations.RemoveIndex(model_name="opportunity", name="opportunity_forecast"),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["state", "owner", "next_step_on", "id", "closed_on"],
                condition=models.Q(closed_on=None),
                name="opportunity_mine_by_step",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["state", "stage", "estimated_close_date", "id", "closed_on"],
                condition=models.Q(closed_on=None),
                name="opportunity_on_board",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["state", "owner", "stage", "estimated_close_date", "id", "closed_on"],
                condition=models.Q(closed_on=None),
                name="opportunity_mine_on_board",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=[
                    "state",
                    "estimated_close_date",
                    "currency",
                    "stage",
                    "estimated_revenue",
                    "owner",
                    "closed_on",
                ],
                condition=models.Q(closed_on=None),
                name="opportunity_forecast",
            ),
        ),
    ]
