"""The background job that compares a run."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agency.batches.kinds import Progress
from agency.jobs.models import Job
from agency.registry import JOB_KINDS
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.services import run_compare
from settlement.reconciliation.states import RunState

JOB = "reconcile"


@JOB_KINDS.register(JOB)
def reconcile(job: Job, progress: Progress) -> dict[str, Any]:
    """Compare the run that the job names; one that has been compared, or has failed, is left alone."""
    runs = ReconciliationRun.objects.select_related("file", "scope_institution", "region")
    run = runs.get(run_no=job.subject_no)
    if run.state == RunState.COMPARING:
        run_compare(run, by=job.created_by, at=timezone.now(), progress=progress)
    return {"run": run.run_no, "state": run.state, "differences": run.differences}
