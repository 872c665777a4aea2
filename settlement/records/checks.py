"""核对: what must hold of every stored case; each check names the first record that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, QuerySet, Sum

from agency.batches.models import Batch
from agency.batches.states import BatchState
from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.records import lost
from settlement.records.batches import TOTALS
from settlement.records.content import (
    LOOKUPS,
    NUMBER,
    amounts_of,
    digest_of,
    identity_of,
    joined,
    texts_of,
)
from settlement.records.export import SHANGHAI
from settlement.records.figures import FUNDS, LABELS, PARTS, PAYERS
from settlement.records.models import SettlementRecord
from settlement.records.periods import ever_signed
from settlement.records.rules import reversal_mismatch
from settlement.records.selectors import chunks

ADD_UP = "明细各项金额相加"
UNCHANGED = "明细内容未改"
BATCHES = "导入批次的明细齐全"
REVERSALS = "退费与原结算相抵"
MONTHS = "明细月份与结算时间一致"

Totals = dict[tuple[str, str], tuple[int, ...]]

SUMS = (("total_fee_fen", PARTS), ("fund_total_fen", FUNDS), ("total_fee_fen", PAYERS))


def _records(period: str | None) -> QuerySet[SettlementRecord]:
    rows = SettlementRecord.objects.order_by("pk")
    return rows.for_period(period) if period else rows


@CHECKS.register(ADD_UP, order=200)
def amounts_add_up(period: str | None) -> Iterator[Broken]:
    """Parts, funds and payers of every case give its totals, to the cent."""
    for name, parts in SUMS:
        gap = F(name) - sum((F(part) for part in parts[1:]), F(parts[0]))
        broken = _records(period).annotate(gap_fen=gap).exclude(gap_fen=0)
        for number, fen in broken.values_list("settlement_no", "gap_fen").iterator():
            yield Broken(ADD_UP, f"结算 {number}", f"{LABELS[name]}与各项之和相差 {yuan(fen)} 元")


@CHECKS.register(UNCHANGED, order=201)
def content_is_unchanged(period: str | None) -> Iterator[Broken]:
    """Every case still has the content it was loaded with: its digest says so."""
    rows = _records(period).values_list(*LOOKUPS, "content_digest")
    for *values, stored in rows.iterator(chunk_size=2000):
        content = texts_of(values)
        if digest_of(joined(content)) != stored:
            yield Broken(UNCHANGED, f"结算 {content[NUMBER]}", "内容与写入时的摘要不符，有人改动过这条记录")


@CHECKS.register(MONTHS, order=202)
def months_fit(period: str | None) -> Iterator[Broken]:
    """The settlement month is that of the settlement time; a case is cleared in it or later."""
    rows = _records(period).values_list("settlement_no", "settlement_month", "period", "settled_at")
    for number, month, cleared, settled_at in rows.iterator(chunk_size=5000):
        if f"{settled_at.astimezone(SHANGHAI):%Y%m}" != month:
            yield Broken(MONTHS, f"结算 {number}", f"记为 {month}，结算时间不在这个月")
        elif cleared < month:
            yield Broken(MONTHS, f"结算 {number}", f"结算月份 {month}，却计入更早的 {cleared}")


@CHECKS.register(REVERSALS, order=203)
def reversals_cancel(period: str | None) -> Iterator[Broken]:
    """A reversal is its original with every amount negated; the original exists and is no reversal."""
    reversals = _records(period).filter(is_reversal=True)
    keys = list(reversals.values_list("pk", flat=True))
    for block in chunks(keys):
        contents = _contents(SettlementRecord.objects.filter(pk__in=block))
        names = {content[-1] for content in contents.values()}
        originals = _contents(SettlementRecord.objects.filter(settlement_no__in=names))
        current = {number: content for (number, _), content in originals.items() if content[-2] == "0"}
        for key, content in contents.items():
            original = _reversed_content(content, originals, current)
            message = _reversal_fault(content, original)
            if message:
                yield Broken(REVERSALS, f"结算 {key[0]}", message)


def _contents(rows: QuerySet[SettlementRecord]) -> dict[tuple[str, str], list[str]]:
    """(number, correction number) → content."""
    contents = (texts_of(values) for values in rows.order_by("correction_no", "pk").values_list(*LOOKUPS))
    return {(content[NUMBER], content[NUMBER + 1]): content for content in contents}


def _reversed_content(
    content: list[str], originals: dict[tuple[str, str], list[str]], current: dict[str, list[str]]
) -> list[str] | None:
    """What a reversal cancels: one half of a correction the record before it, a delivered one what holds now
    (or what was delivered under the number, if that is no settlement)."""
    number, correction = content[-1], int(content[NUMBER + 1])
    if correction:
        return originals.get((number, str(correction - 1)))
    return current.get(number) or originals.get((number, "0"))


def _reversal_fault(content: list[str], original: list[str] | None) -> str:
    if original is None:
        return f"原结算 {content[-1]} 不存在"
    if original[-2] == "1":
        return f"原结算 {content[-1]} 本身是退费"
    return reversal_mismatch(
        identity_of(content), amounts_of(content), identity_of(original), amounts_of(original)
    )


@CHECKS.register(BATCHES, order=204)
def batches_are_whole(period: str | None) -> Iterator[Broken]:
    """A loaded batch has all its records and no more, with the control totals of its preview."""
    orphans = _records(period).filter(batch__isnull=True, correction_no=0)
    for number in orphans.values_list("settlement_no", flat=True):
        yield Broken(BATCHES, f"结算 {number}", "不属于任何批次，也不是更正")
    stored = _stored_totals()
    batches = Batch.objects.filter(kind="settlements").select_related("file").order_by("pk")
    for batch in batches:
        if period and period not in batch.preview.get("periods", {}):
            continue
        found = stored.get(batch.pk, {})
        if batch.state == BatchState.UNDONE:
            yield from _undone_faults(batch, found)
            continue
        if batch.state != BatchState.LOADED:
            if found:
                yield Broken(BATCHES, f"批次 {batch}", "没有写入过，却有明细挂在它名下")
            continue
        wanted = _wanted_totals(batch)
        if found != wanted:
            yield _batch_fault(batch, wanted, found)
        elif number := lost.first_misplaced(batch):
            yield Broken(BATCHES, f"结算 {number}", f"行号与批次 {batch} 的文件不符")


def _undone_faults(batch: Batch, found: Totals) -> Iterator[Broken]:
    """Of a batch that was undone only what was signed is left."""
    kept = SettlementRecord.objects.filter(batch=batch).exclude(period__in=ever_signed())
    first = kept.order_by("pk").first()
    expected, actual = lost.left_after_undo(batch), sum(sums[0] for sums in found.values())
    told = f"批次 {batch} 已撤销，应留下已签发的 {expected} 条，实有 {actual} 条"
    if first is not None:
        yield Broken(BATCHES, f"结算 {first}", f"{told}：这一条未签发，不该还在")
    elif expected != actual:
        yield Broken(BATCHES, f"批次 {batch}", told)


def _wanted_totals(batch: Batch) -> Totals:
    return {
        (row["region"], row["insurance_type"]): tuple(row[key] for key in TOTALS)
        for row in batch.preview.get("totals", [])
    }


def _stored_totals() -> dict[int, Totals]:
    rows = (
        SettlementRecord.objects.filter(batch__isnull=False)
        .order_by()
        .values_list("batch_id", "insured_region__code", "insurance_type")
        .annotate(Count("pk"), Sum("total_fee_fen"), Sum("fund_total_fen"), Sum("personal_account_pay_fen"))
    )
    found: dict[int, Totals] = {}
    for batch, region, insurance, *sums in rows:
        found.setdefault(batch, {})[region, insurance] = tuple(int(value) for value in sums)
    return found


def _batch_fault(batch: Batch, wanted: Totals, found: Totals) -> Broken:
    """What a batch lacks or has too many of, by its first record where one can be named."""
    expected, actual = (sum(sums[0] for sums in totals.values()) for totals in (wanted, found))
    told = f"批次 {batch} 应有 {expected} 条，实有 {actual} 条"
    if number := lost.first_lost(batch):
        return Broken(BATCHES, f"结算 {number}", f"{told}：这一条不见了")
    if number := lost.first_doubled(batch):
        return Broken(BATCHES, f"结算 {number}", f"{told}：这一条多出来了")
    region, insurance = next(key for key in sorted({*wanted, *found}) if wanted.get(key) != found.get(key))
    return Broken(BATCHES, f"批次 {batch}", f"{told}；参保地 {region}、险种 {insurance} 的合计与预览时不同")
