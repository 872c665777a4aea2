"""`make bench`: a million rows, on SQLite and on PostgreSQL; prints what docs/performance.md holds.

    python tests/bench/run.py [MODULE …] [--rows N] [--only sqlite|postgresql] [--out FILE]
                              [--months N] [--times N]

A module of this folder is a bench when it has `TITLE`, `prepare(rows)` (makes its data, by sets, always the
same) and `measure(out)` (prints Markdown through `out`). Each runs in a process of its own against a database
of its own, so that none warms or fills that of another. PostgreSQL comes from pg_virtualenv (PGHOST …).
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = (
    "people_search", "filing_lists", "record_import", "record_lists", "filing_match", "clearing",
    "month_bundle", "reconcile", "xlsx",
)  # fmt: skip
DATABASES = ("sqlite", "postgresql")
NO_DATABASE = ("xlsx",)  # run once


def main() -> int:
    asked = _arguments()
    if asked.here:
        return _bench(asked.modules[0], asked.rows)
    told: list[str] = []
    failed = 0
    for module in asked.modules or MODULES:
        some = DATABASES[:1] if module in NO_DATABASE else DATABASES
        for database in [asked.only] if asked.only else some:
            text, code = _in_own_process(module, database, asked)
            told.append(text)
            failed |= code
    if asked.out:
        asked.out.write_text("\n".join(told), encoding="utf-8")
    return failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(MODULES)}; none: all")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=DATABASES)
    parser.add_argument("--out", type=Path, help="a file for what is printed")
    parser.add_argument("--months", type=int, default=12, help="clearing: months stored, one is cleared")
    parser.add_argument("--times", type=int, default=1, help="clearing: then so many times the rows")
    parser.add_argument("--here", action="store_true", help="measure in this process, on DATABASE_URL")
    return parser.parse_args()


def _in_own_process(module: str, database: str, asked: argparse.Namespace) -> tuple[str, int]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if database == "sqlite":
            url = f"sqlite:///{folder}/bench.sqlite3"
        else:
            url = _new_postgresql_database(f"bench_{module}")
        command = [sys.executable, str(Path(__file__)), module, "--here", "--rows", str(asked.rows)]
        environment = {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": folder, "PYTHONPATH": _path()}
        environment |= {"BENCH_MONTHS": str(asked.months), "BENCH_TIMES": str(asked.times)}
        sys.stderr.write(f"== {module} on {database}, {asked.rows:,} rows\n")
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        sys.stdout.write(done.stdout)
        sys.stdout.flush()
        return done.stdout, done.returncode


def _path() -> str:
    """Peers that the program does not need are found where PYTHONPATH says."""
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


def _new_postgresql_database(name: str) -> str:
    if "PGHOST" not in os.environ:
        raise SystemExit("PostgreSQL is missing (PGHOST is not set): run this through `make bench`.")
    sys.path.insert(0, str(ROOT))
    from tests.support.databases import new_database

    return new_database(name)


def _bench(name: str, rows: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bench.timing import say, settle, version

    module = importlib.import_module(f"tests.bench.{name}")
    call_command("migrate", verbosity=0)
    call_command("seed", stdout=sys.stderr)
    began = time.monotonic()
    module.prepare(rows)
    settle()
    spent = time.monotonic() - began
    say(f"\n## {module.TITLE}: {version(connection)}\n")
    say(f"{rows:,} rows, made in {spent:.0f} s.\n")
    module.measure(say)
    return 0


if __name__ == "__main__":
    sys.exit(main())
