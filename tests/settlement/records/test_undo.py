"""Undoing removes what is unsigned; what a file was, where its rows stood and what is left is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agency.batches.models import Batch
from agency.batches.services import batch_undo
from agency.batches.states import BatchState
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from settlement.records import checks
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
NOVEMBER = {"结算时间": "2026-11-02 10:00:00"}


def faults() -> list[tuple[str, str]]:
    return [(item.subject, item.message) for item in check_all(None).broken if item.check == checks.BATCHES]


def test_undoing_leaves_what_is_signed(load: Run, sign: Run, world: World) -> None:
    batch = load([row("S1"), row("S2", **NOVEMBER)])
    sign("202610")

    assert batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了") == 1

    assert [(r.settlement_no, r.batch) for r in SettlementRecord.objects.all()] == [("S1", batch)]
    assert AuditEntry.objects.get(action="batch_undone").detail["removed"] == 1
    assert faults() == []


def test_an_undone_batch_that_still_has_an_unsigned_record_is_named(load: Run, world: World) -> None:
    batch, other = load([row("S1")]), load([row("S2")])
    batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")
    SettlementRecord.objects.filter(batch=other).update(batch=batch)

    assert "结算 S2" in dict(faults())
    assert "已撤销，应留下已签发的 0 条，实有 1 条" in dict(faults())["结算 S2"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [({"line_no": 9}, "行号与批次"), ({"batch": None}, "不属于任何批次")],
)
def test_a_changed_line_or_batch_is_named(load: Run, damage: dict[str, Any], message: str) -> None:
    load([row("S1"), row("S2")])
    SettlementRecord.objects.filter(settlement_no="S2").update(**damage)

    assert message in dict(faults())["结算 S2"]


def test_a_record_of_a_batch_that_was_never_loaded_is_named(load: Run, world: World) -> None:
    load([row("S1"), row("S2")])
    waiting = Batch.objects.get()
    waiting.pk, waiting.batch_no, waiting.state = None, "B20261199999", BatchState.PREVIEWED
    waiting.save(force_insert=True)
    SettlementRecord.objects.filter(settlement_no="S2").update(batch=waiting)

    assert "没有写入过" in dict(faults())["批次 B20261199999"]
