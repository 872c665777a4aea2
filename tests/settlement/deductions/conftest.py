"""Two cases to deduct from; the files of these tests are files of deductions."""

from __future__ import annotations

from pathlib import Path

import pytest

from agency.batches.services import batch_run
from tests.settlement.records import files
from tests.support.world import World


@pytest.fixture
def cases(world: World, tmp_path: Path) -> None:
    """长春's case S1 in 吉林, and 延边's case S2 there."""
    path = files.write(tmp_path, [files.row("S1"), files.row("S2", 参保地区划="222401")], "cases.csv")
    batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)


@pytest.fixture
def import_kind(cases: None) -> str:
    return "deductions"
