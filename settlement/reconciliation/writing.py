"""写差异: what was found becomes differences, both sides in full, numbered by settlement number.

The database writes them, however many there are.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import Count

from agency.organisation.models import Institution, PoolingRegion
from settlement.reconciliation.both_sides import Beside, Sides
from settlement.reconciliation.classify import columns_text, kind_of
from settlement.reconciliation.dialect import at_row, in_order
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.result import FOUND, ResultDigest, differences_digested
from settlement.reconciliation.side_text import our_text, their_text
from settlement.reconciliation.states import DiscrepancyState
from settlement.records.models import SettlementRecord

TABLE = Discrepancy._meta.db_table
REGIONS = PoolingRegion._meta.db_table
BESIDE: dict[str, str | int] = {
    "cause": "", "evidence": "{}", "proposed": "", "state": DiscrepancyState.OPEN.value, "remedy": "",
    "note": "", "written_off_fen": 0,
}  # fmt: skip


def differences_write(sides: Sides, digest: ResultDigest) -> dict[str, int]:
    """Write what of `found` differs as differences, each open; how many of each class. That they began the
    history of the run tells (see DISCREPANCY_MACHINE)."""
    _both_sides_stage(sides)
    _store(sides)
    differences_digested(sides.run, digest)
    return dict(sides.run.discrepancies.order_by().values_list("kind").annotate(Count("pk")))


def _both_sides_stage(sides: Sides) -> None:
    """Make `both_sides`: what is kept of each difference, JSON as text. Several processes of PostgreSQL work
    at it, which they could not if it were written at once."""
    differ = f"CASE WHEN o.id IS NULL OR f.times = 0 THEN 0 ELSE {sides.mask()} END"
    statement = f"""
        CREATE TEMPORARY TABLE both_sides AS
        SELECT f.settlement_no AS subject, f.times, o.correction_no AS our_correction_no,
          coalesce(r.first_line, t.line_no, 0) AS their_line,
          coalesce(i.code, substr(t.institution_code, 1, 12), '') AS institution_code,
          coalesce(insured_region.code, '') AS insured_region_code,
          coalesce(care_region.code, '') AS care_region_code, {_amount(sides)} AS amount_fen,
          CASE WHEN o.id IS NULL THEN '{{}}' ELSE {our_text()} END AS ours,
          CASE WHEN f.times = 0 THEN '{{}}' ELSE {their_text(sides.shape.fields)} END AS theirs,
          {differ} AS mask
        FROM found AS f LEFT JOIN {SettlementRecord._meta.db_table} AS o ON o.id = f.record_id
        LEFT JOIN {Institution._meta.db_table} AS i ON i.id = o.institution_id
        LEFT JOIN their_repeats AS r ON r.settlement_no = f.settlement_no
        LEFT JOIN theirs AS t ON {at_row("t")} = f.at_row {sides.joins}
        LEFT JOIN {REGIONS} AS insured_region
          ON insured_region.id = coalesce(o.insured_region_id, insured.region_id)
        LEFT JOIN {REGIONS} AS care_region ON care_region.id = coalesce(o.care_region_id, care.region_id)
        WHERE f.times <> 1 OR o.id IS NULL OR {differ} <> 0"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [])


def _amount(sides: Sides) -> str:
    """Ours less theirs in fund and account; ours whole, whatever columns their file has, when they have
    nothing under the number; all of their rows of a number that stands there more than once."""
    ours, theirs = sides.worth(Beside.OURS)
    whole = "o.fund_total_fen + o.personal_account_pay_fen"
    return (
        f"coalesce(CASE WHEN f.times = 0 THEN {whole} ELSE {ours} END, 0)"
        f" - coalesce(CASE WHEN f.times > 1 THEN r.worth ELSE {theirs} END, 0)"
    )


def _store(sides: Sides) -> None:
    run, by_number = sides.run, in_order("subject")
    told = {"kind": kind_of(sides.shape), "columns": columns_text(sides.shape)}
    marks = ", ".join(["%s"] * len(BESIDE))
    names = ", ".join(["run_id", "serial", "difference_no", "their_line", *FOUND, *BESIDE])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {TABLE} ({names})
            SELECT %s, serial, '{run.run_no}-' || serial, their_line,
              {", ".join(told.get(name, name) for name in FOUND)}, {marks}
            FROM (
              SELECT row_number() OVER (ORDER BY {by_number}) AS serial, both_sides.* FROM both_sides
            ) AS numbered ORDER BY {by_number}""",
            [run.pk, *BESIDE.values()],
        )
