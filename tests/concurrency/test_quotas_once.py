"""Many approvals of one round at the same moment put its quotas in force once; a reopening is waited for."""

from __future__ import annotations

import datetime as dt
import time
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from django.db import connection, transaction

from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.clearing.services import period_compute
from settlement.notices.models import Category, Notice
from settlement.quotas.increases import increase_approve, increase_ask
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.services import round_approve
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.notices.statement import finance_of
from tests.settlement.quotas.conftest import case, lay_proposed, lay_quota, lay_red
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


def test_twenty_who_ask_at_once_ask_once(committed: None, tmp_path: Path) -> None:
    world = the_world()
    red = lay_red(world, tmp_path)
    asker = finance_of("220100")
    ask = partial(increase_ask, warning=red, amount_fen=1, reason="急", by=asker, at=world.now)

    outcome = all_at_once([ask] * TWENTY)

    assert outcome == {"done": 1, "someone_else_was_first": TWENTY - 1}
    assert QuotaIncrease.objects.count() == 1


def test_twenty_approvals_of_an_increase_raise_a_quota_once(committed: None, tmp_path: Path) -> None:
    world = the_world()
    red = lay_red(world, tmp_path)
    at = world.now + dt.timedelta(days=90)
    increase = increase_ask(warning=red, amount_fen=500, reason="急", by=finance_of("220100"), at=at)

    outcome = all_at_once(
        [partial(increase_approve, increase=increase, by=by, at=at) for by in heads(TWENTY)]
    )

    assert outcome == {"done": 1, "someone_else_was_first": TWENTY - 1}
    assert Quota.objects.get(increase__isnull=False).quota_fen == 100_500
    assert Notice.objects.filter(subject_no=increase.increase_no).count() == 1


def test_computings_at_once_raise_a_warning_once(committed: None, tmp_path: Path) -> None:
    world = the_world()
    lay_quota(world, tmp_path)
    load_rows(world, tmp_path / "february.csv", [case("F1", "2027-02-01")], "settlements")
    acts = [
        partial(period_compute, period=period, by=world.prov_clearing, at=world.now)
        for period in ("202701", "202702") * 5
    ]

    outcome = all_at_once(acts)

    assert outcome == {"done": 10}
    rows = FundWarning.objects.order_by("month__period")
    assert list(rows.values_list("month__period", "level")) == [("202701", "red"), ("202702", "yellow")]
