"""Rounds on the worked month: 长春 职工 owes 1245.00 in 202610, 吉林 居民 700.00, nobody else anything.

202610 is the one signed base month of 2027, so that the quotas are 2490.00 and 1400.00, all others 0.00.

For what is used: 长春 职工 gets 1000.00 instead, and in 202701 has two cases of 700.00 each (U1, U2), of
which a deduction takes what is wanted: `use(world, folder, "500.00")` leaves 900.00, which is 90 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute
from settlement.quotas.models import QuotaItem, QuotaRound
from settlement.quotas.services import item_change, round_approve, round_draw, round_propose
from settlement.quotas.use_models import FundWarning
from tests.settlement.clearing.conftest import confirm_rest, lay_month, load_rows, sign
from tests.settlement.records.files import Row, row
from tests.support.ground import Ground
from tests.support.world import World


def lay_proposed(world: World, folder: Path) -> QuotaRound:
    month = lay_month(world, folder)
    confirm_rest(month, world)
    sign(month, world)
    drawn = round_draw(year=2027, by=world.prov_finance, at=world.now)
    return round_propose(drawn=drawn, by=world.prov_finance, at=world.now)


def lay_approved(world: World, folder: Path) -> QuotaRound:
    return round_approve(drawn=lay_proposed(world, folder), by=world.prov_supervisor, at=world.now)


@pytest.fixture(scope="module")
def laid_proposed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_proposed(world, tmp_path_factory.mktemp("proposed"))):
        yield


@pytest.fixture(scope="module")
def laid_approved(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_approved(world, tmp_path_factory.mktemp("approved"))):
        yield


def case(number: str, day: str = "2027-01-09") -> Row:
    """A case of 长春 in 吉林, 700.00, settled on a day."""
    return row(number, 入院日期=day, 出院日期=day, 结算时间=f"{day} 10:30:00")


def deduction(number: str, amount: str) -> Row:
    said = {"期别": "202701", "扣款类别": "审核扣款", "原因": "重复收费"}
    return {**said, "结算编号": number, "金额": amount}


def lay_quota(world: World, folder: Path) -> None:
    """长春 职工 has 1000.00 from 2027 on; its two cases of January are loaded, not computed."""
    month = lay_month(world, folder)
    confirm_rest(month, world)
    sign(month, world)
    drawn = round_draw(year=2027, by=world.prov_finance, at=world.now)
    item = QuotaItem.objects.get(region=world.changchun, insurance_type="employee")
    item_change(item=item, changed_fen=100_000, reason="试点", by=world.prov_finance, at=world.now)
    drawn = round_propose(drawn=drawn, by=world.prov_finance, at=world.now)
    round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)
    load_rows(world, folder / "january.csv", [case("U1"), case("U2")], "settlements")


def use(world: World, folder: Path, deducted: str) -> ClearingPeriod:
    """January with so much deducted of its 1400.00, computed."""
    load_rows(world, folder / f"cut{deducted}.csv", [deduction("U1", deducted)], "deductions")
    return period_compute(period="202701", by=world.prov_clearing, at=world.now)


def lay_red(world: World, folder: Path) -> FundWarning:
    """长春 职工 has used 95 % of its quota in January."""
    lay_quota(world, folder)
    use(world, folder, "450.00")
    return FundWarning.objects.get(level="red")


@pytest.fixture(scope="module")
def laid_quota(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_quota(world, tmp_path_factory.mktemp("quota"))):
        yield


@pytest.fixture(scope="module")
def laid_red(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_red(world, tmp_path_factory.mktemp("red"))):
        yield


@pytest.fixture
def red(world: World) -> FundWarning:
    """The red warning that the module's ground has."""
    return FundWarning.objects.select_related("month", "region").get(level="red")


@pytest.fixture
def drawn(world: World) -> QuotaRound:
    """The round as the module's ground has it."""
    return QuotaRound.objects.get()
