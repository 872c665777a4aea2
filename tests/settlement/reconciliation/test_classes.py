"""Which class a settlement number falls into, which columns differ, what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agency.batches.models import Refusal
from settlement.corrections.services import correction_approve, correction_propose
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.records.models import SettlementRecord
from settlement.records.selectors import holding, holding_of_months
from tests.settlement.records.files import Row, reversal, row
from tests.support.world import World

Run = Callable[..., Any]
LOCAL = {"就医地区划": "220102", "定点医药机构编号": "H22010200001"}
DEARER = {"统筹基金": "510.00", "基金支付总额": "570.00", "个人现金": "290.00"}
OTHER_PERSON = {"证件号码": "220104198805067236", "姓名": "李四"}


def found(run: ReconciliationRun) -> dict[str, tuple[str, list[str]]]:
    """Number → class and columns, of a run that was compared."""
    assert run.state == "compared", run.message
    return {row.subject: (row.kind, row.columns) for row in run.discrepancies.all()}


def only(run: ReconciliationRun) -> Discrepancy:
    assert run.state == "compared", run.message
    return run.discrepancies.get()


@pytest.mark.parametrize(
    ("changes", "kind", "columns"),
    [
        ({"退费标志": "1"}, "reversal_differs", ["退费标志"]),
        ({"证件号码": "220104198805067236"}, "owner_differs", ["证件号码"]),
        ({"姓名": "张三丰"}, "owner_differs", ["姓名"]),
        ({"险种": "390"}, "owner_differs", ["险种"]),
        ({"险种": ""}, "owner_differs", ["险种"]),
        ({"参保地区划": "220202"}, "owner_differs", ["参保地区划"]),
        ({"就医地区划": "990000"}, "owner_differs", ["就医地区划"]),
        ({"定点医药机构编号": "H22020200002"}, "owner_differs", ["定点医药机构编号"]),
        ({"医疗类别": "11"}, "owner_differs", ["医疗类别"]),
        ({"医疗类别": "没有这个"}, "owner_differs", ["医疗类别"]),
        ({"结算时间": "2026-09-30 10:30:00"}, "period_differs", ["结算时间"]),
        ({"医疗费总额": "1000.01"}, "amount_differs", ["医疗费总额"]),
        ({"实际起付线": ""}, "amount_differs", ["实际起付线"]),
        ({"医院负担": "3"}, "amount_differs", ["医院负担"]),
        (DEARER, "amount_differs", ["基金支付总额", "统筹基金", "个人现金"]),
    ],
)
def test_what_differs_decides_the_class(
    load: Run, compare: Run, changes: Row, kind: str, columns: list[str]
) -> None:
    load([row("S1"), row("S2")])

    run = compare([row("S1", **changes), row("S2")])

    assert found(run) == {"S1": (kind, columns)}
    assert (run.matched, run.counts) == (1, {kind: 1})


@pytest.mark.parametrize(
    "changes",
    [
        {"姓名": " 张 三 ", "证件号码": "２２０１０２１９９００１０１１２８ｘ"},
        {"证件号码": "2201**********128X", "姓名": "张*"},
        {"险种": "职工", "医疗类别": "22"},
        {"医疗类别": "住院", "参保地区划": "长春市", "就医地区划": "吉林"},
        {"参保地区划": "220381"},  # 公主岭, counted as Changchun's under its old code since 2020
        {"结算时间": "2026/10/31 23:59", "出院日期": "不详", "定点医药机构名称": "吉林一院"},
        {"医疗费总额": "１，０００．００", "全自费": "100", "超限价自费": "50.0", "职工大额补助": " 60.00"},
        {"居民大病保险": "", "退费标志": "", "证件类型": "1", "人员编号": "P999", "原结算编号": "S7"},
    ],
)
def test_what_means_the_same_matches(load: Run, compare: Run, changes: Row) -> None:
    load([row("S1")])

    run = compare([row("S1", **changes)])

    assert (found(run), run.matched, run.unread_rows) == ({}, 1, 0)


def test_the_first_class_that_applies_counts_and_all_differing_columns_are_named(
    load: Run, compare: Run
) -> None:
    load([row("S1"), row("S2"), row("S3")])
    late = {"结算时间": "2026-11-01 08:00:00"}

    run = compare(
        [
            row("S1", 退费标志="1", **OTHER_PERSON, **late, **DEARER),
            row("S2", **OTHER_PERSON, **late, **DEARER),
            row("S3", **late, **DEARER),
        ]
    )

    amounts = ["基金支付总额", "统筹基金", "个人现金"]
    assert found(run) == {
        "S1": ("reversal_differs", ["证件号码", "姓名", "结算时间", *amounts, "退费标志"]),
        "S2": ("owner_differs", ["证件号码", "姓名", "结算时间", *amounts]),
        "S3": ("period_differs", ["结算时间", *amounts]),
    }


def test_what_only_one_side_has_is_shown_in_full_with_its_worth(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2")])

    run = compare([row("S2"), row("S9", **DEARER)])

    ours, theirs = run.discrepancies.order_by("serial")
    assert (ours.kind, ours.subject, ours.amount_fen, ours.theirs) == ("only_ours", "S1", 70000, {})
    assert (ours.ours["医疗费总额"], ours.ours["姓名"], ours.ours["险种"]) == ("1000.00", "张三", "职工")
    assert (ours.our_correction_no, ours.times, ours.their_line) == (0, 0, 0)
    assert (theirs.kind, theirs.subject, theirs.amount_fen, theirs.ours) == ("only_theirs", "S9", -71000, {})
    assert (theirs.theirs["统筹基金"], theirs.theirs["结算时间"]) == ("510.00", "2026-10-09 10:30:00")
    assert (theirs.our_correction_no, theirs.times, theirs.their_line) == (None, 1, 3)
    for one in (ours, theirs):
        assert (one.institution_code, one.insured_region_code) == ("H22020200001", "220100")
        assert (one.care_region_code, one.state, one.difference_no) == (
            "220200", "open", f"{run.run_no}-{one.serial}",
        )  # fmt: skip


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("second", [{}, DEARER])
def test_a_number_that_stands_twice_with_them_is_a_duplicate_whatever_else(
    load: Run, compare: Run, known: bool, second: Row
) -> None:
    load([row("S1" if known else "S5")])

    run = compare([row("S1", **second), row("S5"), row("S1")])

    one = run.discrepancies.get(kind="duplicate")
    assert (one.subject, one.times, one.their_line) == ("S1", 2, 2)
    assert one.amount_fen == (70000 if known else 0) - 2 * 70000 - (1000 if second else 0)
    assert one.theirs["医疗费总额"] == "1000.00"
    assert run.matched == (0 if known else 1)


def test_local_cases_are_ours_and_other_months_are_not(load: Run, compare: Run) -> None:
    load([row("S1", **LOCAL), row("S2", 结算时间="2026-09-30 23:59:59")])

    run = compare([row("S1", **LOCAL), row("S2", 结算时间="2026-09-30 23:59:59")])

    assert run.our_cases == 1
    assert found(run) == {"S2": ("only_theirs", [])}


def test_a_case_that_is_cleared_later_belongs_to_the_month_of_its_settlement(
    load: Run, compare: Run, sign: Run
) -> None:
    sign("202610")
    load([row("S1")])

    october, november = compare([row("S1")]), compare([row("S1")], period="202611")

    assert (october.matched, found(october)) == (1, {})
    assert (november.our_cases, found(november)) == (0, {"S1": ("only_theirs", [])})


def test_a_reversal_is_a_case_of_its_own(load: Run, compare: Run) -> None:
    load([row("S1"), reversal("R1", "S1")])

    run = compare([row("S1"), reversal("R1", "S1")])
    without = compare([row("S1")])

    assert (run.matched, run.our_cases, found(run)) == (2, 2, {})
    assert found(without) == {"R1": ("only_ours", [])}
    assert only(without).amount_fen == -70000


def test_only_the_columns_that_they_have_are_compared(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2"), row("S3")])

    run = compare(
        [
            {"结算编号": "S1", "基金支付总额": "560.00"},
            {"结算编号": "S2", "基金支付总额": "570.00"},
            {"结算编号": "S4", "基金支付总额": "8.00"},
        ]
    )

    assert run.compared == ["基金支付总额"]
    assert found(run) == {
        "S2": ("amount_differs", ["基金支付总额"]),
        "S3": ("only_ours", []),
        "S4": ("only_theirs", []),
    }
    worth = dict(run.discrepancies.values_list("subject", "amount_fen"))
    assert worth == {"S2": -1000, "S3": 70000, "S4": -800}


def test_an_owners_column_without_any_value_says_nothing(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2")])

    run = compare([row("S1", 险种="", 参保地区划=""), row("S2", 险种="", 参保地区划="")])

    assert (found(run), run.matched) == ({}, 2)
    assert not {"险种", "参保地区划"} & set(run.compared)


def test_without_identity_numbers_the_person_is_who_has_the_person_number(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2")])
    theirs = [{"结算编号": "S1", "人员编号": "P100"}, {"结算编号": "S2", "人员编号": "P200"}]

    assert found(compare(theirs)) == {"S2": ("owner_differs", ["人员编号"])}


def test_a_corrected_case_is_compared_as_it_holds_now(load: Run, compare: Run, world: World) -> None:
    load([row("S1")])
    conflict = Refusal.objects.get(batch=load([row("S1", **DEARER)]))
    proposed = correction_propose(by=world.prov_clearing, at=world.now, refusal=conflict, reason="医院少报")
    correction_approve(by=world.prov_clearing_2, at=world.now, correction=proposed)

    as_corrected, as_before = compare([row("S1", **DEARER)]), compare([row("S1")])

    assert (as_corrected.our_cases, found(as_corrected)) == (1, {})
    of_month = SettlementRecord.objects.filter(settlement_month="202610")
    assert [row.correction_no for row in holding_of_months(of_month)] == [2]
    assert [row.correction_no for row in holding(of_month)] == [2]
    assert only(as_before).our_correction_no == 2
    assert only(as_before).ours["统筹基金"] == "510.00"
