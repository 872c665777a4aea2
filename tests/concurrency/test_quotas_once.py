"""Many approvals of one round at the same moment put its quotas in force once; a reopening is waited for."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from django.db import connection, transaction

from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.notices.models import Category, Notice
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.services import round_approve
from tests.settlement.quotas.conftest import lay_proposed
from tests.support.together import all_at_once
from tests.support.world import make_user, the_world

pytestmark = pytest.mark.postgresql
TWENTY = 20
PATIENCE = 10  # seconds


def heads(count: int) -> list[User]:
    return [make_user(f"head{number}", Role.SUPERVISOR, level=Level.PROVINCE) for number in range(count)]


def until_somebody_waits() -> None:
    """Until another transaction waits for a lock, or long enough to see that none does."""
    for _ in range(PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)


def test_a_round_approved_by_twenty_at_once_has_one_effect(committed: None, tmp_path: Path) -> None:
    world = the_world()
    drawn = lay_proposed(world, tmp_path)
    people = heads(TWENTY)

    outcome = all_at_once([partial(round_approve, drawn=drawn, by=by, at=world.now) for by in people])

    assert outcome == {"done": 1, "someone_else_was_first": TWENTY - 1}
    assert Quota.objects.count() == QuotaItem.objects.count() == 24
    assert QuotaRound.objects.get().approved_by in people
    assert Notice.objects.filter(category=Category.REVOLVING_FUND).count() == 2


def test_a_reopening_under_way_is_waited_for(committed: None, tmp_path: Path) -> None:
    """Its base month is opened at the same moment: the round waits, and sees that it has moved."""
    world = the_world()
    drawn = lay_proposed(world, tmp_path)
    reopening_propose(period="202610", reason="漏报", by=world.prov_clearing, at=world.now)
    (head,) = heads(1)
    opened = Event()

    def reopen() -> None:
        with transaction.atomic():
            reopening_approve(period="202610", by=world.prov_supervisor, at=world.now)
            opened.set()
            until_somebody_waits()

    def approve() -> None:
        assert opened.wait(PATIENCE * 3)
        round_approve(drawn=drawn, by=head, at=world.now)

    outcome = all_at_once([reopen, approve])

    assert outcome == {"done": 1, "base_moved": 1}
    assert not Quota.objects.exists()
