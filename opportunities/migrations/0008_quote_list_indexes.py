from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('opportunities', '0007_fold_quote_names'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='quote',
            index=models.Index(fields=['status', 'valid_until', 'id'], name='quote_by_validity'),
        ),
        migrations.AddIndex(
            model_name='quote',
            index=models.Index(fields=['status', 'id'], name='quote_by_status'),
        ),
    ]
