"""The worked month with its notices, and what the ledger's accounts add up to."""

from __future__ import annotations

import pytest

from settlement.fund.models import AccountKind
from settlement.fund.selectors import balances
from settlement.notices.models import Notice
from tests.settlement.notices.conftest import laid_notices as laid_notices
from tests.settlement.notices.conftest import month as month
from tests.settlement.notices.statement import make_notice
from tests.support.world import World


def funds() -> dict[str, int]:
    """What each region's accounts add up to, by region code; nil left out."""
    found: dict[str, int] = {}
    for account, fen in balances().items():
        if account.region is not None:
            found[account.region.code] = found.get(account.region.code, 0) + fen
    return {code: fen for code, fen in found.items() if fen}


def of_kind(kind: AccountKind) -> int:
    return sum(fen for account, fen in balances().items() if account.kind == kind)


def platform() -> int:
    return of_kind(AccountKind.PLATFORM)


def bank() -> int:
    return of_kind(AccountKind.BANK)


@pytest.fixture
def mixed(month: object, world: World) -> Notice:
    """A notice of both types: 长春 pays 3.00, of which 1.00 are 职工's."""
    return make_notice(world, world.changchun, 300, employee_fen=100)
