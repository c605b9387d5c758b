import django.db.models.deletion
import opportunities.models.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('opportunities', '0002_quote_texts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='quoteline',
            name='quote_line_amounts_are_not_negative',
        ),
        migrations.AddField(
            model_name='quoteline',
            name='billing_method',
            field=models.CharField(blank=True, choices=[('time_and_material', 'Time and material'), ('fixed_price', 'Fixed price')], default='fixed_price', max_length=17, verbose_name='billing method'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='discount',
            field=opportunities.models.fields.AmountField(default=0, verbose_name='discount'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='discount_kind',
            field=models.CharField(choices=[('percent', 'Percent'), ('amount', 'Amount')], default='percent', max_length=7, verbose_name='kind of discount'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='edited_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='edited at'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='edited_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='edited by'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='kind',
            field=models.CharField(choices=[('project', 'Project-based line'), ('product', 'Product-based line')], default='project', max_length=7, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='product',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opportunities.product', verbose_name='product'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='tax_rate',
            field=opportunities.models.fields.PercentField(default=0, verbose_name='tax rate (%)'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='unit',
            field=models.CharField(blank=True, max_length=20, verbose_name='unit'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='unit_cost',
            field=opportunities.models.fields.AmountField(blank=True, null=True, verbose_name='unit cost'),
        ),
        migrations.AlterField(
            model_name='quoteline',
            name='description',
            field=models.TextField(max_length=2000, verbose_name='description'),
        ),
        migrations.AddConstraint(
            model_name='quoteline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('billing_method__in', ['time_and_material', 'fixed_price']), ('kind', 'project')), models.Q(('billing_method', ''), ('kind', 'product')), _connector='OR'), name='quote_line_kind_fits_its_billing_method', violation_error_message='A project-based line has a billing method, a product-based line has none.'),
        ),
        migrations.AddConstraint(
            model_name='quoteline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__range', (Decimal('0'), Decimal('999999999.999'))), ('unit_price__range', (Decimal('0'), Decimal('999999999999.999')))), name='quote_line_amounts_are_not_negative', violation_error_message='Quantity and unit price are 0 or more.'),
        ),
        migrations.AddConstraint(
            model_name='quoteline',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost', None), ('unit_cost__range', (Decimal('0'), Decimal('999999999999.999'))), _connector='OR'), name='quote_line_cost_is_not_negative', violation_error_message='A unit cost is 0 or more.'),
        ),
        migrations.AddConstraint(
            model_name='quoteline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('discount__range', (Decimal('0'), Decimal('999999999999.999'))), ('discount_kind', 'amount')), models.Q(('discount__range', (Decimal('0'), Decimal('100'))), ('discount_kind', 'percent')), _connector='OR'), name='quote_line_discount_is_in_bounds', violation_error_message='A discount is 0 or more, and at most 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='quoteline',
            constraint=models.CheckConstraint(condition=models.Q(('tax_rate__range', (Decimal('0'), Decimal('100')))), name='quote_line_tax_rate_is_a_percentage', violation_error_message='A tax rate is between 0 and 100 percent.'),
        ),
    ]
