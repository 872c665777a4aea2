"""Checking and loading small files of rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.models import Batch
from agency.batches.services import batch_run
from agency.organisation.models import User
from settlement.clearing.models import ClearingPeriod
from settlement.records.batches import check_settlements
from tests.settlement.records import files
from tests.support.world import World

Check = Callable[..., Outcome]
Load = Callable[..., Batch]


@pytest.fixture
def check(world: World, tmp_path: Path) -> Check:
    """Check rows as a file, as the system account or `by`; nothing is written."""

    def run(rows: Sequence[files.Row], *, by: User | None = None, name: str = "cases.csv") -> Outcome:
        path = files.write(tmp_path, rows, name)
        return check_settlements(CheckRequest(path=path, file_name=name, by=by or world.system))

    return run


@pytest.fixture
def codes(check: Check) -> Callable[..., dict[int, str]]:
    """Check rows and tell the codes of the refused ones: row of the list (from 1) → code."""

    def run(rows: Sequence[files.Row], **options: object) -> dict[int, str]:
        return {refused.line_no - 1: refused.code for refused in check(rows, **options).refused}

    return run


@pytest.fixture
def load(world: World, tmp_path: Path) -> Load:
    """Load rows as a file, as the system account or `by`."""
    numbers = itertools.count(1)

    def run(rows: Sequence[files.Row], *, by: User | None = None) -> Batch:
        path = files.write(tmp_path, rows, f"load-{next(numbers)}.csv")
        batch, _ = batch_run(
            kind="settlements", path=path, by=by or world.system, system=world.system, at=world.now
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
