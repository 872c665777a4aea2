"""What is shown of a running job: how far it has come, and how fast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.jobs.models import Job
from agency.jobs.states import JobState
from tests.support.world import World

AsUser = Callable[..., Client]

pytestmark = pytest.mark.django_db


def shown(world: World, as_user: AsUser, **fields: Any) -> str:
    job = Job.objects.create(
        job_no="J1", kind="batch_check", state=JobState.RUNNING, created_by=world.prov_clearing,
        created_at=world.now, **fields,
    )  # fmt: skip
    return str(as_user(world.prov_clearing).get(f"/jobs/{job.job_no}/").content.decode())


def test_rows_and_rows_a_second_are_told_while_the_end_is_not_known(world: World, as_user: AsUser) -> None:
    heartbeat = world.now + dt.timedelta(seconds=5)

    page = shown(world, as_user, done=123_456, started_at=world.now, heartbeat_at=heartbeat)

    assert "123,456，每秒 24,691" in page
    assert "max=" not in page


def test_with_a_known_end_there_is_a_bar(world: World, as_user: AsUser) -> None:
    page = shown(world, as_user, done=2_000, total=8_000, started_at=world.now, heartbeat_at=world.now)

    assert "2,000 / 8,000</span>" in page
    assert '<progress value="2000" max="8000"' in page
