"""Corrections, refunds and held cases across the turn of the year, in figures and on sheets 16, 17 and 18.

长春 insures, 吉林 treats, each case 700.00. December 2026 has S1 and S2 and is the first month on record;
what is done afterwards counts in the first months of 2027.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from agency.journal.books import check_all
from agency.organisation.models import PoolingRegion
from agency.sheets.declare import Value
from settlement.clearing.models import ClearingPeriod
from settlement.year_end.filling import book_of, party_in, year_sheet
from settlement.year_end.models import YearEnd
from settlement.year_end.selectors import left_behind, year_sums
from tests.settlement.holding.conftest import DECEMBER, JANUARY, LINE, MIRROR, Books, settled
from tests.settlement.records.files import reversal
from tests.settlement.year_end.conftest import close_year, compute_year
from tests.support.world import World

FEBRUARY, MARCH, APRIL = "202702", "202703", "202704"
OF_JANUARY = {"结算时间": "2027-01-09 10:30:00"}
LESS = {"统筹基金": "400.00", "基金支付总额": "460.00", "个人现金": "400.00"}  # 100.00 less from the fund


class Shown(NamedTuple):
    """A row of sheet 17 or 18 (yuan): 人次, 扣款, 挂账转入, 转出, 月度合计, 核定, 已收（付）, 应补（退）."""

    cases: int
    deducted: int
    carried_in: int
    carried_out: int
    monthly: int
    assessed: int
    settled: int
    open: int


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    found = Books(world, tmp_path)
    found.load(settled("S1", DECEMBER), settled("S2", DECEMBER), settled("F1", FEBRUARY))
    return found


def whole(fen: Value) -> int:
    assert isinstance(fen, int)
    assert fen % 100 == 0
    return fen // 100


def row_of(form: str, region: PoolingRegion, key: str, year: str = "2026") -> Shown:
    book = book_of(year)
    values = {row.key: row.values for row in year_sheet(form, book, party_in(book, region)).rows}[key]
    cases = values["cases"]
    assert isinstance(cases, int)
    return Shown(cases, *(whole(values[name]) for name in Shown._fields[1:]))


def shown(world: World, year: str = "2026") -> Shown:
    """长春's row of sheet 18, which 吉林's of sheet 17 mirrors; both stand on sheet 16 with the same sums."""
    ours, theirs = row_of("18", world.changchun, LINE, year), row_of("17", world.jilin, MIRROR, year)
    assert ours == theirs
    nine = {row.values["region"]: row.values for row in year_sheet("16", book_of(year), None).rows}
    for name, side in (("长春市", "out"), ("吉林市", "in")):
        on_sheet_16 = [nine[name][f"{side}_{what}"] for what in ("monthly", "assessed", "difference")]
        assert [whole(fen) for fen in on_sheet_16] == [
            ours.monthly,
            ours.assessed,
            ours.assessed - ours.monthly,
        ]
        assert nine[name][f"{side}_employee_cases"] == ours.cases
    return ours


def closed(world: World) -> Shown:
    """The year computed and closed, the books in order."""
    compute_year(world)
    close_year(world)
    assert check_all(None).broken == []
    return shown(world)


def of_next_year() -> int:
    """What 2027's months come to without what 2026 has counted, in yuan."""
    return whole(sum(line.due_fen for line in year_sums("2027", []).assessed.values()))


# --- corrections --------------------------------------------------------------------------------------------


def test_a_pair_in_january_corrects_the_old_year(books: Books, world: World) -> None:
    """人次 2 − 1 + 1; 核定 1400 − 700 + 600; 2027 keeps nothing of the pair."""
    books.sign(DECEMBER)
    books.correct(settled("S1", DECEMBER, **LESS))
    books.sign(JANUARY)

    assert closed(world) == Shown(2, 0, 0, 0, 1400, 1300, 1300 - 1400, 1400)
    assert of_next_year() == 0


def test_a_pair_after_the_deadline_is_the_next_years(books: Books, world: World) -> None:
    books.load(settled("F0", JANUARY), settled("F3", MARCH))
    for month in (DECEMBER, JANUARY, FEBRUARY, MARCH):
        books.sign(month)
    books.correct(settled("S1", DECEMBER, **LESS))
    books.sign(APRIL)

    assert closed(world) == Shown(2, 0, 0, 0, 1400, 1400, 0, 1400)
    assert left_behind("2026", [JANUARY, FEBRUARY, MARCH]) == 2
    assert of_next_year() == 2100 - 100


def test_a_pair_after_the_closing_is_the_next_years(books: Books, world: World) -> None:
    books.sign(DECEMBER)
    assert closed(world) == Shown(2, 0, 0, 0, 1400, 1400, 0, 1400)

    books.correct(settled("S1", DECEMBER, **LESS))
    books.sign(JANUARY)

    assert shown(world) == Shown(2, 0, 0, 0, 1400, 1400, 0, 1400)
    assert of_next_year() == -100
    assert check_all(None).broken == []


