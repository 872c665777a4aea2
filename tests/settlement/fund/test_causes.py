"""签发、重开: the worked month's figures in the ledger, and back to nil."""

from __future__ import annotations

from pathlib import Path

import pytest

from settlement.fund.causes import month_post, month_reverse
from settlement.fund.models import AccountKind, FundAccount
from settlement.fund.posting import balance_of
from settlement.notices.models import Notice
from tests.settlement.notices.statement import lay_notices
from tests.support.world import World

pytestmark = pytest.mark.django_db


def balances() -> dict[str, int]:
    """What each region's accounts add up to, by region code."""
    found: dict[str, int] = {}
    for account in FundAccount.objects.filter(kind=AccountKind.REGION_FUND).select_related("region"):
        found[account.region.code] = found.get(account.region.code, 0) + balance_of(account)
    return {code: fen for code, fen in found.items() if fen}


def test_a_month_moves_the_net_of_its_notices_and_a_reopening_takes_it_back(
    world: World, tmp_path: Path
) -> None:
    month = lay_notices(world, tmp_path)
    for _ in range(2):
        month_post(month, world.prov_clearing, world.now)
    notices = Notice.objects.select_related("region")
    assert balances() == {
        one.region.code: one.total_fen if one.direction == "receipt" else -one.total_fen for one in notices
    }
    assert sorted(balances().values()) == [-54500, -500, 60000]
    for _ in range(2):
        month_reverse(month, world.prov_supervisor, world.now)
    assert balances() == {}
