"""The background job that matches cases with filings: of a batch, of a month, or of all months."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agency.batches.kinds import Progress
from agency.batches.models import Batch
from agency.jobs.models import Job
from agency.registry import JOB_KINDS
from settlement.matching.hooks import JOB
from settlement.matching.services import NOTHING, match_batch, match_period, periods_with_cases


@JOB_KINDS.register(JOB)
def match_filings(job: Job, progress: Progress) -> dict[str, Any]:
    """Mark the cases; running it again after a crash finds what is marked and writes the rest."""
    if job.subject_kind == "batch":
        found = match_batch(Batch.objects.get(batch_no=job.subject_no), at=timezone.now())
    elif job.subject_no:
        found = match_period(job.subject_no, at=timezone.now())
    else:
        found, periods = NOTHING, periods_with_cases()
        for done, period in enumerate(periods, 1):
            found += match_period(period, at=timezone.now())
            progress(done, len(periods))
    return {"cases": found.cases, "changed": found.changed, "marks": found.marks}
