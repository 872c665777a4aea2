"""The worked month: loaded, computed, confirmed, signed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from agency.batches.models import Batch
from agency.batches.services import batch_run
from agency.organisation.models import PoolingRegion
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from tests.settlement.clearing import cases
from tests.settlement.records.files import Row
from tests.support.ground import Ground
from tests.support.world import World

Load = Callable[..., Batch]


def load_rows(world: World, path: Path, rows: Sequence[Row], kind: str) -> Batch:
    """Load rows by a file, as the system account; every one is taken."""
    cases.write(path, rows)
    batch, outcome = batch_run(kind=kind, path=path, by=world.system, system=world.system, at=world.now)
    assert outcome.refused == []
    return batch


def lay_month(world: World, folder: Path) -> ClearingPeriod:
    load_rows(world, folder / "settlements.csv", cases.CASES, "settlements")
    load_rows(world, folder / "deductions.csv", cases.DEDUCTIONS, "deductions")
    return period_compute(period="202610", by=world.prov_clearing, at=world.now)


def confirm_rest(month: ClearingPeriod, world: World) -> None:
    for party in unconfirmed(month):
        region = PoolingRegion.objects.get(pk=party.id)
        region_confirm(period=month.period, region=region, by=world.system, at=world.now)


def sign(month: ClearingPeriod, world: World) -> ClearingPeriod:
    at = world.now + dt.timedelta(hours=1)
    return period_sign(period=month.period, by=world.prov_clearing, at=at)


@pytest.fixture(scope="module")
def laid_month(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For modules of which every test wants `month`: `pytestmark = pytest.mark.usefixtures("laid_month")`."""
    with ground(lambda world: lay_month(world, tmp_path_factory.mktemp("month"))):
        yield


@pytest.fixture(scope="module")
def laid_signed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For modules of which every test wants `signed`."""

    def lay(world: World) -> None:
        month = lay_month(world, tmp_path_factory.mktemp("month"))
        confirm_rest(month, world)
        sign(month, world)

    with ground(lay):
        yield


@pytest.fixture
def load(world: World, tmp_path: Path) -> Load:
    """Load rows of cases, or of `kind` deductions, as the system account."""
    numbers = itertools.count(1)

    def run(rows: Sequence[Row], kind: str = "settlements") -> Batch:
        return load_rows(world, tmp_path / f"{kind}-{next(numbers)}.csv", rows, kind)

    return run


@pytest.fixture
def loaded(load: Load) -> None:
    """The worked month's cases and deductions."""
    load(cases.CASES)
    load(cases.DEDUCTIONS, "deductions")


@pytest.fixture
def compute(world: World) -> Callable[..., ClearingPeriod]:
    """Compute a month as the province, at noon or some minutes later."""

    def run(period: str = "202610", minutes: int = 0) -> ClearingPeriod:
        at = world.now + dt.timedelta(minutes=minutes)
        return period_compute(period=period, by=world.prov_clearing, at=at)

    return run


@pytest.fixture
def month(world: World, request: pytest.FixtureRequest) -> ClearingPeriod:
    """The worked month, computed: for this test, or for its whole module where that asked for it."""
    if {"laid_month", "laid_signed"} & set(request.fixturenames):
        return ClearingPeriod.objects.get(period="202610")
    request.getfixturevalue("loaded")
    return request.getfixturevalue("compute")()


@pytest.fixture
def confirm_all(world: World) -> Callable[[ClearingPeriod], None]:
    """Every region that has not confirmed does, by the system account."""
    return lambda month: confirm_rest(month, world)


@pytest.fixture
def signed(request: pytest.FixtureRequest, month: ClearingPeriod, world: World) -> ClearingPeriod:
    """The worked month, signed by the province an hour later."""
    if "laid_signed" in request.fixturenames:
        return month
    confirm_rest(month, world)
    return sign(month, world)
