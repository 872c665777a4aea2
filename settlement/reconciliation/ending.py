"""了结: proposed by one person and approved by another, returned or undone with a reason; all of it stays.

It ends what a signed comparison carried forward, where nothing in a later month is its half: the other side
put it right, the case came in or was corrected, it was withdrawn, the rest is written off. The difference
itself stays as it was signed. While its comparison is not signed its verdict can be undone instead. [P]
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, clean_reason, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import closed, require_may
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.judging import NOTE_LIMIT, write_off_limit
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.locks import hold_differences
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.pairing import newer_runs
from settlement.reconciliation.states import DiscrepancyState, EndingState, RunState
from settlement.reconciliation.verdict_rules import endings_of, write_off_refusal


@transaction.atomic
def ending_propose(key: int, *, by: User, at: dt.datetime, remedy: str, note: str) -> CarriedEnding:
    """提出了结: how a difference that is carried forward ended, `note` on what that rests.

    Errors: NotAllowed, `note_missing`, `note_too_long`, `not_carried`, `not_signed`, `run_closed`,
    `is_paired`, `compared_anew`, `already_proposed`, `wrong_remedy`, `write_off_refused`.
    """
    missing = "请写明是怎样了结的、依据是什么。"
    note = clean_reason(note, NOTE_LIMIT, field="note", what="说明", missing=missing)
    row = _held(key, by=by, may=May.RECONCILE)
    _require_carried(row)
    _require_none_standing(row)
    wanted = _fitting(row, remedy, at)
    month = f"{timezone.localtime(at):%Y%m}"
    ending = CarriedEnding.objects.create(
        ending_no=f"LJ{month}{next_number(f'carried-ending-{month}'):05d}",
        discrepancy=row,
        remedy=wanted,
        note=note,
        written_off_fen=row.amount_fen if wanted == Remedy.WRITE_OFF else 0,
        proposed_by=by,
        proposed_at=at,
    )
    workflow.begin(ending, by=by, at=at, reason=f"{wanted.label}：{note}")
    _log("ending_proposed", ending, by=by, at=at, remedy=str(wanted.label), reason=note)
    return ending


@transaction.atomic
def ending_approve(key: int, *, by: User, at: dt.datetime, ending_no: str) -> CarriedEnding:
    """批准了结: by another person than whoever proposed it, while the difference is carried still.

    Errors: NotAllowed (also for whoever proposed it), SomeoneElseWasFirst (another one stands by now),
    `no_such_step`, `is_paired`, `compared_anew`.
    """
    ending = _ending_held(key, ending_no, by=by)
    if ending.proposed_by_id == by.pk:  # not even the system account: two people stand for it
        raise NotAllowed(f"{ending} 是您自己提出的，请由另一位同事批准。")
    _require_carried(ending.discrepancy)
    workflow.move(ending, EndingState.APPROVED, by=by, at=at, approved_by=by, approved_at=at)
    _log("ending_approved", ending, by=by, at=at)
    return ending


@transaction.atomic
def ending_return(key: int, *, by: User, at: dt.datetime, ending_no: str, reason: str) -> CarriedEnding:
    """退回了结: one that is not approved; the difference is carried on, and another may be proposed. Errors:
    NotAllowed, SomeoneElseWasFirst, `reason_missing`, `no_such_step`."""
    return _taken_back(key, ending_no, EndingState.RETURNED, "ending_returned", by=by, at=at, reason=reason)


@transaction.atomic
def ending_undo(key: int, *, by: User, at: dt.datetime, ending_no: str, reason: str) -> CarriedEnding:
    """撤销了结: one that was approved; the difference is carried on again. Errors as of `ending_return`."""
    return _taken_back(key, ending_no, EndingState.UNDONE, "ending_undone", by=by, at=at, reason=reason)


def _taken_back(
    key: int, ending_no: str, to: EndingState, action: str, *, by: User, at: dt.datetime, reason: str
) -> CarriedEnding:
    reason = reason_given(reason)
    ending = _ending_held(key, ending_no, by=by)
    workflow.move(ending, to, by=by, at=at, reason=reason)
    _log(action, ending, by=by, at=at, reason=reason)
    return ending


def _held(key: int, *, by: User, may: May) -> Discrepancy:
    """The difference as it is now, held as whoever pairs it holds it."""
    access.require(by, may)
    rows = hold_differences([key])
    if not rows:
        raise SomeoneElseWasFirst("这条差异已经不在了，请刷新后再看。")
    require_may(by, may, rows[0].run)
    return rows[0]


def _ending_held(key: int, ending_no: str, *, by: User) -> CarriedEnding:
    """One of the endings of a difference, with it; SomeoneElseWasFirst where it has none of this number."""
    row = _held(key, by=by, may=May.APPROVE_VERDICTS)
    rows = CarriedEnding.objects.filter(discrepancy=row, ending_no=ending_no)
    ending = rows.select_for_update(no_key=True).first()
    if ending is None:
        raise SomeoneElseWasFirst(f"{row} 没有编号为“{ending_no}”的了结，请刷新后再看。")
    ending.discrepancy = row
    return ending


def _require_carried(row: Discrepancy) -> None:
    """That a signed comparison carried it forward, and no later one has settled it by itself."""
    run = row.run
    if row.state != DiscrepancyState.SETTLED or row.remedy != Remedy.CARRY:
        raise DomainError("not_carried", f"{row} 不是批准了“转下月继续”的差异，不用了结。")
    if run.state == RunState.COMPARED:
        told = f"对账 {run} 还没有签字，{row} 的结论可以直接撤销，另提一个，不用了结。"
        raise DomainError("not_signed", told)
    if run.state != RunState.SIGNED:
        raise closed(run)
    later = Discrepancy.objects.filter(pair=row).first()
    if later is not None:
        told = f"{row} 已由 {later} 对应，不用了结；对错了的，请先退回或撤销那一条的结论。"
        raise DomainError("is_paired", told)
    if Discrepancy.objects.filter(Exists(newer_runs()), pk=row.pk).exists():
        told = f"{run.period} 后来重新对过账，以新的一次为准，{row} 不用了结。"
        raise DomainError("compared_anew", told)


def _require_none_standing(row: Discrepancy) -> None:
    ending = CarriedEnding.objects.standing().filter(discrepancy=row).select_related("proposed_by").first()
    if ending is not None:
        told = f"{row} 已由{ending.proposed_by}提出了结（{ending}，{ending.get_state_display()}），不必再提。"
        raise DomainError("already_proposed", told)


def _fitting(row: Discrepancy, remedy: str, at: dt.datetime) -> Remedy:
    """The remedy, where a difference of this kind can end so."""
    if remedy not in endings_of(row.kind, row.run.source):
        label = Remedy(remedy).label if remedy in Remedy.values else remedy
        told = f"“{label}”不是“{row.get_kind_display()}”（{row}）了结的办法，请选别的。"
        raise DomainError("wrong_remedy", told, field="remedy")
    if remedy == Remedy.WRITE_OFF:
        why = write_off_refusal(row.kind, row.amount_fen, write_off_limit(row.run, at))
        if why:
            raise DomainError("write_off_refused", f"{row}：{why}", field="remedy")
    return Remedy(remedy)


def _log(action: str, ending: CarriedEnding, *, by: User, at: dt.datetime, **detail: Any) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=CarriedEnding.machine.kind,
        subject_no=ending.ending_no,
        region=ending.discrepancy.run.region,
        difference=ending.discrepancy.difference_no,
        **detail,
    )
