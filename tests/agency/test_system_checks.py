"""Production refuses a laptop's settings by name."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAFE = {
    "DEBUG": "False",
    "SECRET_KEY": "x7!" * 20,
    "ALLOWED_HOSTS": "counter.example",
    "PUBLIC_URL": "https://counter.example",
    "DATABASE_URL": "postgres://nobody:none@127.0.0.1:1/none",
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """Load the WSGI application as a server would, with this environment alone."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **SAFE, **changes}
    return subprocess.run(
        [sys.executable, "-c", "import agency.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_safe_settings_start() -> None:
    assert start().returncode == 0


def test_each_of_a_laptops_settings_is_refused_by_name() -> None:
    result = start(
        SECRET_KEY="short",
        ALLOWED_HOSTS="*",
        PUBLIC_URL="http://counter.example",
        DATABASE_URL="sqlite:////nonexistent/none.sqlite3",
    )

    assert result.returncode != 0
    codes = ("agency.E001", "agency.E002", "agency.E003", "agency.E004")
    assert [code for code in codes if code not in result.stderr] == []
    assert "agency.E005" not in result.stderr


def test_debug_pages_are_refused_by_name() -> None:
    result = start(DEBUG="True")

    assert result.returncode != 0
    assert "agency.E005" in result.stderr
    assert "agency.E001" not in result.stderr
