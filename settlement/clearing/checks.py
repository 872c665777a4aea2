"""Invariants of the clearing, month by month: for signing (all must hold) and for `check_books`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import F, Q, QuerySet

from agency import money
from agency.periods import period_label
from agency.registry import CHECKS
from agency.sheets.digest import digest
from agency.web.parts import Broken
from settlement.clearing import rules, selectors
from settlement.clearing import version_checks as version_checks
from settlement.clearing.carries import with_carries, without_carries
from settlement.clearing.counting import Counted, count_anew
from settlement.clearing.filling import MonthBook, all_sheets, region_digest
from settlement.clearing.models import ClearingLine, ClearingPeriod, SignedSheet
from settlement.clearing.rules import LINE_FIELDS, Line
from settlement.clearing.states import PeriodState
from settlement.deductions.models import Deduction
from settlement.holding.selectors import carries_of
from settlement.records.models import SettlementRecord
from settlement.records.periods import first_open, signed_periods

Check = Callable[[ClearingPeriod], Iterator[Broken]]

BALANCE = "清算应收等于应付"
TOTALS = "清算合计等于各行之和"
ARITHMETIC = "清算行金额相加"
BEHIND = "清算行等于明细与扣款"
LINES_DIGEST = "清算行摘要"
SHEETS_DIGEST = "签发的表未变"
CONFIRMED = "签发前各统筹区已确认"
MONTH_ORDER = "清算期依次签发"
RIGHT_MONTH = "明细计入应计的月份"
DEDUCTION_MONTH = "扣款计入应计的月份"
DEDUCTION_FITS = "扣款与所扣明细一致"

LABELS = {field.name: str(field.verbose_name) for field in ClearingLine._meta.fields}


# --- one month ----------------------------------------------------------------------------------------------


def balance(month: ClearingPeriod) -> Iterator[Broken]:
    """Σ应收 = Σ应付, as stored and as netted from the lines, the platform counted in."""
    if month.receivable_fen != month.payable_fen:
        yield Broken(
            BALANCE,
            month.period,
            f"应收合计 {_yuan(month.receivable_fen)}，应付合计 {_yuan(month.payable_fen)}",
        )
    rows = rules.net(selectors.lines_of(month), selectors.parties_of(month))
    receivable = sum(row.receivable.sum_fen for row in rows)
    payable = sum(row.payable.sum_fen for row in rows)
    if receivable != payable:
        yield Broken(BALANCE, f"{month.period} 表 9", f"应收 {_yuan(receivable)}，应付 {_yuan(payable)}")


def totals(month: ClearingPeriod, anew: Counted | None = None) -> Iterator[Broken]:
    """The month's totals are the sums of its lines; local cases are those that are kept."""
    sums = selectors.lines_sum(month)
    stored = (month.cases, month.receivable_fen, month.payable_fen)
    added = (sums["records"], sums["due_fen"], sums["due_fen"])
    for label, was, now in zip(("明细数", "应收合计", "应付合计"), stored, added, strict=True):
        if was != now:
            shown = (was, now) if label == "明细数" else (_yuan(was), _yuan(now))
            yield Broken(TOTALS, month.period, f"{label}记为 {shown[0]}，各行之和是 {shown[1]}")
    anew = anew or count_anew(month)
    local = anew.sums.local
    if local != month.local_cases and not anew.since.cannot_tell:
        yield Broken(TOTALS, month.period, f"本地明细记为 {month.local_cases} 笔，实有 {local} 笔")


def arithmetic(month: ClearingPeriod) -> Iterator[Broken]:
    """Each line's funds and what is due add up."""
    parties = selectors.parties_of(month)
    for line in selectors.lines_of(month):
        subject = f"{month.period} {parties.line_label(line.key)}"
        if line.due_fen != rules.due(line):
            yield Broken(
                ARITHMETIC, subject, f"应收付金额 {_yuan(line.due_fen)}，应为 {_yuan(rules.due(line))}"
            )
        if line.fund_total_fen != rules.fund_total(line):
            shown = _yuan(line.fund_total_fen), _yuan(rules.fund_total(line))
            yield Broken(ARITHMETIC, subject, f"基金支付合计 {shown[0]}，七项之和是 {shown[1]}")


