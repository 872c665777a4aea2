"""疑因: what a difference most likely comes from, with its evidence and what to do about it."""

from __future__ import annotations

from settlement.reconciliation.models import ReconciliationRun


def diagnose(run: ReconciliationRun) -> None:
    """Give each difference of a run its likely cause; called while `theirs` is there (see staging.py)."""
