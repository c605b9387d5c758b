from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0014_list_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="preferences",
            name="shortcuts",
            field=models.BooleanField(default=True, verbose_name="keyboard shortcuts"),
        ),
    ]
