import opportunities.models.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('opportunities', '0003_quote_line_pricing'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='tax_rate',
            field=opportunities.models.fields.PercentField(default=0, verbose_name='tax rate (%)'),
        ),
        migrations.AddField(
            model_name='product',
            name='unit',
            field=models.CharField(blank=True, max_length=20, verbose_name='unit'),
        ),
        migrations.AddField(
            model_name='product',
            name='unit_cost',
            field=opportunities.models.fields.AmountField(blank=True, null=True, verbose_name='unit cost'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('tax_rate__range', (0, 100))), name='product_tax_rate_is_a_percentage', violation_error_message='A tax rate is between 0 and 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost', None), ('unit_cost__range', (Decimal('0'), Decimal('999999999999.999'))), _connector='OR'), name='product_cost_is_not_negative', violation_error_message='A unit cost is 0 or more.'),
        ),
    ]
