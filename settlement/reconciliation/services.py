"""Writes of reconciliation: a run is opened for a kept file and compared once.

The page, the background job and the command call the same functions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import BinaryIO

from django.db import transaction

from agency.batches.kinds import Progress, no_progress
from agency.batches.models import KeptFile
from agency.batches.services import file_keep
from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import is_period
from settlement.reconciliation.details import details_compare
from settlement.reconciliation.kinds import DETAILS
from settlement.reconciliation.mapping import check_columns
from settlement.reconciliation.models import ColumnMapping, ReconciliationRun
from settlement.reconciliation.opening import run_begin
from settlement.reconciliation.selectors import mappings_usable
from settlement.reconciliation.states import RunState
from settlement.records.locks import revision

MOST_TRIES = 3


class ChangedMeanwhile(Exception):
    """明细在比对时有变动: what was read of ours at the beginning no longer holds at the end."""


@transaction.atomic
def run_create(
    *,
    period: str,
    source: str,
    file: BinaryIO | KeptFile,
    file_name: str,
    by: User,
    at: dt.datetime,
    scope_region: PoolingRegion | None = None,
    scope_institution: Institution | None = None,
    mapping: ColumnMapping | None = None,
    columns: Mapping[str, str] | None = None,
    all_details: bool = True,
    by_command: bool = False,
) -> ReconciliationRun:
    """Keep their file, unless it is kept already, and open a run of one's own region (the province's: of
    all), in state `comparing`.

    `columns` {our column: their heading} goes before `mapping`; with neither our own names are looked for.
    """
    access.require(by, May.RECONCILE)
    if source not in DETAILS:
        raise DomainError("unknown_source", "这种来源的文件不逐笔比对。", field="source")
    if not is_period(period):
        raise DomainError("bad_period", f"“{period}”不是期别：请写成六位年月，如 202610。", field="period")
    if mapping is not None and not mappings_usable(by).filter(pk=mapping.pk).exists():
        raise NotAllowed(f"列对照“{mapping}”不是本统筹区的，也不是省级的。")
    applied = dict(columns or (mapping.columns if mapping is not None else {}))
    if applied:
        check_columns(applied)
    return run_begin(
        period=period,
        source=source,
        file=file if isinstance(file, KeptFile) else file_keep(file, name=file_name, by=by, at=at),
        file_name=file_name,
        by=by,
        at=at,
        scope_region=scope_region,
        scope_institution=scope_institution,
        mapping=mapping,
        columns=applied,
        all_details=all_details,
        by_command=by_command,
    )


def run_compare(
    run: ReconciliationRun, *, by: User, at: dt.datetime, progress: Progress = no_progress
) -> None:
    """Compare an opened run: then it is `compared`, or `failed` with the reason and nothing else kept.

    DomainError for a run that is not waiting to be compared, or that somebody else compares meanwhile.
    """
    access.require(by, May.RECONCILE)
    for _ in range(MOST_TRIES):
        try:
            _compare(run, by=by, at=at, progress=progress)
            return
        except ChangedMeanwhile:
            message = "比对时我方明细一直有人在写入或撤销，没有比对出结果：请等写入完成后再比对。"
        except SomeoneElseWasFirst:
            raise
        except DomainError as error:
            message = error.message
            break
    workflow.move(run, RunState.FAILED, by=by, at=at, reason=message, message=message[:500])


@transaction.atomic
def _compare(run: ReconciliationRun, *, by: User, at: dt.datetime, progress: Progress) -> None:
    held = ReconciliationRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if held.state != RunState.COMPARING:
        raise SomeoneElseWasFirst(f"{run.run_no} 已经比对过，没有再比对一次。", subject_no=run.run_no)
    began = revision()
    found = details_compare(run, progress=progress)
    if revision() != began:
        raise ChangedMeanwhile
    workflow.move(run, RunState.COMPARED, by=by, at=at, compared_at=at, **found)
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
        rows=run.their_rows,
        unread=run.unread_rows,
        differences=run.differences,
        result=run.result_digest,
    )
