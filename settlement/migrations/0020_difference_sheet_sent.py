import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("agency", "0005_batch_control"), ("settlement", "0019_reconciliation")]

    operations = [
        migrations.AddField(
            model_name="differencesheet",
            name="sent",
            field=models.JSONField(default=list, verbose_name="发出时的我方意见"),
        ),
        # no sheet was ever made before this
        migrations.AddField(
            model_name="differencesheet",
            name="file",
            field=models.ForeignKey(
                default=0,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agency.keptfile",
                verbose_name="发出的内容",
            ),
            preserve_default=False,
        ),
    ]
