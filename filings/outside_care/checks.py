"""购药单的核对: what spans the lines of a slip."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.outside_care.models import OutsideCare

TOTALS = "购药单合计等于各行之和"


@CHECKS.register(TOTALS, order=123)
def totals_are_sums(period: str | None) -> Iterator[Broken]:
    """A slip's total is the sum of the lines of its version, which stand without a gap."""
    now = Q(items__version=F("version"))
    rows = OutsideCare.objects.annotate(
        lines=Count("items", filter=now),
        last=Coalesce(Max("items__line_no", filter=now), 0),
        sum_fen=Coalesce(Sum("items__amount_fen", filter=now), 0),
    )
    wrong = rows.filter(~Q(sum_fen=F("total_fen")) | ~Q(lines=F("last")) | Q(lines=0)).order_by("pk")
    for number, total, summed, lines in wrong.values_list("slip_no", "total_fen", "sum_fen", "lines"):
        told = f"合计 {yuan(total)} 元，{lines} 行相加是 {yuan(summed)} 元" if total != summed else "缺行"
        yield Broken(TOTALS, number, told)
