"""差异诊断: each difference of a run over details gets a likely cause, what speaks for it, what to do [P].

Called within the transaction that compared: `theirs` (staging.py) still stands, and so do the run's totals.
The same differences beside the same books get the same causes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection
from django.db.models import Case, F, Value, When

from agency.organisation.models import Institution
from agency.periods import last_day
from agency.policy.selectors import int_parameter
from settlement.reconciliation.doctor_amounts import NO_DEDUCTION, Deducted, Finding, amounts_of, of_amounts
from settlement.reconciliation.doctor_copies import rows_of
from settlement.reconciliation.doctor_filings import without_filing
from settlement.reconciliation.doctor_pairs import SIDES, Single, single_of
from settlement.reconciliation.doctor_rules import (
    INSTITUTION,
    PLAIN,
    of_duplicate,
    of_owner,
    of_period,
    of_reversal,
)
from settlement.reconciliation.doctor_singles import Singles
from settlement.reconciliation.doctor_steps import STEPS, Found, deductions_of
from settlement.reconciliation.kinds import DiscrepancyKind, SourceKind
from settlement.reconciliation.models import Discrepancy, ReconciliationRun

OF_DETAILS = (SourceKind.PLATFORM, SourceKind.REGION, SourceKind.HOSPITAL)
ROUNDING_LIMIT = "reconciliation.rounding_limit_fen"
AT_ONCE = 2_000
READ = (
    "pk",
    "serial",
    "kind",
    "subject",
    "their_line",
    "our_correction_no",
    "columns",
    "ours",
    "theirs",
    "amount_fen",
)
TABLE = Discrepancy._meta.db_table
_UPDATE = {
    "postgresql": (
        f"UPDATE {TABLE} AS d SET cause = f.cause, proposed = f.proposed, evidence = f.evidence::jsonb"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS f (id, cause, proposed, evidence)"
        " WHERE d.id = f.id"
    ),
    "sqlite": f"UPDATE {TABLE} SET cause = %s, proposed = %s, evidence = %s WHERE id = %s",
}

K = DiscrepancyKind


def diagnose(run: ReconciliationRun) -> None:
    """Write cause, evidence and proposed remedy of every difference of a run over details."""
    if run.source not in OF_DETAILS:
        return
    singles = Singles()
    limit_fen = int_parameter(ROUNDING_LIMIT, last_day(run.period))
    for block in _blocks(run):
        _write(list(_of_class(run, block, limit_fen)))
        singles.add(_singles(block))
    singles.ready()
    for step in STEPS:
        for found in step(run, singles):
            _write(found)
            singles.settle([pk for pk, _ in found])
    for found in without_filing(run):
        _write(found)
    singles.close()
    _propose(run)


def _blocks(run: ReconciliationRun) -> Iterator[list[Discrepancy]]:
    """The run's differences in the order of their serials, as many at once as memory likes."""
    rows = Discrepancy.objects.filter(run=run).order_by("serial").only(*READ)
    last = 0
    while block := list(rows.filter(serial__gt=last)[:AT_ONCE]):
        yield block
        last = block[-1].serial


def _singles(block: Iterable[Discrepancy]) -> Iterator[Single]:
    for one in block:
        if one.kind in SIDES:
            side = one.ours if one.kind == K.ONLY_OURS else one.theirs
            yield single_of(one, side)


def _of_class(
    run: ReconciliationRun, block: Sequence[Discrepancy], limit_fen: int
) -> Iterator[tuple[int, Finding]]:
    """What the two sides say by themselves, beside deductions, the directory and the rows that repeat."""
    subjects = {kind: [one.subject for one in block if one.kind == kind] for kind in K}
    deducted = deductions_of(run, subjects[K.AMOUNT_DIFFERS]) if subjects[K.AMOUNT_DIFFERS] else {}
    rows = rows_of(subjects[K.DUPLICATE]) if subjects[K.DUPLICATE] else {}
    known = _known_institutions(block)
    for one in block:
        if one.kind == K.DUPLICATE:
            finding = of_duplicate(rows.get(one.subject, ()))
        elif one.kind == K.OWNER_DIFFERS:
            finding = of_owner(one.columns, one.ours, one.theirs, known)
        else:
            finding = _of_values(one, deducted.get(one.subject, NO_DEDUCTION), limit_fen)
        if finding is not None:
            yield one.pk, finding


def _of_values(one: Discrepancy, deducted: Deducted, limit_fen: int) -> Finding | None:
    if one.kind == K.REVERSAL_DIFFERS:
        return of_reversal(one.ours, one.theirs)
    if one.kind == K.PERIOD_DIFFERS:
        return of_period(one.ours, one.theirs)
    if one.kind == K.AMOUNT_DIFFERS:
        return of_amounts(amounts_of(one.columns, one.ours, one.theirs, one.amount_fen), deducted, limit_fen)
    return None


def _known_institutions(block: Iterable[Discrepancy]) -> frozenset[str]:
    """Which of their institution codes the directory has, of those that differ from ours."""
    codes = {
        one.theirs.get(INSTITUTION, "")
        for one in block
        if one.kind == K.OWNER_DIFFERS and INSTITUTION in one.columns
    }
    if not codes:
        return frozenset()
    return frozenset(Institution.objects.filter(code__in=codes).values_list("code", flat=True))


def _write(found: Found) -> None:
    """Keep what was found of these differences."""
    if not found:
        return
    rows = [(pk, one.cause, one.proposed, json.dumps(one.evidence)) for pk, one in found]
    statement = _UPDATE[connection.vendor]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement, [list(map(str, column)) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(statement, [(cause, told, text, pk) for pk, cause, told, text in rows])


def _propose(run: ReconciliationRun) -> None:
    """What is proposed where nothing speaks for a cause."""
    plain = Case(
        *(When(kind=kind, then=Value(remedy)) for kind, remedy in PLAIN.items()), default=F("proposed")
    )
    Discrepancy.objects.filter(run=run, proposed="").update(proposed=plain)
