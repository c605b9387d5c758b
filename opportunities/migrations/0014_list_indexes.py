import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0013_saved_view"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='opportunity',
            name='opportunity_by_opening',
        ),
        migrations.RemoveIndex(
            model_name='opportunity',
            name='opportunity_mine_by_opening',
        ),
        migrations.AlterField(
            model_name='opportunity',
            name='competitor',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='opportunities.competitor', verbose_name='competitor'),
        ),
        migrations.AlterField(
            model_name='opportunity',
            name='owner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['state', 'opened_on', 'id'], name='opportunity_by_opening'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['owner', 'state', 'opened_on', 'id'], name='opportunity_mine_by_opening'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['state', 'estimated_revenue', 'id'], name='opportunity_by_revenue'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['competitor', 'state', 'closed_on', 'id'], name='opportunity_by_competitor'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['currency', 'state'], name='opportunity_by_currency'),
        ),
    ]
