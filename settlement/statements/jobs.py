"""The background job that draws a month's statements up."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agency.batches.kinds import Progress
from agency.jobs.models import Job
from agency.organisation.models import PoolingRegion
from agency.registry import JOB_KINDS
from settlement.statements.services import statements_draw

JOB = "draw_statements"


@JOB_KINDS.register(JOB)
def draw_statements(job: Job, progress: Progress) -> dict[str, Any]:
    """Draw up for the region that the job names, or for all; running it again gives the same."""
    period, _, code = job.subject_no.partition("/")
    region = PoolingRegion.objects.get(code=code) if code else None
    drawn = statements_draw(period=period, region=region, by=job.created_by, at=timezone.now())
    return vars(drawn)
