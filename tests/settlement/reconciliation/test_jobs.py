"""The worker compares what a page has opened."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from agency.jobs.models import Job
from agency.jobs.services import job_enqueue, job_run
from settlement.reconciliation.jobs import JOB
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.services import run_create
from tests.settlement.records.files import csv_bytes, row
from tests.support.world import World

Run = Callable[..., Any]


def opened(world: World, content: bytes) -> Job:
    run = run_create(
        period="202610", source="region", file=io.BytesIO(content), file_name="f.csv",
        by=world.prov_clearing, at=world.now,
    )  # fmt: skip
    return job_enqueue(
        JOB, by=world.prov_clearing, at=world.now, subject_kind="reconciliation", subject_no=run.run_no
    )


def test_the_job_compares_and_tells_the_result(load: Run, world: World) -> None:
    load([row("S1"), row("S2")])
    job = opened(world, csv_bytes([row("S1")]))

    job_run(job.job_no)

    job.refresh_from_db()
    run = ReconciliationRun.objects.get()
    assert (run.state, run.differences) == ("compared", 1)
    assert (job.state, job.result) == ("done", {"run": run.run_no, "state": "compared", "differences": 1})


def test_a_file_that_is_none_ends_the_job_and_the_run_says_why(world: World) -> None:
    job = opened(world, "编号\n1\n".encode())

    job_run(job.job_no)

    job.refresh_from_db()
    run = ReconciliationRun.objects.get()
    assert (job.state, job.result["state"], run.state) == ("done", "failed", "failed")
    assert "没有“结算编号”" in run.message


def test_a_job_that_is_run_again_after_a_crash_finds_it_done(load: Run, world: World) -> None:
    load([row("S1")])
    job = opened(world, csv_bytes([row("S9")]))
    job_run(job.job_no)
    digest = ReconciliationRun.objects.get().result_digest
    again = job_enqueue(
        JOB, by=world.prov_clearing, at=world.now, subject_kind="reconciliation", subject_no=job.subject_no
    )

    job_run(again.job_no)

    run = ReconciliationRun.objects.get()
    assert (run.result_digest, run.discrepancies.count()) == (digest, 2)
