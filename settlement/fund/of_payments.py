"""核销、撤回: what payments out of and into the province's account move between a region's fund and the bank.

A region's own bank lines only stand for comparison, and move nothing [P]. A withdrawal turns round the very
movements of the payment that it takes back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from agency.policy.insurance import InsuranceType
from settlement.fund.accounts import BANK, fund_of
from settlement.fund.models import CauseKind, FundMovement
from settlement.fund.posting import Entry, Posting, post, reversal_of
from settlement.fund.rules import Paid, Parts, split
from settlement.notices.models import Direction, Notice, Payment
from settlement.records.selectors import chunks

OFFSET = "offset"  # the part that no bank sees
OF_BANK = Q(line__region__isnull=True)


def payments_of_bank(notices: QuerySet[Notice] | Iterable[int]) -> QuerySet[Payment]:
    """The payments by the province's account of some notices, in the order in which they were made."""
    rows = Payment.objects.filter(OF_BANK, notice__in=notices).select_related("notice", "withdraws")
    return rows.order_by("notice_id", "pk")


def parts_of(payments: Iterable[Payment]) -> dict[str, Parts]:
    """Number → 职工 and 居民 of each payment; all payments by the province's account of their notices."""
    by_notice: dict[int, list[Payment]] = {}
    for payment in payments:
        by_notice.setdefault(payment.notice_id, []).append(payment)
    found: dict[str, Parts] = {}
    for rows in by_notice.values():
        notice = rows[0].notice
        said = [
            Paid(row.payment_no, row.amount_fen, row.withdraws.payment_no if row.withdraws else "")
            for row in rows
        ]
        found |= split(said, notice.employee_fen, notice.total_fen)
    return found


def entries_of(payment: Payment, parts: Parts) -> Iterator[Entry]:
    """What comes in from a region raises its fund and the bank, what goes out lowers both.

    Where one insurance type goes the other way it is offset within the region's own money: the bank moves by
    what the bank says.
    """
    notice = payment.notice
    comes_in = notice.direction == Direction.PAYMENT
    of_kind = {kind: getattr(parts, f"{kind}_fen") for kind in InsuranceType.values}
    funds = {kind: fund_of(notice.region_id, kind) for kind in InsuranceType.values}
    paid = sum(of_kind.values())
    against = [kind for kind, fen in of_kind.items() if fen * paid < 0]
    for kind, fen in of_kind.items():
        sides = (BANK, funds[kind]) if comes_in else (funds[kind], BANK)
        if fen * paid > 0:
            yield Entry(kind, *sides, paid if against else fen, notice.notice_no)
    for kind in against:
        with_it = next(other for other in of_kind if other != kind)
        sides = (funds[kind], funds[with_it]) if comes_in else (funds[with_it], funds[kind])
        yield Entry(OFFSET, *sides, -of_kind[kind], f"{notice.notice_no} 险种间抵减")


def payments_post(payments: Sequence[Payment], at: dt.datetime) -> None:
    """Payments were written: what they move follows, and whatever their notices' earlier ones still lack."""
    notices = {payment.notice_id for payment in payments if payment.line.region_id is None}
    if notices:
        notices_post(notices, at=at)


def notices_post(notices: Iterable[int], *, at: dt.datetime) -> list[FundMovement]:
    """Post what is not posted yet of the payments of some notices; withdrawals after what they take back."""
    written = []
    for block in chunks(notices):
        rows = list(payments_of_bank(block))
        have = posted_of(rows)
        missing = [row for row in rows if row.payment_no not in have]
        parts = parts_of(rows)
        first = [_posting(row, parts[row.payment_no]) for row in missing if not row.withdraws_id]
        written += post(first, at=at)
        written += post(list(_withdrawals(missing)), at=at)
    return written


def posted_of(payments: Iterable[Payment]) -> dict[str, list[FundMovement]]:
    """Payment number → its movements, with their accounts."""
    kinds = (CauseKind.PAYMENT, CauseKind.WITHDRAWAL)
    movements = FundMovement.objects.filter(cause_kind__in=kinds).select_related("debit", "credit")
    found: dict[str, list[FundMovement]] = {}
    for block in chunks(payment.payment_no for payment in payments):
        for movement in movements.filter(cause_no__in=block).order_by("pk"):
            found.setdefault(movement.cause_no, []).append(movement)
    return found


def _posting(payment: Payment, parts: Parts) -> Posting:
    return _caused(CauseKind.PAYMENT, payment, tuple(entries_of(payment, parts)))


def _withdrawals(missing: Iterable[Payment]) -> Iterator[Posting]:
    taken = {row: row.withdraws for row in missing if row.withdraws is not None}
    standing: Mapping[str, list[FundMovement]] = posted_of(taken.values()) if taken else {}
    for row, old in taken.items():
        entries = tuple(reversal_of(movement) for movement in standing[old.payment_no])
        yield _caused(CauseKind.WITHDRAWAL, row, entries)


def _caused(kind: CauseKind, payment: Payment, entries: tuple[Entry, ...]) -> Posting:
    return Posting(kind, payment.payment_no, day_of(payment), payment.by_id, entries)


def day_of(payment: Payment) -> dt.date:
    """The day on which a payment moves the money: when it was allotted, not when the bank booked its line."""
    return timezone.localdate(payment.at)


def lacking() -> QuerySet[Payment]:
    """Payments by the province's account that are not posted."""
    kinds = (CauseKind.PAYMENT, CauseKind.WITHDRAWAL)
    posted = FundMovement.objects.filter(cause_kind__in=kinds).values("cause_no")
    return Payment.objects.filter(OF_BANK).exclude(payment_no__in=posted)
