import opportunities.models.books
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0016_board_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name='ClosedThrough',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_through', models.DateField(blank=True, help_text='Closing an opportunity with a close date on or before this day, and reopening or correcting such a closing, needs the permission to close and reopen opportunities in a closed period. Empty: never.', null=True, validators=[opportunities.models.books.check_has_come], verbose_name='closed through')),
            ],
            options={
                'verbose_name': 'Closed period',
                'verbose_name_plural': 'Closed period',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='there_is_one_closed_period', violation_error_message='There is a closed period already; change that one.')],
            },
        ),
        migrations.AlterModelOptions(
            name='opportunity',
            options={'permissions': [('close_opportunity', "Can close one's own opportunities"), ('change_any_opportunity', "Can change everybody's opportunities"), ('close_any_opportunity', "Can close everybody's opportunities"), ('reopen_any_opportunity', "Can reopen everybody's opportunities and correct closings"), ('close_in_closed_period', 'Can close and reopen opportunities in a closed period')], 'verbose_name': 'Opportunity', 'verbose_name_plural': 'Opportunities'},
        ),
    ]
