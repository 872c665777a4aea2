"""Background jobs: one worker at a time, a dead worker's job is taken up again, errors are told."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django_tasks_db.models import DBTaskResult

from agency.errors import DomainError
from agency.jobs.lease import LEASE
from agency.jobs.models import Job
from agency.jobs.services import JobProgress, job_claim, job_enqueue, job_run, jobs_take_up_again
from agency.registry import JOB_KINDS
from tests.support.world import World


@pytest.fixture(autouse=True)
def job_kinds() -> Iterator[None]:
    JOB_KINDS.register("add")(lambda job, progress: {"sum": job.options["a"] + job.options["b"]})
    JOB_KINDS.register("refuse")(refuse)
    JOB_KINDS.register("crash")(crash)
    JOB_KINDS.register("long")(refuse_at_length)
    yield
    for name in ("add", "refuse", "crash", "long"):
        del JOB_KINDS._entries[name]


def refuse(job: Job, progress: object) -> dict:
    raise DomainError("no", "这个文件不能用。")


def refuse_at_length(job: Job, progress: object) -> dict:
    raise DomainError("no", "长" * 600)


def crash(job: Job, progress: object) -> dict:
    raise RuntimeError("secret detail")


def test_a_job_runs_once_and_keeps_its_result(world: World) -> None:
    job = job_enqueue("add", by=world.clerk, at=world.now, a=1, b=2)

    job_run(job.job_no)
    job_run(job.job_no)

    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("done", {"sum": 3}, 1)


def test_it_is_queued_for_the_worker_in_the_same_transaction(world: World) -> None:
    job = job_enqueue("add", by=world.clerk, at=world.now, a=1, b=2)

    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[job.job_no]]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("refuse", "这个文件不能用。"),
        ("crash", "程序出错，没有写入任何内容；请再试一次，仍不行请把任务号告诉系统管理员。"),
    ],
)
def test_an_error_ends_the_job_with_a_sentence(world: World, kind: str, message: str) -> None:
    job = job_enqueue(kind, by=world.clerk, at=world.now)

    job_run(job.job_no)

    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", message)


def test_a_running_job_is_not_claimed_twice(world: World) -> None:
    job = job_enqueue("add", by=world.clerk, at=world.now, a=1, b=2)

    assert job_claim(job.job_no, world.now) is not None
    assert job_claim(job.job_no, world.now) is None


def test_a_job_whose_worker_died_is_taken_up_again(world: World) -> None:
    job = job_enqueue("add", by=world.clerk, at=world.now, a=1, b=2)
    job_claim(job.job_no, world.now)
    later = world.now + dt.timedelta(minutes=2)

    assert jobs_take_up_again(world.now) == 0
    assert jobs_take_up_again(later) == 1
    again = job_claim(job.job_no, later)

    assert again is not None
    assert again.attempts == 2


def test_a_job_that_kills_its_worker_every_time_is_given_up(world: World) -> None:
    job = job_enqueue("add", by=world.clerk, at=world.now, a=1, b=2)
    moment = world.now
    for _ in range(5):
        job_claim(job.job_no, moment)
        moment += dt.timedelta(minutes=2)
        jobs_take_up_again(moment)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 5)


def test_a_long_refusal_still_ends_the_job(world: World) -> None:
    job = job_enqueue("long", by=world.clerk, at=world.now)

    job_run(job.job_no)

    job.refresh_from_db()
    assert (job.state, len(job.message)) == ("failed", 500)


def test_a_queued_job_that_no_worker_knows_of_is_handed_over_again(world: World) -> None:
    job = job_enqueue("add", by=world.clerk, at=world.now, a=1, b=2)
    DBTaskResult.objects.all().delete()  # a worker took it, and died before it began
    later = world.now + LEASE + dt.timedelta(seconds=1)

    handed_over = [jobs_take_up_again(moment) for moment in (world.now, later, later)]

    assert handed_over == [0, 1, 0]
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[job.job_no]]


def test_a_worker_that_was_taken_for_dead_no_longer_tells_of_the_job(world: World) -> None:
    job = job_enqueue("add", by=world.clerk, at=world.now, a=1, b=2)
    stalled = job_claim(job.job_no, world.now)
    assert stalled is not None
    jobs_take_up_again(world.now + LEASE + dt.timedelta(seconds=1))
    job_claim(job.job_no, world.now + LEASE)

    JobProgress(stalled)(5, 10)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.done) == ("running", 2, 0)
