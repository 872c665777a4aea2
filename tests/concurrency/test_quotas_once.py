"""Many approvals of one round at the same moment put its quotas in force once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from agency.organisation.roles import Level, Role
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.services import round_approve, round_draw, round_propose
from tests.settlement.clearing.conftest import confirm_rest, lay_month, sign
from tests.support.together import all_at_once
from tests.support.world import make_user, the_world

pytestmark = pytest.mark.postgresql


def test_a_round_approved_by_many_at_once_has_one_effect(committed: None, tmp_path: Path) -> None:
    world = the_world()
    month = lay_month(world, tmp_path)
    confirm_rest(month, world)
    sign(month, world)
    drawn = round_draw(year=2027, by=world.prov_finance, at=world.now)
    round_propose(drawn=drawn, by=world.prov_finance, at=world.now)
    people = [make_user(f"head{number}", Role.SUPERVISOR, level=Level.PROVINCE) for number in range(8)]

    outcome = all_at_once([partial(round_approve, drawn=drawn, by=by, at=world.now) for by in people])

    assert outcome == {"done": 1, "someone_else_was_first": 7}
    assert Quota.objects.count() == QuotaItem.objects.count()
    assert QuotaRound.objects.get().approved_by in people
