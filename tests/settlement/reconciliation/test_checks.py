"""check_books tells what does not add up in a reconciliation, and what was changed since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal, UnreadRow
from tests.settlement.records.files import reversal, row

Run = Callable[..., Any]
DEARER = {"统筹基金": "510.00", "基金支付总额": "570.00", "个人现金": "290.00"}


@pytest.fixture
def run(load: Run, compare: Run) -> ReconciliationRun:
    load([row("S1"), row("S2"), reversal("R2", "S2"), row("S3"), row("S5")])
    return compare(
        [row("S1", **DEARER), row("S2"), row("S4"), row("S5"), row("S5", **DEARER), row("S6", 个人现金="?")]
    )


def broken() -> dict[str, str]:
    """Check → message, of the checks of reconciliation."""
    return {found.check: found.message for found in check_all(None).broken if found.check.startswith("对账")}


def test_what_was_compared_adds_up(run: ReconciliationRun) -> None:
    assert broken() == {}
    assert check_all("202610").broken == []


def test_another_months_runs_are_left_aside(run: ReconciliationRun, unguarded: None) -> None:
    Discrepancy.objects.update(amount_fen=0)

    assert not any(found.check.startswith("对账") for found in check_all("202611").broken)
    assert broken()["对账结果未改"] == "合计或差异与比对时的摘要不符，有人改动过"
    assert "差异加起来是 0.00 元" in broken()["对账差额等于合计之差"]


def test_a_difference_that_is_gone_is_missed(run: ReconciliationRun, unguarded: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM settlement_discrepancy WHERE subject = 'S3'")

    assert "我有他无 2、他有我无 1、金额不符 1，实有" in broken()["对账笔数与差异相符"]
    assert broken()["对账笔数与差异相符（合计）"] == "记为相符 1 笔，应为 2 笔"


def test_an_unread_row_that_is_gone_is_missed(run: ReconciliationRun, unguarded: None) -> None:
    UnreadRow.objects.all().delete()

    assert broken() == {"对账笔数与差异相符": "记为读不出 1 行，实有 0 行"}


def test_a_total_that_was_changed_is_told(run: ReconciliationRun, unguarded: None) -> None:
    RunTotal.objects.update(our_gross_count=9)

    assert set(broken()) == {"对账笔数与差异相符（合计）", "对账结果未改"}


def test_a_count_that_was_changed_is_told(run: ReconciliationRun, unguarded: None) -> None:
    ReconciliationRun.objects.update(matched=7)

    assert broken() == {"对账笔数与差异相符（合计）": "记为相符 7 笔，应为 1 笔"}
