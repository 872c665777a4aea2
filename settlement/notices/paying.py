"""核销的一行: how a payment is made, numbered and written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.utils import timezone

from agency.journal.numbers import next_numbers
from agency.organisation.models import User
from agency.registry import Registry
from settlement.notices import content
from settlement.notices.models import BankLine, Notice, Payment

SERIES = "payment-"  # and the month
# (payments, at) -> None, inside the transaction that wrote them, with their keys; withdrawals are below nil
PAID: Registry[Callable[[Sequence[Payment], dt.datetime], None]] = Registry("after payments are written")


def new_payment(
    line: BankLine,
    notice: Notice,
    amount_fen: int,
    basis: str,
    *,
    by: User,
    at: dt.datetime,
    reason: str = "",
    withdraws: Payment | None = None,
) -> Payment:
    """A payment that has no number yet."""
    return Payment(
        line=line,
        notice=notice,
        amount_fen=amount_fen,
        basis=basis,
        reason=reason,
        withdraws=withdraws,
        by=by,
        at=at,
    )


def payments_write(payments: Sequence[Payment], *, at: dt.datetime) -> None:
    """Number and write payments of one moment, whose lines and notices the caller holds."""
    month = f"{timezone.localtime(at):%Y%m}"
    for number, payment in zip(next_numbers(f"{SERIES}{month}", len(payments)), payments, strict=True):
        payment.payment_no = f"Z{month}{number:05d}"
        payment.content_digest = content.digest_of_row(payment, content.PAYMENT)
    Payment.objects.bulk_create(payments)
    if payments:
        for entry in PAID:
            entry.function(payments, at)
