"""The worked month of the clearing, seen from the hospitals; people of 吉林 who reconcile and pay.

吉林: H22020200001 has S1, S2, R2 and a deduction of 100.00: payable 600.00; P22020200009 has S5: 700.00.
长春: H22010200001 has S3, S7, R7: 700.00 (S6 is local). 四平: H22020200001 has a deduction of 5.00 alone.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import Role
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute
from settlement.statements.models import InstitutionStatement
from settlement.statements.services import statement_answer, statements_confirm, statements_draw
from tests.settlement.clearing.conftest import confirm_rest, lay_month, load_rows, sign
from tests.settlement.records.files import Row
from tests.support.ground import Ground
from tests.support.world import World, make_user, the_world

HOSPITAL, PHARMACY = "202610-220200-H22020200001", "202610-220200-P22020200009"
CHANGCHUN, SIPING = "202610-220100-H22010200001", "202610-220300-H22020200001"
Load = Callable[..., object]


@dataclass
class Office:
    """吉林's people: who confirms, who records the answer, who pays; and what they do."""

    world: World
    confirmer: User
    recorder: User
    payer: User

    def draw(self, region: PoolingRegion | None = None) -> None:
        statements_draw(period="202610", region=region, by=self.world.prov_clearing, at=self.world.now)

    def confirm(self, *numbers: str) -> int:
        return statements_confirm(
            period="202610",
            region=self.world.jilin,
            by=self.confirmer,
            at=self.world.now,
            numbers=numbers or None,
        )

    def answer(self, number: str, reason: str = "") -> InstitutionStatement:
        return statement_answer(
            statement=get(number),
            by=self.recorder,
            at=self.world.now,
            contact="马丽",
            answered_on=self.world.today,
            dispute_reason=reason,
        )


def get(number: str = HOSPITAL) -> InstitutionStatement:
    return InstitutionStatement.objects.select_related("period", "care_region").get(statement_no=number)


def make_office(world: World) -> Office:
    people = {
        "jilin_recorder": Role.SUPERVISOR,
        "jilin_finance": Role.FINANCE,
    }
    found = {name: User.objects.filter(username=name).first() for name in people}
    made = {name: user or make_user(name, people[name], region="220200") for name, user in found.items()}
    return Office(world, world.jilin_clearing, made["jilin_recorder"], made["jilin_finance"])


def sign_month(world: World) -> ClearingPeriod:
    month = ClearingPeriod.objects.get(period="202610")
    confirm_rest(month, world)
    return sign(month, world)


@pytest.fixture(scope="module")
def laid_month(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The worked month, computed."""
    with ground(lambda world: lay_month(world, tmp_path_factory.mktemp("month"))):
        yield


@pytest.fixture(scope="module")
def laid_paid(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The worked month, signed; 吉林's hospital and pharmacy confirmed by both, the hospital paid."""

    def lay(world: World) -> None:
        lay_month(world, tmp_path_factory.mktemp("month"))
        sign_month(world)
        office = make_office(the_world())
        office.confirm()
        office.answer(HOSPITAL)
        office.answer(PHARMACY)
        pay(office, HOSPITAL)

    with ground(lay):
        yield


def pay(office: Office, *numbers: str, voucher: str = "付字第1号") -> int:
    from settlement.statements.payments import statements_pay

    return statements_pay(
        period="202610",
        region=office.world.jilin,
        numbers=numbers,
        by=office.payer,
        at=office.world.now + dt.timedelta(hours=2),
        paid_on=office.world.today,
        voucher_no=voucher,
    )


@pytest.fixture
def office(world: World) -> Office:
    return make_office(world)


@pytest.fixture
def load(world: World, tmp_path: Path) -> Load:
    """Load more rows, as the system account."""
    numbers = itertools.count(1)

    def run(rows: Sequence[Row], kind: str = "settlements") -> object:
        return load_rows(world, tmp_path / f"{kind}-{next(numbers)}.csv", rows, kind)

    return run


@pytest.fixture
def compute(world: World) -> Callable[[], ClearingPeriod]:
    return lambda: period_compute(period="202610", by=world.prov_clearing, at=world.now)
