"""A long text is judged in a process of its own: with the same outcome as a short one."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agency.batches.kinds import CheckRequest, Outcome
from agency.tabular.read import TableError
from settlement.records.batches import check_settlements
from settlement.records.models import SettlementRecord
from settlement.records.rows import BLOCK, LONG_BYTES
from tests.settlement.records.files import reversal, row, write
from tests.settlement.records.test_command import run
from tests.support.world import World

ROWS = BLOCK + 300
NOTE = "甲" * (LONG_BYTES // ROWS // 3 + 1)  # in a column that nobody reads: what makes the file long


def _rows(note: str) -> list[dict[str, Any]]:
    """Right ones, and of each kind of refusal one: by its own, by others in the file, by what is stored."""
    made = [row(f"S{number}", 备注=note) for number in range(ROWS)]
    made[7] = row("S7", 险种="777", 备注=note)
    made[8] = row("S6", 备注=note)
    made[9] = row("STORED", 姓名="李四", 备注=note)
    made[10] = row("STORED", 备注=note)
    made[BLOCK + 20] = {**reversal("R1", of="S3"), "备注": note}
    made[BLOCK + 21] = {**reversal("R2", of="S3"), "备注": note}
    return made


def _others() -> float:
    """What processes apart have worked so far, in seconds."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def _checked(path: Path, world: World) -> Outcome:
    return check_settlements(CheckRequest(path=path, file_name="明细.csv", by=world.system))


def test_a_long_file_comes_out_as_a_short_one(world: World, load: Callable[..., Any], tmp_path: Path) -> None:
    load([row("STORED")])
    before = _others()
    short = _checked(write(tmp_path, _rows("")), world)
    assert _others() == before

    long_path = write(tmp_path, _rows(NOTE))
    assert long_path.stat().st_size >= LONG_BYTES
    long = _checked(long_path, world)

    assert _others() > before
    assert (long.rows, long.accepted, long.unchanged) == (ROWS, ROWS - 5, 1)
    assert long.preview == short.preview
    assert long.fingerprint == short.fingerprint
    told = [(one.line_no, one.code, one.message) for one in long.refused]
    assert told == [(one.line_no, one.code, one.message) for one in short.refused]
    assert [code for _, code, _ in told] == [
        "unknown_insurance_type", "duplicate_in_file", "conflicts_with_stored", "reversal_does_not_match",
    ]  # fmt: skip
    assert [one.cells[0] for one in long.refused] == ["S7", "S6", "STORED", "R2"]


def test_what_cannot_be_read_at_its_end_is_told_by_its_line(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, _rows(NOTE))
    with path.open("a", encoding="utf-8") as stream:
        stream.write('"没有成对的引号\n')

    with pytest.raises(TableError, match=f"第 {ROWS + 2} 行读不下去"):
        _checked(path, world)


def test_a_long_file_is_loaded_by_command(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row(f"S{number}", 备注=NOTE) for number in range(ROWS)])

    before = _others()

    code, told = run(path)

    assert _others() > before
    assert (code, told["accepted"], told["refused"]) == (0, ROWS, {})
    assert SettlementRecord.objects.count() == ROWS
    assert set(SettlementRecord.objects.filter(settlement_no=f"S{ROWS - 1}").values_list("line_no")) == {
        (ROWS + 1,)
    }
