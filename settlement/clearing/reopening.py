"""重开: the newest signed month is opened again, by two people; both signed versions stay. [P]

Late cases and deductions that count in a later month because this one was signed come back into it: where
they count is the one rule of settlement/records/periods.py, asked again.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from agency.errors import DomainError, DomainErrors, NotAllowed, SomeoneElseWasFirst, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import period_label
from settlement.clearing import selectors
from settlement.clearing.late import late_come_back
from settlement.clearing.locks import hold_month, hold_months_from, hold_still
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.refreshing import carries_refresh
from settlement.clearing.signing import REOPENED, REOPENING
from settlement.clearing.states import PeriodState, ReopeningState
from settlement.clearing.version_models import Reopening, VersionCause
from settlement.clearing.versions import version_keep
from settlement.holding.services import held_follow_cases
from settlement.records.locks import records_written


def reasons_against_reopening(month: ClearingPeriod) -> list[DomainError]:
    """Why a month cannot be opened again now, all of it; whoever joined `REOPENING` is asked."""
    label = period_label(month.period)
    if not month.is_signed:
        return [DomainError("not_signed", f"{label}没有签发，可以直接重新计算，不必重开。")]
    later = sorted(period for period in selectors.signed_periods() if period > month.period)
    reasons = []
    if later:
        names = "、".join(period_label(period) for period in later)
        told = f"{names}已在它之后签发，只能重开最近签发的月份；更正请记入未签发的月份。"
        reasons.append(DomainError("later_month_signed", f"{label}不能重开：{told}", months=later))
    for entry in REOPENING:
        try:
            entry.function(month)
        except DomainError as error:
            reasons.append(error)
    return reasons


@transaction.atomic
def reopening_propose(*, period: str, reason: str, by: User, at: dt.datetime) -> Reopening:
    """提出重开: with a reason; nothing changes until another person approves.

    Errors: NotAllowed, `reason_missing`, `reason_too_long`, `not_signed`, `already_proposed`, and all that
    reasons_against_reopening tells, at once.
    """
    access.require(by, May.SIGN_CLEARING)
    reason = reason_given(reason)
    month = _held(period)
    _require_no_reasons(month)
    known = open_reopening(month)
    if known is not None:
        raise DomainError("already_proposed", f"{known.proposed_by}已提出重开，正在等批准。")
    try:
        with transaction.atomic():
            reopening = Reopening.objects.create(
                reopening_no=f"CK{period}-{next_number(f'reopening-{period}'):02d}",
                period=month,
                version=month.version,
                reason=reason,
                proposed_by=by,
                proposed_at=at,
            )
    except IntegrityError as error:
        raise SomeoneElseWasFirst("同事刚提出重开，请刷新后再看。") from error
    workflow.begin(reopening, by=by, at=at, reason=reason)
    _log("reopening_proposed", reopening, by=by, at=at, reason=reason)
    return reopening


@transaction.atomic
def reopening_approve(*, period: str, by: User, at: dt.datetime) -> ClearingPeriod:
    """批准重开: another person; the month waits to be computed, confirmed and signed again.

    Errors: NotAllowed (also for whoever proposed it), `nothing_proposed`, SomeoneElseWasFirst, and all that
    reasons_against_reopening tells, at once.
    """
    access.require(by, May.APPROVE_REOPEN)
    hold_still()
    hold_months_from(period)
    month, reopening = _proposed(period, by)
    _require_no_reasons(month)
    signed = copy.copy(month)
    workflow.move(reopening, ReopeningState.APPROVED, by=by, at=at, decided_by=by, decided_at=at)
    names = {name: value for name, value in month.names.items() if name != "signed_by"}
    fields: dict[str, Any] = {"signed_at": None, "signed_by": None, "digest": "", "names": names}
    workflow.move(month, PeriodState.COMPUTED, by=by, at=at, reason=reopening.reason, **fields)
    if signed.signed_by and signed.signed_at:  # one that was signed before versions were kept has none yet
        version_keep(signed, by=signed.signed_by, at=signed.signed_at, cause=VersionCause.SIGNED)
    version_keep(month, by=by, at=at, cause=VersionCause.REOPENED)  # as it was signed: its sheets add up
    moved = late_come_back(month.period)
    held_follow_cases()
    records_written()  # a file that was checked before has to be checked again: where its rows count changed
    for entry in REOPENED:
        entry.function(month, by, at)
    carries_refresh(month.period, by, at)
    month.refresh_from_db()
    audit.record(
        "period_reopened",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        reopening=reopening.reopening_no,
        reason=reopening.reason,
        version=reopening.version,
        records=moved.records,
        deductions=moved.deductions,
        months=moved.months,
    )
    return month


@transaction.atomic
def reopening_reject(*, period: str, reason: str, by: User, at: dt.datetime) -> Reopening:
    """不予重开: another person says no, with a reason; the month stays signed."""
    access.require(by, May.APPROVE_REOPEN)
    reason = reason_given(reason)
    _, reopening = _proposed(period, by)
    state = ReopeningState.REJECTED
    workflow.move(reopening, state, by=by, at=at, reason=reason, decided_by=by, decided_at=at)
    _log("reopening_rejected", reopening, by=by, at=at, reason=reason)
    return reopening


@transaction.atomic
def reopening_withdraw(*, period: str, reason: str, by: User, at: dt.datetime) -> Reopening:
    """撤回重开: whoever proposed it takes it back."""
    reason = reason_given(reason)
    reopening = _open(_held(period))
    if reopening.proposed_by_id != by.pk:
        raise NotAllowed("重开只能由提出人撤回；不同意的，请由审批人办理“不予重开”。")
    workflow.move(reopening, ReopeningState.WITHDRAWN, by=by, at=at, reason=reason)
    _log("reopening_withdrawn", reopening, by=by, at=at, reason=reason)
    return reopening


def open_reopening(month: ClearingPeriod) -> Reopening | None:
    """The proposal that waits for a decision."""
    rows = Reopening.objects.filter(period=month, state=ReopeningState.PROPOSED)
    return rows.select_related("period", "proposed_by").first()


def _proposed(period: str, by: User) -> tuple[ClearingPeriod, Reopening]:
    """The month, held, and its open proposal, which somebody else made."""
    month = _held(period)
    reopening = _open(month)
    if reopening.proposed_by_id == by.pk:  # not even the system account: two people stand for a reopening
        raise NotAllowed("提出重开的人不能自己办理，请由另一位同事办理。")
    return month, reopening


def _open(month: ClearingPeriod) -> Reopening:
    reopening = open_reopening(month)
    if reopening is None:
        raise DomainError("nothing_proposed", "没有等待办理的重开，可能同事刚办理过，请刷新后再看。")
    return reopening


def _held(period: str) -> ClearingPeriod:
    month = hold_month(period)
    if month is None:
        raise DomainError("not_signed", f"“{period[:6]}”没有签发的清算，没有可以重开的。")
    return month


def _require_no_reasons(month: ClearingPeriod) -> None:
    reasons = reasons_against_reopening(month)
    if reasons:
        raise DomainErrors(reasons)


def _log(action: str, reopening: Reopening, *, by: User, at: dt.datetime, **detail: Any) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=Reopening.machine.kind,
        subject_no=reopening.reopening_no,
        period=reopening.period.period,
        version=reopening.version,
        **detail,
    )
