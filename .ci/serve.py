"""`make run`: migrate and seed what is not there yet, serve, one worker beside; both stop together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
sys.path.insert(0, str(ROOT))


def is_ready() -> bool:
    """Whether this database is migrated and its demo data complete."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    from agency.journal.models import AuditEntry
    from agency.management.commands.seed import DEMO_SEEDED

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        return AuditEntry.objects.filter(action=DEMO_SEEDED).exists()
    except DatabaseError:
        return False


def stop(*_: object) -> NoReturn:
    raise SystemExit(0)


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    from agency.management.commands.seed import demo_logins

    if is_ready():
        sys.stdout.write("\n".join(demo_logins()) + "\n")
    else:
        call_command("migrate", verbosity=0)
        call_command("seed", demo=True)
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, stop)
    worker = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "worker"])
    try:
        call_command("runserver", sys.argv[1], use_reloader=False, skip_checks=True)
    finally:
        worker.terminate()
        worker.wait(timeout=30)


if __name__ == "__main__":
    main()