def behind(month: ClearingPeriod, anew: Counted | None = None) -> Iterator[Broken]:
    """Each line is what the records and deductions behind it add up to; none is missing, none too many.

    What arrived after an unsigned month was computed is not wrong: it waits to be computed. Where a batch
    that had been counted was undone since, or cases moved to another month by a reopening, one cannot tell.
    """
    anew = anew or count_anew(month)
    if anew.since.undone:
        yield Broken(BEHIND, month.period, f"批次 {anew.since.undone[0]} 在计算之后撤销：有变动，需重新计算")
    if anew.since.cannot_tell:
        return
    parties = selectors.parties_of(month)
    stored = {line.key: line for line in selectors.lines_of(month)}
    added = anew.sums.lines
    if anew.since:  # what arrived may be of a held case, and its carry waits to be computed as well
        stored, added = without_carries(stored), without_carries(added)
    else:
        added = with_carries(added, carries_of(month.period))
    for key in sorted({*stored, *added}, key=parties.line_order):
        difference = _difference(stored.get(key), added.get(key))
        if difference:
            subject = f"{month.period} {parties.line_label(key)}"
            yield Broken(BEHIND, subject, f"{difference}；{anew.first_behind(month, key)}")


def lines_digest(month: ClearingPeriod) -> Iterator[Broken]:
    """The digest stored with the month is that of its lines."""
    now = rules.lines_digest(selectors.lines_of(month), selectors.parties_of(month))
    if now != month.lines_digest:
        yield Broken(LINES_DIGEST, month.period, f"记的是 {month.lines_digest[:12]}，现在是 {now[:12]}")


def signed_sheets(month: ClearingPeriod) -> Iterator[Broken]:
    """Every sheet of a signed month still has the digest it was signed with, and the month too."""
    if not month.is_signed:
        return
    sheets = SignedSheet.objects.filter(period=month, version=month.version)
    rows = sheets.values_list("form_no", "region_id", "digest")
    kept: dict[tuple[str, int | None], str] = {(form, region): was for form, region, was in rows}
    signed: list[tuple[str, str, str]] = []
    for form, party, data in all_sheets(MonthBook(month)):
        name = f"{month.period} 表 {form}" + (f" {party.name}" if party else "")
        was = kept.pop((form, party.id if party else None), None)
        if was is None:
            yield Broken(SHEETS_DIGEST, name, "没有签发时的摘要")
        elif was != digest(data):
            yield Broken(SHEETS_DIGEST, name, f"签发时摘要 {was[:12]}，现在是 {digest(data)[:12]}")
        signed.append((form, party.code if party else "", was or ""))
    for form, region in kept:
        yield Broken(SHEETS_DIGEST, f"{month.period} 表 {form}", f"多出一张签发的表（统筹区 {region}）")
    if month_digest(month, signed) != month.digest:
        yield Broken(SHEETS_DIGEST, month.period, f"签发摘要 {month.digest[:12]} 与各表摘要不合")


def confirmed(month: ClearingPeriod) -> Iterator[Broken]:
    """Every region in force confirmed a signed month, or two people let it be signed without; and what was
    seen then is what was signed."""
    if not month.is_signed:
        return
    book = MonthBook(month)
    given = selectors.confirmations_of(month)
    skipped = selectors.approved_skips(month)
    for party in book.parties.must_confirm:
        confirmation = given.get(party.id)
        subject = f"{month.period} {party.name}"
        now = region_digest(book, party)
        key = rules.confirmation_key(party.code)
        if confirmation is None and key not in skipped:
            yield Broken(CONFIRMED, subject, "没有确认，也没有两人批准的例外")
        elif confirmation is None and skipped[key] != rules.skip_digest(key, now):
            yield Broken(CONFIRMED, subject, "例外时所见与签发的表不同")
        elif confirmation is not None and confirmation.digest != now:
            yield Broken(CONFIRMED, subject, "确认时所见与签发的表不同")


def month_digest(month: ClearingPeriod, sheets: list[tuple[str, str, str]]) -> str:
    """What a signature fixes: the month, its lines, every sheet."""
    return rules.digest_of([month.period, month.lines_digest, rules.sheets_digest(sheets)])


OF_MONTH: dict[str, Check] = {
    BALANCE: balance,
    TOTALS: totals,
    ARITHMETIC: arithmetic,
    BEHIND: behind,
    LINES_DIGEST: lines_digest,
    SHEETS_DIGEST: signed_sheets,
    CONFIRMED: confirmed,
}


def period_invariants(month: ClearingPeriod) -> Iterator[Broken]:
    """What must hold before a month is signed; nothing is found when all is well. Records are read once."""
    anew = count_anew(month)
    yield from balance(month)
    yield from totals(month, anew)
    yield from arithmetic(month)
    yield from behind(month, anew)
    yield from lines_digest(month)
    yield from deductions_fit(month.period)
    yield from records_in_right_month(month.period)
    yield from deductions_in_right_month(month.period)


