"""Many people at the same moment: a run is compared once, and beside a month that stands still."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from agency.batches.services import batch_run
from agency.journal.books import check_all
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.services import run_compare, run_create
from tests.settlement.records.files import csv_bytes, row, write
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = pytest.mark.postgresql
FIVE = 5


def load(world: World, folder: Path, number: str) -> None:
    path = write(folder, [row(number)], f"{number}.csv")
    batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)


def opened(world: World) -> ReconciliationRun:
    stream = io.BytesIO(csv_bytes([row("S1"), row("S9")]))
    return run_create(
        period="202610", source="platform", file=stream, file_name="f.csv", by=world.prov_clearing,
        at=world.now,
    )  # fmt: skip


@pytest.mark.usefixtures("committed")
def test_five_workers_compare_one_run_once(tmp_path: Path) -> None:
    world = the_world()
    load(world, tmp_path, "S1")
    opened(world)

    done = all_at_once(
        [lambda: run_compare(ReconciliationRun.objects.get(), by=world.prov_clearing, at=world.now)] * FIVE
    )

    assert done == {"done": 1, "someone_else_was_first": FIVE - 1}
    run = ReconciliationRun.objects.get()
    assert (run.state, run.matched, run.discrepancies.count()) == ("compared", 1, 1)
    assert check_all(None).broken == []


@pytest.mark.usefixtures("committed")
def test_what_is_written_while_it_compares_is_compared_too(tmp_path: Path) -> None:
    world = the_world()
    load(world, tmp_path, "S1")
    run = opened(world)
    written: list[str] = []

    def write_another(number: str) -> None:
        load(world, tmp_path, number)
        connection.close()

    def progress(done: int, total: int = 0) -> None:
        """Somebody loads a case while their file is read, the first time."""
        if not written:
            written.append("S2")
            with ThreadPoolExecutor(1) as other:
                other.submit(write_another, "S2").result()

    run_compare(run, by=world.prov_clearing, at=world.now, progress=progress)

    assert (run.state, run.our_cases, written) == ("compared", 2, ["S2"])
    assert {one.subject: one.kind for one in run.discrepancies.all()} == {
        "S2": "only_ours",
        "S9": "only_theirs",
    }
    assert check_all(None).broken == []
