"""核对: notices are what was signed, bank lines what the bank said, and no money is used twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from agency.batches.models import Batch
from agency.batches.states import BatchState
from agency.journal.models import NumberSeries
from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing import rules as clearing
from settlement.clearing.filling import MonthBook
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.states import PeriodState
from settlement.notices import content, issuing, paying, rules
from settlement.notices.batches import KIND
from settlement.notices.models import BankLine, Category, Notice, Payment
from settlement.notices.selectors import with_payments, with_rest
from settlement.notices.states import NoticeState

RIGHT = "通知书等于清算轧差"
UNCHANGED = "通知书内容未改"
NUMBERS = "通知书文号不缺不重"
LINES = "银行流水内容未改"
BATCHES = "银行流水批次齐全"
PAYMENTS = "核销内容未改且编号不缺"
WITHIN_LINE = "核销不超过流水"
WITHIN_NOTICE = "核销不超过通知书"
FITTING = "核销与通知书方向相符"
WITHDRAWALS = "撤回核销与原核销相抵"


# --- notices ------------------------------------------------------------------------------------------------


@CHECKS.register(RIGHT, order=700)
def notices_are_the_net(period: str | None) -> Iterator[Broken]:
    """Each region whose 轧差 in a signed month is not nil has one notice of that amount; others none."""
    issued = Notice.objects.filter(state=NoticeState.ISSUED, category=Category.MONTHLY).order_by("pk")
    signed = ClearingPeriod.objects.filter(state=PeriodState.SIGNED).order_by("period")
    if period:
        issued, signed = issued.filter(period=period), signed.filter(period=period)
    by_month: dict[str, dict[int, Notice]] = {}
    for notice in issued:
        by_month.setdefault(notice.period, {})[notice.region_id] = notice
    for month in signed:
        yield from _month_faults(month, by_month.pop(month.period, {}))
    for rest in by_month.values():
        for notice in rest.values():
            yield Broken(RIGHT, f"通知书 {notice}", f"所依据的 {notice.period} 没有签发")


def _month_faults(month: ClearingPeriod, notices: dict[int, Notice]) -> Iterator[Broken]:
    book = MonthBook(month)
    for row in clearing.net(book.lines, book.parties):
        figures = rules.figures_of(row) if row.party is not clearing.PLATFORM else None
        notice = notices.pop(row.party.id, None)
        if notice is None and figures is not None:
            told = f"轧差 {yuan(row.net_fen)}，却没有通知书"
            yield Broken(RIGHT, f"{month.period} {row.party.name}", told)
        elif notice is not None:
            yield from _notice_faults(month, notice, figures)
    for notice in notices.values():
        yield Broken(RIGHT, f"通知书 {notice}", f"{notice.region_name}不是 {month.period} 的统筹区")


def _notice_faults(month: ClearingPeriod, notice: Notice, figures: rules.Figures | None) -> Iterator[Broken]:
    subject = f"通知书 {notice}"
    stored = rules.Figures(*(getattr(notice, name) for name in rules.Figures._fields))
    if figures is None:
        yield Broken(RIGHT, subject, f"{notice.region_name}轧差为零，不该有通知书")
    elif stored != figures:
        should = f"{rules.Direction(figures.direction).label} {yuan(figures.total_fen)}"
        has = f"{notice.get_direction_display()} {yuan(notice.total_fen)}"
        yield Broken(RIGHT, subject, f"记的是{has}，按签发的清算应为{should}")
    elif (notice.version, notice.basis_digest) != (month.version, month.digest):
        yield Broken(RIGHT, subject, f"依据的不是 {month.period} 现在的签发")


@CHECKS.register(UNCHANGED, order=701)
def notices_are_unchanged(period: str | None) -> Iterator[Broken]:
    """Every notice, voided ones too, still says what it said when it was issued."""
    rows = Notice.objects.filter(period=period) if period else Notice.objects.all()
    plain, of_subject = rows.filter(subject_no=""), rows.exclude(subject_no="")
    yield from _changed(UNCHANGED, "通知书", plain, "notice_no", content.NOTICE)
    yield from _changed(UNCHANGED, "通知书", of_subject, "notice_no", content.NOTICE_OF_SUBJECT)


@CHECKS.register(NUMBERS, order=702)
def numbers_have_no_gap(period: str | None) -> Iterator[Broken]:
    """1, 2, 3 … in each year, up to the last number given; the 文号 says the same."""
    last: dict[int, int] = {}
    rows = Notice.objects.order_by("year", "serial").values_list("notice_no", "year", "serial")
    for number, year, serial in rows:
        expected = last.get(year, 0) + 1
        if serial != expected:
            yield Broken(NUMBERS, f"{year} 年第 {expected} 号", f"缺号，下一份是 {number}")
        elif not number.endswith(rules.number_of("", year, serial)):
            yield Broken(NUMBERS, f"通知书 {number}", f"文号与序号 {year}-{serial} 不符")
        last[year] = serial
    for series, given in _given(issuing.SERIES).items():
        if given != last.get(int(series), 0):
            told = f"已给到 {given} 号，只有到 {last.get(int(series), 0)} 号"
            yield Broken(NUMBERS, f"{series} 年第 {given} 号", told)


def _given(prefix: str) -> dict[str, int]:
    """The last number given of each series with this prefix, by what stands behind the prefix."""
    series = NumberSeries.objects.filter(name__startswith=prefix).values_list("name", "value")
    return {name.removeprefix(prefix): value for name, value in series}


def _changed(
    check: str, what: str, rows: QuerySet[Any], number: str, lookups: tuple[str, ...]
) -> Iterator[Broken]:
    found = rows.order_by("pk").values_list(number, "content_digest", *lookups)
    for name, digest, *values in found.iterator():
        if content.digest_of_values(values) != digest:
            yield Broken(check, f"{what} {name}", "内容与写入时的摘要不符，有人改动过")


# --- bank lines ---------------------------------------------------------------------------------------------


@CHECKS.register(LINES, order=710)
def lines_are_unchanged(period: str | None) -> Iterator[Broken]:
    """Every bank line still says what it said when it was registered."""
    yield from _changed(LINES, "流水", _of_period(BankLine.objects.all(), period), "line_no", content.LINE)


def _of_period(rows: QuerySet[BankLine], period: str | None) -> QuerySet[BankLine]:
    """Of one month: the lines that a notice of it was paid with."""
    return rows.filter(payments__notice__period=period).distinct() if period else rows


@CHECKS.register(BATCHES, order=711)
def batches_are_whole(period: str | None) -> Iterator[Broken]:
    """A loaded statement has all its lines with the sum of its preview, an undone one none."""
    for number in BankLine.objects.filter(batch__isnull=True, row_no__gt=0).values_list("line_no", flat=True):
        yield Broken(BATCHES, f"流水 {number}", "是从文件导入的，却不属于任何批次")
    sums = BankLine.objects.filter(batch__isnull=False).order_by().values("batch_id")
    stored = {
        row["batch_id"]: (row["n"], int(row["fen"]))
        for row in sums.annotate(n=Count("pk"), fen=Sum("amount_fen"))
    }
    batches = Batch.objects.filter(kind=KIND, state__in=[BatchState.LOADED, BatchState.UNDONE]).order_by("pk")
    for batch in batches:
        undone = batch.state == BatchState.UNDONE
        wanted = (0, 0) if undone else (batch.accepted, batch.preview["sum_fen"])
        has = stored.get(batch.pk, (0, 0))
        if has != wanted:
            should, is_now = (f"{count} 行 {yuan(fen)} 元" for count, fen in (wanted, has))
            yield Broken(BATCHES, _first_gap(batch), f"批次 {batch} 应有 {should}，实有 {is_now}")


def _first_gap(batch: Batch) -> str:
    """The line of an undone batch that is still there; else the batch, whose lines one has to compare."""
    left = BankLine.objects.filter(batch=batch).order_by("pk").first()
    return f"流水 {left}" if left is not None and batch.state == BatchState.UNDONE else f"批次 {batch}"


# --- payments -----------------------------------------------------------------------------------------------


@CHECKS.register(PAYMENTS, order=720)
def payments_are_unchanged(period: str | None) -> Iterator[Broken]:
    """Every payment says what it said when it was made; their numbers run without a gap in each month."""
    rows = Payment.objects.filter(notice__period=period) if period else Payment.objects.all()
    yield from _changed(PAYMENTS, "核销", rows, "payment_no", content.PAYMENT)
    counts: dict[str, int] = {}
    for number in Payment.objects.order_by("payment_no").values_list("payment_no", flat=True):
        month, count = number[1:7], int(number[7:])
        if count != counts.get(month, 0) + 1:
            yield Broken(PAYMENTS, f"核销 Z{month}{counts.get(month, 0) + 1:05d}", f"缺号，下一笔是 {number}")
        counts[month] = count
    for month, given in _given(paying.SERIES).items():
        if given != counts.get(month, 0):
            told = f"已给到 {given} 号，只有到 {counts.get(month, 0)} 号"
            yield Broken(PAYMENTS, f"核销 Z{month}{given:05d}", told)


@CHECKS.register(WITHIN_LINE, order=721)
def payments_are_within_their_line(period: str | None) -> Iterator[Broken]:
    """What notices were paid with from a line is not more than the line, and not below nil."""
    rows = with_rest(_of_period(BankLine.objects.all(), period)).order_by("pk")
    for line in rows.filter(Q(rest_fen__lt=0) | Q(used_fen__lt=0)):
        told = f"金额 {yuan(line.amount_fen)}，核销了 {yuan(line.used_fen)}"
        yield Broken(WITHIN_LINE, f"流水 {line}", told)


@CHECKS.register(WITHIN_NOTICE, order=722)
def payments_are_within_their_notice(period: str | None) -> Iterator[Broken]:
    """A notice is not paid with more than it asks for, on neither side; a voided one with nothing."""
    rows = Notice.objects.filter(period=period) if period else Notice.objects.all()
    for notice in with_payments(rows).order_by("pk"):
        paid = max(notice.paid_fen, notice.told_fen)
        if notice.is_voided and paid:
            yield Broken(WITHIN_NOTICE, f"通知书 {notice}", f"已作废，却核销着 {yuan(paid)}")
        elif paid > notice.total_fen:
            told = f"金额 {yuan(notice.total_fen)}，核销了 {yuan(paid)}"
            yield Broken(WITHIN_NOTICE, f"通知书 {notice}", told)


@CHECKS.register(FITTING, order=723)
def payments_fit(period: str | None) -> Iterator[Broken]:
    """The province receives what a region pays, pays what it receives; a region's line its own notice."""
    of_province = Q(line__region__isnull=True) & (
        Q(notice__direction="payment", line__direction="in")
        | Q(notice__direction="receipt", line__direction="out")
    )
    of_region = Q(line__region=F("notice__region")) & (
        Q(notice__direction="receipt", line__direction="in")
        | Q(notice__direction="payment", line__direction="out")
    )
    rows = Payment.objects.filter(notice__period=period) if period else Payment.objects.all()
    fitting = rows.filter(of_province | of_region).values("pk")
    for payment in rows.exclude(pk__in=fitting).select_related("line", "notice").order_by("pk"):
        told = f"流水 {payment.line} 与 {payment.notice} 的方向或统筹区不符"
        yield Broken(FITTING, f"核销 {payment}", told)


@CHECKS.register(WITHDRAWALS, order=724)
def withdrawals_cancel(period: str | None) -> Iterator[Broken]:
    """A withdrawal takes back the whole payment that it names, from the same line and notice."""
    rows = Payment.objects.filter(withdraws__isnull=False)
    rows = rows.filter(notice__period=period) if period else rows
    fitting = rows.filter(
        line=F("withdraws__line"),
        notice=F("withdraws__notice"),
        amount_fen=-F("withdraws__amount_fen"),
        withdraws__withdraws__isnull=True,
    )
    for payment in rows.exclude(pk__in=fitting.values("pk")).select_related("withdraws").order_by("pk"):
        told = f"{yuan(payment.amount_fen)} 元与 {payment.withdraws} 不相抵，或流水、通知书不同"
        yield Broken(WITHDRAWALS, f"核销 {payment}", told)
