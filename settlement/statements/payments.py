"""Writes of payments: statements settled with a date and a voucher, one or many; taken back with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import SHANGHAI
from settlement.statements.locks import as_it_is_now, hold_drawing
from settlement.statements.models import InstitutionStatement
from settlement.statements.states import StatementState

S = StatementState
VOUCHER_LENGTH = 40


@transaction.atomic
def statements_pay(
    *,
    period: str,
    region: PoolingRegion,
    numbers: Collection[str],
    by: User,
    at: dt.datetime,
    paid_on: dt.date,
    voucher_no: str,
) -> int:
    """登记付款: final statements that both confirmed are settled under one voucher: paid to the institution,
    or recovered from it where it owes. All of them or none; returns the sum in fen.

    Errors: NotAllowed, `nothing_chosen`, `voucher_missing`, `paid_in_future`, `paid_before_signed`,
    `not_payable`, `mixed_directions`, `not_drawn`.
    """
    access.require(by, May.PAY_STATEMENTS, region)
    voucher = " ".join(voucher_no.split())
    _require_payment(numbers, voucher, paid_on, at)
    hold_drawing(period, region)
    found = list(
        InstitutionStatement.objects.filter(
            care_region=region, period__period=period, statement_no__in=set(numbers)
        )
        .select_related("period")
        .order_by("pk")
    )
    _require_payable(found, set(numbers), paid_on)
    workflow.move_many(
        found, S.PAID, by=by, at=at, reason=f"凭证 {voucher}，{paid_on}", paid_on=paid_on, voucher_no=voucher
    )
    total = sum(row.payable_fen for row in found)
    audit.record(
        "statements_paid",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        region=region,
        statements=len(found),
        numbers=[row.statement_no for row in found[:20]],
        amount=yuan(total),
        voucher=voucher,
        paid_on=str(paid_on),
    )
    return total


def _require_payment(numbers: Collection[str], voucher: str, paid_on: dt.date, at: dt.datetime) -> None:
    if not numbers:
        raise DomainError("nothing_chosen", "请先勾选要登记的对账单。")
    if not voucher:
        raise DomainError("voucher_missing", "请填凭证号。", field="voucher_no")
    if len(voucher) > VOUCHER_LENGTH:
        raise DomainError("voucher_too_long", f"凭证号最多 {VOUCHER_LENGTH} 个字。", field="voucher_no")
    if paid_on > at.astimezone(SHANGHAI).date():
        raise DomainError("paid_in_future", "付款日期还没有到，请核对。", field="paid_on")


def _require_payable(found: list[InstitutionStatement], wanted: set[str], paid_on: dt.date) -> None:
    wrong = [row for row in found if row.state != S.AGREED or not row.is_final or not row.payable_fen]
    if wrong or len(found) != len(wanted):
        named = "、".join(f"{row.institution_label}（{row.get_state_display()}）" for row in wrong[:3])
        raise DomainError(
            "not_payable",
            f"没有登记：{named or '所选的有的'}不能付款。"
            "只有已签发月份、双方已确认、金额不为零的可以；请刷新后再选。",
        )
    signed = found[0].period.signed_at
    if signed is not None and paid_on < signed.astimezone(SHANGHAI).date():
        raise DomainError("paid_before_signed", "付款日期早于清算签发的日期，请核对。", field="paid_on")
    if len({row.is_recovery for row in found}) > 1:
        raise DomainError("mixed_directions", "付给机构的和向机构追回的请分开登记。")


@transaction.atomic
def payment_undo(
    *, statement: InstitutionStatement, by: User, at: dt.datetime, reason: str
) -> InstitutionStatement:
    """撤销付款: a statement is open again; the journal keeps voucher, date and why. Errors: NotAllowed,
    `reason_missing`, `no_such_step`."""
    access.require(by, May.PAY_STATEMENTS, statement.care_region)
    statement = as_it_is_now(statement)
    voucher, paid_on = statement.voucher_no, statement.paid_on
    workflow.move(statement, S.AGREED, by=by, at=at, reason=reason, paid_on=None, voucher_no="")
    audit.record(
        "statement_payment_undone",
        by=by,
        at=at,
        subject_kind=InstitutionStatement.machine.kind,
        subject_no=statement.statement_no,
        region=statement.care_region,
        voucher=voucher,
        paid_on=str(paid_on),
        amount=yuan(statement.payable_fen),
        reason=reason[:200],
    )
    return statement
