"""What a signed October carried forward, and how somebody says that it ended."""

from __future__ import annotations

from agency.organisation.models import User
from settlement.reconciliation import ending, judging
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.signing import run_sign
from tests.settlement.reconciliation.made import Said, difference, keys, make_run
from tests.support.world import World


def carry(world: World, *numbers: str) -> None:
    """Two people of the province carry these differences forward."""
    said = {"remedy": "carry", "note": "等对方"}
    judging.verdicts_give(keys(*numbers), by=world.prov_clearing, at=world.now, **said)
    judging.verdicts_approve(keys(*numbers), by=world.prov_clearing_2, at=world.now)


def sign(world: World, run: ReconciliationRun) -> None:
    run_sign(run=run, by=world.prov_supervisor, at=world.now)


def carried_run(world: World, *found: Said, **fields: object) -> ReconciliationRun:
    """A signed comparison that carried all of these forward."""
    run = make_run(world, *found, **fields)
    carry(world, *(said["subject"] for said in found))
    sign(world, run)
    return run


def propose(
    world: World, number: str, remedy: str = "ask_them", note: str = "对方已更正", by: User | None = None
) -> CarriedEnding:
    by = by or world.prov_clearing
    return ending.ending_propose(difference(number).pk, by=by, at=world.now, remedy=remedy, note=note)


def approve(world: World, one: CarriedEnding, by: User | None = None) -> CarriedEnding:
    by = by or world.prov_clearing_2
    return ending.ending_approve(one.discrepancy_id, by=by, at=world.now, ending_no=one.ending_no)


def give_back(world: World, one: CarriedEnding, by: User | None = None) -> CarriedEnding:
    """退回."""
    said = {"ending_no": one.ending_no, "reason": "还没有看到更正"}
    return ending.ending_return(one.discrepancy_id, by=by or world.prov_clearing_2, at=world.now, **said)


def undo(world: World, one: CarriedEnding, by: User | None = None) -> CarriedEnding:
    said = {"ending_no": one.ending_no, "reason": "更正又被撤回"}
    return ending.ending_undo(one.discrepancy_id, by=by or world.prov_supervisor, at=world.now, **said)
