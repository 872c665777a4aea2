"""核对: what must hold of endings: they end what was carried, once and by one way, within the limit."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.reconciliation.ending_models import CarriedEnding, EndingQuerySet
from settlement.reconciliation.judging import write_off_limit
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.states import DiscrepancyState, RunState
from settlement.reconciliation.verdict_rules import endings_of, write_off_refusal

CARRIED = "了结的是签字转下月的差异"
ONCE = "转下月的差异不又了结又对应"
FITTING = "了结的办法和核销合规"


def _of(period: str | None) -> EndingQuerySet:
    rows = CarriedEnding.objects.order_by("pk")
    return rows.filter(discrepancy__run__period=period) if period else rows


@CHECKS.register(CARRIED, order=563)
def endings_are_of_what_was_carried(period: str | None) -> Iterator[Broken]:
    """Every ending, whatever became of it, is of a difference that a signed comparison carried forward."""
    carried = Q(discrepancy__state=DiscrepancyState.SETTLED, discrepancy__remedy=Remedy.CARRY)
    signed = Q(discrepancy__run__state=RunState.SIGNED)
    wrong = _of(period).exclude(carried & signed)
    for number, difference in wrong.values_list("ending_no", "discrepancy__difference_no"):
        yield Broken(CARRIED, f"了结 {number}", f"差异 {difference} 不是已签字的对账里转下月的")


@CHECKS.register(ONCE, order=564)
def what_ended_is_not_paired(period: str | None) -> Iterator[Broken]:
    """What is proposed or approved to have ended is no later difference's half."""
    later = Discrepancy.objects.filter(pair=OuterRef("discrepancy")).order_by()
    rows = _of(period).standing().filter(Exists(later))
    names = ("ending_no", "discrepancy__difference_no", "discrepancy__paired_by__difference_no")
    for number, difference, half in rows.values_list(*names):
        yield Broken(ONCE, f"了结 {number}", f"差异 {difference} 又由 {half} 对应")


@CHECKS.register(FITTING, order=565)
def endings_fit(period: str | None) -> Iterator[Broken]:
    """Each ended as its kind can; what was written off is the whole rest, within the limit of the day on
    which that was proposed."""
    rows = _of(period).select_related("discrepancy__run__region")
    rows = rows.defer("discrepancy__ours", "discrepancy__theirs", "discrepancy__evidence")
    limits: dict[tuple[object, object], int] = {}
    for one in rows.iterator(chunk_size=2000):
        row = one.discrepancy
        if one.remedy not in endings_of(row.kind, row.run.source):
            told = f"“{one.get_remedy_display()}”不适用于“{row.get_kind_display()}”"
            yield Broken(FITTING, f"了结 {one}", told)
        elif one.remedy == Remedy.WRITE_OFF:
            key = (row.run.region_id, one.proposed_at.date())
            if key not in limits:
                limits[key] = write_off_limit(row.run, one.proposed_at)
            yield from _written_off(one, limits[key])


def _written_off(one: CarriedEnding, limit_fen: int) -> Iterator[Broken]:
    row = one.discrepancy
    why = write_off_refusal(row.kind, row.amount_fen, limit_fen)
    if why or one.written_off_fen != row.amount_fen:
        told = why or f"核销了 {yuan(one.written_off_fen)} 元，差额是 {yuan(row.amount_fen)} 元"
        yield Broken(FITTING, f"了结 {one}", told)
