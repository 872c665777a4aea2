"""The background jobs of import batches."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agency.batches.kinds import Progress
from agency.batches.models import Batch
from agency.batches.services import PreviewOutdated, batch_check, batch_load
from agency.batches.states import BatchState
from agency.errors import DomainError
from agency.jobs.models import Job
from agency.registry import JOB_KINDS


def _batch(job: Job) -> Batch:
    return Batch.objects.select_related("file", "created_by", "region").get(batch_no=job.subject_no)


@JOB_KINDS.register("batch_check")
def check(job: Job, progress: Progress) -> dict[str, Any]:
    """Check an uploaded file; a batch that has moved on since is left alone."""
    batch = _batch(job)
    if batch.state == BatchState.UPLOADED:
        batch_check(batch, by=job.created_by, at=timezone.now(), progress=progress)
    return {"batch": batch.batch_no}


@JOB_KINDS.register("batch_load")
def load(job: Job, progress: Progress) -> dict[str, Any]:
    """Load a confirmed batch; running it again after a crash finds it loaded and does nothing."""
    batch = _batch(job)
    if batch.state == BatchState.LOADED and batch.confirmed_by_id == job.created_by_id:
        return {"batch": batch.batch_no, "accepted": batch.accepted}
    if batch.state == BatchState.UPLOADED:  # interrupted while the preview was made anew
        batch_check(batch, by=batch.created_by, at=timezone.now(), progress=progress)
        raise PreviewOutdated
    if batch.state != BatchState.PREVIEWED:
        raise DomainError("not_waiting", f"{batch.batch_no} 已不在待确认，没有写入任何内容。")
    batch_load(
        batch,
        by=job.created_by,
        at=timezone.now(),
        preview_digest=job.options["preview_digest"],
        progress=progress,
    )
    return {"batch": batch.batch_no, "accepted": batch.accepted}
