"""Writes of background jobs: enqueue, claim by lease, heartbeat, end, take up again."""

from __future__ import annotations

import datetime as dt
import logging
import time
from contextlib import suppress
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from agency.errors import DomainError, SomeoneElseWasFirst
from agency.jobs.lease import LEASE, KeptLease, running_as
from agency.jobs.models import Job
from agency.jobs.states import JobState
from agency.journal import workflow
from agency.journal.numbers import next_number
from agency.organisation.models import User
from agency.registry import JOB_KINDS

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.0
MOST_ATTEMPTS = 5


class JobProgress:
    """Writes progress and renews the lease at most once a second; inside a transaction, whose writes nobody
    would see before its end, it only notes how far the work has come, for `KeptLease` to tell."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._last = 0.0
        self.reached = (job.done, job.total)

    def __call__(self, done: int, total: int = 0) -> None:
        self.reached = (done, total)
        moment = time.monotonic()
        if moment - self._last < HEARTBEAT_SECONDS or connection.in_atomic_block:
            return
        self._last = moment
        now = timezone.now()
        with suppress(OperationalError):  # SQLite, while somebody else writes long: told the next time
            running_as(self.job).update(done=done, total=total, heartbeat_at=now, lease_until=now + LEASE)


@transaction.atomic
def job_enqueue(
    kind: str, *, by: User, at: dt.datetime, subject_kind: str = "", subject_no: str = "", **options: Any
) -> Job:
    """Create a job and queue it for the worker, within the caller's transaction."""
    job = Job.objects.create(
        job_no=f"J{timezone.localtime(at):%Y%m%d}{next_number(f'job-{timezone.localtime(at):%Y%m%d}'):05d}",
        kind=kind,
        subject_kind=subject_kind,
        subject_no=subject_no,
        options=options,
        created_by=by,
        created_at=at,
    )
    workflow.begin(job, by=by, at=at)
    _hand_over(job)
    return job


def _hand_over(job: Job) -> None:
    """Put the job into the worker's queue, which is a table of the same database: both commit or neither."""
    from agency.jobs.tasks import run_job

    run_job.enqueue(job.job_no)


def job_claim(job_no: str, now: dt.datetime) -> Job | None:
    """Take a queued job and its lease; None when somebody else has it or it has ended."""
    job = Job.objects.select_related("created_by").get(job_no=job_no)
    if job.state != JobState.QUEUED:
        return None
    try:
        workflow.move(
            job,
            JobState.RUNNING,
            by=job.created_by,
            at=now,
            started_at=now,
            heartbeat_at=now,
            lease_until=now + LEASE,
            attempts=job.attempts + 1,
        )
    except SomeoneElseWasFirst:
        return None
    return job


def job_run(job_no: str) -> None:
    """Run one job to its end; every error ends it as failed, with a sentence for the person who waits."""
    job = job_claim(job_no, timezone.now())
    if job is None:
        return
    try:
        progress = JobProgress(job)
        with KeptLease(job, reached=lambda: progress.reached):
            result = JOB_KINDS[job.kind](job, progress)
    except DomainError as error:
        _fail(job, error.message)
    except Exception:
        logger.exception("job %s failed", job_no)
        _fail(job, "程序出错，没有写入任何内容；请再试一次，仍不行请把任务号告诉系统管理员。")
    else:
        _end(job, JobState.DONE, result=result or {})


def _end(job: Job, state: JobState, reason: str = "", **fields: Any) -> None:
    """Record how a job ended, unless another worker, which took it for dead, already has."""
    now = timezone.now()
    with suppress(SomeoneElseWasFirst):
        workflow.move(
            job, state, by=job.created_by, at=now, reason=reason, ended_at=now, lease_until=None, **fields
        )


def _fail(job: Job, message: str) -> None:
    _end(job, JobState.FAILED, reason=message, message=message[:500])


def jobs_take_up_again(now: dt.datetime) -> int:
    """Queue again every running job whose lease ran out; one that killed its worker too often fails.

    A queued job that stands in no worker's queue, because a worker died with it in its hands, is handed over
    again. Returns how many were queued.
    """
    queued = _hand_over_forgotten(now)
    for job in Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now).select_related("created_by"):
        if job.attempts >= MOST_ATTEMPTS:
            _fail(job, "多次中断，不再重试；请把任务号告诉系统管理员。")
            continue
        with suppress(SomeoneElseWasFirst), transaction.atomic():
            workflow.move(job, JobState.QUEUED, by=job.created_by, at=now, lease_until=None)
            _hand_over(job)
            queued += 1
    return queued


def _hand_over_forgotten(now: dt.datetime) -> int:
    from django_tasks_db.models import DBTaskResult

    waiting = Job.objects.filter(state=JobState.QUEUED, created_at__lt=now - LEASE)
    forgotten = {job.job_no: job for job in waiting}
    if forgotten:
        for asked in DBTaskResult.objects.ready().values_list("args_kwargs", flat=True):
            for job_no in asked["args"]:
                forgotten.pop(job_no, None)
    for job in forgotten.values():
        _hand_over(job)
    return len(forgotten)
