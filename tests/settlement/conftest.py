"""Checking and loading small files of rows: of cases, or of what `import_kind` of the folder says."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.models import Batch
from agency.batches.services import batch_kind, batch_run
from agency.organisation.models import User
from settlement.clearing.models import ClearingPeriod
from tests.settlement.records import files
from tests.support.world import World

Rows = Sequence[Mapping[str, Any]]
Check = Callable[..., Outcome]
Load = Callable[..., Batch]


@pytest.fixture
def import_kind() -> str:
    """What kind of file the tests of a folder are about."""
    return "settlements"


@pytest.fixture
def check(import_kind: str, world: World, tmp_path: Path) -> Check:
    """Check rows as a file, as the system account or `by`; nothing is written."""

    def run(rows: Rows, *, by: User | None = None, name: str = "cases.csv") -> Outcome:
        path = files.write(tmp_path, rows, f"checked-{name}")
        return batch_kind(import_kind).check(CheckRequest(path=path, file_name=name, by=by or world.system))

    return run


@pytest.fixture
def codes(check: Check) -> Callable[..., dict[int, str]]:
    """Check rows and tell the codes of the refused ones: row of the list (from 1) → code."""

    def run(rows: Rows, **options: Any) -> dict[int, str]:
        return {refused.line_no - 1: refused.code for refused in check(rows, **options).refused}

    return run


@pytest.fixture
def load(import_kind: str, world: World, tmp_path: Path) -> Load:
    """Load rows as a file, as the system account or `by`."""
    numbers = itertools.count(1)

    def run(rows: Rows, *, by: User | None = None) -> Batch:
        path = files.write(tmp_path, rows, f"load-{next(numbers)}.csv")
        batch, _ = batch_run(
            kind=import_kind, path=path, by=by or world.system, system=world.system, at=world.now
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
