"""The button hands the computing to the worker; the page follows it."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from agency.jobs.models import Job
from agency.jobs.services import job_run
from settlement.clearing.models import ClearingPeriod
from tests.support.world import World

AsUser = Callable[..., Client]
MONTH = "/clearing/202610/"


def test_the_button_makes_a_job_that_computes(loaded: None, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)

    response = client.post(f"{MONTH}compute/")

    assert response["Location"] == MONTH
    job = Job.objects.get(kind="clear_period")
    assert (job.subject_no, job.created_by) == ("202610", world.prov_clearing)
    assert f'hx-get="/jobs/{job.job_no}/"' in client.get(MONTH).content.decode()
    job_run(job.job_no)
    month = ClearingPeriod.objects.get()
    assert (month.state, month.cases, month.computed_by) == ("computed", 8, world.prov_clearing)
    assert "hx-get" not in client.get(MONTH).content.decode().split("<main")[1]


def test_a_second_click_starts_no_second_job(loaded: None, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    client.post(f"{MONTH}compute/")

    response = as_user(world.prov_clearing_2).post(f"{MONTH}compute/")

    assert response.status_code == 422
    assert Job.objects.filter(kind="clear_period").count() == 1


def test_a_colleague_of_a_region_only_hears_of_it(loaded: None, world: World, as_user: AsUser) -> None:
    as_user(world.prov_clearing).post(f"{MONTH}compute/")

    page = as_user(world.jilin_clearing).get(MONTH).content.decode()

    assert "省级正在计算" in page
    assert "/jobs/" not in page


def test_a_job_that_comes_too_late_fails_with_the_reason(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    job = Job.objects.create(
        job_no="J1", kind="clear_period", subject_kind="period", subject_no="202610",
        created_by=world.prov_clearing, created_at=world.now,
    )  # fmt: skip

    job_run(job.job_no)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "已经签发" in job.message
    assert "已经签发" in as_user(world.prov_clearing).get(MONTH).content.decode()


def test_a_signed_month_gets_no_job(signed: ClearingPeriod, world: World, as_user: AsUser) -> None:
    response = as_user(world.prov_clearing).post(f"{MONTH}compute/")

    assert response.status_code == 422
    assert not Job.objects.exists()


def test_running_the_job_twice_gives_the_same(loaded: None, world: World, as_user: AsUser) -> None:
    digests = []
    for _ in range(2):
        as_user(world.prov_clearing).post(f"{MONTH}compute/")
        job_run(Job.objects.order_by("-pk")[0].job_no)
        digests.append(ClearingPeriod.objects.get().lines_digest)

    assert digests[0] == digests[1]
