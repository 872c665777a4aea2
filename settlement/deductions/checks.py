"""核对: what must hold of every stored deduction; each check names the first one that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Sum

from agency.batches.models import Batch
from agency.batches.states import BatchState
from agency.journal.models import NumberSeries
from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.deductions import lost
from settlement.deductions.content import LOOKUPS, digest_of, stored_content
from settlement.deductions.models import Deduction
from settlement.records.lost import left_after_undo
from settlement.records.periods import ever_signed

UNCHANGED = "扣款内容未改"
WITHDRAWALS = "撤回扣款与原扣款相抵"
BATCHES = "扣款批次齐全"
NUMBERS = "扣款编号依次"


@CHECKS.register(UNCHANGED, order=220)
def content_is_unchanged(period: str | None) -> Iterator[Broken]:
    """Every deduction still has the content it was entered with: its digest says so."""
    rows = Deduction.objects.order_by("pk")
    rows = rows.filter(period=period) if period else rows
    for number, stored, *values in rows.values_list("deduction_no", "content_digest", *LOOKUPS).iterator():
        if digest_of(stored_content(values)) != stored:
            yield Broken(UNCHANGED, f"扣款 {number}", "内容与写入时的摘要不符，有人改动过这笔扣款")


@CHECKS.register(WITHDRAWALS, order=221)
def withdrawals_cancel(period: str | None) -> Iterator[Broken]:
    """A withdrawal takes back the whole amount of the deduction it names, from the same case or group."""
    rows = Deduction.objects.filter(withdraws__isnull=False).order_by("pk")
    same = {
        name: F(f"withdraws__{name}")
        for name in ("insured_region", "care_region", "insurance_type", "care_kind", "institution")
    }
    fitting = rows.filter(**same, amount_fen=-F("withdraws__amount_fen")).values("pk")
    broken = rows.exclude(pk__in=fitting)
    broken = broken.filter(period=period) if period else broken
    columns = ("deduction_no", "amount_fen", "withdraws__deduction_no", "withdraws__amount_fen")
    for number, fen, original, original_fen in broken.values_list(*columns):
        shown = f"{yuan(fen)} 元与 {original} 的 {yuan(original_fen)} 元"
        yield Broken(WITHDRAWALS, f"扣款 {number}", f"{shown}不相抵，或对象不同")


@CHECKS.register(BATCHES, order=222)
def batches_are_whole(period: str | None) -> Iterator[Broken]:
    """A loaded batch has all its deductions, where they stand in its file, and no more, with the sum of its
    preview; an undone one only those that were signed."""
    orphans = Deduction.objects.filter(batch__isnull=True, line_no__gt=0).order_by("pk")
    for number in (orphans.filter(period=period) if period else orphans).values_list(
        "deduction_no", flat=True
    ):
        yield Broken(BATCHES, f"扣款 {number}", "是从文件导入的，却不属于任何批次")
    stored = {
        batch: (count, int(fen))
        for batch, count, fen in Deduction.objects.filter(batch__isnull=False)
        .order_by()
        .values_list("batch_id")
        .annotate(Count("pk"), Sum("amount_fen"))
    }
    batches = Batch.objects.filter(kind="deductions", state__in=[BatchState.LOADED, BatchState.UNDONE])
    for batch in batches.select_related("file", "created_by").order_by("pk"):
        if not period or period in batch.preview.get("periods", {}):
            yield from _batch_faults(batch, *stored.get(batch.pk, (0, 0)))


def _batch_faults(batch: Batch, rows: int, fen: int) -> Iterator[Broken]:
    """What is wrong with one batch that has so many deductions with this sum."""
    if batch.state == BatchState.UNDONE:
        yield from _undone_faults(batch, rows)
        return
    wanted = (batch.preview["sum"]["rows"], batch.preview["sum"]["amount_fen"])
    if (rows, fen) == wanted:
        if misplaced := lost.first_misplaced(batch):
            yield Broken(BATCHES, misplaced, f"行号与批次 {batch} 的文件不符")
        return
    should, has = (f"{count} 笔 {yuan(amount)} 元" for count, amount in (wanted, (rows, fen)))
    subject, what = lost.first_lost(batch)
    subject = subject or lost.first_doubled(batch) or f"批次 {batch}"
    told = f"批次 {batch} 应有 {should}，实有 {has}"
    yield Broken(BATCHES, subject, f"{told}：{what}" if what else told)


def _undone_faults(batch: Batch, rows: int) -> Iterator[Broken]:
    kept = Deduction.objects.filter(batch=batch).exclude(period__in=ever_signed())
    first, expected = kept.order_by("pk").first(), left_after_undo(batch)
    told = f"批次 {batch} 已撤销，应留下已签发的 {expected} 笔，实有 {rows} 笔"
    if first is not None:
        yield Broken(BATCHES, f"扣款 {first}", f"{told}：这一笔未签发，不该还在")
    elif expected != rows:
        yield Broken(BATCHES, f"批次 {batch}", told)


@CHECKS.register(NUMBERS, order=223)
def numbers_in_order(period: str | None) -> Iterator[Broken]:
    """Numbers are given in the order of entry, month by month, and none that was not given yet.

    The month is that of counting; one that came back when an earlier month was opened again keeps its number.
    """
    rows = Deduction.objects.filter(period=period) if period else Deduction.objects.all()
    series = NumberSeries.objects.filter(name__startswith="deduction-").values_list("name", "value")
    given = {name.removeprefix("deduction-"): value for name, value in series}
    last: dict[str, int] = {}
    for number, month in rows.order_by("pk").values_list("deduction_no", "period"):
        named, digits = number[1:7], number[7:]
        count = int(digits) if number.startswith("D") and digits.isdigit() and named >= month else 0
        if not last.get(named, 0) < count <= given.get(named, 0):
            yield Broken(NUMBERS, f"扣款 {number}", f"内部编号不是 {month} 依次给出的，有人改动过编号或期别")
        else:
            last[named] = count
