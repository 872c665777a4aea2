"""The same file loaded by two people at the same moment is loaded once."""

import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from agency.batches.models import Batch
from agency.batches.services import batch_check, batch_create, batch_load, batch_run, file_keep
from agency.batches.states import BatchState
from settlement.deductions.models import Deduction
from settlement.records.locks import lock_records
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row, write
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = pytest.mark.postgresql

ROWS = [row(f"S{number}", 定点医药机构编号="H22020299999") for number in range(300)]


def run(world: World, path: Path, kind: str = "settlements") -> None:
    batch_run(kind=kind, path=path, by=world.system, system=world.system, at=world.now)


@pytest.mark.usefixtures("committed")
def test_two_commands_with_one_file_load_it_once(tmp_path: Path) -> None:
    world, path = the_world(), write(tmp_path, ROWS)

    outcome = all_at_once([lambda: run(world, path)] * 4)

    assert set(outcome) <= {"done", "preview_outdated"}
    assert SettlementRecord.objects.count() == 300
    counts = Batch.objects.order_by("-accepted").values_list("accepted", "unchanged")
    assert counts[0] == (300, 0)
    assert set(counts[1:]) <= {(0, 300)}


@pytest.mark.usefixtures("committed")
def test_two_files_that_share_cases_load_each_case_once(tmp_path: Path) -> None:
    world = the_world()
    paths = [write(tmp_path, ROWS[:200], "one.csv"), write(tmp_path, ROWS[100:], "two.csv")]

    outcome = all_at_once([lambda: run(world, paths[0]), lambda: run(world, paths[1])])
    for path in paths:
        run(world, path)

    assert outcome == {"done": 2}
    assert SettlementRecord.objects.count() == 300
    assert sum(Batch.objects.values_list("accepted", flat=True)) == 300


@pytest.mark.usefixtures("committed")
def test_two_files_that_share_nothing_are_both_loaded(tmp_path: Path) -> None:
    world = the_world()
    paths = [write(tmp_path, ROWS[:150], "one.csv"), write(tmp_path, ROWS[150:], "two.csv")]

    outcome = all_at_once([lambda: run(world, paths[0]), lambda: run(world, paths[1])])

    assert outcome == {"done": 2}
    assert SettlementRecord.objects.count() == 300


@pytest.mark.usefixtures("committed")
def test_two_confirmations_of_one_preview_load_it_once(tmp_path: Path) -> None:
    world, path = the_world(), write(tmp_path, ROWS)
    with path.open("rb") as stream:
        kept = file_keep(stream, name=path.name, by=world.prov_clearing, at=world.now)
    batch = batch_create(
        kind="settlements", kept=kept, file_name=path.name, by=world.prov_clearing, at=world.now
    )
    batch_check(batch, by=world.prov_clearing, at=world.now)

    def confirm() -> None:
        batch_load(
            Batch.objects.get(pk=batch.pk),
            by=world.prov_clearing_2,
            at=world.now,
            preview_digest=batch.preview_digest,
        )

    outcome = all_at_once([confirm] * 3)

    assert outcome["done"] == 1
    assert sum(outcome.values()) == 3
    assert Batch.objects.get().state == BatchState.LOADED
    assert SettlementRecord.objects.count() == 300


@pytest.mark.usefixtures("committed")
def test_deductions_of_one_file_are_loaded_once(tmp_path: Path) -> None:
    world = the_world()
    run(world, write(tmp_path, [row()]))
    rows = [
        {"期别": "202610", "结算编号": "S1", "扣款类别": "审核扣款", "原因": f"第 {n} 项", "金额": "1.00"}
        for n in range(50)
    ]
    path = write(tmp_path, rows, "deductions.csv")

    outcome = all_at_once([lambda: run(world, path, "deductions")] * 3)

    assert set(outcome) <= {"done", "preview_outdated"}
    assert Deduction.objects.count() == 50


@pytest.mark.usefixtures("committed")
def test_loading_waits_for_whoever_holds_the_records(tmp_path: Path) -> None:
    world, path = the_world(), write(tmp_path, ROWS[:2])
    loader = threading.Thread(target=_run_and_close, args=(world, path))

    with transaction.atomic():
        lock_records()
        loader.start()
        loader.join(timeout=1.0)
        waited = loader.is_alive()
    loader.join()

    assert waited
    assert SettlementRecord.objects.count() == 2


def _run_and_close(world: World, path: Path) -> None:
    try:
        run(world, path)
    finally:
        connection.close()
