"""What changes after a month was computed: what asks for computing again, and what a signed month ignores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection

from agency.batches.services import batch_undo
from agency.errors import DomainErrors
from agency.journal.books import check_all
from agency.organisation.models import RegionPair
from agency.sheets.digest import digest
from settlement.clearing import checks
from settlement.clearing.changes import has_changed_since
from settlement.clearing.filling import MonthBook, all_sheets
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_sign
from settlement.deductions.models import Deduction
from tests.settlement.records.files import row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

Load = Callable[..., object]


def not_cross_region(world: World) -> None:
    RegionPair.objects.create(
        region_a=world.changchun,
        region_b=world.jilin,
        is_cross_region=False,
        valid_from=dt.date(2026, 1, 1),
    )


def digests(period: str) -> list[str]:
    month = ClearingPeriod.objects.get(period=period)
    return [digest(data) for _, _, data in all_sheets(MonthBook(month))]


def test_a_signed_month_is_as_it_was_whatever_pair_is_set_later(signed: ClearingPeriod, world: World) -> None:
    before = digests("202610")

    not_cross_region(world)

    assert digests("202610") == before
    assert check_all(None).broken == []


def test_a_pair_set_after_computing_asks_to_compute_again(
    month: ClearingPeriod,
    world: World,
    compute: Callable[..., ClearingPeriod],
    confirm_all: Callable[..., None],
) -> None:
    confirm_all(month)
    not_cross_region(world)

    assert has_changed_since(month)
    assert check_all(None).broken == []
    with nothing_changes(), pytest.raises(DomainErrors, match="请重新计算"):
        period_sign(period="202610", by=world.prov_clearing, at=world.now)

    again = compute()

    assert (again.cases, again.local_cases) == (4, 5)
    assert not has_changed_since(again)


def test_a_pair_that_touches_no_case_leaves_the_moment_of_computing(
    month: ClearingPeriod, world: World, compute: Callable[..., ClearingPeriod]
) -> None:
    before = digests("202610")
    RegionPair.objects.create(
        region_a=world.yanbian, region_b=world.jilin, is_cross_region=False, valid_from=dt.date(2026, 1, 1)
    )

    again = compute(minutes=90)

    assert (again.computed_at, digests("202610")) == (month.computed_at, before)


def test_an_undone_batch_of_another_month_touches_nothing(
    month: ClearingPeriod, load: Load, world: World
) -> None:
    batch = load([row("N9", 结算时间="2027-03-02 10:00:00")])
    batch_undo(batch, by=world.prov_clearing_2, at=world.now, reason="传错了")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE settlement_clearingline SET cases = cases + 5 WHERE cases = 1 AND due_fen = 65000"
        )

    assert not has_changed_since(month)
    found = [item for item in check_all(None).broken if item.check == checks.BEHIND]
    assert [item.subject for item in found] == ["202610 长春市→北京市 职工 住院"]


def test_a_counted_batch_that_was_undone_says_compute_again(
    load: Load, compute: Callable[..., ClearingPeriod], world: World
) -> None:
    load([row("S1")])
    batch = load([row("S2")])
    month = compute()
    batch_undo(batch, by=world.prov_clearing_2, at=world.now, reason="传错了")

    assert has_changed_since(month)
    told = [item.message for item in check_all(None).broken]
    assert told == [f"批次 {batch} 在计算之后撤销：有变动，需重新计算"]
    compute()
    assert check_all(None).broken == []


def test_a_batch_that_came_and_went_since_changes_nothing(
    month: ClearingPeriod, load: Load, world: World
) -> None:
    batch_undo(load([row("S9")]), by=world.prov_clearing_2, at=world.now, reason="传错了")

    assert not has_changed_since(month)
    assert check_all(None).broken == []


def test_a_late_case_or_deduction_in_a_wrong_month_is_named(signed: ClearingPeriod, load: Load) -> None:
    load([row("L1")])
    load(
        [{"期别": "202610", "结算编号": "S1", "扣款类别": "其他", "原因": "晚到", "金额": "1.00"}],
        "deductions",
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE settlement_settlementrecord SET period = '202712' WHERE settlement_no = 'L1'")
        cursor.execute("UPDATE settlement_deduction SET period = '202712' WHERE reason = '晚到'")

    broken = {item.check: (item.subject, item.message) for item in check_all(None).broken}

    number = Deduction.objects.get(reason="晚到").deduction_no
    assert broken[checks.RIGHT_MONTH] == ("结算 L1", "202611 未签发，却计入 202712")
    assert broken[checks.DEDUCTION_MONTH] == (f"扣款 {number}", "202611 未签发，却计入 202712")
