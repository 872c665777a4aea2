"""Our cases by a file, theirs by another, and the run that sets one beside the other."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from agency.journal.guards import GUARDS, trigger_names
from agency.organisation.models import User
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.services import run_compare, run_create
from tests.settlement.records import files
from tests.support.world import World

Compare = Callable[..., ReconciliationRun]


@pytest.fixture
def compare_bytes(world: World) -> Compare:
    """Compare a file's bytes with October, as the province's clearing clerk or `by`."""

    def run(content: bytes, name: str = "theirs.csv", *, by: User | None = None, **options: Any) -> Any:
        by = by or world.prov_clearing
        asked = {"period": "202610", "source": "platform"} | options
        opened = run_create(file=io.BytesIO(content), file_name=name, by=by, at=world.now, **asked)
        run_compare(opened, by=by, at=world.now)
        return opened

    return run


@pytest.fixture
def compare(compare_bytes: Compare, tmp_path: Path) -> Compare:
    """Compare rows, written as a file of the kind that its name says."""

    def run(rows: Any, name: str = "theirs.csv", *, encoding: str = "utf-8-sig", **options: Any) -> Any:
        return compare_bytes(files.write(tmp_path, rows, name, encoding).read_bytes(), name, **options)

    return run


@pytest.fixture
def unguarded(db: None) -> None:
    """Whoever has the database can drop its triggers."""
    with connection.cursor() as cursor:
        for guard in GUARDS.values():
            if guard.table.startswith(
                (
                    "settlement_disc",
                    "settlement_run",
                    "settlement_unread",
                    "settlement_recon",
                    "settlement_carried",
                )
            ):
                for name in trigger_names(guard):
                    on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER {name}{on}")
