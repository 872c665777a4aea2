"""Three signed months and a running one, written out: 长春 (职工) insures, 吉林 treats; each case 700.00.

202610: A1 on the 9th, A2 on the 20th → 1400.00; of 吉林 (居民) B1 on the 15th → 700.00.
202611: A3 on the 5th less a deduction of 100.00, A4 and A5 on the 25th → 2000.00.
202612: A6 on the 10th; A8 on the 15th is held over → 700.00.
202701: before its first day A7 of December, which came late (700.00), A8 released (700.00), 50.00 less for A6
→ 1350.00; C1 on the 5th less 100.00 → 1950.00; C2 half an hour into the 10th, which is the 9th elsewhere →
2650.00; C3 on the 12th is held over; C4 on the 15th → 3350.00 and taken back on the 18th → 2650.00; L1 in
长春 itself never counts. 长春 职工 has a quota of 4000.00, 吉林 居民 of 466.66, everybody else of nil.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from settlement.holding.models import HeldCase
from settlement.quotas.models import QuotaItem
from settlement.quotas.services import item_change, round_approve, round_draw, round_propose
from tests.settlement.clearing.cases import AT_CHANGCHUN, RESIDENT
from tests.settlement.holding.conftest import Books
from tests.settlement.records.files import Row, reversal, row
from tests.support.ground import Ground
from tests.support.world import CHINA, World

TODAY = dt.datetime(2027, 1, 20, 12, 0, tzinfo=CHINA)


def on(day: str, time: str = "10:30:00") -> Row:
    return {"入院日期": day, "出院日期": day, "结算时间": f"{day} {time}"}


def case(number: str, day: str, **changes: str) -> Row:
    return row(number, **{**on(day), **changes})


RESIDENT_OF_JILIN = {"参保地区划": "220202", **AT_CHANGCHUN, **RESIDENT}
OCTOBER = [
    case("A1", "2026-10-09"),
    case("A2", "2026-10-20"),
    case("B1", "2026-10-15", **RESIDENT_OF_JILIN),
]
NOVEMBER = [case("A3", "2026-11-05"), case("A4", "2026-11-25"), case("A5", "2026-11-25")]
DECEMBER = [case("A6", "2026-12-10"), case("A8", "2026-12-15")]
JANUARY = [
    case("C1", "2027-01-05"),
    row("C2", **on("2027-01-10", "00:30:00")),
    case("C3", "2027-01-12"),
    case("C4", "2027-01-15"),
    reversal("R4", "C4", **on("2027-01-18")),
    case("L1", "2027-01-08", **AT_CHANGCHUN),
]


def lay_signed(world: World, folder: Path) -> Books:
    """The three signed months."""
    books = Books(world, folder)
    books.load(*OCTOBER)
    books.sign("202610")
    books.load(*NOVEMBER)
    books.deduct("A3", "202611", "100.00")
    books.sign("202611")
    books.load(*DECEMBER)
    books.compute("202612")
    books.dispute("A8")
    books.sign("202612")
    return books


def lay_quotas(world: World) -> None:
    drawn = round_draw(year=2027, by=world.prov_finance, at=world.now)
    item = QuotaItem.objects.get(region=world.changchun, insurance_type="employee")
    item_change(item=item, changed_fen=400_000, reason="试点", by=world.prov_finance, at=world.now)
    drawn = round_propose(drawn=drawn, by=world.prov_finance, at=world.now)
    round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)


def lay_running(world: World, folder: Path) -> Books:
    """All of it; January is computed, so that what it owes stands in its lines too."""
    books = lay_signed(world, folder)
    lay_quotas(world)
    books.load(case("A7", "2026-12-28"))
    books.load(*JANUARY)
    books.deduct("C1", "202701", "100.00")
    books.deduct("A6", "202701", "50.00")
    books.compute("202701")
    books.dispute("C3")
    books.release(HeldCase.objects.get(settlement_no="A8"))
    return books


@pytest.fixture(scope="module")
def laid_signed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_signed(world, tmp_path_factory.mktemp("signed"))):
        yield


@pytest.fixture(scope="module")
def laid_running(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_running(world, tmp_path_factory.mktemp("running"))):
        yield


@pytest.fixture
def january() -> Iterator[time_machine.Traveller]:
    """It is noon of 20 January 2027."""
    with time_machine.travel(TODAY, tick=False) as traveller:
        yield traveller
