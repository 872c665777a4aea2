"""A worker killed by the dozen while it loads: nothing half-done, and in the end it is loaded once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.settlement.records.files import row, write

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
KILLS = 12
ROWS = 20_000
UPLOAD = """

from django.utils import timezone
from agency.batches.services import batch_check, batch_create, file_keep
from agency.jobs.services import job_enqueue
from agency.models import User
maker, checker = User.objects.get(username="prov_clearing"), User.objects.get(username="prov_clearing2")
now = timezone.now()
with open(PATH, "rb") as stream:
    kept = file_keep(stream, name="cases.csv", by=maker, at=now)
batch = batch_create(kind="settlements", kept=kept, file_name="cases.csv", by=maker, at=now)
batch_check(batch, by=maker, at=now)
job_enqueue("batch_load", by=checker, at=now, subject_kind="batch", subject_no=batch.batch_no,
            preview_digest=batch.preview_digest)
"""
STATE = """
import json
from django.utils import timezone
import datetime as dt
from agency.models import Batch, Job
from settlement.models import SettlementRecord
Job.objects.filter(state="running").update(lease_until=timezone.now() - dt.timedelta(seconds=1), attempts=0)
batch = Batch.objects.get(file_name="cases.csv")
print(json.dumps([batch.state, SettlementRecord.objects.filter(batch=batch).count()]))
"""


def manage(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [*MANAGE, *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_a_dozen_kills_leave_nothing_half_done(tmp_path: Path) -> None:
    """On a throw-away SQLite database, with real worker processes; a killed one's lease is let run out."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'killed.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "media"),
    }
    manage(environment, "migrate", "-v0")
    manage(environment, "seed", "--demo", "--json")
    path = write(tmp_path, [row(f"K{number:06d}") for number in range(ROWS)])
    manage(environment, "shell", "-v0", "-c", UPLOAD.replace("PATH", repr(str(path))))

    seen = []
    for kill in range(KILLS):
        worker = subprocess.Popen([*MANAGE, "worker"], env=environment, stdout=subprocess.DEVNULL)
        time.sleep(2 + kill * 0.25)
        worker.kill()
        worker.wait()
        seen.append(json.loads(manage(environment, "shell", "-v0", "-c", STATE)))
    worker = subprocess.Popen([*MANAGE, "worker"], env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(60):
            time.sleep(2)
            if json.loads(manage(environment, "shell", "-v0", "-c", STATE))[0] == "loaded":
                break
    finally:
        worker.terminate()
        worker.wait(timeout=30)

    assert {tuple(state) for state in seen} <= {("previewed", 0), ("loaded", ROWS)}
    assert json.loads(manage(environment, "shell", "-v0", "-c", STATE)) == ["loaded", ROWS]
