"""The background job that compares a run."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from agency.batches.kinds import Progress
from agency.jobs.models import Job
from agency.jobs.services import job_enqueue
from agency.organisation.models import User
from agency.registry import JOB_KINDS
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.services import run_compare
from settlement.reconciliation.states import RunState

JOB = "reconcile"


def compare_later(run: ReconciliationRun, *, by: User, at: dt.datetime) -> None:
    """Have an opened run compared in the background."""
    job_enqueue(JOB, by=by, at=at, subject_kind=run.machine.kind, subject_no=run.run_no)


@JOB_KINDS.register(JOB)
def reconcile(job: Job, progress: Progress) -> dict[str, Any]:
    """Compare the run that the job names; one that has been compared, or has failed, is left alone."""
    runs = ReconciliationRun.objects.select_related("file", "scope_institution", "region")
    run = runs.get(run_no=job.subject_no)
    if run.state == RunState.COMPARING:
        run_compare(run, by=job.created_by, at=timezone.now(), progress=progress)
    return {"run": run.run_no, "state": run.state, "differences": run.differences}
