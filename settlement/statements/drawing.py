"""生成对账单: the figures of a month's statements, added up inside the database.

Records and deductions are read once, into lines; statements are sums of lines. No case passes through
Python, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from settlement.clearing.models import ClearingPeriod
from settlement.clearing.selectors import NET_CASES, cleared_deductions, cleared_records
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord
from settlement.statements.models import InstitutionStatement, StatementDrawing, StatementLine
from settlement.statements.rules import FIGURES, RECORD_SUMS

OF_LINE = ("care_region_id", "institution_id", "insurance_type", "care_kind")
OF_STATEMENT = ("period_id", "care_region_id", "institution_id", "version")
OF_RECORDS = ("cases", "records", *RECORD_SUMS)
OF_DEDUCTIONS = ("deductions", "deduction_fen")
LINE, STATEMENT, DRAWING = (
    model._meta.db_table for model in (StatementLine, InstitutionStatement, StatementDrawing)
)
EMPTY_TEXTS = ("institution_contact", "dispute_reason", "voucher_no")
PAYABLE = "SUM(fund_total_fen) + SUM(personal_account_pay_fen) - SUM(deduction_fen)"


def sums_by(
    keys: Sequence[str], month: ClearingPeriod, region_ids: Sequence[int]
) -> tuple[QuerySet[SettlementRecord, Any], QuerySet[Deduction, Any]]:
    """What records and what deductions add up to: `keys`, then OF_RECORDS or OF_DEDUCTIONS."""
    sums = {f"s_{name}": Sum(name) for name in RECORD_SUMS}
    records = cleared_records(month).filter(care_region__in=region_ids).values(*keys)
    records = records.annotate(s_cases=NET_CASES, s_records=Count("pk"), **sums)
    deductions = cleared_deductions(month).filter(care_region__in=region_ids).values(*keys)
    deductions = deductions.annotate(s_deductions=Count("pk"), s_deduction_fen=Sum("amount_fen"))
    return (
        records.values_list(*keys, *(f"s_{name}" for name in OF_RECORDS)),
        deductions.values_list(*keys, *(f"s_{name}" for name in OF_DEDUCTIONS)),
    )


def figures_replace(
    month: ClearingPeriod, draw_no: int, region_ids: Sequence[int], *, is_final: bool
) -> None:
    """Write the figures of every statement of the regions whose drawing has this number.

    A statement exists as soon as a case or a deduction of its institution counts in the month. Afterwards
    `changed_in` is this drawing where a figure is new or other than before, `seen_in` where there is any.
    """
    with connection.cursor() as cursor:
        _lines_insert(cursor, month, draw_no, region_ids)
        _changes_mark(cursor, month, draw_no)
        _lines_before_delete(cursor, month, draw_no)
        _statements_write(cursor, draw_no, is_final)


def _lines_insert(cursor: Any, month: ClearingPeriod, draw_no: int, region_ids: Sequence[int]) -> None:
    records, deductions = sums_by(OF_LINE, month, region_ids)
    records_sql, records_params = records.query.sql_with_params()
    deducted_sql, deducted_params = deductions.query.sql_with_params()
    keys, of_records, of_deductions = (", ".join(names) for names in (OF_LINE, OF_RECORDS, OF_DEDUCTIONS))
    added = ", ".join(f"SUM({name})" for name in FIGURES[:-1])
    parts = ", ".join(f"parts.{name}" for name in OF_LINE)
    cursor.execute(
        f"WITH of_records ({keys}, {of_records}) AS ({records_sql}), "
        f"of_deductions ({keys}, {of_deductions}) AS ({deducted_sql}), "
        f"parts AS (SELECT {keys}, {of_records}, {_noughts(OF_DEDUCTIONS)} FROM of_records "
        f"UNION ALL SELECT {keys}, {_noughts(OF_RECORDS)}, {of_deductions} FROM of_deductions) "
        f"INSERT INTO {LINE} (period_id, version, draw_no, {keys}, {', '.join(FIGURES)}) "
        f"SELECT drawing.period_id, drawing.version, drawing.draw_no, {parts}, {added}, {PAYABLE} "
        f"FROM parts JOIN {DRAWING} AS drawing "
        "ON drawing.care_region_id = parts.care_region_id AND drawing.draw_no = %s "
        f"GROUP BY drawing.period_id, drawing.version, drawing.draw_no, {parts}",
        [*records_params, *deducted_params, draw_no],
    )


def _noughts(names: Sequence[str]) -> str:
    return ", ".join(f"0 AS {name}" for name in names)


def _changes_mark(cursor: Any, month: ClearingPeriod, draw_no: int) -> None:
    """Statements of which a line is new, gone, or other than it was before this drawing."""
    names = (*OF_STATEMENT, "insurance_type", "care_kind", *FIGURES)
    content = ", ".join(f"line.{name}" for name in names)
    same = " AND ".join(
        f"drawing.{name} = line.{name}" for name in ("period_id", "care_region_id", "version")
    )
    now, before = (
        f"SELECT {content} FROM {LINE} AS line JOIN {DRAWING} AS drawing ON {same} "
        f"WHERE drawing.draw_no = %s AND line.draw_no {sign} drawing.draw_no"
        for sign in ("=", "<>")
    )
    keys = ", ".join(OF_STATEMENT)
    cursor.execute(
        f"WITH now_lines AS ({now}), before_lines AS ({before}), "
        "added AS (SELECT * FROM now_lines EXCEPT SELECT * FROM before_lines), "
        "gone AS (SELECT * FROM before_lines EXCEPT SELECT * FROM now_lines), "
        "changed AS (SELECT * FROM added UNION ALL SELECT * FROM gone) "
        f"UPDATE {STATEMENT} SET changed_in = %s "
        f"WHERE period_id = %s AND ({keys}) IN (SELECT {keys} FROM changed)",
        [draw_no, draw_no, draw_no, month.pk],
    )


def _lines_before_delete(cursor: Any, month: ClearingPeriod, draw_no: int) -> None:
    cursor.execute(
        f"DELETE FROM {LINE} WHERE period_id = %s AND draw_no <> %s AND (care_region_id, version) IN "
        f"(SELECT care_region_id, version FROM {DRAWING} WHERE draw_no = %s)",
        [month.pk, draw_no, draw_no],
    )


def _statements_write(cursor: Any, draw_no: int, is_final: bool) -> None:
    """Add the lines up into statements: new ones begin as drawn, others keep all but the figures."""
    added = ", ".join(f"SUM(line.{name})" for name in FIGURES)
    names = ("institution_code", "institution_name")
    written = ("is_final", "seen_in", *names, *FIGURES)
    columns = ("statement_no", *OF_STATEMENT, "state", "changed_in", *EMPTY_TEXTS, *written)
    line_keys = ", ".join(f"line.{name}" for name in OF_STATEMENT)
    number = (
        "month.period || '-' || region.code || '-' || institution.code || "
        "CASE WHEN line.version > 1 THEN '-' || line.version ELSE '' END"
    )
    taken = ", ".join(f"{name} = excluded.{name}" for name in written)
    cursor.execute(
        f"INSERT INTO {STATEMENT} ({', '.join(columns)}) "
        f"SELECT {number}, {line_keys}, 'drawn', line.draw_no, '', '', '', "
        f"{'TRUE' if is_final else 'FALSE'}, line.draw_no, institution.code, institution.name, {added} "
        f"FROM {LINE} AS line "
        "JOIN settlement_clearingperiod AS month ON month.id = line.period_id "
        "JOIN agency_poolingregion AS region ON region.id = line.care_region_id "
        "JOIN agency_institution AS institution ON institution.id = line.institution_id "
        "WHERE line.draw_no = %s "
        f"GROUP BY {line_keys}, line.draw_no, month.period, region.code, institution.code, institution.name "
        "ORDER BY region.code, institution.code "
        f"ON CONFLICT (statement_no) DO UPDATE SET {taken}",
        [draw_no],
    )
