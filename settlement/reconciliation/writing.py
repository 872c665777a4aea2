"""写差异: what was found becomes differences, both sides in full, numbered by settlement number.

The database writes them, however many there are: `written` has a row for each, as it is stored and digested.
"""

from __future__ import annotations

from django.db import connection

from agency.organisation.models import Institution, PoolingRegion
from settlement.reconciliation.both_sides import Beside, Sides
from settlement.reconciliation.classify import columns_text, kind_of
from settlement.reconciliation.dialect import as_json, at_row, in_order
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.result import BETWEEN, FOUND, JSON, NOTHING, ResultDigest
from settlement.reconciliation.side_text import our_text, their_text
from settlement.reconciliation.states import DiscrepancyState
from settlement.records.models import SettlementRecord

BLOCK = 2_000
TABLE = Discrepancy._meta.db_table
REGIONS = PoolingRegion._meta.db_table
BESIDE: dict[str, str | int] = {
    "cause": "", "evidence": "{}", "proposed": "", "state": DiscrepancyState.OPEN.value, "remedy": "",
    "note": "", "written_off_fen": 0,
}  # fmt: skip


def differences_write(sides: Sides, digest: ResultDigest) -> dict[str, int]:
    """Write what of `found` differs as differences, each open; how many of each class. That they began the
    history of the run tells (see DISCREPANCY_MACHINE)."""
    _written_stage(sides)
    _store(sides)
    _digest(digest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, count(*) FROM written GROUP BY kind")
        return dict(cursor.fetchall())


def _written_stage(sides: Sides) -> None:
    """Make `written`: what is stored of each difference, JSON as text, and its serial."""
    statement = f"""
        CREATE TEMPORARY TABLE written AS
        SELECT {kind_of(sides.shape)} AS kind, {columns_text(sides.shape)} AS columns, numbered.* FROM (
          SELECT row_number() OVER (ORDER BY {in_order("subject")}) AS serial, both_sides.* FROM (
            SELECT f.settlement_no AS subject, f.times, o.correction_no AS our_correction_no,
              coalesce(r.first_line, t.line_no, 0) AS their_line,
              coalesce(i.code, substr(t.institution_code, 1, 12), '') AS institution_code,
              coalesce(insured_region.code, '') AS insured_region_code,
              coalesce(care_region.code, '') AS care_region_code, {_amount(sides)} AS amount_fen,
              CASE WHEN o.id IS NULL THEN '{{}}' ELSE {our_text()} END AS ours,
              CASE WHEN f.times = 0 THEN '{{}}' ELSE {their_text(sides.shape.fields)} END AS theirs,
              CASE WHEN o.id IS NULL OR f.times = 0 THEN 0 ELSE {sides.mask()} END AS mask
            FROM found AS f LEFT JOIN {SettlementRecord._meta.db_table} AS o ON o.id = f.record_id
            LEFT JOIN {Institution._meta.db_table} AS i ON i.id = o.institution_id
            LEFT JOIN their_repeats AS r ON r.settlement_no = f.settlement_no
            LEFT JOIN theirs AS t ON {at_row("t")} = f.at_row {sides.joins}
            LEFT JOIN {REGIONS} AS insured_region
              ON insured_region.id = coalesce(o.insured_region_id, insured.region_id)
            LEFT JOIN {REGIONS} AS care_region ON care_region.id = coalesce(o.care_region_id, care.region_id)
          ) AS both_sides WHERE mask <> 0 OR times <> 1 OR our_correction_no IS NULL
        ) AS numbered"""
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
    found = [as_json(name) if name in JSON else name for name in FOUND]
    run, marks = sides.run, ", ".join(["%s"] * len(BESIDE))
    names = ", ".join(["run_id", "serial", "difference_no", "their_line", *FOUND, *BESIDE])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {TABLE} ({names})
            SELECT %s, serial, '{run.run_no}-' || serial, their_line, {", ".join(found)}, {marks}
            FROM written ORDER BY serial""",
            [run.pk, *BESIDE.values()],
        )


def _digest(digest: ResultDigest) -> None:
    """Digest the very texts that are stored, in their order."""
    texts = (f"coalesce(CAST({name} AS text), '{NOTHING}')" for name in FOUND)
    joined = f" || '{BETWEEN}' || ".join(texts)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {joined} FROM written ORDER BY serial")
        while rows := cursor.fetchmany(BLOCK):
            for (text,) in rows:
                digest.add_joined(text)
