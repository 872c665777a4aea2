"""Writes by hand: a bank line typed in, a part of a line for a notice, and taking that back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, clean_reason
from agency.journal import audit
from agency.journal.numbers import next_numbers
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from settlement.notices import content
from settlement.notices.locks import hold_lines, hold_notices
from settlement.notices.matching import concerns, lines_match, open_fen, payer_of
from settlement.notices.models import BankLine, Basis, Notice, Payment
from settlement.notices.paying import new_payment, payments_write
from settlement.notices.rules import Payer
from settlement.notices.selectors import LEFT_OVER, account_table, with_payments, with_rest

SERIES = "bank-line-"  # and the month


@dataclass(frozen=True)
class LineContent:
    """What a statement says of one line; `amount_fen` is positive."""

    booked_on: dt.date
    reference: str
    direction: str
    amount_fen: int
    other_name: str = ""
    other_account: str = ""
    note: str = ""


def own_region(by: User) -> PoolingRegion | None:
    """Whose account the lines are that a person registers: the own region's, None for the province's."""
    return None if access.sees_all(by) else by.region


def new_line(said: LineContent, region: PoolingRegion | None, *, by: User, at: dt.datetime) -> BankLine:
    """A line that has no number yet."""
    line = BankLine(region=region, entered_by=by, entered_at=at, **vars(said))
    line.content_digest = content.digest_of_row(line, content.LINE)
    return line


def lines_write(lines: list[BankLine], *, at: dt.datetime) -> None:
    """Number and write lines of one moment. IntegrityError when one of them is stored already."""
    month = f"{timezone.localtime(at):%Y%m}"
    for number, line in zip(next_numbers(f"{SERIES}{month}", len(lines)), lines, strict=True):
        line.line_no = f"L{month}{number:05d}"
    BankLine.objects.bulk_create(lines, batch_size=500)


@transaction.atomic
def line_enter(*, by: User, at: dt.datetime, said: LineContent) -> BankLine:
    """登记: one line typed in from a statement or a slip; it is matched at once, like those of a file.

    Errors: NotAllowed, `already_registered` (the same day and 流水号 of this account).
    """
    access.require(by, May.LOAD_BANK)
    region = own_region(by)
    line = new_line(said, region, by=by, at=at)
    try:
        with transaction.atomic():
            lines_write([line], at=at)
    except IntegrityError as error:
        told = f"{said.booked_on} 流水号 {said.reference} 已经登记过，不必再登记。"
        raise DomainError("already_registered", told, field="reference") from error
    lines_match([line.pk], by=by, at=at)  # before the log: paying holds rows that others hold while they log
    audit.record(
        "bank_line_entered",
        by=by,
        at=at,
        subject_kind="bank_line",
        subject_no=line.line_no,
        region=region,
    )
    return line


def require_may_pay(by: User, line: BankLine) -> None:
    """核销: by whoever keeps the account that the line is of [P]."""
    access.require(by, May.ALLOCATE_PAYMENTS)
    owner = own_region(by)
    if not by.is_system_account and (owner.pk if owner else None) != line.region_id:
        raise NotAllowed(f"流水 {line} 属于{line.account_label}，由管这个账户的财务人员核销。")


@transaction.atomic
def payment_allocate(
    *,
    by: User,
    at: dt.datetime,
    line: BankLine,
    notice: Notice,
    amount_fen: int | None = None,
    reason: str = "",
) -> Payment:
    """核销: so much of a bank line (None: as much as fits) pays for a notice; the rest stays on the line.

    Errors: NotAllowed, `notice_voided`, `wrong_direction`, `bad_amount`, `more_than_line`,
    `more_than_notice`, `reason_missing` (the payer is not the one that the notice speaks of).
    """
    require_may_pay(by, line)
    line, notice = _held(line, notice)
    reason = clean_reason(reason)
    if amount_fen is None:
        amount_fen = min(line.rest_fen, open_fen(line, notice))
    _require_fit(line, notice, amount_fen)
    payer = payer_of(line, notice, account_table())
    if payer != Payer.RIGHT and not reason:
        raise DomainError("reason_missing", _payer_told(line, notice, payer), field="reason")
    payment = new_payment(line, notice, amount_fen, Basis.HAND, by=by, at=at, reason=reason)
    payments_write([payment], at=at)
    _log("payment_allocated", payment, by=by, at=at, reason=reason)
    return payment


@transaction.atomic
def payment_withdraw(*, by: User, at: dt.datetime, payment: Payment, reason: str) -> Payment:
    """撤回核销: a negative row that names the first one; both stay, the amount is free on the line again.

    Errors: NotAllowed, `reason_missing`, `is_withdrawal`, SomeoneElseWasFirst (it is withdrawn already).
    """
    require_may_pay(by, payment.line)
    reason = clean_reason(reason, missing="请写明撤回核销的原因。")
    if payment.withdraws_id is not None:
        raise DomainError("is_withdrawal", "这一笔本身是撤回，不能再撤回。")
    line, notice = _held(payment.line, payment.notice)
    if Payment.objects.filter(withdraws=payment).exists():
        raise SomeoneElseWasFirst(f"核销 {payment} 已经撤回，不必再撤回。")
    withdrawal = new_payment(
        line, notice, -payment.amount_fen, payment.basis, by=by, at=at, reason=reason, withdraws=payment
    )
    payments_write([withdrawal], at=at)
    _log("payment_withdrawn", withdrawal, by=by, at=at, reason=reason)
    return withdrawal


def open_lines_match(*, by: User, at: dt.datetime) -> int:
    """Try once more to match what is left of the own account's lines; returns how many found theirs."""
    access.require(by, May.ALLOCATE_PAYMENTS)
    rows = with_rest(BankLine.objects.filter(region=own_region(by))).filter(LEFT_OVER)
    return lines_match(rows.values_list("pk", flat=True), by=by, at=at)


