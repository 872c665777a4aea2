"""核对: what must hold of verdicts: pairs belong together, write-offs keep within their limit, months were
signed with every difference judged."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from agency.journal.models import StateChange
from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing.consents import ChecklistSkip
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.states import PeriodState, SkipState
from settlement.reconciliation.acting import KIND
from settlement.reconciliation.judging import write_off_limit
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.month_line import run_key
from settlement.reconciliation.pairing import STANDING, half_of
from settlement.reconciliation.states import DiscrepancyState
from settlement.reconciliation.verdict_rules import months_refusal, pair_refusal, write_off_refusal

PAIRED = "对应的差异成对"
WITHIN_LIMIT = "尾差核销在限额之内"
JUDGED_FIRST = "签发时对账差异有结论"
ONE_SIDED = Q(pair__remedy=Remedy.CARRY, pair__state=DiscrepancyState.SETTLED)


def _of(period: str | None) -> QuerySet[Discrepancy]:
    rows = Discrepancy.objects.filter(run__state__in=STANDING).order_by("pk")
    return rows.filter(run__period=period) if period else rows


@CHECKS.register(PAIRED, order=560)
def pairs_belong_together(period: str | None) -> Iterator[Broken]:
    """Whoever names a half is named by it, unless that was carried forward; both are equal to the cent."""
    rows = _of(period).filter(pair__isnull=False).select_related("run", "pair__run")
    alone = rows.exclude(pair__pair=F("pk")).exclude(ONE_SIDED)
    for number in alone.values_list("difference_no", flat=True):
        yield Broken(PAIRED, f"差异 {number}", "它所对应的另一条不对应它，也不是转下月的")
    voided = rows.exclude(pair__run__state__in=STANDING)
    for number in voided.values_list("difference_no", flat=True):
        yield Broken(PAIRED, f"差异 {number}", "它所对应的另一条所在的对账已作废")
    for row in rows.iterator(chunk_size=500):
        assert row.pair is not None
        refuse = pair_refusal if row.run_id == row.pair.run_id else months_refusal
        why = refuse(half_of(row), half_of(row.pair))
        if why:
            yield Broken(PAIRED, f"差异 {row}", why)


@CHECKS.register(WITHIN_LIMIT, order=561)
def write_offs_within_limit(period: str | None) -> Iterator[Broken]:
    """What was written off was no more than the limit of the day on which it was judged."""
    rows = _of(period).filter(remedy=Remedy.WRITE_OFF).select_related("run__region")
    limits: dict[tuple[object, object], int] = {}
    for row in rows.defer("ours", "theirs", "evidence").iterator(chunk_size=2000):
        assert row.judged_at is not None
        key = (row.run.region_id, row.judged_at.date())
        if key not in limits:
            limits[key] = write_off_limit(row.run, row.judged_at)
        why = write_off_refusal(row.kind, row.amount_fen, limits[key])
        if why or row.written_off_fen != row.amount_fen:
            yield Broken(
                WITHIN_LIMIT, f"差异 {row}", why or f"核销了 {yuan(row.written_off_fen)} 元，不是全部差额"
            )


@CHECKS.register(JUDGED_FIRST, order=562)
def differences_judged_before_signing(period: str | None) -> Iterator[Broken]:
    """When a month was signed, each difference of the comparisons that it had then had been approved once, or
    two people let the month be signed without."""
    months = ClearingPeriod.objects.filter(state=PeriodState.SIGNED)
    for month in months.filter(period=period) if period else months.order_by("period"):
        yield from _unjudged(month)


def _unjudged(month: ClearingPeriod) -> Iterator[Broken]:
    approved = StateChange.objects.filter(
        subject_kind=KIND,
        subject_no=OuterRef("difference_no"),
        to_state=DiscrepancyState.SETTLED,
        at__lte=month.signed_at,
    )
    key = Concat(Value(run_key("")), OuterRef("run__run_no"), output_field=CharField())
    skipped = ChecklistSkip.objects.filter(period=month, state=SkipState.APPROVED, key=key)
    rows = _of(month.period).filter(run__compared_at__lt=month.signed_at)
    unjudged = rows.exclude(Exists(approved.order_by())).exclude(Exists(skipped.order_by()))
    for number in unjudged.values_list("difference_no", flat=True):
        yield Broken(
            JUDGED_FIRST, f"差异 {number}", f"{month.period} 签发时没有批准的结论，也没有两人批准的例外"
        )
