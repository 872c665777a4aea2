"""核对: what must hold of every held-over case: it is a case of its line, and decided in time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import and_

from django.db.models import F, Q, QuerySet

from agency.periods import period_label
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.holding.models import HeldCase
from settlement.holding.rules import is_over_age
from settlement.holding.selectors import hold_months, undecided_too_long
from settlement.holding.states import HeldState
from settlement.records.periods import signed_periods

FITS = "挂账与所挂明细一致"
IN_TIME = "挂账按期裁定"

SAME = {
    "settlement_no": "settlement_no",
    "correction_no": "correction_no",
    "insured_region": "insured_region",
    "care_region": "care_region",
    "insurance_type": "insurance_type",
    "care_kind": "care_kind",
    "held_from": "period",
}


def _cases(period: str | None) -> QuerySet[HeldCase]:
    rows = HeldCase.objects.standing().order_by("pk")
    return rows.filter(held_from=period) if period else rows


@CHECKS.register(FITS, order=520)
def held_cases_fit(period: str | None) -> Iterator[Broken]:
    """A held case is a settlement of its number, in its line, held from the month in which it counts."""
    same = reduce(and_, (Q(**{name: F(f"record__{of}")}) for name, of in SAME.items()))
    broken = _cases(period).exclude(
        pk__in=HeldCase.objects.filter(same, record__is_reversal=False).values("pk")
    )
    for number in broken.values_list("held_no", flat=True):
        yield Broken(
            FITS, f"挂账 {number}", "编号、期别、参保地、就医地、险种或医疗类别与所挂明细不同，或明细不见了"
        )


@CHECKS.register(IN_TIME, order=521)
def held_cases_decided_in_time(period: str | None) -> Iterator[Broken]:
    """No signed month leaves a case undecided for longer than allowed, and none was decided later [N22]."""
    signed = max(signed_periods(), default="")
    if signed:
        for case in undecided_too_long(signed):
            if period in (None, case.held_from):
                yield Broken(IN_TIME, f"挂账 {case}", f"{period_label(signed)}已签发，仍未裁定")
    decided = _cases(period).exclude(state=HeldState.HELD)
    months = set(decided.order_by().values_list("decided_period", flat=True).distinct())
    allowed = {month: hold_months(month) for month in months}
    for case in decided:
        most = allowed[case.decided_period]
        if is_over_age(case.held_from, case.decided_period, most + 1):
            late = period_label(case.decided_period)
            yield Broken(IN_TIME, f"挂账 {case}", f"超过 {most} 个月，到{late}才裁定")
