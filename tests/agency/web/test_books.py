"""The books page: the check runs as a job, its result is shown."""

from collections.abc import Callable

from django.test import Client

from agency.jobs.models import Job
from agency.jobs.services import job_run
from tests.support.world import World


def test_a_check_is_queued_run_and_shown(world: World, as_user: Callable[..., Client]) -> None:
    client = as_user(world.prov_clearing)

    client.post("/books/", {"period": ""})
    queued = client.get("/books/").content.decode()
    job_run(Job.objects.get(kind="check_books").job_no)
    done = client.get("/books/").content.decode()

    assert "排队中" in queued
    assert "账目相符" in done
    assert "日志连续未改" in done


def test_a_wrong_period_is_told_at_the_field(world: World, as_user: Callable[..., Client]) -> None:
    response = as_user(world.prov_clearing).post("/books/", {"period": "202613"})

    assert response.status_code == 422
    assert "期别应为六位数字" in response.content.decode()
    assert not Job.objects.exists()


def test_somebody_elses_job_is_not_shown(world: World, as_user: Callable[..., Client]) -> None:
    as_user(world.prov_clearing).post("/books/", {"period": ""})
    job = Job.objects.get(kind="check_books")

    assert as_user(world.yanbian_clearing).get(f"/jobs/{job.job_no}/").status_code == 404
    assert as_user(world.prov_clearing).get(f"/jobs/{job.job_no}/").status_code == 200
