"""逐笔比对: a file of cases beside ours: totals, classes, differences, inside the database."""

from __future__ import annotations

from typing import Any

from django.db import connection

from agency.batches.kinds import Progress
from agency.batches.services import kept_path
from agency.errors import DomainError
from settlement.reconciliation import doctor
from settlement.reconciliation.both_sides import Sides
from settlement.reconciliation.classify import found_stage
from settlement.reconciliation.dialect import at_row
from settlement.reconciliation.kinds import DiscrepancyKind
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.places import places_stage
from settlement.reconciliation.result import ResultDigest, totals_digested
from settlement.reconciliation.staging import Staged, theirs_stage, unread_keep
from settlement.reconciliation.tables import drop
from settlement.reconciliation.theirs import TheirFile, open_theirs
from settlement.reconciliation.totals import open_only_differing, our_cases, ours_digest, totals_write
from settlement.reconciliation.writing import differences_write

ROOM = {
    "work_mem": "'256MB'",  # a million of their rows stay in memory; more go to the disk
    "jit": "off",
    "random_page_cost": "1.1",
    "cursor_tuple_fraction": "1",
    "parallel_tuple_cost": "0",  # few rows are left of a join, which PostgreSQL does not foresee
    "min_parallel_table_scan_size": "0",  # what was found is little to read and much to write
}
# both sides of a difference are packed away: quicker, where PostgreSQL was built with it
QUICK_PACKING = """SELECT set_config(name, 'lz4', true) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"""


def details_compare(run: ReconciliationRun, *, progress: Progress) -> dict[str, Any]:
    """Compare a run whose file has cases; what is to stand in the run. DomainError: the file is no such file.

    Totals, differences and unread rows are written; the caller's transaction takes them back.
    """
    _make_room()
    their = open_theirs(kept_path(run.file), run.file_name, run.columns or None)
    staged = theirs_stage(run, their, progress)
    _require_rows(staged, run.file_name)
    sides = _sides(run, staged)
    digest = ResultDigest()
    totals_write(sides)
    totals_digested(run.totals.all(), digest)
    found_stage(sides)
    unopened = [] if run.all_details else open_only_differing(sides)
    notes = [*their.told(), *_beyond_scope(sides), *unopened]
    counts = differences_write(sides, digest)
    unread_keep(run, staged.unread)
    doctor.diagnose(run)
    result = {**_read(their, staged, sides), **_result(run, counts)}
    drop(run)
    return {**result, "notes": notes, "result_digest": digest.text()}


def _make_room() -> None:
    """For this transaction of PostgreSQL: both sides are whole months, to be read whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name, value in ROOM.items():
                cursor.execute(f"SET LOCAL {name} = {value}")
            cursor.execute(QUICK_PACKING)


def _require_rows(staged: Staged, file_name: str) -> None:
    if not staged.rows:
        raise DomainError("no_rows", f"“{file_name}”只有表头，没有一行数据：请核对文件。", field="file")
    if len(staged.unread) == staged.rows:
        first = next(iter(staged.unread)).message
        raise DomainError("nothing_read", f"“{file_name}”没有一行读得出：{first}", field="file")


def _sides(run: ReconciliationRun, staged: Staged) -> Sides:
    return Sides(run, staged.shape, places_stage(run, staged.shape))


def _beyond_scope(sides: Sides) -> list[str]:
    """How many of what only they have lie outside of the scope by their own words: their file covers more."""
    run, outside = sides.run, []
    if run.scope_region_id is not None and sides.shape.has_place:
        for side in ("insured", "care"):
            outside.append(f"coalesce({side}.region_id, 0) <> {run.scope_region_id}")
    if run.scope_institution is not None:
        outside.append(f"coalesce(t.institution_code, '') <> '{run.scope_institution.code}'")
    if not outside:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM found AS f JOIN theirs AS t ON {at_row("t")} = f.at_row {sides.joins}
            WHERE f.record_id IS NULL AND {" AND ".join(outside)}"""
        )
        count = cursor.fetchone()[0]
    told = f"他有我无的有 {count} 笔，按对方所写不在所选的范围内：对方文件的范围可能更大，请核对。"
    return [told] if count else []


def _read(their: TheirFile, staged: Staged, sides: Sides) -> dict[str, Any]:
    return {
        "encoding": their.table.encoding,
        "columns": their.columns,
        "compared": [field.name for field in sides.shape.compared],
        "their_rows": staged.rows,
        "unread_rows": len(staged.unread),
    }


def _result(run: ReconciliationRun, counts: dict[str, int]) -> dict[str, Any]:
    cases, of_ours = our_cases(run), run.discrepancies.filter(our_correction_no__isnull=False).count()
    return {
        "our_cases": cases,
        "matched": cases - of_ours,
        "differences": sum(counts.values()),
        "counts": {kind.value: counts[kind] for kind in DiscrepancyKind if kind in counts},
        "ours_digest": ours_digest(),
    }
