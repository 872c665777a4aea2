"""Commands of staff: what they say when the database is not there, or has no tables."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "told"),
    [("new.sqlite3", "先运行 manage.py migrate"), ("no/folder.sqlite3", "请检查 DATABASE_URL")],
)
def test_a_database_that_is_not_ready_is_told_as_it_is(tmp_path: Path, name: str, told: str) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / name}"}

    run = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "seed"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 1
    assert told in run.stderr
    assert "Traceback" not in run.stderr
