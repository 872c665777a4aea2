"""Worked months: what is carried out and in, month by month, in fen; each case is due 700.00."""

from __future__ import annotations

import pytest

from agency.errors import DomainErrors
from agency.journal.books import check_all
from agency.organisation.models import RegionPair
from settlement.clearing.changes import has_changed_since
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation
from settlement.clearing.services import period_sign
from settlement.deductions.models import Deduction
from settlement.deductions.services import deduction_withdraw
from settlement.holding.selectors import carries_of, undecided_too_long
from settlement.holding.services import held_follow_cases
from settlement.records.models import SettlementRecord
from tests.settlement.holding.conftest import DECEMBER, JANUARY, LINE, NOVEMBER, OCTOBER, Books, settled
from tests.settlement.records.files import reversal
from tests.support.snapshots import nothing_changes

pytestmark = pytest.mark.usefixtures("october")
# The same case as S1 with 10 yuan more from the pooling fund and less in cash: 710.00 due.
CORRECTED = {"统筹基金": "510.00", "基金支付总额": "570.00", "个人现金": "290.00"}


def all_is_well() -> bool:
    return check_all(None).broken == []


def test_a_dispute_shows_at_once_on_both_sides_and_voids_their_confirmations(books: Books) -> None:
    books.confirm(OCTOBER)
    given = RegionConfirmation.objects.filter(voided_at__isnull=True)
    assert given.count() == 12

    books.dispute()

    assert books.shown(OCTOBER) == (0, 70_000, 70_000)
    month = ClearingPeriod.objects.get(period=OCTOBER)
    assert (month.receivable_fen, month.payable_fen) == (70_000, 70_000)
    assert sorted(
        RegionConfirmation.objects.exclude(pk__in=given).values_list("region__code", flat=True)
    ) == [
        "220100",
        "220200",
    ]
    assert not has_changed_since(month)
    assert all_is_well()


def test_computing_again_leaves_what_is_carried(books: Books) -> None:
    books.dispute()
    before = ClearingPeriod.objects.get(period=OCTOBER)

    again = books.compute(OCTOBER, minutes=30)

    assert again.lines_digest == before.lines_digest
    assert again.computed_at == before.computed_at
    assert books.shown(OCTOBER) == (0, 70_000, 70_000)


