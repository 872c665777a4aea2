"""核对: the fee classes of a case add up to it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Sum

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.bills.models import FeeLine

FEES = "费用分类合计等于医疗费总额"


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
