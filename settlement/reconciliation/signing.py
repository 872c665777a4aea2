"""签字: a run whose differences all have an approved verdict is signed by a second person, and stays so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from agency.errors import DomainError, NotAllowed
from agency.journal import audit, workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.locks import hold_all_of, hold_run
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.report import content, digest_of, names
from settlement.reconciliation.states import DiscrepancyState, RunState

KIND = ReconciliationRun.machine.kind


def require_own(run: ReconciliationRun, by: User, may: May) -> None:
    """`may`, and that the run is of the actor's region; the province acts in its own and in all regions'."""
    access.require(by, may, run.region)
    if run.region is None and not access.sees_all(by):
        raise NotAllowed("这次对账属于省级经办机构。", may=may.value)


def unsettled(run: ReconciliationRun) -> int:
    """How many differences have no approved verdict yet; one carried forward (转下月) has."""
    return Discrepancy.objects.filter(run=run).exclude(state=DiscrepancyState.SETTLED).count()


def require_may_sign(by: User, run: ReconciliationRun) -> None:
    """NotAllowed unless `by` may sign this run: never whoever made it, the system account neither [P]."""
    require_own(run, by, May.SIGN_RECONCILIATION)
    if run.created_by_id == by.pk:
        raise NotAllowed("发起对账的人不能自己签字，请由另一位同事签字。", maker=by.username)


@transaction.atomic
def run_sign(
    *, run: ReconciliationRun, by: User, at: dt.datetime, seen: str | None = None
) -> ReconciliationRun:
    """签字: the report as it stands is frozen with its digest. `seen` is the digest that was shown.

    Errors: NotAllowed, `no_such_step` (not compared, or signed already), `verdicts_missing`,
    `shown_is_outdated`.
    """
    run = hold_run(run)
    require_may_sign(by, run)
    hold_all_of(run)
    left = unsettled(run)
    if left:
        raise DomainError(
            "verdicts_missing", f"还有 {left} 条差异没有批准的结论，不能签字；转下月的也要先批准。", left=left
        )
    report = {"content": content(run), "names": names(run, by)}
    digest = digest_of(report)
    if seen not in (None, digest):
        raise DomainError("shown_is_outdated", "对账结果刚有变动，没有签字；请看过现在的报告再签。")
    signature: dict[str, Any] = {"signed_by": by, "signed_at": at, "report": report, "report_digest": digest}
    workflow.move(run, RunState.SIGNED, by=by, at=at, **signature)
    audit.record(
        "reconciliation_signed",
        by=by,
        at=at,
        subject_kind=KIND,
        subject_no=run.run_no,
        region=run.region,
        period=run.period,
        differences=run.differences,
        digest=digest,
    )
    return run
