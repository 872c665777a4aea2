"""差异的负责人、期限和说明: who looks into a difference, until when, and what was noted so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from agency.errors import DomainError, clean_reason
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import GRANTS, May
from agency.periods import SHANGHAI
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from settlement.reconciliation.acting import KIND, differences_held
from settlement.reconciliation.judging import JUDGED, NOTE_LIMIT, OPEN
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.records.selectors import chunks

DUE_WORKDAYS = "reconciliation.verdict_workdays"


def who_may_own(region: PoolingRegion | None, *, everywhere: bool = False) -> QuerySet[User]:
    """Those who may judge the differences of a run of this region (None: the province's), and the province's
    own people, who may judge all; `everywhere`: of whatever region."""
    rights = Q()
    for role, levels in GRANTS[May.RECONCILE].items():
        rights |= Q(staff_roles__role=role, level__in=levels)
    near = Q(region__isnull=True) if region is None else Q(region__isnull=True) | Q(region=region)
    found = User.objects.filter(rights, Q() if everywhere else near, is_active=True, is_system_account=False)
    return found.distinct().order_by("level", "display_name", "pk")


def usual_due_day(today: dt.date) -> dt.date:
    """The day by which a difference that is given to somebody today should be judged [P]."""
    return add_workdays(today, int_parameter(DUE_WORKDAYS, today))


@transaction.atomic
def differences_assign(
    keys: Collection[int], *, by: User, at: dt.datetime, owner: User | None, due_on: dt.date | None
) -> list[Discrepancy]:
    """指定负责人和期限: of differences that nobody has approved yet; None takes either away.

    Errors: those of `differences_held`, `not_theirs` (the owner may not judge them), `due_in_the_past`.
    """
    rows = differences_held(keys, by=by, may=_right(by), states=[OPEN, JUDGED])
    for run in {row.run_id: row.run for row in rows}.values():
        _require_may_own(owner, run)
    if due_on is not None and due_on < at.astimezone(SHANGHAI).date():
        raise DomainError("due_in_the_past", "期限不能早于今天。", field="due_on")
    for block in chunks([row.pk for row in rows]):
        Discrepancy.objects.filter(pk__in=block).update(owner=owner, due_on=due_on)
    for row in rows:
        row.owner, row.due_on = owner, due_on
    detail = {"owner": str(owner or ""), "due_on": str(due_on or "")}
    _log_each("difference_assigned", rows, by=by, at=at, detail=detail)
    return rows


def _right(by: User) -> May:
    """Whoever judges or approves hands out the work."""
    return May.APPROVE_VERDICTS if access.allowed(by, May.APPROVE_VERDICTS) else May.RECONCILE


def _require_may_own(owner: User | None, run: ReconciliationRun) -> None:
    if owner is not None and not who_may_own(run.region).filter(pk=owner.pk).exists():
        raise DomainError("not_theirs", f"{owner}不能办理对账 {run} 的差异，请选别人。", field="owner")


@transaction.atomic
def difference_note(key: int, *, by: User, at: dt.datetime, note: str) -> Discrepancy:
    """写说明: what was found out so far of an open difference, for whoever judges; it may be empty.

    Errors: those of `differences_held`, `note_too_long`.
    """
    note = clean_reason(note, NOTE_LIMIT, field="note", what="说明")
    (row,) = differences_held([key], by=by, may=May.RECONCILE, states=[OPEN])
    Discrepancy.objects.filter(pk=row.pk).update(note=note)
    row.note = note
    _log_each("difference_noted", [row], by=by, at=at, detail={"note": note})
    return row


def _log_each(
    action: str, rows: Sequence[Discrepancy], *, by: User, at: dt.datetime, detail: dict[str, str]
) -> None:
    """An entry for each: that is the only history of these."""
    subjects = [audit.Subject(KIND, row.difference_no, row.run.region, detail) for row in rows]
    audit.record_many(action, by=by, at=at, subjects=subjects)
