"""Between preview and load the accepted rows are kept: what is confirmed is what was previewed, read once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agency.batches.models import Batch
from agency.batches.services import (
    PreviewOutdated,
    batch_check,
    batch_create,
    batch_load,
    batch_withdraw,
    file_keep,
    kept_path,
)
from agency.batches.staging import staged_path
from settlement.records.models import CareType, SettlementRecord
from tests.settlement.records import files
from tests.settlement.records.files import reversal, row
from tests.support.world import World

Run = Callable[..., Any]
ROWS = [row("S1"), row("S2", 姓名="王　五"), reversal("R1", "S1"), row("S3", 个人现金="300.01")]


@pytest.fixture
def previewed(world: World, tmp_path: Path) -> Callable[..., Batch]:
    """A file that waits for the second person."""

    def run(rows: list[files.Row], name: str = "waiting.csv") -> Batch:
        path = files.write(tmp_path, rows, name)
        with path.open("rb") as stream:
            kept = file_keep(stream, name=path.name, by=world.prov_clearing, at=world.now)
        batch = batch_create(
            kind="settlements", kept=kept, file_name=path.name, by=world.prov_clearing, at=world.now
        )
        batch_check(batch, by=world.prov_clearing, at=world.now)
        return batch

    return run


def confirm(batch: Batch, world: World) -> None:
    batch_load(batch, by=world.prov_supervisor, at=world.now, preview_digest=batch.preview_digest)


def stored() -> list[tuple[Any, ...]]:
    rows = SettlementRecord.objects.order_by("settlement_no")
    return list(rows.values_list("settlement_no", "person_name", "content_digest", "line_no"))


def test_what_is_confirmed_is_not_read_again(previewed: Run, world: World) -> None:
    batch = previewed(ROWS)
    kept_path(batch.file).unlink()  # the load finds no file to read

    confirm(batch, world)

    assert [number for number, *_ in stored()] == ["R1", "S1", "S2"]
    assert not staged_path(batch).exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-40],
        lambda data: data.replace(b"S2", b"S9"),
        lambda data: data[data.index(b"\n") + 1 :],
        lambda data: data.split(b"\n", 1)[0] + b"\n{}\n",
    ],
)
def test_rows_that_are_not_those_previewed_are_read_again(
    previewed: Run, world: World, damage: Callable[[bytes], bytes]
) -> None:
    batch = previewed(ROWS)
    path = staged_path(batch)
    path.write_bytes(damage(path.read_bytes()))

    confirm(batch, world)

    assert [number for number, *_ in stored()] == ["R1", "S1", "S2"]


def test_a_table_that_changed_since_makes_a_new_preview(previewed: Run, world: World) -> None:
    batch = previewed(ROWS)
    CareType.objects.filter(code="21").update(care_kind="outpatient")

    with pytest.raises(PreviewOutdated):
        confirm(batch, world)
    batch.refresh_from_db()
    confirm(batch, world)

    assert set(SettlementRecord.objects.values_list("care_kind", flat=True)) == {"outpatient"}


def test_kept_rows_are_private_and_go_with_the_batch(previewed: Run, world: World) -> None:
    batch, other = previewed(ROWS), previewed([row("S7")], "other.csv")
    assert staged_path(batch).stat().st_mode & 0o077 == 0

    batch_withdraw(batch, by=world.prov_clearing, at=world.now)
    previewed([row("S8")], "third.csv")

    assert not staged_path(batch).exists()
    assert staged_path(other).exists()
