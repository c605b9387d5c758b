import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0019_closing_batch"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="merged_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="merged at"),
        ),
        migrations.AddField(
            model_name="account",
            name="merged_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="merged by",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="opportunities.account",
                verbose_name="merged into",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=Q(merged_at=None, merged_into=None)
                | (Q(merged_at__isnull=False, merged_into__isnull=False) & ~Q(merged_into=F("id"))),
                name="account_is_merged_into_another",
                violation_error_message="What is merged is merged into another row, at an instant.",
            ),
        ),
        migrations.AddField(
            model_name="competitor",
            name="merged_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="merged at"),
        ),
        migrations.AddField(
            model_name="competitor",
            name="merged_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="merged by",
            ),
        ),
        migrations.AddField(
            model_name="competitor",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="opportunities.competitor",
                verbose_name="merged into",
            ),
        ),
        migrations.AddConstraint(
            model_name="competitor",
            constraint=models.CheckConstraint(
                condition=Q(merged_at=None, merged_into=None)
                | (Q(merged_at__isnull=False, merged_into__isnull=False) & ~Q(merged_into=F("id"))),
                name="competitor_is_merged_into_another",
                violation_error_message="What is merged is merged into another row, at an instant.",
            ),
        ),
    ]
