"""核对: the fee classes of a case add up to it; a batch has all of its rows, no two on one line."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum

from agency.batches.models import Batch
from agency.batches.states import BatchState
from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.bills.batches import KIND
from settlement.bills.models import FeeLine

FEES = "费用分类合计等于医疗费总额"
BATCHES = "费用分类批次齐全"


@CHECKS.register(FEES, order=207)
def fees_add_up(period: str | None) -> Iterator[Broken]:
    """A case has all of its fee classes or none."""
    lines = FeeLine.objects.order_by("record")
    if period:
        lines = lines.filter(record__period=period)
    sums = (
        lines.values("record").annotate(sum_fen=Sum("amount_fen")).exclude(sum_fen=F("record__total_fee_fen"))
    )
    found = sums.values_list("record__settlement_no", "sum_fen", "record__total_fee_fen")
    for number, fen, total in found.iterator():
        told = f"各类费用合计 {yuan(fen)} 元，医疗费总额 {yuan(total)} 元，相差 {yuan(fen - total)} 元"
        yield Broken(FEES, f"结算 {number}", told)


@CHECKS.register(BATCHES, order=208)
def batches_are_whole(period: str | None) -> Iterator[Broken]:
    """A loaded batch has all its rows, on lines of its file, with the sum of its preview; any other has none.
    A file may be of several months, so all batches are looked at whatever the month."""
    lines = FeeLine.objects.order_by()
    sums = lines.values_list("batch_id").annotate(
        Count("pk"), Sum("amount_fen"), Count("line_no", distinct=True)
    )
    stored = {batch: (count, int(fen), places) for batch, count, fen, places in sums}
    batches = Batch.objects.filter(Q(kind=KIND, state=BatchState.LOADED) | Q(pk__in=stored)).order_by("pk")
    for batch in batches:
        rows, fen, places = stored.get(batch.pk, (0, 0, 0))
        told = _fault(batch, rows, fen, places)
        if told:
            yield Broken(BATCHES, f"批次 {batch}", told)


def _fault(batch: Batch, rows: int, fen: int, places: int) -> str:
    """What is wrong with one batch that has so many rows with this sum; empty when nothing is."""
    if batch.kind != KIND or batch.state != BatchState.LOADED:
        return f"不是已写入的费用分类批次，却有 {rows} 行费用分类"
    should = (batch.accepted, batch.preview["amount_fen"])
    if (rows, fen) != should:
        return f"应有 {should[0]} 行 {yuan(should[1])} 元，实有 {rows} 行 {yuan(fen)} 元"
    return "有两行写在文件的同一行上" if places != rows else ""
