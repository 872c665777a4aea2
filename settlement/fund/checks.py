"""核对: every signature, payment and approved adjustment has exactly its movements, no movement is without a
cause; what was turned round names the old one; the bank's balance is what came in and went out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from agency.journal.models import NumberSeries
from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing.models import ClearingPeriod
from settlement.fund import adjusting, of_months, of_payments, posting
from settlement.fund.accounts import AccountKey, key_of
from settlement.fund.models import CauseKind, FundAdjustment, FundMovement
from settlement.fund.posting import Entry
from settlement.fund.selectors import balances, bank_moved
from settlement.fund.states import AdjustmentState
from settlement.notices.models import Payment
from settlement.records.selectors import chunks

MONTHS = "签发的清算都记入周转金账"
PAYMENTS = "核销都记入周转金账"
ADJUSTMENTS = "调账与批准的一致"
CORRECTIONS = "周转金冲正与原明细相抵"
NUMBERS = "周转金账编号不缺不重"
BALANCED = "周转金账平衡且等于银行收付"

C = CauseKind


class Fact(NamedTuple):
    """What a movement says: from which account to which, how much, on which day."""

    debit: AccountKey
    credit: AccountKey
    amount_fen: int
    on: dt.date


Wanted = dict[str, Fact]
Stored = dict[tuple[str, str], dict[str, FundMovement]]


def _wanted(entries: Iterable[Entry], on: dt.date) -> Wanted:
    """Part → what its movement must say."""
    found = {}
    for entry in entries:
        sides = (entry.debit, entry.credit) if entry.amount_fen > 0 else (entry.credit, entry.debit)
        found[entry.part] = Fact(*sides, abs(entry.amount_fen), on)
    return found


def _turned(wanted: Wanted, on: dt.date) -> Wanted:
    return {part: Fact(fact.credit, fact.debit, fact.amount_fen, on) for part, fact in wanted.items()}


def _stored(rows: QuerySet[FundMovement]) -> Stored:
    """(kind, number of the cause) → part → its movement."""
    found: Stored = {}
    for row in rows.select_related("debit", "credit").order_by("pk"):
        found.setdefault((row.cause_kind, row.cause_no), {})[row.part] = row
    return found


def _differing(check: str, subject: str, wanted: Wanted, stored: dict[str, FundMovement]) -> Iterator[Broken]:
    for part in sorted({*wanted, *stored}):
        row, fact = stored.get(part), wanted.get(part)
        if row is None:
            assert fact is not None  # it is in one of the two
            yield Broken(check, subject, f"没有记账（{part} {yuan(fact.amount_fen)}）")
        elif fact is None:
            yield _without_cause(check, row)
        elif Fact(key_of(row.debit), key_of(row.credit), row.amount_fen, row.posted_on) != fact:
            told = f"记的是 {yuan(row.amount_fen)}（{row.posted_on}），{subject}应为 {yuan(fact.amount_fen)}"
            yield Broken(check, f"周转金明细 {row}", f"{told}（{fact.on}），或账户不符")


def _without_cause(check: str, row: FundMovement) -> Broken:
    return Broken(check, f"周转金明细 {row}", f"{row.get_cause_kind_display()} {row.cause_no} 没有这样的缘由")


def _rest(check: str, stored: Stored) -> Iterator[Broken]:
    for parts in stored.values():
        for row in parts.values():
            yield _without_cause(check, row)


@CHECKS.register(MONTHS, order=730)
def months_are_posted(period: str | None) -> Iterator[Broken]:
    """Every signature has its movements as it was signed; one that no longer stands has them turned round."""
    months = ClearingPeriod.objects.filter(period=period) if period else ClearingPeriod.objects.all()
    rows = FundMovement.objects.filter(cause_kind__in=[C.CLEARING, C.REOPENING])
    stored = _stored(rows.filter(cause_no__startswith=f"{period}/") if period else rows)
    for one in of_months.signatures(months):
        wanted = _wanted(of_months.entries_of(one), one.on)
        subject = f"{one.month.period} 第 {one.version} 次签发"
        yield from _differing(MONTHS, subject, wanted, stored.pop((C.CLEARING, one.cause_no), {}))
        turned = {} if one.stands else _turned(wanted, one.reopened_on or one.on)
        yield from _differing(MONTHS, f"{subject}的重开", turned, stored.pop((C.REOPENING, one.cause_no), {}))
    yield from _rest(MONTHS, stored)


@CHECKS.register(PAYMENTS, order=731)
def payments_are_posted(period: str | None) -> Iterator[Broken]:
    """Every payment by the province's account has its movements, split as the rule says."""
    paid = Payment.objects.filter(of_payments.OF_BANK)
    rows = paid.filter(notice__period=period) if period else paid
    for block in chunks(rows.order_by("notice").values_list("notice", flat=True).distinct()):
        yield from _payment_faults(list(of_payments.payments_of_bank(block)))
    if period is None:
        moved = FundMovement.objects.filter(cause_kind__in=[C.PAYMENT, C.WITHDRAWAL])
        yield from _rest(PAYMENTS, _stored(moved.exclude(cause_no__in=paid.values("payment_no"))))


