import django.db.models.deletion
import opportunities.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('opportunities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='quote',
            options={'ordering': ['pk'], 'permissions': [('view_quote_cost', 'Can see the cost and margin of quotes')], 'verbose_name': 'Quote', 'verbose_name_plural': 'Quotes'},
        ),
        migrations.AddField(
            model_name='quote',
            name='closing_text',
            field=models.TextField(blank=True, max_length=4000, verbose_name='closing text'),
        ),
        migrations.AddField(
            model_name='quote',
            name='customer_reference',
            field=models.CharField(blank=True, max_length=100, verbose_name='customer reference'),
        ),
        migrations.AddField(
            model_name='quote',
            name='edited_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='edited at'),
        ),
        migrations.AddField(
            model_name='quote',
            name='edited_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='edited by'),
        ),
        migrations.AddField(
            model_name='quote',
            name='folded_name',
            field=opportunities.models.fields.FoldedField(source='name'),
        ),
        migrations.AddField(
            model_name='quote',
            name='introduction',
            field=models.TextField(blank=True, max_length=4000, verbose_name='introduction'),
        ),
        migrations.AddField(
            model_name='quote',
            name='payment_terms',
            field=models.CharField(blank=True, max_length=200, verbose_name='payment terms'),
        ),
        migrations.AddField(
            model_name='quote',
            name='valid_from',
            field=models.DateField(blank=True, null=True, verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='quote',
            name='total',
            field=opportunities.models.fields.AmountField(default=0, verbose_name='net total'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_until', None), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='quote_validity_ends_after_it_begins', violation_error_message='The validity of a quote does not end before it begins.'),
        ),
    ]
