"""调账: proposed by one person with a reason, posted when another approves. [P]"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from settlement.fund.accounts import AccountKey, accounts_for, key_of
from settlement.fund.models import CauseKind, FundAdjustment, FundMovement
from settlement.fund.posting import Entry, Posting, post
from settlement.fund.states import AdjustmentState
from settlement.notices.locks import hold_lines
from settlement.notices.models import BankDirection, BankLine
from settlement.notices.selectors import with_rest

SERIES = "fund-adjustment-"  # and the month
PART = "whole"


@dataclass(frozen=True)
class Said:
    """What an adjustment says: so much from one account to another, why, and of which bank line if of any."""

    debit: AccountKey
    credit: AccountKey
    amount_fen: int
    reason: str
    line: BankLine | None = None


@transaction.atomic
def adjustment_propose(*, said: Said, by: User, at: dt.datetime) -> FundAdjustment:
    """提出调账: nothing moves until another person approves.

    Errors: NotAllowed, `reason_missing`, `reason_too_long`, `bad_amount`, `same_account`, and those of
    `_require_line_fits`.
    """
    access.require(by, May.KEEP_FUND)
    reason = reason_given(said.reason)
    if said.amount_fen <= 0:
        raise DomainError("bad_amount", "金额应大于 0；方向由借方和贷方说明。", field="amount_fen")
    if said.debit == said.credit:
        raise DomainError("same_account", "借方和贷方是同一个账户，没有可调的。", field="credit")
    accounts = accounts_for([said.debit, said.credit])
    adjustment = FundAdjustment(
        debit=accounts[said.debit],
        credit=accounts[said.credit],
        amount_fen=said.amount_fen,
        reason=reason,
        line=said.line,
    )
    _require_line_fits(adjustment)
    return _propose(adjustment, by=by, at=at)


def _require_line_fits(adjustment: FundAdjustment) -> None:
    """The line is one of the province's account, in this direction, and has so much left.

    Errors: `wrong_direction`, `more_than_line`.
    """
    if adjustment.line_id is None or adjustment.reverses_id is not None:
        return
    hold_lines([adjustment.line_id])
    line = with_rest(BankLine.objects.all()).get(pk=adjustment.line_id)
    bank = adjustment.debit if line.direction == BankDirection.IN else adjustment.credit
    if line.region_id is not None or not bank.is_bank:
        side = "借方" if line.direction == BankDirection.IN else "贷方"
        told = f"流水 {line} 是{line.account_label}的“{line.get_direction_display()}”，省级账户应在{side}。"
        raise DomainError("wrong_direction", told, field="line")
    if adjustment.amount_fen > line.rest_fen:
        told = f"流水 {line} 只剩 {yuan(line.rest_fen)} 元，不能调账 {yuan(adjustment.amount_fen)} 元。"
        raise DomainError("more_than_line", told, field="amount_fen")


@transaction.atomic
def adjustment_reverse(
    *, adjustment: FundAdjustment, reason: str, by: User, at: dt.datetime
) -> FundAdjustment:
    """提出冲正: an approved adjustment is to be taken back as a whole, by two people as well.

    Errors: NotAllowed, `reason_missing`, `cannot_reverse`, SomeoneElseWasFirst (one is there already).
    """
    access.require(by, May.KEEP_FUND)
    reason = reason_given(reason)
    if adjustment.state != AdjustmentState.APPROVED or adjustment.reverses_id is not None:
        raise DomainError("cannot_reverse", f"只有已记账的调账可以冲正，{adjustment} 不能。")
    turned = FundAdjustment(
        debit=adjustment.credit,
        credit=adjustment.debit,
        amount_fen=adjustment.amount_fen,
        reason=reason,
        reverses=adjustment,
        line=adjustment.line,
    )
    return _propose(turned, by=by, at=at)


def _propose(adjustment: FundAdjustment, *, by: User, at: dt.datetime) -> FundAdjustment:
    month = f"{timezone.localtime(at):%Y%m}"
    adjustment.adjustment_no = f"T{month}{next_number(f'{SERIES}{month}'):04d}"
    adjustment.proposed_by, adjustment.proposed_at = by, at
    try:
        with transaction.atomic():
            adjustment.save(force_insert=True)
    except IntegrityError as error:
        if adjustment.reverses is None:
            raise
        told = f"{adjustment.reverses} 已经冲正，或有一份冲正在等批准，请刷新后再看。"
        raise SomeoneElseWasFirst(told) from error
    workflow.begin(adjustment, by=by, at=at, reason=adjustment.reason)
    _log("fund_adjustment_proposed", adjustment, by=by, at=at, reason=adjustment.reason)
    return adjustment


@transaction.atomic
def adjustment_approve(*, adjustment: FundAdjustment, by: User, at: dt.datetime) -> FundAdjustment:
    """批准: another person; it is posted on this day.

    Errors: NotAllowed (also for whoever proposed), SomeoneElseWasFirst, and those of `_require_line_fits`.
    """
    adjustment = _held(adjustment, by)
    _require_line_fits(adjustment)
    workflow.move(adjustment, AdjustmentState.APPROVED, by=by, at=at, decided_by=by, decided_at=at)
    entries = (entry_of(adjustment, _movement_of(adjustment.reverses)),)
    day = day_of(adjustment)
    post([Posting(CauseKind.ADJUSTMENT, adjustment.adjustment_no, day, by.pk, entries)], at=at)
    _log("fund_adjustment_approved", adjustment, by=by, at=at)
    return adjustment


@transaction.atomic
def adjustment_refuse(
    *, adjustment: FundAdjustment, reason: str, by: User, at: dt.datetime
) -> FundAdjustment:
    """不予批准: another person says no, with a reason; nothing moves."""
    reason = reason_given(reason)
    adjustment = _held(adjustment, by)
    state = AdjustmentState.REFUSED
    workflow.move(adjustment, state, by=by, at=at, reason=reason, decided_by=by, decided_at=at)
    _log("fund_adjustment_refused", adjustment, by=by, at=at, reason=reason)
    return adjustment


def _held(adjustment: FundAdjustment, by: User) -> FundAdjustment:
    """The adjustment, held, for somebody who did not propose it; not even the system account may be both."""
    access.require(by, May.APPROVE_FUND)
    rows = FundAdjustment.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("debit__region", "credit__region", "reverses").get(pk=adjustment.pk)
    if held.proposed_by_id == by.pk:
        raise NotAllowed("提出调账的人不能自己批准，请由另一位同事办理。")
    if held.state != AdjustmentState.PROPOSED:
        raise SomeoneElseWasFirst(f"调账 {held} {held.get_state_display()}，不必再办。")
    return held


def entry_of(adjustment: FundAdjustment, corrects: FundMovement | None = None) -> Entry:
    """The one movement of an adjustment; a reversal names the movement that it turns round."""
    return Entry(
        PART,
        key_of(adjustment.debit),
        key_of(adjustment.credit),
        adjustment.amount_fen,
        adjustment.reason,
        corrects.pk if corrects is not None else None,
    )


def _movement_of(adjustment: FundAdjustment | None) -> FundMovement | None:
    if adjustment is None:
        return None
    return FundMovement.objects.get(cause_kind=CauseKind.ADJUSTMENT, cause_no=adjustment.adjustment_no)


def day_of(adjustment: FundAdjustment) -> dt.date:
    """When it was decided, the day on which it moves money."""
    assert adjustment.decided_at is not None  # a constraint of the table, for whoever is approved
    return timezone.localdate(adjustment.decided_at)


def region_of(adjustment: FundAdjustment) -> PoolingRegion | None:
    """Whose money it touches; the one that pays where it touches two regions'."""
    return adjustment.debit.region or adjustment.credit.region


def _log(action: str, adjustment: FundAdjustment, *, by: User, at: dt.datetime, reason: str = "") -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=FundAdjustment.machine.kind,
        subject_no=adjustment.adjustment_no,
        region=region_of(adjustment),
        amount=yuan(adjustment.amount_fen),
        reason=reason,
    )