def test_released_in_the_next_month(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.compute(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, 0, 70_000)

    case = books.release(case)

    assert (case.state, case.decided_period) == ("released", NOVEMBER)
    assert books.shown(NOVEMBER) == (70_000, 0, 140_000)
    books.sign(NOVEMBER)
    books.sign(DECEMBER)
    assert [books.shown(month) for month in (OCTOBER, NOVEMBER, DECEMBER)] == [
        (0, 70_000, 70_000),
        (70_000, 0, 140_000),
        (0, 0, 70_000),
    ]
    assert all_is_well()


def test_released_in_the_month_after_the_next(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.sign(NOVEMBER)
    books.compute(DECEMBER)

    books.release(case)
    books.sign(DECEMBER)

    assert [books.shown(month) for month in (OCTOBER, NOVEMBER, DECEMBER)] == [
        (0, 70_000, 70_000),
        (0, 0, 70_000),
        (70_000, 0, 140_000),
    ]
    assert all_is_well()


def test_released_in_the_month_itself_is_as_if_never_held(books: Books) -> None:
    case = books.release(books.dispute())

    assert case.decided_period == OCTOBER
    assert books.shown(OCTOBER) == (0, 0, 140_000)
    books.sign(OCTOBER)
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, 0, 70_000)
    assert all_is_well()


def test_rejected_enters_no_month(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    case = books.reject(case)
    books.sign(NOVEMBER)
    books.sign(DECEMBER)

    assert (case.state, case.decided_period) == ("rejected", NOVEMBER)
    assert [books.shown(month) for month in (OCTOBER, NOVEMBER, DECEMBER)] == [
        (0, 70_000, 70_000),
        (0, 0, 70_000),
        (0, 0, 70_000),
    ]
    assert all_is_well()


def test_rejected_before_its_month_is_signed_is_carried_out_there_all_the_same(books: Books) -> None:
    case = books.reject(books.dispute())

    assert case.decided_period == OCTOBER
    assert books.shown(OCTOBER) == (0, 70_000, 70_000)
    books.sign(OCTOBER)
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, 0, 70_000)
    assert all_is_well()


def test_taken_back_before_signing_is_as_if_never_held(books: Books) -> None:
    case = books.take_back(books.dispute())

    assert (case.state, case.decided_period) == ("withdrawn", "")
    assert books.shown(OCTOBER) == (0, 0, 140_000)
    again = books.dispute()
    assert (case.held_no, again.held_no) == ("G202610-00001", "G202610-00002")
    assert all_is_well()


def test_taken_back_after_signing_is_released_into_the_open_month(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.compute(NOVEMBER)

    case = books.take_back(case, by=books.world.changchun_clearing)

    assert (case.state, case.decided_period, case.taken_back) == ("released", NOVEMBER, True)
    assert books.shown(NOVEMBER) == (70_000, 0, 140_000)
    books.sign(NOVEMBER)
    assert all_is_well()


def test_a_decision_is_undone_while_its_month_is_unsigned(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.compute(NOVEMBER)
    released = books.release(case)

    case = books.undo(released)

    assert (case.state, case.decided_period, case.decided_by) == ("held", "", None)
    assert books.shown(NOVEMBER) == (0, 0, 70_000)
    assert all_is_well()


def test_after_two_months_the_decision_is_forced(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.sign(NOVEMBER)
    books.compute(DECEMBER)
    books.confirm(DECEMBER)
    assert undecided_too_long(NOVEMBER) == []
    assert undecided_too_long(DECEMBER) == [case]

    with nothing_changes(), pytest.raises(DomainErrors) as refused:
        period_sign(period=DECEMBER, by=books.world.prov_clearing, at=books.world.now)

    assert [error.code for error in refused.value.errors] == ["held_too_long"]
    assert "G202610-00001" in refused.value.message
    assert not ClearingPeriod.objects.get(period=DECEMBER).is_signed
    books.reject(case)
    assert books.sign(DECEMBER).is_signed
    assert all_is_well()


# --- what happens to a case while it is held ----------------------------------------------------------------


def test_a_deduction_of_the_same_month_stays_out_with_its_case(books: Books) -> None:
    books.deduct("S1", OCTOBER, "100.00")
    books.compute(OCTOBER)
    assert books.shown(OCTOBER) == (0, 0, 130_000)

    case = books.dispute()

    assert books.shown(OCTOBER) == (0, 60_000, 70_000)
    books.sign(OCTOBER)
    books.release(case)
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) == (60_000, 0, 130_000)
    assert all_is_well()


def test_a_deduction_that_comes_while_the_case_is_held(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.deduct("S1", OCTOBER, "50.00")  # its month is signed: it counts in November
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, -5_000, 70_000)

    books.release(case)
    books.sign(DECEMBER)

    assert books.shown(DECEMBER) == (65_000, 0, 135_000)
    assert all_is_well()


def test_a_deduction_in_the_month_of_the_release_counts_plainly(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.release(case)
    books.deduct("S1", NOVEMBER, "50.00")
    books.sign(NOVEMBER)

    assert books.shown(NOVEMBER) == (70_000, 0, 135_000)
    assert all_is_well()


def test_a_deduction_of_a_rejected_case_enters_no_month(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.reject(case)
    books.deduct("S1", NOVEMBER, "50.00")
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, -5_000, 70_000)

    deduction = Deduction.objects.get()
    deduction_withdraw(
        by=books.world.prov_clearing, at=books.world.now, deduction=deduction, reason="查无此事"
    )
    books.sign(DECEMBER)

    assert books.shown(DECEMBER) == (0, 5_000, 70_000)
    assert all_is_well()


def test_a_reversal_while_the_case_is_held(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.load(reversal("R1", "S1", 结算时间="2026-11-12 10:00:00"))
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, -70_000, 70_000)

    books.release(case)
    books.sign(DECEMBER)

    assert books.shown(DECEMBER) == (0, 0, 70_000)
    assert all_is_well()


def test_a_reversal_in_the_month_of_the_dispute(books: Books) -> None:
    books.dispute()
    books.load(reversal("R1", "S1", 结算时间="2026-10-12 10:00:00"))
    books.sign(OCTOBER)

    assert books.shown(OCTOBER) == (0, 0, 70_000)
    assert all_is_well()


def test_a_reversal_after_the_rejection(books: Books) -> None:
    books.reject(books.dispute())
    books.sign(OCTOBER)
    books.load(reversal("R1", "S1", 结算时间="2026-11-12 10:00:00"))
    books.sign(NOVEMBER)

    assert books.shown(OCTOBER) == (0, 70_000, 70_000)
    assert books.shown(NOVEMBER) == (0, -70_000, 70_000)
    assert all_is_well()


def test_a_correction_while_the_case_is_held(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.correct(settled("S1", OCTOBER, **CORRECTED))
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, -70_000, 141_000)  # S3 and the new S1 of 710.00

    books.release(case)
    books.sign(DECEMBER)

    assert books.shown(DECEMBER) == (0, 0, 70_000)
    assert all_is_well()


def test_a_correction_in_the_month_of_the_dispute_and_a_dispute_of_what_holds_then(books: Books) -> None:
    books.dispute()
    books.correct(settled("S1", OCTOBER, **CORRECTED))
    books.compute(OCTOBER)
    assert books.shown(OCTOBER) == (0, 0, 141_000)

    again = books.dispute()

    assert (again.correction_no, again.record.fund_total_fen) == (2, 57_000)
    assert books.shown(OCTOBER) == (0, 71_000, 70_000)
    books.sign(OCTOBER)
    assert all_is_well()


def test_a_reversal_of_the_corrected_case_is_not_that_of_what_was_held(books: Books) -> None:
    books.dispute()
    books.correct(settled("S1", OCTOBER, **CORRECTED))
    negative = {name: f"-{value}" for name, value in CORRECTED.items()}
    books.load(reversal("R1", "S1", 结算时间="2026-10-20 10:00:00", **negative))
    books.sign(OCTOBER)

    # S1 and its correction's reversal are kept out; the new S1 and R1 net to nil; S2 is left
    assert books.shown(OCTOBER) == (0, 0, 70_000)
    assert all_is_well()


# --- lines that only a carry touches ------------------------------------------------------------------------


def test_a_month_without_cases_is_cleared_for_what_it_carries_in(books: Books) -> None:
    books.sign(OCTOBER)
    books.sign(NOVEMBER)
    books.compute(DECEMBER)
    case = books.dispute("S4")
    books.sign(DECEMBER)

    books.release(case)
    books.sign(JANUARY)

    assert books.shown(JANUARY) == (70_000, 0, 70_000)
    assert ClearingPeriod.objects.get(period=JANUARY).cases == 0
    assert all_is_well()


def test_a_line_comes_with_a_carry_and_goes_with_it(books: Books) -> None:
    books.load(settled("P1", OCTOBER, 医疗类别="41"))
    books.compute(OCTOBER)
    case = books.dispute("P1")
    books.sign(OCTOBER)
    books.compute(NOVEMBER)
    pharmacy = LINE.replace("inpatient", "pharmacy")
    assert books.shown(NOVEMBER, pharmacy) is None

    released = books.release(case)

    assert books.shown(NOVEMBER, pharmacy) == (70_000, 0, 70_000)
    line = ClearingLine.objects.get(period__period=NOVEMBER, care_kind="pharmacy")
    assert (line.cases, line.records, line.total_fee_fen) == (0, 0, 0)
    assert all_is_well()
    books.undo(released)
    assert books.shown(NOVEMBER, pharmacy) is None
    assert all_is_well()


def test_what_a_month_carries_is_told_case_by_case(books: Books) -> None:
    first, second = books.dispute("S1"), books.dispute("S2")
    books.sign(OCTOBER)
    books.release(first)

    told = [(row.held_no, row.carried_in_fen, row.carried_out_fen) for row in carries_of(OCTOBER)]
    assert told == [(first.held_no, 0, 70_000), (second.held_no, 0, 70_000)]
    told = [(row.held_no, row.carried_in_fen, row.carried_out_fen) for row in carries_of(NOVEMBER)]
    assert told == [(first.held_no, 70_000, 0)]
    assert carries_of(DECEMBER) == []


def test_a_pair_that_no_longer_counts_as_cross_region_carries_nothing(books: Books) -> None:
    """S1 and S2 are local then: in no line, so that nothing of them is carried out either."""
    books.dispute()
    pair = {"region_a": books.world.changchun, "region_b": books.world.jilin, "is_cross_region": False}
    RegionPair.objects.create(**pair, valid_from="2026-01-01")
    assert books.shown(OCTOBER) == (0, 70_000, 70_000)

    books.sign(OCTOBER)

    assert books.shown(OCTOBER) == (0, 0, 0)
    assert ClearingPeriod.objects.get(period=OCTOBER).receivable_fen == 0
    books.sign(NOVEMBER)
    assert all_is_well()


def test_what_follows_is_judged_by_the_pairs_of_its_own_month(books: Books) -> None:
    """October was signed with the case in it; in November, by a pair set since, its deduction is local."""
    case = books.dispute()
    books.sign(OCTOBER)
    pair = {"region_a": books.world.changchun, "region_b": books.world.jilin, "is_cross_region": False}
    RegionPair.objects.create(**pair, valid_from="2026-01-01")
    books.deduct("S1", NOVEMBER, "50.00")
    books.sign(NOVEMBER)
    assert books.shown(NOVEMBER) is None

    books.release(case)
    books.sign(DECEMBER)

    assert books.shown(DECEMBER) == (70_000, 0, 70_000)
    assert all_is_well()


def test_a_case_whose_record_moves_to_an_opened_month_is_held_from_there(books: Books) -> None:
    books.sign(OCTOBER)
    books.load(settled("S9", OCTOBER))  # October is signed: it counts in November
    books.compute(NOVEMBER)
    case = books.dispute("S9")
    assert (case.held_no, case.held_from) == ("G202611-00001", NOVEMBER)
    SettlementRecord.objects.filter(settlement_no="S9").update(period=DECEMBER)

    assert held_follow_cases() == 1

    case.refresh_from_db()
    assert case.held_from == DECEMBER
    assert held_follow_cases() == 0
    assert [row.carried_out_fen for row in carries_of(DECEMBER)] == [70_000]
