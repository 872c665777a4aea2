"""Whatever the doctor drafts can be done: the doors of verdicts and pairs take it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from settlement.reconciliation.doctor import diagnose
from settlement.reconciliation.judging import verdicts_approve, verdicts_give
from settlement.reconciliation.kinds import Cause, Remedy, SourceKind
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.pairing import pair_give
from settlement.reconciliation.pairing_many import pairs_give
from settlement.reconciliation.states import DiscrepancyState, RunState
from tests.settlement.reconciliation.laid import lay, lay_books, lay_run
from tests.settlement.reconciliation.planted import AT, Month, Planted, Row
from tests.settlement.reconciliation.planting import in_month, moved
from tests.settlement.reconciliation.plants import PLANTS
from tests.support.world import World

OCTOBER, NOVEMBER = "202610", "202611"


def looked_at(run: ReconciliationRun) -> None:
    """Diagnosed, and open to verdicts."""
    diagnose(run)
    ReconciliationRun.objects.filter(pk=run.pk).update(state=RunState.COMPARED)


def verdict(world: World, keys: list[int], remedy: str) -> None:
    given: dict[str, Any] = {"by": world.prov_clearing, "at": world.now, "note": "照建议"}
    if remedy == Remedy.PAIR:
        pairs_give(keys, **given)
    else:
        verdicts_give(keys, remedy=remedy, **given)


def test_every_draft_of_a_planted_month_can_be_made(world: World) -> None:
    run = lay(Month(400, 5, PLANTS, each=2), world)
    looked_at(run)

    drafts: dict[str, list[int]] = defaultdict(list)
    for key, remedy in run.discrepancies.values_list("pk", "proposed"):
        drafts[remedy].append(key)
    for remedy, keys in drafts.items():
        verdict(world, keys, remedy)

    assert {*drafts} >= {Remedy.PAIR, Remedy.WRITE_OFF, Remedy.HOLD, Remedy.IMPORT, Remedy.REJECT}
    assert {*run.discrepancies.values_list("state", flat=True)} == {DiscrepancyState.JUDGED}


@pytest.fixture
def case() -> Row:
    return Month(20, 7, []).case("202610000000000001", plain=True)


def in_november(world: World, row: Row, **values: Any) -> Discrepancy:
    """Of a run over November's file, in which the number was theirs alone."""
    run = lay_run([Planted([], [row])], world, NOVEMBER, **values)
    looked_at(run)
    return run.discrepancies.get()


def in_october(world: World, row: Row) -> Discrepancy:
    """Of a run over October's file, in which the number is ours alone."""
    run = lay_run([Planted([row], [])], world, OCTOBER)
    looked_at(run)
    return run.discrepancies.select_related("run").get()


def pair(world: World, one: Discrepancy, other: Discrepancy) -> None:
    pair_give(one.pk, other.pk, by=world.prov_clearing, at=world.now, note="同一笔")
    one.refresh_from_db()
    assert one.pair == other


def test_a_case_of_the_month_after_can_be_paired(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    other = in_november(world, in_month(case, 1))

    one = in_october(world, case)

    assert (one.cause, one.proposed) == (Cause.OTHER_MONTH, Remedy.PAIR)
    pair(world, one, other)


def test_what_the_month_after_carried_forward_can_be_paired(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    other = in_november(world, in_month(case, 1))
    verdict(world, [other.pk], Remedy.CARRY)
    verdicts_approve([other.pk], by=world.prov_clearing_2, at=world.now)

    one = in_october(world, case)

    assert (one.cause, one.proposed) == (Cause.OTHER_MONTH, Remedy.PAIR)
    pair(world, one, other)


def test_what_has_another_verdict_is_a_cause_and_no_half(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    verdict(world, [in_november(world, in_month(case, 1)).pk], Remedy.REJECT)

    one = in_october(world, case)

    assert (one.cause, one.proposed) == (Cause.OTHER_MONTH, Remedy.ASK_THEM)


def test_another_amount_is_a_cause_and_no_half(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    in_november(world, moved(in_month(case, 1), 基金支付总额=-1))

    one = in_october(world, case)

    assert (one.cause, one.proposed) == (Cause.OTHER_MONTH, Remedy.ASK_THEM)


def test_another_source_is_neither(world: World, case: Row) -> None:
    lay_books([Planted([case])], world)
    in_november(world, in_month(case, 1), source=SourceKind.HOSPITAL)

    one = in_october(world, case)

    assert (one.cause, one.proposed) == ("", Remedy.ASK_THEM)


def test_a_file_without_accounts_leaves_a_rest_that_is_asked_for(world: World, case: Row) -> None:
    """The amounts that both have are the same, but not what the two are worth."""
    ours = moved(case, 个人账户=1_000, 个人现金=-1_000)
    lay_books([Planted([ours])], world)
    renumbered = [*ours]
    renumbered[AT["结算编号"]] = "202610000000000099"
    run = lay_run([Planted([ours], [renumbered])], world, OCTOBER)
    theirs = run.discrepancies.get(subject=renumbered[0])
    theirs.delete()
    account = theirs.theirs.pop("个人账户")
    theirs.amount_fen += int(account.replace(".", ""))
    theirs.save()

    looked_at(run)

    told = run.discrepancies.values_list("cause", "proposed")
    assert {*told} == {(Cause.OTHER_NUMBER, Remedy.ASK_THEM)}
