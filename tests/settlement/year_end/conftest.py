"""A small year, written out: 长春 insures, 吉林 treats, each case 700.00 (fund 560.00, account 140.00).

202610: A1, A2 → 1400.00; 202611: B1 → 700.00; 202612: C1 → 700.00. Twelve months' sum of what our books know:
2800.00. Then C2, settled in December, comes after December was signed: it counts in January (+700.00). In
February a deduction of 50.00 on C1 (−50.00) and February's own case F1 (700.00, of the next year).
年终核定 2026 = 2800.00 + 700.00 − 50.00 = 3450.00; January and February are 700.00 and 650.00, of which the
year 2027 keeps 700.00 (F1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from settlement.clearing.services import period_compute, period_sign
from tests.settlement.clearing.conftest import confirm_rest, load_rows
from tests.settlement.records.files import Row, row
from tests.support.ground import Ground
from tests.support.world import World


def settled(number: str, day: str) -> Row:
    """A case of 长春 in 吉林, settled on a day."""
    return row(number, 入院日期=day, 出院日期=day, 结算时间=f"{day} 10:30:00")


def sign_month(world: World, period: str) -> None:
    month = period_compute(period=period, by=world.prov_clearing, at=world.now)
    confirm_rest(month, world)
    period_sign(period=period, by=world.prov_clearing, at=world.now + dt.timedelta(hours=1))


def lay_year(world: World, folder: Path) -> None:

    months = {
        "202610": [settled("A1", "2026-10-09"), settled("A2", "2026-10-10")],
        "202611": [settled("B1", "2026-11-09")],
        "202612": [settled("C1", "2026-12-09")],
    }
    for period, rows in months.items():
        load_rows(world, folder / f"{period}.csv", rows, "settlements")
    for period in months:
        sign_month(world, period)


def lay_late(world: World, folder: Path) -> None:
    """What comes after December was signed."""

    load_rows(world, folder / "late.csv", [settled("C2", "2026-12-20")], "settlements")
    sign_month(world, "202701")
    deduction = {
        "期别": "202702",
        "结算编号": "C1",
        "扣款类别": "审核扣款",
        "原因": "重复收费",
        "金额": "50.00",
    }
    load_rows(world, folder / "cut.csv", [deduction], "deductions")
    load_rows(world, folder / "next.csv", [settled("F1", "2027-02-09")], "settlements")
    sign_month(world, "202702")


@pytest.fixture(scope="module")
def laid_year(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    def lay(world: World) -> None:
        folder = tmp_path_factory.mktemp("year")
        lay_year(world, folder)
        lay_late(world, folder)

    with ground(lay):
        yield
