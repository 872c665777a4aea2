"""The worked month: loaded, computed, confirmed, signed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agency.batches.models import Batch
from agency.batches.services import batch_run
from agency.organisation.models import PoolingRegion
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from tests.settlement.clearing import cases
from tests.settlement.records.files import Row
from tests.support.world import World

Load = Callable[..., Batch]


@pytest.fixture
def load(world: World, tmp_path: Path) -> Load:
    """Load rows of cases, or of `kind` deductions, as the system account."""
    numbers = itertools.count(1)

    def run(rows: Sequence[Row], kind: str = "settlements") -> Batch:
        path = cases.write(tmp_path / f"{kind}-{next(numbers)}.csv", rows)
        batch, outcome = batch_run(kind=kind, path=path, by=world.system, system=world.system, at=world.now)
        assert outcome.refused == []
        return batch

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
def month(loaded: None, compute: Callable[..., ClearingPeriod]) -> ClearingPeriod:
    """The worked month, computed."""
    return compute()


@pytest.fixture
def confirm_all(world: World) -> Callable[[ClearingPeriod], None]:
    """Every region that has not confirmed does, by the system account."""

    def run(month: ClearingPeriod) -> None:
        for party in unconfirmed(month):
            region = PoolingRegion.objects.get(pk=party.id)
            region_confirm(period=month.period, region=region, by=world.system, at=world.now)

    return run


@pytest.fixture
def signed(
    month: ClearingPeriod, world: World, confirm_all: Callable[[ClearingPeriod], None]
) -> ClearingPeriod:
    """The worked month, signed by the province an hour later."""
    confirm_all(month)
    at = world.now + dt.timedelta(hours=1)
    return period_sign(period=month.period, by=world.prov_clearing, at=at)
