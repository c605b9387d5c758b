from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opportunities', '0024_insights_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(condition=models.Q(('actual_revenue__isnull', False), ('won_quoted', None)), fields=['closed_on', 'id', 'actual_revenue', 'won_quoted'], name='contradicting_quote'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(condition=models.Q(('won_quoted__lt', models.F('actual_revenue')), ('won_quoted__gt', models.F('actual_revenue')), _connector='OR'), fields=['closed_on', 'id', 'actual_revenue', 'won_quoted'], name='contradicting_revenue'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(condition=models.Q(('closed_on', models.F('opened_on'))), fields=['closed_on', 'id', 'opened_on'], name='contradicting_day'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(condition=models.Q(('closed_on__isnull', False), ('competitor', None)), fields=['status_reason', 'closed_on', 'id', 'competitor'], name='contradicting_competitor'),
        ),
    ]
