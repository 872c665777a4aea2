"""锁: runs before their differences, each in the order of their keys; so nobody waits in a circle.

Whoever signs or voids a run holds it too, so that no verdict changes under the signature. SQLite takes its
one write lock at BEGIN (IMMEDIATE), so nothing more is needed there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.records.selectors import chunks


def hold_runs(keys: Iterable[int]) -> dict[int, ReconciliationRun]:
    """The runs by key as they are now, held to the end of the transaction."""
    rows = ReconciliationRun.objects.filter(pk__in=set(keys)).defer("report").select_related("region")
    return {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",)).order_by("pk")}


def hold_run(run: ReconciliationRun) -> ReconciliationRun:
    """One run as it is now, whole, with what its report names; held to the end of the transaction."""
    rows = ReconciliationRun.objects.select_for_update(of=("self",), no_key=True)
    related = ("region", "scope_region", "scope_institution", "file", "created_by", "signed_by")
    return rows.select_related(*related).get(pk=run.pk)


def hold_all_of(run: ReconciliationRun) -> None:
    """All differences of a run that is held: whoever is about to change one of them is waited for."""
    rows = Discrepancy.objects.filter(run=run).select_for_update(no_key=True)
    list(rows.order_by("pk").values_list("pk", flat=True))


def hold_differences(keys: Collection[int]) -> list[Discrepancy]:
    """The differences as they are now, with their runs, both held to the end of the transaction; in the order
    of their keys. What was found of them is read only where it is asked for."""
    runs: set[int] = set()
    for block in chunks(keys):
        rows = Discrepancy.objects.filter(pk__in=block).order_by()
        runs.update(rows.values_list("run_id", flat=True).distinct())
    held, found = hold_runs(runs), []
    for block in chunks(sorted(keys)):
        named = Discrepancy.objects.filter(pk__in=block).select_related("judged_by", "owner")
        rows = named.defer("ours", "theirs", "evidence", "columns")
        for row in rows.select_for_update(no_key=True, of=("self",)).order_by("pk"):
            row.run = held[row.run_id]
            found.append(row)
    return found
