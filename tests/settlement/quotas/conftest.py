"""Rounds on the worked month: 长春 职工 owes 1245.00 in 202610, 吉林 居民 700.00, nobody else anything.

202610 is the one signed base month of 2027, so that the quotas are 2490.00 and 1400.00, all others 0.00.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from settlement.quotas.models import QuotaRound
from settlement.quotas.services import round_approve, round_draw, round_propose
from tests.settlement.clearing.conftest import confirm_rest, lay_month, sign
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


@pytest.fixture
def drawn(world: World) -> QuotaRound:
    """The round as the module's ground has it."""
    return QuotaRound.objects.get()
