"""The worked month with its three notices, under every test of a module that asks for `laid_notices`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from settlement.clearing.models import ClearingPeriod
from tests.settlement.notices.statement import lay_notices
from tests.support.ground import Ground


@pytest.fixture(scope="module")
def laid_notices(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_notices(world, tmp_path_factory.mktemp("notices"))):
        yield


@pytest.fixture
def month(laid_notices: None, db: None) -> ClearingPeriod:
    return ClearingPeriod.objects.get(period="202610")
