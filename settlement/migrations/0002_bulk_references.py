"""On PostgreSQL the foreign keys of cases, and of their marks, give way to references looked up once per
statement (ADR 0014)."""

from django.db import migrations

TABLES = ("settlement_settlementrecord", "settlement_recordfiling")


def drop_foreign_keys(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", [table]
            )
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            schema_editor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial")]

    operations = [migrations.RunPython(drop_foreign_keys, migrations.RunPython.noop)]
