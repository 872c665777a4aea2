"""Two cases to deduct from, and files of deductions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.models import Batch
from agency.batches.services import batch_run
from agency.organisation.models import User
from settlement.clearing.models import ClearingPeriod
from settlement.deductions.batches import check_deductions
from tests.settlement.records import files
from tests.support.world import World

Row = dict[str, Any]


@pytest.fixture
def cases(world: World, tmp_path: Path) -> None:
    """长春's case S1 in 吉林, and 延边's case S2 there."""
    path = files.write(tmp_path, [files.row("S1"), files.row("S2", 参保地区划="222401")], "cases.csv")
    batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)


@pytest.fixture
def check(cases: None, world: World, tmp_path: Path) -> Callable[..., Outcome]:
    """Check rows as a file, as the system account or `by`; nothing is written."""

    def run(rows: Sequence[Row], *, by: User | None = None, name: str = "deductions.csv") -> Outcome:
        path = files.write(tmp_path, rows, name)
        return check_deductions(CheckRequest(path=path, file_name=name, by=by or world.system))

    return run


@pytest.fixture
def codes(check: Callable[..., Outcome]) -> Callable[..., dict[int, str]]:
    """Check rows and tell the codes of the refused ones: row of the list (from 1) → code."""

    def run(rows: Sequence[Row], **options: Any) -> dict[int, str]:
        return {refused.line_no - 1: refused.code for refused in check(rows, **options).refused}

    return run


@pytest.fixture
def load(cases: None, world: World, tmp_path: Path) -> Callable[..., Batch]:
    """Load rows as a file."""
    numbers = itertools.count(1)

    def run(rows: Sequence[Row], *, by: User | None = None) -> Batch:
        path = files.write(tmp_path, rows, f"deductions-{next(numbers)}.csv")
        batch, _ = batch_run(
            kind="deductions", path=path, by=by or world.system, system=world.system, at=world.now
        )
        return batch

    return run


@pytest.fixture
def sign(world: World) -> Callable[[str], ClearingPeriod]:
    """A month that is signed, without anything in it."""

    def run(period: str) -> ClearingPeriod:
        return ClearingPeriod.objects.create(
            period=period,
            state="signed",
            signed_at=world.now,
            signed_by=world.prov_clearing,
            digest="0" * 64,
        )

    return run
