"""What the doctor reads beside a difference: other months and runs, refunds, filings; and how much of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from settlement.matching.services import match_period
from settlement.reconciliation.doctor import diagnose
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.states import RunState
from tests.settlement.reconciliation.laid import lay, lay_books, lay_run
from tests.settlement.reconciliation.planted import AMOUNTS, AT, Month, Planted, Row
from tests.settlement.reconciliation.planting import changed, in_month, moved, refund, swapped
from tests.settlement.reconciliation.plants import PLANTS, not_filed
from tests.support.world import World

MONTH = "202610"


@pytest.fixture
def case() -> Row:
    """A case of somebody of 长春 in 吉林, in October."""
    month = Month(20, 7, [])
    row = changed(month.case(month.number(1)), 参保地区划="220102", 就医地区划="220203")
    return changed(row, 定点医药机构编号="H22020300001", 结算时间="2026-10-09 10:30:00")


def causes(run: ReconciliationRun) -> dict[str, tuple[str, str]]:
    """Settlement number → cause and what is proposed."""
    rows = Discrepancy.objects.filter(run=run).order_by("serial")
    return {number: (cause, told) for number, cause, told in rows.values_list("subject", "cause", "proposed")}


def diagnosed(cases: list[Planted], world: World, **values: Any) -> dict[str, tuple[str, str]]:
    run = lay_run(cases, world, MONTH, **values)
    diagnose(run)
    return causes(run)


def other_run(world: World, row: Row, **values: Any) -> ReconciliationRun:
    """A run of November in which a number was theirs alone."""
    given = {"state": RunState.COMPARED, **values}
    return lay_run([Planted([], [in_month(row, 1)])], world, "202611", **given)


def test_what_we_miss_here_they_had_in_another_months_file(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    other = other_run(world, case)

    assert diagnosed([Planted([case], [])], world) == {case[0]: (Cause.OTHER_MONTH, Remedy.PAIR)}
    evidence = Discrepancy.objects.exclude(run=other).get().evidence
    assert evidence["另一月"] == "202611"
    assert evidence["那一月的差异"] == f"{other.run_no} 第 1 条"


@pytest.mark.parametrize("state", [RunState.VOIDED, RunState.FAILED, RunState.COMPARING])
def test_a_run_that_does_not_stand_says_nothing(world: World, case: Row, state: str) -> None:
    lay_books([Planted([case])], world)
    other_run(world, case, state=state)

    assert diagnosed([Planted([case], [])], world)[case[0]][0] == ""


def test_the_runs_of_another_office_say_nothing(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    other_run(world, case, region=world.changchun)

    assert diagnosed([Planted([case], [])], world)[case[0]][0] == ""


def test_a_number_of_ours_in_another_month_is_the_same_case_only_of_the_same_person(
    world: World, case: Row
) -> None:
    other = changed(case, 结算编号="S2")
    lay_books([Planted(other_months=[in_month(case, -1), in_month(other, 2)])], world)

    found = diagnosed([Planted([], [case, changed(other, 证件号码="22010219900101128X")])], world)

    assert found == {case[0]: (Cause.OTHER_MONTH, Remedy.NONE), "S2": ("", Remedy.IMPORT)}


def test_a_regions_run_looks_at_its_own_cases_only(world: World, case: Row) -> None:
    lay_books([Planted(other_months=[in_month(case, -1)])], world)
    theirs = [Planted([], [case])]

    assert diagnosed(theirs, world, region=world.changchun)[case[0]][0] == Cause.OTHER_MONTH
    assert diagnosed(theirs, world, region=world.jilin)[case[0]][0] == Cause.OTHER_MONTH
    assert diagnosed(theirs, world, region=world.yanbian)[case[0]][0] == ""


def test_a_number_of_ours_beyond_the_scope_is_not_imported(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)

    assert diagnosed([Planted([], [case])], world) == {case[0]: ("", Remedy.ASK_THEM)}
    assert "不在这次对账所选的范围内" in Discrepancy.objects.get().evidence["说明"]


def test_amounts_of_the_other_month_are_told_where_they_differ(world: World, case: Row) -> None:
    lay_books([Planted(other_months=[in_month(moved(case, 个人账户=-100, 个人现金=100), -1)])], world)

    diagnosed([Planted([], [case])], world)

    evidence = Discrepancy.objects.get().evidence
    assert evidence["个人账户"].endswith("相差 -1.00 元")
    assert "基金支付总额" not in evidence


def test_a_copy_in_cases_of_others_is_not_seen_by_a_region(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    theirs = [Planted([case], [case, changed(case, 结算编号="S2")])]

    assert diagnosed(theirs, world, region=world.changchun)["S2"] == (Cause.OTHER_NUMBER, Remedy.REJECT)
    assert diagnosed(theirs, world, region=world.yanbian)["S2"] == ("", Remedy.IMPORT)


def test_a_second_refund_of_theirs_is_a_copy_of_ours(world: World, case: Row) -> None:
    back = refund(case, "S2")
    rows = [Planted([case, back], [case, back, changed(back, 结算编号="S3")])]
    lay_books(rows, world)

    assert diagnosed(rows, world) == {"S3": (Cause.OTHER_NUMBER, Remedy.REJECT)}


def test_a_file_with_person_numbers_alone_shows_swapped_digits(world: World, case: Row) -> None:
    """3202: number, person number, three amounts and the flag."""
    number = swapped(Month(20, 7, []), case[0], lambda other: other != case[0])
    rows = [Planted([case], [changed(case, 结算编号=number)])]
    lay_books(rows, world)
    run = lay_run(rows, world, MONTH)
    kept = ("结算编号", "人员编号", "医疗费总额", "基金支付总额", "个人账户", "退费标志")
    theirs = Discrepancy.objects.get(run=run, kind=DiscrepancyKind.ONLY_THEIRS)
    theirs.delete()
    theirs.theirs = {name: theirs.theirs[name] for name in kept}
    theirs.save()

    diagnose(run)

    assert set(causes(run).values()) == {(Cause.DIGITS_SWAPPED, Remedy.PAIR)}


def test_masked_identity_numbers_leave_the_person_number(world: World, case: Row) -> None:
    rows = [Planted([case], [changed(case, 结算编号="S2", 证件号码="2201**********128X")])]
    lay_books(rows, world)

    assert set(diagnosed(rows, world).values()) == {(Cause.OTHER_NUMBER, Remedy.PAIR)}


@pytest.mark.parametrize(
    ("others", "cause"),
    [
        ([{}], Cause.TWIN_ROW),
        ([{"定点医药机构名称": "另名"}, {}], Cause.TWIN_ROW),
        ([{"证件号码": "22010219900101128X"}], ""),
        ([{"结算时间": "2026-10-09 10:30:01"}], ""),
        ([{}, {"姓名": "李四"}], ""),
        ([{"姓名": None}], ""),
        ([{"negated": True}], Cause.REVERSAL_PAIR),
        ([{"negated": True}, {}], ""),
    ],
)
def test_twins_are_alike_to_the_last_column(
    world: World, case: Row, others: list[dict[str, Any]], cause: str
) -> None:
    rows = [case]
    for other in others:
        sign = -1 if other.get("negated") else 1
        row = changed(case, **{name: text for name, text in other.items() if name in AT})
        row[AMOUNTS] = [sign * fen for fen in row[AMOUNTS]]
        rows.append(row)
    lay_books([Planted([case])], world)

    assert diagnosed([Planted([case], rows)], world)[case[0]][0] == cause


def test_each_half_names_the_other(world: World, case: Row) -> None:
    rows = [Planted([case], [changed(case, 结算编号="S2")])]
    lay_books(rows, world)
    run = lay_run(rows, world, MONTH)

    diagnose(run)

    ours, theirs = Discrepancy.objects.filter(run=run).order_by("serial")
    assert ours.evidence["对方编号"] == "S2"
    assert ours.evidence["对应差异的序号"] == str(theirs.serial)
    assert theirs.evidence["我方编号"] == case[0]
    assert case[AT["证件号码"]] not in str(ours.evidence) + str(theirs.evidence)


def test_where_hardly_anybody_has_filed_a_missing_filing_says_nothing(world: World) -> None:
    month = Month(200, 3, [not_filed], each=4)
    run = lay(month, world, filed=False)

    diagnose(run)

    assert {cause for cause, _ in causes(run).values()} == {""}


def test_where_others_have_filed_it_does(world: World) -> None:
    run = lay(Month(200, 3, [not_filed], each=4), world)

    diagnose(run)

    assert set(causes(run).values()) == {(Cause.FILING_MISSING, Remedy.HOLD)}
    assert Discrepancy.objects.filter(run=run).first().evidence["备案核对"] == "没有备案"


def test_every_difference_has_something_proposed_and_nothing_else_changes(world: World) -> None:
    month = Month(300, 5, PLANTS)
    run = lay(month, world)
    found = ("difference_no", "kind", "subject", "columns", "ours", "theirs", "amount_fen", "state")
    before = list(Discrepancy.objects.order_by("pk").values_list(*found))

    diagnose(run)

    assert list(Discrepancy.objects.order_by("pk").values_list(*found)) == before
    assert not Discrepancy.objects.filter(proposed="").exists()


def test_the_order_of_their_rows_changes_nothing(world: World) -> None:
    month = Month(300, 5, PLANTS)
    cases = list(month.cases())
    lay_books(cases, world)
    match_period(MONTH, at=world.now)
    ours = [row for planted in cases for row in planted.ours]
    theirs = [row for planted in cases for row in planted.theirs]

    told = []
    for rows in (theirs, theirs[::-1], sorted(theirs, key=lambda row: row[AMOUNTS])):
        run = lay_run([Planted(ours, rows)], world, MONTH)
        diagnose(run)
        told.append(causes(run))

    assert told[0] == told[1] == told[2]


def test_looking_again_gives_the_same(world: World) -> None:
    run = lay(Month(200, 9, PLANTS), world)
    fields = ("serial", "cause", "proposed", "evidence")

    diagnose(run)
    first = list(Discrepancy.objects.filter(run=run).order_by("serial").values_list(*fields))
    diagnose(run)

    assert list(Discrepancy.objects.filter(run=run).order_by("serial").values_list(*fields)) == first


def test_no_question_is_asked_for_each_difference(world: World) -> None:
    asked = []
    for each in (1, 3):
        month = Month(400, 5, PLANTS, each=each, period=f"20260{each}")
        run = lay(month, world, filed=False)
        with CaptureQueriesContext(connection) as queries:
            diagnose(run)
        asked.append(len(queries))
        assert run.discrepancies.count() > 60 * each

    assert asked[1] <= asked[0] < 100


@pytest.mark.parametrize("source", [SourceKind.BANK, SourceKind.TOTALS, SourceKind.SHEET])
def test_what_is_no_detail_is_left_alone(world: World, case: Row, source: str) -> None:
    assert diagnosed([Planted([], [case])], world, source=source) == {case[0]: ("", "")}
