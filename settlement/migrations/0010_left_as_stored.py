"""Marks name their case and filing by references looked up once per statement on PostgreSQL (ADR 0014); a
conflict may be settled by leaving what is stored."""

from django.db import migrations, models

MARKS = "settlement_recordfiling"


def drop_foreign_keys(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", [MARKS]
        )
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f'ALTER TABLE {MARKS} DROP CONSTRAINT "{name}"')


class Migration(migrations.Migration):
    dependencies = [("settlement", "0009_notices")]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="leaves_stored",
            field=models.BooleanField(default=False, verbose_name="提请不予更正"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="content",
            field=models.TextField(blank=True, verbose_name="文件中的内容"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("leaves_stored", False), models.Q(("content", ""), _negated=True)), models.Q(("leaves_stored", True), models.Q(("state", "approved"), _negated=True)), _connector="OR"),
                name="correction_says_what_shall_be",
                violation_error_message="提请不予更正的不能批准更正。",
            ),
        ),
        migrations.RunPython(drop_foreign_keys, migrations.RunPython.noop),
    ]
