"""Runs the whole test suite (SQLite, PostgreSQL, browser) and closes with one line that counts all of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "test-results"
PYTEST = [sys.executable, "-m", "pytest", "-q"]
TOLD = 6  # lines of a failed test's reason that are said again at the end
MYPY = [sys.executable, "-m", "mypy", "agency", "filings", "settlement"]


@dataclass(frozen=True)
class Run:
    """One run of pytest: what is chosen, and on which database."""

    name: str
    arguments: list[str]
    database: str


@dataclass(frozen=True)
class Result:
    """What came out; a run of anything but tests counts none. `broken`: each test that failed, and why."""

    name: str
    passed: int
    failed: int
    ended_well: bool
    broken: tuple[str, ...] = ()


def execute(name: str, command: list[str], environment: dict[str, str]) -> tuple[int, int]:
    """Run a command, each line of its output under its name, for two go at a time; (exit code, seconds)."""
    print(f"== {name} begins", flush=True)
    began = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"{name:>10} | {line.rstrip()}", flush=True)
    return process.returncode, round(time.monotonic() - began)


def run_tests(run: Run) -> Result:
    """One run of pytest, counted from its JUnit file."""
    report = RESULTS / f"{run.name}.xml"
    report.unlink(missing_ok=True)
    command = [*PYTEST, f"--junitxml={report}", *run.arguments]
    code, seconds = execute(run.name, command, {"DATABASE_URL": run.database})
    if not report.exists():
        print(f"{run.name}: no result was written (exit {code})")
        return Result(run.name, 0, 1, False)
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    total, failed = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    if skipped:
        print(f"{run.name}: {skipped} tests were skipped; nothing may be skipped here")
        failed += skipped
    if not total:
        print(f"{run.name}: ran no test")
        failed += 1
    print(f"== {run.name}: {total - failed} passed, {failed} failed in {seconds} s", flush=True)
    return Result(run.name, total - failed, failed, code == 0, tuple(broken_tests(suite)))


def broken_tests(suite: ElementTree.Element) -> Iterator[str]:
    """The tests of a JUnit suite that failed, each with the last lines of its reason."""
    for case in suite.iter("testcase"):
        for reason in (*case.iter("failure"), *case.iter("error")):
            lines = [line for line in (reason.text or "").splitlines() if line.startswith(("E ", "tests/"))]
            said = lines[-TOLD:] or [reason.get("message", "")]
            name = f"{case.get('classname')}::{case.get('name')}"
            yield "\n".join([name, *(f"    {line[:300]}" for line in said)])


def check_types() -> Result:
    """mypy, beside the tests: it ends well or not, and counts no test."""
    code, seconds = execute("types", MYPY, {})
    print(f"== types: {'fine' if code == 0 else 'FAILED'} in {seconds} s", flush=True)
    return Result("types", 0, 0, code == 0)


def main() -> int:
    """`python tests/run.py [long]`, inside pg_virtualenv (PGHOST, PGPORT, PGUSER, PGPASSWORD).

    Two at a time, the longest first: each process makes its own database, and two cores are kept busy.
    Tests without a database are run once, in the run on SQLite.
    """
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
    sqlite = f"sqlite:///{RESULTS / 'unused.sqlite3'}"  # tests use one in memory
    marks = ["-m", "long"] if long else []
    # With more than two cores each run gets its share of them.
    share = (os.cpu_count() or 2) // 2
    workers = ["-n", str(share), "--dist", "loadfile"] if share > 1 else []
    runs = [
        Run("postgresql", [*workers, "--database-only", *marks], postgresql),
        Run("sqlite", [*workers, *marks], sqlite),
    ]
    if not long:
        runs.append(Run("browser", ["-m", "browser", "tests/journeys"], sqlite))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what one process has compiled the others need not
    with ThreadPoolExecutor(max_workers=2) as lanes:
        going = [lanes.submit(run_tests, run) for run in runs]
        if not long:
            going.append(lanes.submit(check_types))
        results = [item.result() for item in going]
    for result in results:
        for test in result.broken:
            print(f"{result.name}: {test}")
        if not result.ended_well:
            print(f"{result.name} did not end well, see above")
    passed, failed = sum(result.passed for result in results), sum(result.failed for result in results)
    print(f"{passed} passed, {failed} failed")
    return 0 if not failed and all(result.ended_well for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
