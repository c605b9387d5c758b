from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0021_step_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["state", "estimated_close_date", "currency", "stage", "estimated_revenue", "owner"],
                name="opportunity_forecast",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineevent",
            index=models.Index(fields=["at", "kind", "opportunity"], name="timeline_since"),
        ),
    ]
