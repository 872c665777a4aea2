from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('settlement', '0004_carried_ending'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='discrepancy',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['amount_fen', 'run'], name='discrepancy_open_amount'),
        ),
    ]
