from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0015_shortcuts_preference"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["state", "stage", "estimated_close_date", "id"], name="opportunity_on_board"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["owner", "state", "stage", "estimated_close_date", "id"], name="opportunity_mine_on_board"
            ),
        ),
    ]
