"""A job's lease under real parallel transactions."""

import datetime as dt
import time

import pytest
from django.db import transaction
from django.utils import timezone

from agency.jobs.lease import KeptLease
from agency.jobs.models import Job
from agency.jobs.services import JobProgress, job_claim, job_enqueue, jobs_take_up_again
from tests.support.together import all_at_once
from tests.support.world import the_world

pytestmark = pytest.mark.postgresql


@pytest.mark.usefixtures("committed")
def test_a_lease_is_renewed_while_the_work_sits_in_one_long_transaction() -> None:
    world = the_world()
    job = job_enqueue("check_books", by=world.clerk, at=world.now)
    claimed = job_claim(job.job_no, timezone.now() - dt.timedelta(seconds=59))
    assert claimed is not None

    with transaction.atomic(), KeptLease(claimed, every_seconds=1):
        time.sleep(2.5)

    assert jobs_take_up_again(timezone.now()) == 0
    assert Job.objects.get(pk=job.pk).lease_until > timezone.now() + dt.timedelta(seconds=50)


@pytest.mark.usefixtures("committed")
def test_others_see_how_far_the_work_has_come_before_its_transaction_ends() -> None:
    world = the_world()
    job = job_enqueue("check_books", by=world.clerk, at=world.now)
    claimed = job_claim(job.job_no, timezone.now() - dt.timedelta(seconds=10))
    assert claimed is not None
    progress = JobProgress(claimed)
    told: list[Job] = []

    with transaction.atomic(), KeptLease(claimed, reached=lambda: progress.reached, every_seconds=1):
        progress(40_000, 100_000)
        time.sleep(1.5)
        all_at_once([lambda: told.append(Job.objects.get(pk=job.pk))])

    assert (told[0].done, told[0].total) == (40_000, 100_000)
    assert 3_000 <= told[0].per_second <= 4_000


@pytest.mark.usefixtures("committed")
def test_of_ten_workers_one_gets_the_job() -> None:
    world = the_world()
    job = job_enqueue("check_books", by=world.clerk, at=world.now)
    claims: list[bool] = []

    all_at_once([lambda: claims.append(job_claim(job.job_no, timezone.now()) is not None)] * 10)

    assert sorted(claims) == [False] * 9 + [True]
