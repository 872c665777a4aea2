"""`make run`: migrate and seed what is not there yet, start one worker and the server, stop both together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def is_ready() -> bool:
    """Whether this database is migrated and has the demo staff already (one process, no work twice)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
    sys.path.insert(0, str(ROOT))
    import django
    from django.db import DatabaseError, connection

    django.setup()
    from django.db.migrations.executor import MigrationExecutor

    from agency.organisation.models import User

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        return User.objects.filter(is_system_account=False).exists()
    except DatabaseError:
        return False
    finally:
        connection.close()


def main() -> int:
    address = sys.argv[1]
    if not is_ready():
        subprocess.run([*MANAGE, "migrate", "-v0"], check=True)
        subprocess.run([*MANAGE, "seed", "--demo"], check=True)
    else:
        subprocess.run([*MANAGE, "demo_logins"], check=True)
    worker = subprocess.Popen([*MANAGE, "worker"])
    server = subprocess.Popen([*MANAGE, "runserver", address, "--noreload"])
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for process in (server, worker):
            process.terminate()
        for process in (server, worker):
            process.wait(timeout=30)


if __name__ == "__main__":
    raise SystemExit(main())
