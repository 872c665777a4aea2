"""Who waits for whom: signing, answers and verdicts of a run hold the run, then its differences by key."""

from __future__ import annotations

from collections.abc import Iterable

from settlement.reconciliation.models import Discrepancy, ReconciliationRun


def hold_run(run: ReconciliationRun) -> ReconciliationRun:
    """The run as it is now, held to the end of the transaction."""
    rows = ReconciliationRun.objects.select_for_update(of=("self",), no_key=True)
    related = ("region", "scope_region", "scope_institution", "file", "created_by", "signed_by")
    return rows.select_related(*related).get(pk=run.pk)


def hold_differences(run: ReconciliationRun, keys: Iterable[int] | None = None) -> None:
    """All differences of a run, or those of some keys: who is about to change one of them is waited for."""
    rows = Discrepancy.objects.filter(run=run)
    if keys is not None:
        rows = rows.filter(pk__in=list(keys))
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
