"""Writing a month's lines: one statement adds up records and deductions inside the database."""

from __future__ import annotations

from django.db import connection

from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.rules import LINE_FIELDS, RECORD_SUMS
from settlement.clearing.selectors import cleared_deductions, cleared_records, deduction_sums, record_sums

KEYS = LINE_FIELDS[:4]
SUMS = ("cases", "records", *RECORD_SUMS)


def lines_replace(month: ClearingPeriod) -> None:
    """Replace the month's lines by what its records and deductions add up to.

    A line exists as soon as a case or a deduction touches it, even if everything nets to nil. No row passes
    through Python; call it inside the transaction that holds the month.
    """
    ClearingLine.objects.filter(period=month).delete()
    records_sql, records_params = record_sums(cleared_records(month)).query.sql_with_params()
    deducted_sql, deducted_params = deduction_sums(cleared_deductions(month)).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_insert(records_sql, deducted_sql), [*records_params, *deducted_params, month.pk])


def _insert(records_sql: str, deducted_sql: str) -> str:
    """The statement, the same on SQLite and PostgreSQL; the names come from the model, never from outside."""
    table = connection.ops.quote_name(ClearingLine._meta.db_table)
    keys, sums = ", ".join(KEYS), ", ".join(SUMS)
    nothing = ", ".join("0" for _ in SUMS)
    added = ", ".join(f"SUM({name})" for name in SUMS)
    amounts = "deduction_fen, carried_in_fen, carried_out_fen, due_fen"
    due = "SUM(fund_total_fen) + SUM(personal_account_pay_fen) - SUM(deduction_fen)"
    return (
        f"WITH of_records ({keys}, {sums}) AS ({records_sql}), "
        f"of_deductions ({keys}, deduction_fen) AS ({deducted_sql}), "
        f"parts AS (SELECT {keys}, {sums}, 0 AS deduction_fen FROM of_records "
        f"UNION ALL SELECT {keys}, {nothing}, deduction_fen FROM of_deductions) "
        f"INSERT INTO {table} (period_id, {keys}, {sums}, {amounts}) "
        f"SELECT %s, {keys}, {added}, SUM(deduction_fen), 0, 0, {due} FROM parts GROUP BY {keys}"
    )
