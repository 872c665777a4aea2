"""Runs the whole test suite (SQLite, PostgreSQL, browser) and closes with one line that counts all of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "test-results"
PYTEST = [sys.executable, "-m", "pytest", "-q"]


def run(name: str, arguments: list[str], environment: dict[str, str]) -> tuple[int, int, int]:
    """One run of pytest; returns (passed, failed, exit code) from its JUnit file."""
    print(f"== {name}", flush=True)
    report = RESULTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    began = time.monotonic()
    code = subprocess.run(
        [*PYTEST, f"--junitxml={report}", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    ).returncode
    if not report.exists():
        print(f"{name}: no result was written (exit {code})")
        return 0, 1, code or 1
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    total, failed = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    if skipped:
        print(f"{name}: {skipped} tests were skipped; nothing may be skipped here")
        failed += skipped
    if not total:
        print(f"{name}: ran no test")
        failed += 1
    print(
        f"== {name}: {total - failed} passed, {failed} failed in {time.monotonic() - began:.0f} s", flush=True
    )
    return total - failed, failed, code


def main() -> int:
    """`python tests/run.py [long]`, inside pg_virtualenv (PGHOST, PGPORT, PGUSER, PGPASSWORD)."""
    long = "long" in sys.argv[1:]
    RESULTS.mkdir(exist_ok=True)
    missing = [name for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD") if name not in os.environ]
    if missing:
        print(f"PostgreSQL is missing ({', '.join(missing)} not set): run this through `make test`.")
        return 1
    postgresql = (
        f"postgres://{os.environ['PGUSER']}:{os.environ['PGPASSWORD']}"
        f"@{os.environ['PGHOST']}:{os.environ['PGPORT']}/postgres"
    )
    sqlite = {"DATABASE_URL": f"sqlite:///{RESULTS / 'unused.sqlite3'}"}  # tests use one in memory
    marks = ["-m", "long"] if long else []
    results = [
        run("sqlite", ["-n", "2", *marks], sqlite),
        run("postgresql", ["-n", "2", *marks], {"DATABASE_URL": postgresql}),
    ]
    if not long:
        results.append(run("browser", ["-m", "browser", "tests/journeys"], sqlite))
    passed, failed = sum(r[0] for r in results), sum(r[1] for r in results)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or any(r[2] for r in results) else 0


if __name__ == "__main__":
    raise SystemExit(main())