def test_a_pair_inside_the_year_leaves_both_sums_alike(books: Books, world: World) -> None:
    books.load(settled("N1", "202611"))
    books.sign("202611")
    books.correct(settled("N1", "202611", **LESS))
    books.sign(DECEMBER)

    assert closed(world) == Shown(3, 0, 0, 0, 2000, 2000, 0, 2000)


def test_a_correction_of_a_late_case_stays_with_the_old_year(books: Books, world: World) -> None:
    """S3 of December comes in January, and is corrected in February."""
    books.sign(DECEMBER)
    books.load(settled("S3", DECEMBER))
    books.sign(JANUARY)
    books.correct(settled("S3", DECEMBER, **LESS))
    books.sign(FEBRUARY)

    assert closed(world) == Shown(3, 0, 0, 0, 1400, 2000, 600, 1400)
    assert of_next_year() == 700  # February's own


def test_a_refund_settled_in_january_is_of_the_new_year(books: Books, world: World) -> None:
    """退费: the hospital settles it in January, so it is January's, whatever case it takes back."""
    books.sign(DECEMBER)
    books.load(reversal("R1", "S1", **OF_JANUARY))
    books.sign(JANUARY)

    assert closed(world) == Shown(2, 0, 0, 0, 1400, 1400, 0, 1400)
    assert of_next_year() == -700


# --- held cases ---------------------------------------------------------------------------------------------


def test_a_case_held_in_december_and_released_in_january(books: Books, world: World) -> None:
    """It left December by 转出 700 and comes back by 转入 700, all within the old year."""
    books.compute(DECEMBER)
    held = books.dispute("S1")
    books.sign(DECEMBER)
    books.release(held)
    books.sign(JANUARY)

    assert closed(world) == Shown(2, 0, 700, 700, 700, 1400, 700, 700)
    assert of_next_year() == 0


def test_a_case_held_in_december_and_rejected_in_january(books: Books, world: World) -> None:
    books.compute(DECEMBER)
    held = books.dispute("S1")
    books.sign(DECEMBER)
    books.reject(held)
    books.load(settled("F0", JANUARY))
    books.sign(JANUARY)

    assert closed(world) == Shown(2, 0, 0, 700, 700, 700, 0, 700)
    assert of_next_year() == 700


def test_a_case_still_held_when_the_year_is_closed(books: Books, world: World) -> None:
    """Released after the closing, it is the next year's to pay."""
    books.compute(DECEMBER)
    held = books.dispute("S1")
    books.sign(DECEMBER)
    assert closed(world) == Shown(2, 0, 0, 700, 700, 700, 0, 700)

    books.release(held)
    books.sign(JANUARY)

    assert shown(world) == Shown(2, 0, 0, 700, 700, 700, 0, 700)
    assert of_next_year() == 700
    assert check_all(None).broken == []


def test_a_deduction_on_a_held_case(books: Books, world: World) -> None:
    """January takes 50 off S1 while it is held (and keeps that out too); February releases 700 − 50."""
    books.compute(DECEMBER)
    held = books.dispute("S1")
    books.sign(DECEMBER)
    books.deduct("S1", JANUARY, "50.00")
    books.sign(JANUARY)
    books.release(held)
    books.sign(FEBRUARY)

    assert closed(world) == Shown(2, 50, 650, 650, 700, 1350, 650, 700)
    assert of_next_year() == 700  # February's own


def test_a_correction_of_a_released_case(books: Books, world: World) -> None:
    books.compute(DECEMBER)
    held = books.dispute("S1")
    books.sign(DECEMBER)
    books.release(held)
    books.correct(settled("S1", DECEMBER, **LESS))
    books.sign(JANUARY)

    assert closed(world) == Shown(2, 0, 700, 700, 700, 1300, 600, 700)
    assert of_next_year() == 0


def test_a_case_of_january_that_is_held_is_none_of_the_old_years(books: Books, world: World) -> None:
    books.sign(DECEMBER)
    books.load(settled("F0", JANUARY), settled("S3", DECEMBER))
    books.compute(JANUARY)
    books.dispute("F0")
    books.sign(JANUARY)

    assert closed(world) == Shown(3, 0, 0, 0, 1400, 2100, 700, 1400)
    assert of_next_year() == 0  # F0 700 less 转出 700


# --- all years together -------------------------------------------------------------------------------------


def test_all_years_together_are_all_months_together(books: Books, world: World) -> None:
    books.compute(DECEMBER)
    held = books.dispute("S1")
    books.sign(DECEMBER)
    books.release(held)
    books.load(settled("F0", JANUARY), settled("S3", DECEMBER))
    books.sign(JANUARY)
    books.correct(settled("S2", DECEMBER, **LESS))
    books.sign(FEBRUARY)

    assert closed(world).assessed == 700 + 700 + 700 - 100
    signed = ClearingPeriod.objects.filter(state="signed")
    assert whole(sum(month.receivable_fen for month in signed)) == 2000 + of_next_year()
    assert YearEnd.objects.get(year="2026").through == FEBRUARY