def _payment_faults(payments: list[Payment]) -> Iterator[Broken]:
    have, parts = of_payments.posted_of(payments), of_payments.parts_of(payments)
    wanted: dict[str, Wanted] = {}
    for row in payments:
        on = of_payments.day_of(row)
        if row.withdraws is None:
            wanted[row.payment_no] = _wanted(of_payments.entries_of(row, parts[row.payment_no]), on)
        else:
            wanted[row.payment_no] = _turned(wanted.get(row.withdraws.payment_no, {}), on)
        stored = {movement.part: movement for movement in have.get(row.payment_no, ())}
        yield from _differing(PAYMENTS, f"核销 {row}", wanted[row.payment_no], stored)


@CHECKS.register(ADJUSTMENTS, order=732)
def adjustments_are_posted(period: str | None) -> Iterator[Broken]:
    """Each approved adjustment has its one movement, no other has any."""
    if period:
        return
    stored = _stored(FundMovement.objects.filter(cause_kind=C.ADJUSTMENT))
    approved = FundAdjustment.objects.filter(state=AdjustmentState.APPROVED).order_by("pk")
    for row in approved.select_related("debit", "credit"):
        wanted = _wanted([adjusting.entry_of(row)], adjusting.day_of(row))
        found = stored.pop((C.ADJUSTMENT, row.adjustment_no), {})
        yield from _differing(ADJUSTMENTS, f"调账 {row}", wanted, found)
    yield from _rest(ADJUSTMENTS, stored)


@CHECKS.register(CORRECTIONS, order=733)
def corrections_name_the_old(period: str | None) -> Iterator[Broken]:
    """What turns a movement round names it, and is the whole of it the other way; it stands after it."""
    if period:
        return
    fitting = FundMovement.objects.filter(
        corrects__debit=F("credit"),
        corrects__credit=F("debit"),
        corrects__amount_fen=F("amount_fen"),
        corrects__part=F("part"),
        corrects__corrects__isnull=True,
        corrects__lt=F("pk"),
    ).filter(
        Q(cause_kind=C.REOPENING, corrects__cause_kind=C.CLEARING, corrects__cause_no=F("cause_no"))
        | Q(cause_kind=C.WITHDRAWAL, corrects__cause_kind=C.PAYMENT)
        | Q(cause_kind=C.ADJUSTMENT, corrects__cause_kind=C.ADJUSTMENT)
    )
    turning = FundMovement.objects.filter(
        Q(corrects__isnull=False)
        | Q(cause_kind__in=[C.REOPENING, C.WITHDRAWAL])
        | Q(cause_kind=C.ADJUSTMENT, cause_no__in=_reversals())
    )
    for row in turning.exclude(pk__in=fitting.values("pk")).select_related("corrects").order_by("pk"):
        told = f"与 {row.corrects} 不相抵" if row.corrects else "没有写明冲正哪一笔"
        yield Broken(CORRECTIONS, f"周转金明细 {row}", told)


def _reversals() -> QuerySet[Any, Any]:
    return FundAdjustment.objects.filter(reverses__isnull=False).values("adjustment_no")


@CHECKS.register(NUMBERS, order=734)
def numbers_have_no_gap(period: str | None) -> Iterator[Broken]:
    """1, 2, 3 … in each month, up to the last number given."""
    if period:
        return
    last: dict[str, int] = {}
    for number in FundMovement.objects.order_by("movement_no").values_list("movement_no", flat=True):
        month, count = number[1:7], int(number[7:])
        if count != last.get(month, 0) + 1:
            expected = f"F{month}{last.get(month, 0) + 1:06d}"
            yield Broken(NUMBERS, f"周转金明细 {expected}", f"缺号，下一笔是 {number}")
        last[month] = count
    given = NumberSeries.objects.filter(name__startswith=posting.SERIES).values_list("name", "value")
    for name, value in given:
        month = name.removeprefix(posting.SERIES)
        if value != last.get(month, 0):
            told = f"已给到 {value} 号，只有到 {last.get(month, 0)} 号"
            yield Broken(NUMBERS, f"周转金明细 F{month}{value:06d}", told)


@CHECKS.register(BALANCED, order=735)
def the_bank_is_what_came_and_went(period: str | None) -> Iterator[Broken]:
    """The bank holds what the funds and the platform say, and that is what payments and adjustments moved."""
    if period:
        return
    found = balances()
    bank = sum(fen for account, fen in found.items() if account.is_bank)
    rest = sum(fen for account, fen in found.items() if not account.is_bank)
    if bank != rest:
        yield Broken(BALANCED, "省级账户", f"账面 {yuan(bank)}，各资金账户合计 {yuan(rest)}")
    moved = bank_moved()
    if bank != moved:
        yield Broken(BALANCED, "省级账户", f"账面 {yuan(bank)}，核销与调账合计 {yuan(moved)}")
