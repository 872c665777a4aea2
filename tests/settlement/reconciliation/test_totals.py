"""Totals on both sides, with refunds and without; only what differs is opened when that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from settlement.reconciliation.models import ReconciliationRun, RunTotal
from tests.settlement.records.files import Row, reversal, row

Run = Callable[..., Any]
OTHER = {"定点医药机构编号": "H22020200002"}
DEARER = {"统筹基金": "510.00", "基金支付总额": "570.00", "个人现金": "290.00"}
KEY = ("institution_code", "insurance_type", "care_kind", "agency_code")


def totals(run: ReconciliationRun) -> dict[tuple[str, ...], RunTotal]:
    assert run.state == "compared", run.message
    return {tuple(getattr(total, name) for name in KEY): total for total in run.totals.all()}


def figures(total: RunTotal, side: str) -> list[int]:
    names = ("count", "fee_fen", "fund_fen", "account_fen")
    return [getattr(total, f"{side}_{gross}{name}") for gross in ("", "gross_") for name in names]


def test_both_sides_are_added_up_with_refunds_and_without(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2"), reversal("R2", "S2"), row("S3", **OTHER)])

    run = compare([row("S1", **DEARER), row("S2"), row("S4", 险种="390", 参保地区划="222401", 医疗类别="11")])

    found = totals(run)
    first = found["H22020200001", "employee", "inpatient", "220100"]
    assert figures(first, "our") == [1, 100000, 56000, 14000, 2, 200000, 112000, 28000]
    assert figures(first, "their") == [2, 200000, 113000, 28000, 2, 200000, 113000, 28000]
    ours = found["H22020200002", "employee", "inpatient", "220100"]
    assert (figures(ours, "our")[:4], figures(ours, "their")) == ([1, 100000, 56000, 14000], [0] * 8)
    theirs = found["H22020200001", "resident", "outpatient", "222400"]
    assert (figures(theirs, "our"), figures(theirs, "their")[:2]) == ([0] * 8, [1, 100000])
    assert {total.agrees for total in found.values()} == {False}
    assert len(found) == 3


def test_what_agrees_says_so(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2", **OTHER)])

    found = totals(compare([row("S1"), row("S2", **OTHER, **DEARER)]))

    assert {key[0]: total.agrees for key, total in found.items()} == {
        "H22020200001": True,
        "H22020200002": False,
    }


def test_what_their_file_does_not_say_is_not_told_apart(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2", **OTHER), row("S3", **OTHER, 险种="390")])
    theirs: list[Row] = [
        {"结算编号": "S1", "险种": "职工", "基金支付总额": "560.00"},
        {"结算编号": "S2", "险种": "310", "基金支付总额": "560.00"},
        {"结算编号": "S3", "险种": "居民", "基金支付总额": "559.99"},
    ]

    found = totals(compare(theirs))

    assert {key: (total.our_count, total.agrees) for key, total in found.items()} == {
        ("", "employee", "", ""): (2, True),
        ("", "resident", "", ""): (1, False),
    }


def test_words_that_nobody_knows_are_combinations_of_their_own(load: Run, compare: Run) -> None:
    load([row("S1")])
    unknown = {"险种": "农村合作医疗保险试点", "医疗类别": "某种", "参保地区划": "000000"}

    found = totals(compare([row("S1", 定点医药机构编号="第一医院的很长的编号很长", **unknown)]))

    assert sorted(found) == [
        ("H22020200001", "employee", "inpatient", "220100"),
        ("第一医院的很长的编号很长", "农村合作医疗保险", "某种", ""),
    ]


def test_only_what_differs_is_opened_when_that_is_asked_for(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2"), row("S3", **OTHER), row("S4", **OTHER)])
    theirs = [
        row("S1", 姓名="李四"),  # lies in a combination whose totals agree
        row("S2"),
        row("S3", **OTHER, 姓名="李四"),
        row("S4", **OTHER, **DEARER),
        row("S5", **OTHER, 参保地区划="222401"),
    ]

    every, opened = compare(theirs), compare(theirs, all_details=False)

    assert [one.subject for one in every.discrepancies.all()] == ["S1", "S3", "S4", "S5"]
    assert [one.subject for one in opened.discrepancies.all()] == ["S3", "S4", "S5"]
    assert [one.serial for one in opened.discrepancies.all()] == [1, 2, 3]
    assert (every.matched, opened.matched, opened.our_cases) == (1, 2, 4)


def test_a_case_that_moved_opens_both_combinations(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2")])

    run = compare([row("S1"), row("S2", **OTHER)], all_details=False)

    assert [one.columns for one in run.discrepancies.all()] == [["定点医药机构编号"]]
