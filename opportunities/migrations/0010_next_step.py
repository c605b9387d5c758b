from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0009_quote_head_edits"),
    ]

    operations = [
        migrations.AddField(
            model_name='opportunity',
            name='next_step',
            field=models.CharField(blank=True, max_length=200, verbose_name='next step'),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='next_step_on',
            field=models.DateField(blank=True, null=True, verbose_name='date of the next step'),
        ),
    ]
