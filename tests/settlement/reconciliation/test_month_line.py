"""A month is not signed while differences lack an approved verdict, unless two people pass them over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from agency.journal.books import check_all
from settlement.clearing.checklist import item_named
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_sign
from settlement.clearing.skips import skip_approve, skip_propose
from settlement.reconciliation import judging
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.month_line import run_key
from settlement.reconciliation.verdict_checks import JUDGED_FIRST
from tests.settlement.clearing.conftest import confirm_rest, lay_month
from tests.settlement.reconciliation.made import difference, keys, make_run, only_ours
from tests.support.ground import Ground
from tests.support.snapshots import refused
from tests.support.world import World

LogIn = Callable[[object], Client]


@pytest.fixture(scope="module", autouse=True)
def confirmed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """October, computed and confirmed by all."""

    def lay(world: World) -> None:
        confirm_rest(lay_month(world, tmp_path_factory.mktemp("month")), world)

    with ground(lay):
        yield


def sign(world: World) -> ClearingPeriod:
    return period_sign(period="202610", by=world.prov_clearing, at=world.now + dt.timedelta(hours=1))


def settle(world: World, *subjects: str) -> None:
    at = world.now
    judging.verdicts_give(keys(*subjects), by=world.prov_clearing, at=at, remedy="carry", note="等对方")
    judging.verdicts_approve(keys(*subjects), by=world.prov_clearing_2, at=at)


def test_a_month_waits_for_the_verdicts_of_its_comparisons(world: World) -> None:
    run = make_run(world, only_ours("D1"), only_ours("D2"))
    make_run(world, only_ours("N1"), period="202611")
    settle(world, "D1")

    with refused("several") as refusal:
        sign(world)
    told = f"对账 {run}（省级平台明细）有 1 条差异没有批准的结论：{run}"
    assert [error.message for error in refusal.value.errors] == [told]  # type: ignore[attr-defined]
    judging.verdicts_give(keys("D2"), by=world.prov_clearing, at=world.now, remedy="none", note="说明过")
    with refused("several"):  # judged is not approved
        sign(world)
    judging.verdicts_approve(keys("D2"), by=world.prov_clearing_2, at=world.now)

    assert sign(world).is_signed
    assert check_all(None).broken == []


def test_a_comparison_that_still_runs_is_waited_for(world: World) -> None:
    run = make_run(world, is_compared=False)

    month = ClearingPeriod.objects.get()
    item = item_named(month, run_key(run.run_no))

    assert item is not None and not item.settled
    assert item.blocker.detail == f"对账 {run}（省级平台明细）还在比对"
    ReconciliationRun.objects.update(state="failed")
    assert item_named(month, run_key(run.run_no)) is None


def test_two_people_of_the_province_pass_a_comparison_over(as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("D1"), region=world.jilin, by=world.jilin_clearing, source="hospital")
    key = run_key(run.run_no)
    text = as_user(world.prov_clearing).get("/clearing/202610/").content.decode()
    assert f"对账 {run}（吉林市医药机构明细）有 1 条差异没有批准的结论" in text
    assert f"/reconciliation/{run}/differences/" in text

    skip_propose(period="202610", key=key, reason="医院停业整顿", by=world.prov_clearing, at=world.now)
    skip_approve(period="202610", key=key, by=world.prov_supervisor, at=world.now)

    assert sign(world).is_signed
    assert check_all(None).broken == []


def test_what_was_passed_over_is_seen_anew_when_more_is_open(world: World) -> None:
    run = make_run(world, only_ours("D1"), only_ours("D2"))
    settle(world, "D1")
    key = run_key(run.run_no)
    skip_propose(period="202610", key=key, reason="医院停业", by=world.prov_clearing, at=world.now)
    skip_approve(period="202610", key=key, by=world.prov_supervisor, at=world.now)
    judging.verdicts_undo(keys("D1"), by=world.prov_supervisor, at=world.now, reason="看错了")

    with refused("several"):
        sign(world)


def test_a_month_that_was_signed_without_is_found(world: World) -> None:
    make_run(world, only_ours("D1"))
    settle(world, "D1")
    sign(world)
    assert check_all(None).broken == []
    later = world.now + dt.timedelta(hours=2)
    make_run(world, only_ours("D2"), compared_at=later)  # after the signature: nobody waits for it
    assert check_all(None).broken == []

    make_run(world, only_ours("D3"))

    found = {(item.check, item.subject) for item in check_all(None).broken}
    assert found == {(JUDGED_FIRST, f"差异 {difference('D3')}")}
    assert Discrepancy.objects.count() == 3
