from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('opportunities', '0005_seller'),
    ]

    operations = [
        migrations.AlterField(
            model_name='timelineevent',
            name='kind',
            field=models.CharField(choices=[('created', 'Created'), ('edited', 'Edited'), ('note', 'Note'), ('quote_created', 'Quote created'), ('quote_activated', 'Quote activated'), ('quote_revised', 'Quote revised'), ('quote_closed', 'Quote closed'), ('quote_copied', 'Quote copied'), ('quote_deleted', 'Quote deleted'), ('closed', 'Closed'), ('undone', 'Closing undone'), ('reopened', 'Reopened'), ('corrected', 'Closing corrected'), ('imported', 'Imported')], max_length=20, verbose_name='kind'),
        ),
    ]
