"""The background job that checks the books."""

from __future__ import annotations

from typing import Any

from agency.batches.kinds import Progress
from agency.jobs.models import Job
from agency.journal.books import check_all
from agency.registry import JOB_KINDS


@JOB_KINDS.register("check_books")
def check_books(job: Job, progress: Progress) -> dict[str, Any]:
    """Run every check and keep the report as the job's result."""
    return check_all(job.options.get("period")).as_json()
