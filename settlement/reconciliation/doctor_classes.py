"""按类别诊断: what the two sides of a difference say by themselves, and what is read for it, by sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agency.organisation.models import Institution
from settlement.reconciliation.doctor_amounts import (
    NO_DEDUCTION,
    Amounts,
    Deducted,
    Finding,
    amounts_of,
    of_amounts,
)
from settlement.reconciliation.doctor_repeats import repeats_of
from settlement.reconciliation.doctor_rules import (
    INSTITUTION,
    Difference,
    of_duplicate,
    of_owner,
    of_period,
    of_reversal,
)
from settlement.reconciliation.doctor_steps import deductions_of
from settlement.reconciliation.kinds import DiscrepancyKind
from settlement.reconciliation.models import ReconciliationRun

K = DiscrepancyKind


def by_class(
    run: ReconciliationRun, block: Sequence[Difference], limit_fen: int
) -> Iterator[tuple[int, Finding]]:
    """The findings of a block, beside deductions, the directory and the rows that repeat."""
    amounts, repeated = _subjects(block, K.AMOUNT_DIFFERS), _subjects(block, K.DUPLICATE)
    deducted = deductions_of(run, amounts) if amounts else {}
    repeats = repeats_of(repeated) if repeated else {}
    known = _known_institutions(block)
    for one in block:
        if one.kind == K.DUPLICATE:
            finding = of_duplicate(repeats[one.subject])
        elif one.kind == K.OWNER_DIFFERS:
            finding = of_owner(one.columns, one.ours, one.theirs, known)
        else:
            finding = _of_values(one, deducted.get(one.subject, NO_DEDUCTION), limit_fen)
        if finding is not None:
            yield one.serial, finding


def _subjects(block: Iterable[Difference], kind: str) -> list[str]:
    return [one.subject for one in block if one.kind == kind]


def _of_values(one: Difference, deducted: Deducted, limit_fen: int) -> Finding | None:
    if one.kind == K.REVERSAL_DIFFERS:
        return of_reversal(one.ours, one.theirs)
    if one.kind == K.PERIOD_DIFFERS:
        return of_period(one.ours, one.theirs, _amounts(one).told)
    return of_amounts(_amounts(one), deducted, limit_fen) if one.kind == K.AMOUNT_DIFFERS else None


def _amounts(one: Difference) -> Amounts:
    return amounts_of(one.columns, one.ours, one.theirs, one.amount_fen)


def _known_institutions(block: Iterable[Difference]) -> frozenset[str]:
    """Which of their institution codes the directory has, of those that differ from ours."""
    codes = {
        one.theirs.get(INSTITUTION, "")
        for one in block
        if one.kind == K.OWNER_DIFFERS and INSTITUTION in one.columns
    }
    if not codes:
        return frozenset()
    return frozenset(Institution.objects.filter(code__in=codes).values_list("code", flat=True))
