"""The background jobs of the clearing: computing a month, and binding its papers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agency.batches.kinds import Progress
from agency.jobs.models import Job
from agency.money import plain_yuan
from agency.registry import JOB_KINDS
from settlement.clearing.bundling import KIND, bundle_make
from settlement.clearing.services import period_compute


@JOB_KINDS.register("clear_period")
def clear_period(job: Job, progress: Progress) -> dict[str, Any]:
    """Compute the month; running it again after a crash gives the same."""
    month = period_compute(period=job.subject_no, by=job.created_by, at=timezone.now())
    return {"period": month.period, "cases": month.cases, "receivable": plain_yuan(month.receivable_fen)}


@JOB_KINDS.register(KIND)
def month_bundle(job: Job, progress: Progress) -> dict[str, Any]:
    """Bind a month's papers for whoever asked; running it again after a crash gives the same file."""
    return bundle_make(
        period=job.subject_no,
        region_code=job.options["region_code"],
        kind=job.options["format"],
        by=job.created_by,
        at=timezone.now(),
        progress=progress,
    )
