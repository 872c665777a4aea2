"""核对: what must hold of every stored deduction; each check names the first one that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Sum

from agency.batches.models import Batch
from agency.batches.states import BatchState
from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.deductions.content import LOOKUPS, digest_of, stored_content
from settlement.deductions.models import Deduction

UNCHANGED = "扣款内容未改"
WITHDRAWALS = "撤回扣款与原扣款相抵"
BATCHES = "扣款批次齐全"


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
    """A loaded batch has all its deductions and no more, with the sum of its preview."""
    stored = {
        batch: (count, int(fen))
        for batch, count, fen in Deduction.objects.filter(batch__isnull=False)
        .order_by()
        .values_list("batch_id")
        .annotate(Count("pk"), Sum("amount_fen"))
    }
    batches = Batch.objects.filter(kind="deductions", state__in=[BatchState.LOADED, BatchState.UNDONE])
    for batch in batches.order_by("pk"):
        if period and period not in batch.preview.get("periods", {}):
            continue
        preview = batch.preview["sum"] if batch.state == BatchState.LOADED else {"rows": 0, "amount_fen": 0}
        wanted = (preview["rows"], preview["amount_fen"])
        found = stored.get(batch.pk, (0, 0))
        if found != wanted:
            should, has = (f"{rows} 笔 {yuan(fen)} 元" for rows, fen in (wanted, found))
            subject = _first_at_fault(batch, wanted[0], found[0])
            yield Broken(BATCHES, subject, f"批次 {batch} 应有 {should}，实有 {has}")


def _first_at_fault(batch: Batch, wanted: int, found: int) -> str:
    """The deduction that shares its line with another one, or the batch."""
    rows = Deduction.objects.filter(batch=batch)
    if found > wanted:
        lines = rows.order_by().values("line_no").annotate(n=Count("pk")).filter(n__gt=1).order_by("line_no")
        twice = rows.filter(line_no__in=lines.values("line_no")).order_by("line_no", "-pk").first()
        if twice is not None:
            return f"扣款 {twice}"
    return f"批次 {batch}"
