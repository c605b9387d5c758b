from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0023_quotes_of_closed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", False)),
                fields=[
                    "closed_on",
                    "currency",
                    "state",
                    "owner",
                    "stage",
                    "status_reason",
                    "competitor",
                    "product",
                    "account",
                    "revisions",
                    "estimated_revenue",
                    "actual_revenue",
                    "opened_on",
                    "first_estimated_close_date",
                    "first_quoted",
                    "won_quoted",
                ],
                name="opportunity_insights",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["sector", "id"], name="account_by_sector"),
        ),
    ]
