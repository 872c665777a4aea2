"""A month's sheets count the pair as interfaces.md says; the books prove it, and find what was damaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from agency.journal.books import check_all
from agency.organisation.models import PoolingRegion
from settlement.clearing.changes import has_changed_since
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod, SignedSheet
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.corrections import checks
from settlement.corrections.models import Correction
from settlement.corrections.services import correction_approve
from settlement.records.models import SettlementRecord
from tests.settlement.clearing.damages import unguarded
from tests.settlement.corrections.conftest import OTHER
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
UPDATE = "UPDATE settlement_settlementrecord SET"
NOVEMBER = {"结算时间": "2026-11-02 10:00:00", "入院日期": "2026-10-28", "出院日期": "2026-11-02"}


def signed(world: World, period: str) -> ClearingPeriod:
    month = period_compute(period=period, by=world.prov_clearing, at=world.now)
    for party in unconfirmed(month):
        region = PoolingRegion.objects.get(pk=party.id)
        region_confirm(period=period, region=region, by=world.system, at=world.now)
    return period_sign(period=period, by=world.prov_clearing, at=world.now)


def payable_of_changchun(month: ClearingPeriod) -> list[dict[str, Any]]:
    """The rows of 长春's sheet 11: what it owes to 吉林."""
    book = MonthBook(month)
    party = next(one for one in book.parties.ordered if one.code == "220100")
    keys = ("cases", "total_fee", "fund_total", "account", "due")
    return [
        {key: row.values[key] for key in keys if key in row.values}
        for row in sheet_data("11", month, party, book).rows
    ]


def test_a_signed_month_stays_and_the_pair_counts_in_the_next(
    load: Run, conflict: Run, propose: Run, world: World
) -> None:
    load([row("S1")])
    october = signed(world, "202610")
    before = list(SignedSheet.objects.order_by("pk").values_list("digest", flat=True))
    load([row("S2", **NOVEMBER)])
    correction = propose(conflict())
    correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)

    november = period_compute(period="202611", by=world.prov_clearing, at=world.now)

    line = november.lines.get()
    assert (line.cases, line.records) == (1, 3)  # S2, the reversal, the new one
    assert (line.fund_total_fen, line.total_fee_fen) == (57_000, 100_000)
    assert line.due_fen == 57_000 + 14_000
    [shown] = payable_of_changchun(november)
    assert (shown["cases"], shown["due"]) == (1, 71_000)
    assert list(SignedSheet.objects.order_by("pk").values_list("digest", flat=True)) == before
    assert ClearingPeriod.objects.get(pk=october.pk).digest == october.digest
    assert check_all(None).broken == []
    assert signed(world, "202611").is_signed


def test_in_an_open_month_the_pair_nets_the_old_content_out(corrected: Run, world: World) -> None:
    corrected()

    month = period_compute(period="202610", by=world.prov_clearing, at=world.now)

    line = month.lines.get()
    assert (line.cases, line.records, line.fund_total_fen, line.due_fen) == (1, 3, 57_000, 71_000)
    assert check_all(None).broken == []


def test_a_correction_asks_for_computing_again(load: Run, conflict: Run, propose: Run, world: World) -> None:
    load([row("S1")])
    month = period_compute(period="202610", by=world.prov_clearing, at=world.now)
    correction_approve(by=world.prov_clearing_2, at=world.now, correction=propose(conflict()))

    assert has_changed_since(month)
    assert check_all(None).broken == []

    month = period_compute(period="202610", by=world.prov_clearing, at=world.now)
    assert not has_changed_since(month)


def test_a_deduction_that_comes_after_is_of_what_holds_now(corrected: Run, deducted: Run) -> None:
    correction = corrected(就医地区划="222401")

    deducted("S1")

    deduction = correction.record.deductions.get()
    assert deduction.care_region.code == "222400"
    assert check_all(None).broken == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (f"{UPDATE} person_name = '王五' WHERE correction_no = 1", "不相抵"),
        (
            f"{UPDATE} diagnosis = '改' WHERE correction_no = 2",
            "与审批的内容不同",
        ),
        (
            f"{UPDATE} diagnosis = '改' WHERE correction_no = 0",
            "与提出更正时不同",
        ),
        (
            f"{UPDATE} correction_no = 5 WHERE correction_no = 2",
            "没有对应的更正",
        ),
    ],
)
def test_a_damaged_pair_is_named(damage: str, told: str, corrected: Run) -> None:
    corrected()
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(damage)

    found = [item.message for item in check_all(None).broken if item.check == checks.PAIRS]

    assert any(told in message for message in found), found


def test_one_person_for_both_is_named(corrected: Run) -> None:
    correction = corrected()
    with unguarded(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "ALTER TABLE settlement_correction DROP CONSTRAINT correction_decided_by_second_person"
            )
        cursor.execute("UPDATE settlement_correction SET decided_by_id = proposed_by_id")

    broken = [item for item in check_all(None).broken if item.check == checks.TWO_PEOPLE]

    assert [item.subject for item in broken] == [f"更正 {correction}"]


def test_what_counts_as_standing_is_the_last_one(corrected: Run) -> None:
    corrected(**OTHER, 姓名="张三丰")

    assert [record.person_name for record in SettlementRecord.objects.standing()] == ["张三丰"]
    assert Correction.objects.get().record.person_name == "张三丰"
