from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('opportunities', '0004_product_terms'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
                ('footer', models.TextField(blank=True, max_length=500, verbose_name='footer')),
                ('payment_terms', models.CharField(blank=True, max_length=200, verbose_name='payment terms of a new quote')),
                ('logo', models.BinaryField(blank=True, default=b'', verbose_name='logo')),
                ('logo_type', models.CharField(blank=True, editable=False, max_length=20, verbose_name='type of the logo')),
            ],
            options={
                'verbose_name': 'Seller',
                'verbose_name_plural': 'Seller',
            },
        ),
        migrations.AddConstraint(
            model_name='seller',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='there_is_one_seller', violation_error_message='There is a seller already; change that one.'),
        ),
    ]