def _held(line: BankLine, notice: Notice) -> tuple[BankLine, Notice]:
    """Both as they are now, with what is left and what is paid, held to the end of the transaction."""
    hold_lines([line.pk])
    hold_notices([notice.pk])
    now = with_rest(BankLine.objects.select_related("region")).filter(pk=line.pk).first()
    if now is None:
        raise SomeoneElseWasFirst(f"流水 {line} 刚随整批撤销，请刷新后再看。")
    return now, with_payments(Notice.objects.select_related("region")).get(pk=notice.pk)


def _require_fit(line: BankLine, notice: Notice, amount_fen: int) -> None:
    """The line can pay this notice, with this amount. Both come from `_held`."""
    if notice.is_voided:
        raise DomainError("notice_voided", f"{notice} 已作废，不能核销；请找重开后签发的新通知书。")
    if not concerns(line, notice):
        told = f"流水 {line} 是{line.account_label}的“{line.get_direction_display()}”，"
        raise DomainError(
            "wrong_direction",
            f"{told}不能核销{notice.region}的{notice.get_direction_display()}通知书 {notice}。",
        )
    if amount_fen <= 0:
        told = "核销金额应大于 0；流水已核销完或通知书已付清的，没有可核销的。"
        raise DomainError("bad_amount", told, field="amount")
    most = {
        "more_than_line": (line.rest_fen, f"流水 {line} 只剩", "。"),
        "more_than_notice": (open_fen(line, notice), f"{notice} 只欠", "；多付的留在流水上，不核销。"),
    }
    for code, (limit, told, after) in most.items():
        if amount_fen > limit:
            message = f"{told} {yuan(limit)} 元，不能核销 {yuan(amount_fen)} 元{after}"
            raise DomainError(code, message, field="amount")


def _payer_told(line: BankLine, notice: Notice, payer: Payer) -> str:
    whose = "没有登记为任何一方的账户" if payer == Payer.UNKNOWN else "登记的是另一方的账户"
    account = line.other_account or "（空）"
    return f"对方账号 {account} {whose}，不是{notice.region}通知书上应有的一方；确要核销请写明原因。"


def _log(action: str, payment: Payment, *, by: User, at: dt.datetime, reason: str) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="notice",
        subject_no=payment.notice.notice_no,
        region=payment.notice.region,
        payment=payment.payment_no,
        line=payment.line.line_no,
        amount=yuan(payment.amount_fen),
        reason=reason,
    )
