"""全部逐笔比对: a run that opened only the groups whose totals differ is followed by one over all cases."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from agency.batches.services import kept_path
from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import may_act, require_may
from settlement.reconciliation.giving_up import run_void
from settlement.reconciliation.jobs import compare_later
from settlement.reconciliation.kinds import DETAILS
from settlement.reconciliation.locks import hold_run
from settlement.reconciliation.models import ColumnMapping, Discrepancy, ReconciliationRun
from settlement.reconciliation.selectors import mappings_usable
from settlement.reconciliation.services import run_create
from settlement.reconciliation.states import DiscrepancyState, RunState

WIDER = "改为全部逐笔比对"
COMPARED = (RunState.COMPARED, RunState.SIGNED)


def may_widen(by: User, run: ReconciliationRun) -> bool:
    """Whether this person may have a run followed by a wider one, for buttons. Only whoever it is for: a run
    of a region, opened by the province, would be one over all regions."""
    is_narrow = run.source in DETAILS and not run.all_details
    return is_narrow and run.state in COMPARED and _is_for(by, run) and may_act(by, May.RECONCILE, run)


def _is_for(by: User, run: ReconciliationRun) -> bool:
    return run.region_id == (None if access.sees_all(by) else by.region_id)


@transaction.atomic
def run_widen(run: ReconciliationRun, *, by: User, at: dt.datetime) -> ReconciliationRun:
    """Open a run over all cases of the same file, columns and scope, which a job compares. The narrow one is
    voided, unless it is signed, has a verdict already, or has a sheet out that answers may come to: then both
    stand. [P]

    Errors: NotAllowed, `not_narrow`, `already_wide` (`run`: its number), `file_gone`.
    """
    require_may(by, May.RECONCILE, run)
    run = hold_run(run)
    _require_none_wider(run)
    if not may_widen(by, run):
        raise DomainError("not_narrow", f"对账 {run} 不能改为全部逐笔比对：{_why_not(run)}。")
    if run.state == RunState.COMPARED and not (_has_verdicts(run) or run.sheets.exists()):
        run_void(run, by=by, at=at, reason=WIDER)
    _require_original(run)
    wider = run_create(
        period=run.period,
        source=run.source,
        file=run.file,
        file_name=run.file_name,
        by=by,
        at=at,
        scope_region=run.scope_region,
        scope_institution=run.scope_institution,
        mapping=_usable(run, by),
        columns=run.columns,
        all_details=True,
    )
    compare_later(wider, by=by, at=at)
    return wider


def _require_original(run: ReconciliationRun) -> None:
    try:
        kept_path(run.file).open("rb").close()
    except OSError:
        told = f"对账 {run} 的原件找不到，不能再比对：请重新上传，并请系统管理员核对原件。"
        raise DomainError("file_gone", told) from None


def _why_not(run: ReconciliationRun) -> str:
    if run.source not in DETAILS or run.all_details:
        return "它比的已经是全部"
    if run.state in COMPARED:
        return "它是统筹区自己的对账，请由该统筹区来改"
    return f"它现在是“{run.get_state_display()}”"


def _require_none_wider(run: ReconciliationRun) -> None:
    if run.all_details:
        return
    standing = ReconciliationRun.objects.filter(
        file=run.file_id,
        period=run.period,
        region=run.region_id,
        scope_region=run.scope_region_id,
        scope_institution=run.scope_institution_id,
        all_details=True,
        state__in=[RunState.COMPARING, *COMPARED],
    ).first()
    if standing is not None:
        told = f"同一份文件已有全部逐笔的对账 {standing}，请看那一次。"
        raise DomainError("already_wide", told, run=standing.run_no)


def _usable(run: ReconciliationRun, by: User) -> ColumnMapping | None:
    """Its saved mapping, unless that was retired meanwhile: `columns` say all that it did."""
    saved = run.mapping
    return saved if saved is not None and mappings_usable(by).filter(pk=saved.pk).exists() else None


def _has_verdicts(run: ReconciliationRun) -> bool:
    return Discrepancy.objects.filter(run=run).exclude(state=DiscrepancyState.OPEN).exists()
