"""What their words mean depends on the day: area codes that changed hands, accounts inside the fund."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from agency.journal.books import check_all
from agency.organisation.models import AreaCode
from agency.policy.models import Parameter
from settlement.reconciliation.meanings import Days
from settlement.reconciliation.models import ReconciliationRun
from settlement.records.reference import ACCOUNT_INSIDE
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
EARLY = {"结算时间": "2026-10-03 10:00:00", "入院日期": "", "出院日期": ""}
MOVED = "229998"  # Changchun's until the fifth of October, then Yanbian's


@pytest.fixture
def moved(world: World) -> None:
    for region, begins, ends in (
        (world.changchun, dt.date(2000, 1, 1), dt.date(2026, 10, 5)),
        (world.yanbian, dt.date(2026, 10, 6), None),
    ):
        AreaCode.objects.create(
            area_code=MOVED, name="某地", region=region, valid_from=begins, valid_to=ends, source="[P]"
        )


@pytest.fixture
def changchun_delivers_inside(world: World) -> None:
    Parameter.objects.create(
        key=ACCOUNT_INSIDE, region=world.changchun, value="true", value_type="bool", label="含个人账户",
        valid_from=dt.date(2026, 10, 5),
    )  # fmt: skip


def found(run: ReconciliationRun) -> dict[str, tuple[str, list[str]]]:
    assert run.state == "compared", run.message
    return {row.subject: (row.kind, row.columns) for row in run.discrepancies.all()}


def test_an_area_code_is_read_by_the_day_of_settlement(moved: None, load: Run, compare: Run) -> None:
    load([row("S1", **EARLY), row("S2", 参保地区划="222401"), row("S3")])
    load([row("S4", 参保地区划="222401", **EARLY)])

    run = compare(
        [
            row("S1", 参保地区划=MOVED, **EARLY),
            row("S2", 参保地区划=MOVED),
            row("S3", 参保地区划=MOVED),
            row("S4", 参保地区划=MOVED, **EARLY),
        ]
    )

    assert found(run) == {
        "S3": ("owner_differs", ["参保地区划"]),
        "S4": ("owner_differs", ["参保地区划"]),
    }
    agencies = {total.agency_code: (total.our_count, total.their_count) for total in run.totals.all()}
    assert agencies == {"220100": (2, 2), "222400": (2, 2)}
    assert check_all(None).broken == []


def test_without_a_settlement_time_the_periods_end_counts(moved: None, load: Run, compare: Run) -> None:
    load([row("S1"), row("S2", 参保地区划="222401")])
    theirs = [{"结算编号": number, "参保地区划": MOVED} for number in ("S1", "S2")]

    assert found(compare(theirs)) == {"S1": ("owner_differs", ["参保地区划"])}


def test_the_same_word_is_the_same_place_whatever_the_table_says_now(
    load: Run, compare: Run, world: World
) -> None:
    load([row("S1")])
    AreaCode.objects.filter(area_code="220102").update(region=world.jilin)

    assert found(compare([row("S1")])) == {}
    assert found(compare([row("S1", 参保地区划="220103")])) == {}


def test_of_the_same_word_ours_says_whether_the_fund_holds_the_account(
    load: Run, compare: Run, world: World
) -> None:
    load([row("S1")])
    AreaCode.objects.filter(area_code="220102").update(region=world.jilin)
    Parameter.objects.create(
        key=ACCOUNT_INSIDE, region=world.jilin, value="true", value_type="bool", label="含个人账户",
        valid_from=dt.date(2026, 10, 1),
    )  # fmt: skip

    assert found(compare([row("S1")])) == {}
    assert found(compare([row("S1", 全自费="0.01")])) == {"S1": ("amount_differs", ["全自费"])}


def test_a_fund_that_holds_the_account_is_read_without_it(
    changchun_delivers_inside: None, load: Run, compare: Run
) -> None:
    inside = {"基金支付总额": "700.00"}  # 560.00 of the funds and 140.00 of the account
    load([row("S1", **inside), row("S2", **EARLY), row("S3", 参保地区划="222401")])

    same = compare([row("S1", **inside), row("S2", **EARLY), row("S3", 参保地区划="222401")])
    other = compare([row("S1"), row("S2", **EARLY), row("S3", 参保地区划="222401"), row("S9", **inside)])

    assert (found(same), same.totals.filter(agrees=False).count()) == ({}, 0)
    assert found(other) == {"S1": ("amount_differs", ["基金支付总额"]), "S9": ("only_theirs", [])}
    assert dict(other.discrepancies.values_list("subject", "amount_fen")) == {"S1": 14000, "S9": -70000}
    assert other.discrepancies.get(subject="S9").theirs["基金支付总额"] == "700.00"


def test_where_their_file_does_not_say_who_insures_ours_does(
    changchun_delivers_inside: None, load: Run, compare: Run
) -> None:
    load([row("S1", 基金支付总额="700.00")])
    theirs = {"结算编号": "S1", "个人账户": "140.00"}

    assert found(compare([{**theirs, "基金支付总额": "700.00"}])) == {}
    assert found(compare([{**theirs, "基金支付总额": "560.00"}])) == {
        "S1": ("amount_differs", ["基金支付总额"])
    }


def test_stretches_in_which_nothing_changes_are_one() -> None:
    days = Days(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    spans = [(dt.date(2000, 1, 1), dt.date(2026, 10, 9)), (dt.date(2026, 10, 10), None)]

    assert list(days.stretches(spans, lambda day: "a")) == [("2026-10-01", "2026-10-31", "a")]
    assert list(days.stretches(spans, lambda day: day.day > 9)) == [
        ("2026-10-01", "2026-10-09", False),
        ("2026-10-10", "2026-10-31", True),
    ]
