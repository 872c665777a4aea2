"""Writes of held-over cases: dispute, answer, decide, take back, undo. Each takes the lock of the records, so
that no month is computed or signed meanwhile, and tells what follows for the months [N22], [P]."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, clean_reason, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import SHANGHAI, period_label
from settlement.holding import rules
from settlement.holding.changed import carries_changed
from settlement.holding.models import Answer, HeldCase, HeldNote
from settlement.holding.months import MonthFacts, facts_of
from settlement.holding.selectors import disputable, held_of_record
from settlement.holding.states import HeldState
from settlement.records.locks import lock_records
from settlement.records.models import SettlementRecord
from settlement.records.periods import open_period
from settlement.records.selectors import reversal_of

TEXT_LIMIT = 500


@transaction.atomic
def case_dispute(*, by: User, at: dt.datetime, settlement_no: str, reason: str) -> HeldCase:
    """提出争议: what holds now under a number stays out of the clearing from its month on.

    By a party of it, while its month is computed and unsigned. Errors: NotAllowed, `reason_missing`, and what
    `why_not` tells.
    """
    region = _own_region(by)
    reason = reason_given(reason)
    lock_records()
    record = disputable(by, settlement_no)
    if record is None:
        raise NotAllowed(f"{settlement_no} 不在本统筹区的清算表上，不能提出争议。")
    refusal = why_not(by, record)
    if refusal is not None:
        raise refusal
    case = _hold(record, region, reason, by=by, at=at)
    workflow.begin(case, by=by, at=at, reason=reason)
    carries_changed(case.held_from, by, at)
    _log("case_disputed", case, by=by, at=at, reason=reason)
    return case


def why_not(by: User, record: SettlementRecord) -> DomainError | None:
    """What stands in the way of disputing what holds under a number; None when nothing does."""
    number, label = record.settlement_no, period_label(record.period)
    if record.is_reversal:
        return DomainError("is_reversal", f"{number} 是退费，随原结算办理；有异议请对原结算提出。")
    known = held_of_record(record)
    if known is not None:
        return DomainError(
            "already_held",
            f"{number} 已由{known.region}提出争议（{known}），不必再提。",
            held_no=known.held_no,
        )
    reversal = reversal_of(by, record)
    if reversal is not None:
        return DomainError("already_reversed", f"{number} 已由 {reversal} 整笔冲正，没有可争议的金额。")
    month = facts_of([record.period])[record.period]
    if _is_local(record, month):
        return DomainError("is_local", f"{number} 是本地结算（或不算异地），不参加清算，没有可争议的。")
    if month.is_signed:
        return DomainError("already_signed", f"{label}已经签发，不能再提出争议；有误的请更正或冲正。")
    if not month.is_computed:
        return DomainError("not_computed", f"{label}还没有计算，请等省级计算出清算表再提出争议。")
    return None


def _is_local(record: SettlementRecord, month: MonthFacts) -> bool:
    day = f"{record.settled_at.astimezone(SHANGHAI):%Y-%m-%d}"
    return rules.is_local(month.not_cross, record.insured_region_id, record.care_region_id, day)


def _hold(
    record: SettlementRecord, region: PoolingRegion, reason: str, *, by: User, at: dt.datetime
) -> HeldCase:
    case = HeldCase(
        held_no=f"G{record.period}-{next_number(f'held-{record.period}'):05d}",
        record=record,
        settlement_no=record.settlement_no,
        correction_no=record.correction_no,
        insured_region=record.insured_region,
        care_region=record.care_region,
        insurance_type=record.insurance_type,
        care_kind=record.care_kind,
        held_from=record.period,
        region=region,
        reason=reason,
        by=by,
        at=at,
    )
    case.full_clean()
    case.save(force_insert=True)
    return case


@transaction.atomic
def case_answer(*, by: User, at: dt.datetime, case: HeldCase, text: str, answer: str = "") -> HeldNote:
    """答复: a party, or the province, says something of an undecided case; the other party whether it agrees.

    Errors: NotAllowed, `text_missing`, `own_dispute` (who disputed does not answer), `not_held`.
    """
    require_may_write(by, case)
    text = clean_reason(text, TEXT_LIMIT, field="text", what="说明", missing="请填写说明。")
    if answer and answer not in Answer.values:
        raise DomainError("unknown_answer", "答复只有“同意”和“不同意”。", field="answer")
    if answer and (by.region_id is None or by.region_id == case.region_id):
        raise DomainError("own_dispute", "“同意”或“不同意”由对方统筹区答复；这里请只写说明。", field="answer")
    lock_records()
    case = _as_it_is_now(case)
    if case.state != HeldState.HELD:
        raise DomainError("not_held", f"{case} 现在是“{case.get_state_display()}”，不再答复。")
    note = HeldNote.objects.create(case=case, region=by.region, answer=answer, text=text, by=by, at=at)
    _log("held_answered", case, by=by, at=at, answer=note.get_answer_display())
    return note


def require_may_write(by: User, case: HeldCase) -> None:
    if access.sees_all(by):
        access.require(by, May.DECIDE_HELD)
        return
    access.require(by, May.CONFIRM_CLEARING)
    if by.region_id not in (case.insured_region_id, case.care_region_id):
        raise NotAllowed(f"{case} 不是本统筹区的挂账。")


# --- decisions ----------------------------------------------------------------------------------------------


@transaction.atomic
def case_release(*, by: User, at: dt.datetime, case: HeldCase, reason: str) -> HeldCase:
    """放行: the whole case enters the oldest month that is not signed. Errors: NotAllowed (also for whoever
    disputed it), `reason_missing`, `no_such_step`."""
    return _decide(case, HeldState.RELEASED, by=by, at=at, reason=reason)


@transaction.atomic
def case_reject(*, by: User, at: dt.datetime, case: HeldCase, reason: str) -> HeldCase:
    """拒付: the care region bears the case, it enters no month [P]. Errors as of `case_release`."""
    return _decide(case, HeldState.REJECTED, by=by, at=at, reason=reason)


def require_may_decide(by: User, case: HeldCase) -> None:
    """裁定: the province, never whoever disputed."""
    access.require(by, May.DECIDE_HELD)
    access.require_second_person(by, case.by)


def _decide(case: HeldCase, to: HeldState, *, by: User, at: dt.datetime, reason: str) -> HeldCase:
    require_may_decide(by, case)
    reason = reason_given(reason)
    lock_records()
    case = _as_it_is_now(case)
    _move_decided(case, to, by=by, at=at, reason=reason)
    carries_changed(case.held_from, by, at)
    action = "held_released" if to == HeldState.RELEASED else "held_rejected"
    _log(action, case, by=by, at=at, reason=reason, decided_period=case.decided_period)
    return case


def _move_decided(
    case: HeldCase, to: HeldState, *, by: User, at: dt.datetime, reason: str, taken_back: bool = False
) -> None:
    """It counts in the oldest unsigned month from the one in which the case is held."""
    fields = {
        "decided_period": open_period(case.held_from),
        "decided_by": by,
        "decided_at": at,
        "decided_reason": reason,
        "taken_back": taken_back,
    }
    workflow.move(case, to, by=by, at=at, reason=reason, **fields)


@transaction.atomic
def case_take_back(*, by: User, at: dt.datetime, case: HeldCase, reason: str) -> HeldCase:
    """撤回争议: the region that disputed takes it back: as if never held while its month is unsigned, else
    released into the oldest unsigned month. Errors: NotAllowed, `reason_missing`, `no_such_step`."""
    require_may_take_back(by, case)
    reason = reason_given(reason)
    lock_records()
    case = _as_it_is_now(case)
    if facts_of([case.held_from])[case.held_from].is_signed:
        _move_decided(case, HeldState.RELEASED, by=by, at=at, reason=reason, taken_back=True)
    else:
        workflow.move(case, HeldState.WITHDRAWN, by=by, at=at, reason=reason)
    carries_changed(case.held_from, by, at)
    _log("held_taken_back", case, by=by, at=at, reason=reason, decided_period=case.decided_period)
    return case


def require_may_take_back(by: User, case: HeldCase) -> None:
    """撤回: clearing staff of the region that disputed."""
    access.require(by, May.CONFIRM_CLEARING)
    if by.region_id != case.region_id:
        raise NotAllowed(f"争议只能由提出它的{case.region}撤回；不同意的，请在这里答复。")


@transaction.atomic
def case_undo(*, by: User, at: dt.datetime, case: HeldCase, reason: str) -> HeldCase:
    """撤销裁定: a decision is taken back while its month is unsigned; the case is held as before.

    Errors: NotAllowed, `reason_missing`, `no_such_step`, `already_signed`.
    """
    access.require(by, May.DECIDE_HELD)
    reason = reason_given(reason)
    lock_records()
    case = _as_it_is_now(case)
    if case.decided_period and facts_of([case.decided_period])[case.decided_period].is_signed:
        label = period_label(case.decided_period)
        raise DomainError("already_signed", f"裁定计入的{label}已经签发，不能再撤销。")
    fields = {"decided_period": "", "decided_by": None, "decided_at": None, "decided_reason": ""}
    workflow.move(case, HeldState.HELD, by=by, at=at, reason=reason, taken_back=False, **fields)
    carries_changed(case.held_from, by, at)
    _log("held_undone", case, by=by, at=at, reason=reason)
    return case


def held_follow_cases() -> int:
    """Held cases whose record counts in another month now (its own was opened again) are held from that one.

    Call it under the lock of the records, after the records moved. Returns how many followed.
    """
    moved = HeldCase.objects.standing().exclude(held_from=F("record__period"))
    record = SettlementRecord.objects.filter(pk=OuterRef("record")).order_by()
    return moved.update(held_from=Subquery(record.values("period")[:1]))


# --- what all of them share ---------------------------------------------------------------------------------


def _own_region(by: User) -> PoolingRegion:
    access.require(by, May.CONFIRM_CLEARING)
    if by.region is None:
        raise NotAllowed("争议由统筹区对自己的清算表提出。")
    return by.region


def _as_it_is_now(case: HeldCase) -> HeldCase:
    """The case read again under the lock."""
    rows = HeldCase.objects.select_related("record", "insured_region", "care_region", "region", "by")
    now = rows.filter(pk=case.pk).first()
    if now is None:
        raise SomeoneElseWasFirst
    return now


def _log(action: str, case: HeldCase, *, by: User, at: dt.datetime, **detail: object) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="held_case",
        subject_no=case.held_no,
        region=case.region,
        settlement_no=case.settlement_no,
        **detail,
    )
