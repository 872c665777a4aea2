"""What was found is kept as the text that is digested; indexes that serve nobody go (differences are written in
great numbers)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import settlement.reconciliation.json_text

TABLE = "settlement_discrepancy"
INDEXES = {
    "run_id": "settlement_discrepancy_run_id_3baeb5d5",
    "owner_id": "settlement_discrepancy_owner_id_656c9ed1",
    "judged_by_id": "settlement_discrepancy_judged_by_id_2d62524d",
    "approved_by_id": "settlement_discrepancy_approved_by_id_f12ae65b",
}
NUMBER_LIKE = "settlement_discrepancy_difference_no_75b378a5_like"  # PostgreSQL only; nobody looks for a beginning
# JSON of {text: text} and [text or null] as json_text writes it. In SQLite it is text in any case: what a comparison of
# details wrote there is so already, and its CHECK that it is JSON stays until the table is made anew.
AS_TEXT = f"""
CREATE FUNCTION pg_temp.as_text(kept jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT CASE jsonb_typeof(kept)
    WHEN 'array' THEN '[' || coalesce(
      (SELECT string_agg(coalesce(CAST(to_json(one) AS text), 'null'), ',' ORDER BY place)
        FROM jsonb_array_elements_text(kept) WITH ORDINALITY AS listed (one, place)), '') || ']'
    ELSE '{{' || coalesce(
      (SELECT string_agg(CAST(to_json(key) AS text) || ':' || CAST(to_json(value) AS text), ','
        ORDER BY key COLLATE "C") FROM jsonb_each_text(kept)), '') || '}}'
    END
$$;
ALTER TABLE {TABLE}
  ALTER COLUMN columns TYPE text USING pg_temp.as_text(columns),
  ALTER COLUMN ours TYPE text USING pg_temp.as_text(ours),
  ALTER COLUMN theirs TYPE text USING pg_temp.as_text(theirs);
DROP FUNCTION pg_temp.as_text(jsonb);
"""
AS_JSON = f"""
ALTER TABLE {TABLE}
  ALTER COLUMN columns TYPE jsonb USING CAST(columns AS jsonb),
  ALTER COLUMN ours TYPE jsonb USING CAST(ours AS jsonb),
  ALTER COLUMN theirs TYPE jsonb USING CAST(theirs AS jsonb);
"""


def forwards(apps, schema_editor):
    for name in (*INDEXES.values(), NUMBER_LIKE):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(AS_TEXT, None)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(AS_JSON, None)
        schema_editor.execute(f"CREATE INDEX {NUMBER_LIKE} ON {TABLE} (difference_no varchar_pattern_ops)")
    for column, name in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {TABLE} ({column})")


def person(title):
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=title,
    )


def altered(name, field):
    return migrations.AlterField(model_name="discrepancy", name=name, field=field)


class Migration(migrations.Migration):

    dependencies = [
        ("settlement", "0005_open_amounts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # in SQLite an altered field would be a new table
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                altered("approved_by", person("批准人")),
                altered("judged_by", person("提出结论的人")),
                altered("owner", person("负责人")),
                altered(
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="discrepancies",
                        to="settlement.reconciliationrun",
                        verbose_name="对账",
                    ),
                ),
                altered(
                    "columns",
                    settlement.reconciliation.json_text.JsonText(default=list, verbose_name="不符的列"),
                ),
                altered(
                    "ours", settlement.reconciliation.json_text.JsonText(default=dict, verbose_name="我方")
                ),
                altered(
                    "theirs", settlement.reconciliation.json_text.JsonText(default=dict, verbose_name="对方")
                ),
            ],
        ),
    ]
