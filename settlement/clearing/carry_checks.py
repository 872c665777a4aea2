"""核对: what was carried out of the signed months came back, was rejected, or is held still: to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Sum
from django.urls import reverse

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing.checklist import CHECKLIST, Blocker
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.rules import LineKey
from settlement.clearing.selectors import KEYS, signed_periods
from settlement.clearing.states import PeriodState
from settlement.holding.counting import helds_of
from settlement.holding.models import HeldCase
from settlement.holding.selectors import hold_months, undecided_too_long

SHOWN = 3
CARRIED = "挂账转出等于转入加未转入"


@CHECKS.register(CARRIED, order=522)
def carries_balance(period: str | None) -> Iterator[Broken]:
    """By line, over all signed months: 转出 = 转入 + what was rejected, is held or has not entered yet."""
    carried, kept_out = _carried(), _kept_out()
    for key in sorted({*carried, *kept_out}):
        if carried[key] != kept_out[key]:
            numbers = HeldCase.objects.filter(**key._asdict()).standing().order_by("pk")
            first = numbers.values_list("held_no", flat=True).first()
            told = f"转出减转入 {yuan(carried[key])}，未转入的是 {yuan(kept_out[key])}"
            yield Broken(CARRIED, f"挂账 {first}" if first else "挂账", told)


def _carried() -> Counter[LineKey]:
    """What the signed months carried out and not in again, by line."""
    rows = ClearingLine.objects.filter(period__state=PeriodState.SIGNED).order_by().values_list(*KEYS)
    sums = rows.annotate(into=Sum("carried_in_fen"), out=Sum("carried_out_fen"))
    return Counter({LineKey(*row[:4]): int(row[5] - row[4]) for row in sums})


def _kept_out() -> Counter[LineKey]:
    """The same from the cases: what of them counts in signed months and entered none."""
    signed = signed_periods()
    cases = list(HeldCase.objects.standing().select_related("record"))
    helds = helds_of(cases)
    found: Counter[LineKey] = Counter()
    for case in cases:
        held = helds[case.pk]
        if held.returns_in not in signed:
            months = (month for month in held.counted if month in signed)
            out = (held.counted[month] for month in months if not held.returns_in or month < held.returns_in)
            found[LineKey(*(getattr(case, name) for name in KEYS))] += sum(out)
    return found


# --- before a month is signed -------------------------------------------------------------------------------


@CHECKLIST.register("到期的挂账已裁定", order=25)
def held_decided(month: ClearingPeriod) -> list[Blocker]:
    """What was held over for as long as may be is decided; it cannot be passed over [N22]."""
    label = "到期的挂账已裁定"
    waiting = [] if month.is_signed else undecided_too_long(month.period)
    if not waiting:
        return [Blocker("held_too_long", label, True)]
    numbers = "、".join(str(case) for case in waiting[:SHOWN])
    more = f"等 {len(waiting)} 笔" if len(waiting) > SHOWN else ""
    told = f"挂账已满 {hold_months(month.period)} 个月，须先放行或拒付：{numbers}{more}"
    url = reverse("settlement:held_detail", kwargs={"held_no": waiting[0].held_no})
    return [Blocker("held_too_long", label, False, told, url)]