# --- the books ----------------------------------------------------------------------------------------------


def _register(name: str, check: Check, order: int) -> None:
    @CHECKS.register(name, order=order)
    def of_every_month(period: str | None) -> Iterator[Broken]:
        months = ClearingPeriod.objects.exclude(state=PeriodState.OPEN).order_by("period")
        for month in months.filter(period=period) if period else months:
            yield from check(month)


for _place, (_name, _check) in enumerate(OF_MONTH.items()):
    _register(_name, _check, 500 + _place)


@CHECKS.register(DEDUCTION_FITS, order=510)
def deductions_fit(period: str | None) -> Iterator[Broken]:
    """A deduction of a case has the parties, insurance, kind of care and institution of its case."""
    same = Q()
    for name in ("insured_region", "care_region", "insurance_type", "care_kind", "institution"):
        same &= Q(**{name: F(f"record__{name}")})
    rows = Deduction.objects.filter(record__isnull=False).exclude(same)
    for number in (
        (rows.filter(period=period) if period else rows).order_by("pk").values_list("deduction_no", flat=True)
    ):
        yield Broken(DEDUCTION_FITS, f"扣款 {number}", "参保地、就医地、险种、医疗类别或机构与所扣明细不同")


@CHECKS.register(RIGHT_MONTH, order=511)
def records_in_right_month(period: str | None) -> Iterator[Broken]:
    """A case counts in the month of its settlement, or, when that is signed, in the first unsigned one after
    it: every month between is signed [P]."""
    rows = SettlementRecord.objects.for_period(period) if period else SettlementRecord.objects.all()
    for number, skipped, counted in _put_off(rows, "settlement_month", "settlement_no"):
        yield Broken(RIGHT_MONTH, f"结算 {number}", f"{skipped} 未签发，却计入 {counted}")


@CHECKS.register(DEDUCTION_MONTH, order=511)
def deductions_in_right_month(period: str | None) -> Iterator[Broken]:
    """The same of deductions, from the month that they state."""
    rows = Deduction.objects.filter(period=period) if period else Deduction.objects.all()
    for number, skipped, counted in _put_off(rows, "stated_period", "deduction_no"):
        yield Broken(DEDUCTION_MONTH, f"扣款 {number}", f"{skipped} 未签发，却计入 {counted}")


def _put_off(rows: QuerySet[Any], own: str, number: str) -> Iterator[tuple[str, str, str]]:
    """Number, month that was skipped, month of counting."""
    signed = signed_periods()
    late = rows.filter(period__gt=F(own)).order_by()  # out of an index that holds nothing else
    for month, counted in late.values_list(own, "period").distinct():
        skipped = first_open(month, signed)
        if skipped < counted:
            found = late.filter(**{own: month, "period": counted}).order_by("pk")
            yield from ((name, skipped, counted) for name in found.values_list(number, flat=True))


@CHECKS.register(MONTH_ORDER, order=512)
def months_in_order(period: str | None) -> Iterator[Broken]:
    """No month was signed while an earlier one waited. Cases of a month that the books did not know then are
    no fault: it is theirs, and comes before the next one [P]."""
    signed = ClearingPeriod.objects.filter(state=PeriodState.SIGNED, signed_at__isnull=False)
    moments: dict[str, Any] = dict(signed.values_list("period", "signed_at"))
    last = max(moments, default="")
    for month in selectors.unsigned_months_before(last) if last else ():
        later = min(one for one in moments if one > month)
        if period in (None, month, last) and selectors.was_on_record(month, moments[later]):
            yield Broken(MONTH_ORDER, month, f"{period_label(last)}已签发，{period_label(month)}却没有")


# --- words --------------------------------------------------------------------------------------------------


def _difference(stored: Line | None, added: Line | None) -> str:
    """What differs between a stored line and what is behind it; empty when nothing does."""
    if stored is None:
        return "缺这一行"
    if added is None:
        return "多出这一行，没有明细或扣款"
    found = []
    for name in LINE_FIELDS[4:]:
        was, now = getattr(stored, name), getattr(added, name)
        if was != now:
            shown = (_yuan(was), _yuan(now)) if name.endswith("_fen") else (str(was), str(now))
            found.append(f"{LABELS[name]}记为 {shown[0]}，明细合计 {shown[1]}")
    return "、".join(found)


def _yuan(fen: int) -> str:
    return money.yuan(fen)
