from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0011_first_estimates"),
    ]

    operations = [
        migrations.AddField(
            model_name='stage',
            name='idle_days',
            field=models.PositiveSmallIntegerField(default=30, help_text='An opportunity without a note, a stage move or a quote event for this long is idle; 0: never.', verbose_name='idle after (days)'),
        ),
    ]
