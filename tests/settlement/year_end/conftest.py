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

from agency.organisation.models import PoolingRegion, User
from settlement.clearing.services import period_compute, period_sign
from settlement.year_end import applications
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.services import year_close, year_compute
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


def compute_year(world: World, year: str = "2026") -> YearEnd:
    return year_compute(year=year, by=world.prov_clearing, at=world.now)


def close_year(world: World, year: str = "2026") -> YearEnd:
    return year_close(year=year, by=world.prov_supervisor, at=world.now)


def draft(world: World, region: PoolingRegion | None = None, by: User | None = None) -> YearEndApplication:
    """长春's form 15, or another region's."""
    return applications.application_draft(
        year="2026",
        region=region or world.changchun,
        reason="全年清算",
        contact="李四",
        phone="0431-1",
        by=by or world.changchun_clearing,
        at=world.now,
    )


def apply_for(world: World) -> YearEndApplication:
    return applications.application_submit(
        application=draft(world), by=world.changchun_clearing, at=world.now
    )


def review(world: World, application: YearEndApplication) -> YearEndApplication:
    return applications.application_review(application=application, by=world.prov_finance, at=world.now)


def approve(world: World, application: YearEndApplication) -> YearEndApplication:
    return applications.application_approve(
        application=application, by=world.prov_supervisor, at=world.now, note="同意"
    )


def approved(world: World) -> YearEndApplication:
    return approve(world, review(world, apply_for(world)))


@pytest.fixture
def computed(world: World, db: None) -> YearEnd:
    return compute_year(world)


@pytest.fixture
def closed(computed: YearEnd, world: World) -> YearEnd:
    return close_year(world)


@pytest.fixture(scope="module")
def laid_year(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    def lay(world: World) -> None:
        folder = tmp_path_factory.mktemp("year")
        lay_year(world, folder)
        lay_late(world, folder)

    with ground(lay):
        yield
