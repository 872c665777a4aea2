"""没有有效备案: cases whose difference nothing else explains, and which no valid filing stands behind [P]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from settlement.matching.models import TO_LOOK_AT, FilingMark, RecordFiling
from settlement.reconciliation.doctor_amounts import Finding
from settlement.reconciliation.doctor_months import Found, party
from settlement.reconciliation.doctor_rules import lines_told, tells
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy
from settlement.reconciliation.models import Discrepancy, ReconciliationRun

AT_ONCE = 2_000


def without_filing(run: ReconciliationRun) -> Iterator[Found]:
    """What they do not have and has no valid filing with us, where that says something."""
    unexplained = Discrepancy.objects.filter(run=run, kind=DiscrepancyKind.ONLY_OURS, cause="")
    unfiled = _unfiled(unexplained)
    count = unfiled.count()
    if count and _tells(run, count, unexplained.count()):
        yield from _found(unfiled)


def _unfiled(unexplained: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose case has a mark that somebody should look at, with the mark."""
    mark = RecordFiling.objects.filter(
        record__settlement_no=OuterRef("subject"),
        record__correction_no=OuterRef("our_correction_no"),
        mark__in=TO_LOOK_AT,
    ).order_by()
    return unexplained.annotate(mark=Subquery(mark.values("mark")[:1])).filter(mark__isnull=False)


def _tells(run: ReconciliationRun, marked: int, of: int) -> bool:
    """Whether a missing filing sets these cases apart from the month's others, within the run's scope."""
    in_month = RecordFiling.objects.filter(
        _scope(run), mark__in=TO_LOOK_AT, period__gte=run.period, record__settlement_month=run.period
    ).count()
    elsewhere = max(in_month - marked, 0)
    return tells(marked, of, elsewhere, max(_our_cases(run) - of, elsewhere, 1))


def _our_cases(run: ReconciliationRun) -> int:
    """How many cases of ours the totals hold: a reversal is one, though it counts −1 as 人次."""
    cases = run.totals.aggregate(cases=Sum(2 * F("our_gross_count") - F("our_count")))["cases"]
    return cases or 0


def _scope(run: ReconciliationRun) -> Q:
    narrowed = party(run)
    if run.scope_region_id is not None:
        narrowed &= Q(insured_region=run.scope_region_id) | Q(care_region=run.scope_region_id)
    if run.scope_institution_id is not None:
        narrowed &= Q(record__institution=run.scope_institution_id)
    return narrowed


def _found(unfiled: QuerySet[Any]) -> Iterator[Found]:
    rows = unfiled.order_by("serial").values_list("serial", "mark", named=False)
    last = 0
    while block := list(rows.filter(serial__gt=last)[:AT_ONCE]):
        yield [(serial, _finding(mark)) for serial, mark in block]
        last = block[-1][0]


def _finding(mark: str) -> Finding:
    label = str(FilingMark(mark).label)
    sentence = f"备案核对是“{label}”：没有有效备案，不能直接结算。"
    return Finding(Cause.FILING_MISSING, Remedy.HOLD, lines_told(sentence, {"备案核对": label}))
