"""A stored case, a file that says otherwise, and the two people of its correction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agency.batches.models import Refusal
from agency.batches.services import batch_run
from settlement.corrections.models import Correction
from settlement.corrections.services import correction_approve, correction_propose
from settlement.deductions.models import Deduction
from tests.settlement.deductions.rows import by_case
from tests.settlement.records import files
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
# The same case with 10 yuan more from the pooling fund and less in cash.
OTHER = {"统筹基金": "510.00", "基金支付总额": "570.00", "个人现金": "290.00"}


@pytest.fixture
def conflict(load: Run) -> Callable[..., Refusal]:
    """Load rows that stand against stored ones; the first refused line."""

    def run(*rows: Any, **options: Any) -> Refusal:
        batch = load(list(rows) or [row("S1", **OTHER)], **options)
        return Refusal.objects.filter(batch=batch, code="conflicts_with_stored").order_by("line_no")[0]

    return run


@pytest.fixture
def deducted(world: World, tmp_path: Path) -> Callable[[str], str]:
    """Deduct from a case; the deduction's number."""

    def run(number: str) -> str:
        path = files.write(tmp_path, [by_case(number)], "deductions.csv")
        batch_run(kind="deductions", path=path, by=world.system, system=world.system, at=world.now)
        return Deduction.objects.get(withdraws__isnull=True).deduction_no

    return run


@pytest.fixture
def propose(world: World) -> Callable[..., Correction]:
    return lambda refusal, by=None: correction_propose(
        by=by or world.prov_clearing, at=world.now, refusal=refusal, reason="医院说明：统筹基金少报 10 元"
    )


@pytest.fixture
def corrected(load: Run, conflict: Run, propose: Run, world: World) -> Callable[..., Correction]:
    """S1 stored and corrected to what OTHER says (or other changes)."""

    def run(**changes: Any) -> Correction:
        load([row("S1")])
        correction = propose(conflict(row("S1", **(changes or OTHER))))
        return correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)

    return run
