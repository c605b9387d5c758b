import opportunities.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0010_next_step"),
    ]

    operations = [
        migrations.AddField(
            model_name='opportunity',
            name='first_estimated_close_date',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='first estimated close date'),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='first_estimated_revenue',
            field=opportunities.models.fields.AmountField(blank=True, editable=False, null=True, verbose_name='first estimated revenue'),
        ),
    ]
