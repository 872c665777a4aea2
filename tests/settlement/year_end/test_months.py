"""Which months a year wants: empty ones, those before our books, years before; and what comes after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from agency.journal.books import check_all
from settlement.clearing.empty_months import empty_month_compute
from settlement.clearing.services import period_sign
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord
from settlement.year_end.models import YearEnd
from settlement.year_end.rules import late_gap, late_months
from settlement.year_end.selectors import open_years_before
from settlement.year_end.services import year_close, year_compute
from tests.settlement.clearing.conftest import confirm_rest, load_rows
from tests.settlement.year_end.conftest import settled, sign_month
from tests.support.snapshots import refused
from tests.support.world import World

AsUser = Callable[..., Client]
Load = Callable[..., object]


@pytest.fixture
def load(world: World, tmp_path: Path) -> Load:
    def run(*days: str, kind: str = "settlements") -> None:
        rows = [settled(f"N{day}", day) for day in days]
        load_rows(world, tmp_path / f"{days[0]}.csv", rows, kind)

    return run


@pytest.fixture
def later(world: World) -> Iterator[World]:
    """The world in May 2027: every month of 2026 and the first of 2027 are over."""
    now = world.now + dt.timedelta(days=180)
    with time_machine.travel(now, tick=True):
        yield replace(world, now=now)


@pytest.fixture
def books(later: World, load: Load) -> World:
    """October and December 2026 have a case each and are signed; November has nothing."""
    load("2026-10-09", "2026-12-09")
    sign_month(later, "202610")
    sign_month(later, "202612")
    return later


def sign_empty(world: World, period: str) -> None:
    month = empty_month_compute(period=period, by=world.prov_clearing, at=world.now)
    confirm_rest(month, world)
    period_sign(period=period, by=world.prov_clearing, at=world.now)


def cut(period: str) -> dict[str, str]:
    """A deduction of 5.00 on December's case, stated for a month."""
    case = {"期别": period, "结算编号": "N2026-12-09"}
    return {**case, "扣款类别": "审核扣款", "原因": "重复收费", "金额": "5.00"}


def close(world: World, year: str = "2026") -> YearEnd:
    year_compute(year=year, by=world.prov_clearing, at=world.now)
    return year_close(year=year, by=world.prov_supervisor, at=world.now)


def test_the_list_is_empty_before_a_month_is_signed(world: World, as_user: AsUser) -> None:
    page = as_user(world.prov_clearing).get("/years/").content.decode()

    assert "还没有可做年终清算的年度" in page
    assert as_user(world.prov_clearing).get("/years/2026/").status_code == 404


# --- empty months -------------------------------------------------------------------------------------------


def test_an_empty_month_holds_the_year_up_until_somebody_says_it_is_empty(books: World) -> None:
    with refused("months_unsigned") as raised:
        year_compute(year="2026", by=books.prov_clearing, at=books.now)
    assert "2026年11月" in raised.value.message

    sign_empty(books, "202611")

    assert close(books).assessed_fen == 140_000
    assert check_all(None).broken == []


def test_the_year_page_leads_to_the_month_that_is_missing(books: World, as_user: AsUser) -> None:
    client = as_user(books.prov_clearing)

    page = client.get("/years/2026/").content.decode()

    assert "2026年11月" in page
    assert "没有明细，可按空月计算" in page
    assert 'href="/clearing/202611/"' in page
    with pytest.raises(CommandError, match="2026年11月"):
        call_command("close_year", "2026")


def test_a_month_that_is_not_over_has_no_page_to_go_to(world: World, load: Load, as_user: AsUser) -> None:
    load("2026-10-09")
    sign_month(world, "202610")

    page = as_user(world.prov_clearing).get("/years/2026/").content.decode()

    assert "2 个月还没有过完" in page
    assert 'href="/clearing/202611/"' not in page


def test_late_months_count_once_the_empty_one_before_them_is_signed(
    books: World, load: Load, tmp_path: Path, as_user: AsUser
) -> None:
    """A deduction of February on December's case waits for January to be signed."""
    sign_empty(books, "202611")
    load_rows(books, tmp_path / "cut.csv", [cut("202702")], "deductions")
    sign_month(books, "202702")
    year_compute(year="2026", by=books.prov_clearing, at=books.now)
    page = as_user(books.prov_clearing).get("/years/2026/").content.decode()
    assert "2027年1月没有明细，可按空月计算" in page
    assert YearEnd.objects.get(year="2026").assessed_fen == 140_000

    sign_empty(books, "202701")

    assert year_compute(year="2026", by=books.prov_clearing, at=books.now).assessed_fen == 139_500
    assert "它之后的月份已签发" not in as_user(books.prov_clearing).get("/years/2026/").content.decode()


@pytest.mark.parametrize(
    ("signed", "months", "gap"),
    [
        (set(), [], ""),
        ({"202701"}, ["202701"], ""),
        ({"202701", "202702", "202703", "202704"}, ["202701", "202702", "202703"], ""),
        ({"202702"}, [], "202701"),
        ({"202701", "202703"}, ["202701"], "202702"),
        ({"202704"}, [], ""),
    ],
)
def test_late_months_and_the_gap_among_them(signed: set[str], months: list[str], gap: str) -> None:
    assert late_months("2026", 3, signed) == months
    assert late_gap("2026", 3, signed) == gap


# --- months before our books --------------------------------------------------------------------------------


def test_what_comes_for_a_month_of_a_closed_year_counts_after_it(books: World, load: Load) -> None:
    """August 2026 was never on the books; January 2027 is the first month that is open."""
    sign_empty(books, "202611")
    close(books)

    load("2026-08-09", "2025-03-09")

    assert set(
        SettlementRecord.objects.filter(period="202701").values_list("settlement_month", flat=True)
    ) == {
        "202608",
        "202503",
    }
    assert check_all(None).broken == []


def test_so_does_a_deduction(books: World, tmp_path: Path) -> None:
    sign_empty(books, "202611")
    close(books)

    load_rows(books, tmp_path / "cut.csv", [cut("202608")], "deductions")

    assert Deduction.objects.get().period == "202701"
    assert check_all(None).broken == []


def test_a_month_before_that_comes_in_time_is_wanted_too(books: World, load: Load) -> None:
    sign_empty(books, "202611")
    load("2026-08-09")

    with refused("months_unsigned") as raised:
        year_compute(year="2026", by=books.prov_clearing, at=books.now)

    assert "2026年8月、2026年9月" in raised.value.message


def test_a_year_before_is_open_as_soon_as_it_has_a_case(books: World, load: Load) -> None:
    assert open_years_before("2027") == ["2026"]

    load("2025-12-09")

    assert open_years_before("2027") == ["2025", "2026"]
    assert open_years_before("2025") == []
