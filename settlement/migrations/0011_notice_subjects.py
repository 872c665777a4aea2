"""A notice may name what it rests on, so that one region may have several in one period."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0010_left_as_stored")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="subject_no",
            field=models.CharField(blank=True, default="", max_length=20, verbose_name="所依据的编号"),
        ),
        migrations.RemoveConstraint(model_name="notice", name="notice_one_in_force"),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "issued")),
                fields=("category", "period", "region", "subject_no"),
                name="notice_one_in_force",
            ),
        ),
    ]
