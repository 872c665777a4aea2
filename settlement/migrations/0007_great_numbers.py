"""Differences are written in great numbers: whom one belongs to and which is its other half have indexes of
those that have one, and a side of a case may be a list."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

import settlement.reconciliation.json_text

TABLE = "settlement_discrepancy"
PAIR = "settlement_discrepancy_pair_id_key"
OF_OWNER = "discrepancy_of_owner"


def forwards(apps, schema_editor):
    """In SQLite the column stays unique as well, until the table is made anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {PAIR}")


def backwards(apps, schema_editor):
    """Not where there are lists: what was found is never written anew, and its digest covers the very text."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {TABLE} WHERE ours LIKE '[%' OR theirs LIKE '[%' LIMIT 1")
        has_lists = cursor.fetchone() is not None
    if has_lists:
        raise IrreversibleError("Sides of cases are kept as lists, which an earlier version cannot read.")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {PAIR} UNIQUE (pair_id)")


class Migration(migrations.Migration):

    dependencies = [
        ("settlement", "0006_difference_text"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # in SQLite an altered field would be a new table
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.AlterField(
                    model_name="discrepancy",
                    name="pair",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paired_by",
                        to="settlement.discrepancy",
                        verbose_name="对应的差异",
                    ),
                ),
                migrations.AlterField(
                    model_name="discrepancy",
                    name="ours",
                    field=settlement.reconciliation.json_text.SideText(default=dict, verbose_name="我方"),
                ),
                migrations.AlterField(
                    model_name="discrepancy",
                    name="theirs",
                    field=settlement.reconciliation.json_text.SideText(default=dict, verbose_name="对方"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="discrepancy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pair__isnull", False)),
                fields=("pair",),
                name="discrepancy_paired_once",
                violation_error_message="所选的那条差异已与别的差异对应。",
            ),
        ),
        migrations.RemoveIndex(model_name="discrepancy", name=OF_OWNER),
        migrations.AddIndex(
            model_name="discrepancy",
            index=models.Index(
                condition=models.Q(("owner__isnull", False)),
                fields=["owner", "state", "due_on"],
                name=OF_OWNER,
            ),
        ),
    ]
