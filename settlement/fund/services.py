"""Writes of the ledger by hand: post what is lacking, and register what the bank's paper says."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db import transaction

from agency.errors import DomainError
from agency.journal import audit
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.clearing.models import ClearingPeriod
from settlement.fund import of_payments
from settlement.fund.models import BankBalance, FundMovement
from settlement.fund.of_months import months_post
from settlement.notices.locks import hold_notices


@transaction.atomic
def ledger_post(*, by: User, at: dt.datetime) -> list[FundMovement]:
    """补记: what signatures, reopenings and payments from before the ledger lack, each on its own day and in
    the name of whoever brought it about; nothing that stands is touched. Returns what was written."""
    access.require(by, May.KEEP_FUND)
    written = months_post(ClearingPeriod.objects.all(), at=at)
    lacking = of_payments.lacking().order_by("notice").values_list("notice", flat=True).distinct()
    held = hold_notices(lacking)  # so that none of them is paid meanwhile
    written += of_payments.notices_post(held, at=at)
    if written:
        audit.record("fund_posted", by=by, at=at, subject_kind="fund", movements=len(written))
    return written


def causes_of(movements: list[FundMovement]) -> Counter[str]:
    """How many causes of each kind some movements are of."""
    return Counter(kind for kind, _ in {(row.cause_kind, row.cause_no) for row in movements})


@transaction.atomic
def balance_enter(*, day: dt.date, amount_fen: int, by: User, at: dt.datetime, today: dt.date) -> BankBalance:
    """登记对账单余额: what the bank's paper says of the province's account at the end of a day; entered
    again, the newer one counts. Errors: NotAllowed, `in_the_future`."""
    access.require(by, May.KEEP_FUND)
    if day > today:
        raise DomainError("in_the_future", "对账单余额的日期不能晚于今天。", field="day")
    balance = BankBalance.objects.create(day=day, amount_fen=amount_fen, by=by, at=at)
    audit.record(
        "bank_balance_entered",
        by=by,
        at=at,
        subject_kind="bank_balance",
        subject_no=str(day),
        amount=yuan(amount_fen),
    )
    return balance
