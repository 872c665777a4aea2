"""A worker killed fifty times while it checks and loads: nothing half-done, nothing twice, books whole."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.settlement.records.files import row, write
from tests.support.databases import new_database

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
KILLS = 50  # of a worker with a job in its hands
TRIES = 4 * KILLS  # some come before it has begun, or when it has done all
ROWS = 40_000
STARTS_IN, LASTS = 1.0, 4.5  # seconds: when a worker may be killed
PATIENCE = 900

# What a clerk, a colleague and the lease would do next: upload, confirm, let a dead worker's job be taken up.
NEXT = """
import datetime as dt, json
from pathlib import Path
from django.utils import timezone
from agency.batches.services import batch_create, file_keep
from agency.jobs.services import job_enqueue
from agency.models import Batch, Job, User
from settlement.models import SettlementRecord
maker, checker = User.objects.get(username="prov_clearing"), User.objects.get(username="prov_clearing2")
now = timezone.now()
caught = Job.objects.filter(state="running").count()
Job.objects.filter(state="running").update(lease_until=now - dt.timedelta(seconds=1), attempts=0)
batch = Batch.objects.filter(kind="settlements", created_by=maker).first()
waits = Job.objects.filter(state__in=["queued", "running"]).exists()
if not waits and (batch is None or batch.state == "loaded"):
    known = set(Batch.objects.values_list("file_name", flat=True))
    path = next((path for path in PATHS if Path(path).name not in known), None)
    if path is not None:
        with open(path, "rb") as stream:
            kept = file_keep(stream, name=Path(path).name, by=maker, at=now)
        batch = batch_create(kind="settlements", kept=kept, file_name=Path(path).name, by=maker, at=now)
        job_enqueue("batch_check", by=maker, at=now, subject_kind="batch", subject_no=batch.batch_no)
elif not waits and batch.state == "previewed":
    job_enqueue("batch_load", by=checker, at=now, subject_kind="batch", subject_no=batch.batch_no,
                preview_digest=batch.preview_digest)
rows = Batch.objects.filter(kind="settlements", created_by=maker, file_name__startswith="killed")
states = [[one.state, SettlementRecord.objects.filter(batch=one).count()] for one in rows]
print(json.dumps({"caught": caught, "states": states}))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """A throw-away database with the demo world."""
    url = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    if request.param == "postgresql":
        url = new_database("killed_workers")
    made = {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(tmp_path / "media")}
    manage(made, "migrate", "-v0")
    manage(made, "seed", "--demo", "--json")
    return made


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([*MANAGE, *arguments], env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def work(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*MANAGE, "worker"], env=environment, stdout=subprocess.DEVNULL)


def test_fifty_kills_leave_nothing_half_done(environment: dict[str, str], tmp_path: Path) -> None:
    """Real worker processes, killed at random moments of their work; a killed one's lease is let run out."""
    paths: list[str] = []
    chance = random.Random(7)
    seen: set[tuple[Any, ...]] = set()

    def step() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            manage(environment, "shell", "-v0", "-c", NEXT.replace("PATHS", repr(paths)))
        )
        seen.update(map(tuple, found["states"]))
        return found

    def give_another() -> None:
        rows = [row(f"K{len(paths):02d}{number:06d}") for number in range(ROWS)]
        paths.append(str(write(tmp_path, rows, f"killed-{len(paths)}.csv")))

    caught = tries = 0
    while caught < KILLS and tries < TRIES:
        if [state for state, _ in step()["states"]] == ["loaded"] * len(paths):
            give_another()
            step()
        worker = work(environment)
        time.sleep(chance.uniform(STARTS_IN, LASTS))
        worker.kill()
        worker.wait()
        caught, tries = caught + step()["caught"], tries + 1
    assert caught >= KILLS
    worker = work(environment)
    try:
        until = time.monotonic() + PATIENCE
        while step()["states"] != [["loaded", ROWS]] * len(paths) and time.monotonic() < until:
            time.sleep(1)
    finally:
        worker.terminate()
        worker.wait(timeout=60)

    assert seen <= {("uploaded", 0), ("previewed", 0), ("loaded", ROWS)}
    assert step()["states"] == [["loaded", ROWS]] * len(paths)
    books = json.loads(manage(environment, "check_books", "--json"))
    assert books["broken"] == []
