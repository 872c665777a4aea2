"""一次对账怎样开始和写下: how every run begins; and a run over a small file (sheet, totals, statement), which
is compared at once or not kept.

What such a source finds is an `Outcome`; here it becomes a run with its rows, in one transaction.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import timezone

from agency.batches.models import KeptFile
from agency.batches.services import file_keep
from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.kinds import DiscrepancyKind
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal, UnreadRow
from settlement.reconciliation.report import text_digest
from settlement.reconciliation.states import RunState

SUBJECT_LENGTH = 200
SENTENCE = "说明"  # of evidence: what speaks for it, in words


@dataclass(frozen=True)
class Found:
    """One difference as a source finds it; `ours` and `theirs` {column: text as in a file}, empty: none."""

    kind: DiscrepancyKind
    subject: str
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    columns: Sequence[str] = ()
    amount_fen: int = 0
    their_line: int = 0
    times: int = 0
    institution_code: str = ""
    insured_region_code: str = ""
    cause: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    proposed: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a source found; counts in lines or cases. `compared`: the columns that both sides have."""

    found: Sequence[Found]
    our_cases: int
    their_rows: int
    matched: int
    ours_digest: str
    compared: Sequence[str]
    encoding: str = ""
    notes: Sequence[str] = ()
    unread: Sequence[UnreadRow] = ()
    totals: Sequence[RunTotal] = ()


def read_whole(stream: BinaryIO) -> bytes:
    """The bytes of a small file. DomainError for one that is no upload of ours by its size."""
    content = stream.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES // 2**20
        raise DomainError("file_too_large", f"文件超过 {most} MB，请拆分后再传。", field="file")
    return content


def run_open(
    *, period: str, source: str, content: bytes, file_name: str, by: User, at: dt.datetime, **more: Any
) -> ReconciliationRun:
    """The run of a small file, which is kept."""
    access.require(by, May.RECONCILE)
    kept = file_keep(io.BytesIO(content), name=file_name, by=by, at=at)
    return run_begin(period=period, source=source, file=kept, file_name=file_name, by=by, at=at, **more)


def run_begin(
    *, period: str, source: str, file: KeptFile, file_name: str, by: User, at: dt.datetime, **more: Any
) -> ReconciliationRun:
    """A run of a kept file, of the actor's own region (the province's: of none), being compared. Whoever has
    taken a number keeps all others waiting for theirs: nothing that takes long comes after it."""
    month = f"{timezone.localtime(at):%Y%m}"
    run = ReconciliationRun.objects.create(
        run_no=f"DZ{month}{next_number(f'reconciliation-{month}'):05d}",
        period=period,
        source=source,
        region=None if access.sees_all(by) else by.region,
        file=file,
        file_name=file_name[:200],
        created_by=by,
        created_at=at,
        **more,
    )
    workflow.begin(run, by=by, at=at)
    return run


def run_written(run: ReconciliationRun, outcome: Outcome, *, by: User, at: dt.datetime) -> ReconciliationRun:
    """Write what was found; the run is then compared. The serial follows the order of `found`."""
    _rows_write(run, outcome)
    counts = Counter(one.kind.value for one in outcome.found)
    totals = sorted(_total_facts(row) for row in outcome.totals)
    figures: dict[str, Any] = {
        "our_cases": outcome.our_cases,
        "their_rows": outcome.their_rows,
        "unread_rows": len(outcome.unread),
        "matched": outcome.matched,
        "differences": len(outcome.found),
        "counts": {kind: counts[kind] for kind in DiscrepancyKind.values if counts[kind]},
        "compared": list(outcome.compared),
        "encoding": outcome.encoding,
        "notes": list(outcome.notes),
        "ours_digest": outcome.ours_digest,
        "result_digest": text_digest([*totals, *(_facts(one) for one in outcome.found)]),
    }
    workflow.move(run, RunState.COMPARED, by=by, at=at, compared_at=at, **figures)
    told = {name: figures[name] for name in ("differences", "unread_rows", "result_digest")}
    audit.record(
        "reconciled",
        by=by,
        at=at,
        subject_kind=run.machine.kind,
        subject_no=run.run_no,
        region=run.region,
        period=run.period,
        source=run.source,
        file=run.file.digest,
        rows=outcome.their_rows,
        **told,
    )
    return run


def _rows_write(run: ReconciliationRun, outcome: Outcome) -> None:
    differences = [
        Discrepancy(
            run=run,
            serial=serial,
            difference_no=f"{run.run_no}-{serial}",
            kind=one.kind,
            subject=one.subject[:SUBJECT_LENGTH],
            our_correction_no=0 if one.ours else None,
            their_line=one.their_line,
            times=one.times,
            institution_code=one.institution_code,
            insured_region_code=one.insured_region_code,
            columns=list(one.columns),
            ours=one.ours,
            theirs=one.theirs,
            amount_fen=one.amount_fen,
            cause=one.cause,
            evidence=one.evidence,
            proposed=one.proposed,
        )
        for serial, one in enumerate(outcome.found, 1)
    ]
    Discrepancy.objects.bulk_create(differences, batch_size=500)
    for row in outcome.unread:
        row.run = run
    for total in outcome.totals:
        total.run = run
    UnreadRow.objects.bulk_create(outcome.unread, batch_size=500)
    RunTotal.objects.bulk_create(outcome.totals, batch_size=500)


def stored_digest(run: ReconciliationRun) -> str:
    """The digest that the stored rows of such a run give."""
    totals = sorted(_total_facts(row) for row in run.totals.order_by())
    rows = run.discrepancies.order_by("serial").iterator(chunk_size=500)
    return text_digest([*totals, *(_facts(row) for row in rows)])


def _facts(row: Found | Discrepancy) -> list[Any]:
    """What the result's digest covers of a difference: not where it stands in their file."""
    sides = [row.ours, row.theirs, list(row.columns)]
    parties = [row.institution_code, row.insured_region_code]
    return [row.kind, row.subject[:SUBJECT_LENGTH], *sides, row.amount_fen, row.times, *parties]


def _total_facts(row: RunTotal) -> list[Any]:
    left_out = {"id", "run"}
    return [getattr(row, item.attname) for item in RunTotal._meta.fields if item.name not in left_out]
