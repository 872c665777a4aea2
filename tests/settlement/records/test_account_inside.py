"""个人账户 inside 基金支付总额: a parameter of the insured region, with its dates."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from agency.policy.models import Parameter
from settlement.records.models import SettlementRecord
from settlement.records.reference import ACCOUNT_INSIDE
from tests.settlement.records.files import reversal, row
from tests.support.world import World

Run = Callable[..., Any]
INSIDE = {"基金支付总额": "700.00"}  # 560.00 of the funds and 140.00 of the account


@pytest.fixture(autouse=True)
def changchun_delivers_inside(world: World) -> None:
    Parameter.objects.create(
        key=ACCOUNT_INSIDE,
        region=world.changchun,
        value="true",
        value_type="bool",
        label="基金支付总额已含个人账户",
        valid_from=dt.date(2026, 10, 1),
    )


def test_the_account_is_taken_out_before_storing(load: Run) -> None:
    load([row(**INSIDE)])

    record = SettlementRecord.objects.get()
    assert (record.fund_total_fen, record.personal_account_pay_fen) == (56000, 14000)


def test_a_row_of_that_region_with_the_account_outside_does_not_add_up(codes: Run) -> None:
    assert codes([row()]) == {1: "funds_do_not_add_up"}


def test_payers_are_added_without_the_account_twice(codes: Run) -> None:
    assert codes([row(**{**INSIDE, "个人现金": "299.99"})]) == {1: "payers_do_not_add_up"}


def test_other_regions_and_earlier_days_deliver_it_outside(codes: Run) -> None:
    earlier = row("S2", 结算时间="2026-09-30 10:00:00", 入院日期="", 出院日期="")

    assert codes([row(参保地区划="222401"), earlier]) == {}


def test_a_reversal_of_such_a_case_matches(codes: Run) -> None:
    assert codes([row("A", **INSIDE), reversal("B", "A", 基金支付总额="-700.00")]) == {}


def test_the_same_row_again_is_unchanged(load: Run, check: Run) -> None:
    load([row(**INSIDE)])

    assert check([row(**INSIDE)]).unchanged == 1


def test_control_totals_have_the_fund_as_delivered_on_the_day_of_each_case(
    load: Run, check: Run, world: World
) -> None:
    Parameter.objects.filter(key=ACCOUNT_INSIDE).update(valid_from=dt.date(2026, 10, 9))
    before = row("A", 结算时间="2026-10-08 09:00:00", 出院日期="2026-10-08")
    totals = {"结算编号": "合计", "医疗费总额": "2000.00", "基金支付总额": "1260.00"}

    fresh = check([before, row("B", **INSIDE), totals])
    load([before, row("B", **INSIDE)])
    again = check([before, row("B", **INSIDE), totals])

    assert fresh.preview["control"]["all"]["fund_fen"] == 126_000
    assert again.preview["control"]["all"]["fund_fen"] == 126_000
    assert again.unchanged == 2
