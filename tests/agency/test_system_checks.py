"""Production refuses a laptop's settings by name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECRET_KEY", "short", "agency.E001"),
        ("DEBUG", "True", "agency.E005"),
        ("ALLOWED_HOSTS", "*", "agency.E002"),
        ("PUBLIC_URL", "http://counter.example", "agency.E003"),
        ("DATABASE_URL", "sqlite:////nonexistent/none.sqlite3", "agency.E004"),
    ],
)
def test_a_laptops_setting_is_refused_by_name(name: str, value: str, code: str) -> None:
    result = start(**{name: value})

    assert result.returncode != 0
    assert code in result.stderr
