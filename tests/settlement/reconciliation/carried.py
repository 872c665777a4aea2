"""What a signed October carried forward, and how somebody says that it ended."""

from __future__ import annotations

from agency.organisation.models import User
from settlement.reconciliation import ending, judging
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.signing import run_sign
from tests.settlement.reconciliation.made import Said, keys, make_run
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
    return propose_all(world, number, remedy=remedy, note=note, by=by)[0]


def propose_all(
    world: World, *numbers: str, remedy: str = "ask_them", note: str = "对方已更正", by: User | None = None
) -> list[CarriedEnding]:
    """One says how all of these ended."""
    said = {"by": by or world.prov_clearing, "at": world.now, "remedy": remedy, "note": note}
    return ending.endings_propose(keys(*numbers), **said)


def approve(world: World, *endings: CarriedEnding, by: User | None = None) -> CarriedEnding:
    """Another person approves all of these; the first of them."""
    return ending.endings_approve(seen(*endings), by=by or world.prov_clearing_2, at=world.now)[0]


def give_back(world: World, *endings: CarriedEnding, by: User | None = None) -> CarriedEnding:
    """退回."""
    said = {"by": by or world.prov_clearing_2, "at": world.now, "reason": "还没有看到更正"}
    return ending.endings_return(seen(*endings), **said)[0]


def undo(world: World, *endings: CarriedEnding, by: User | None = None) -> CarriedEnding:
    said = {"by": by or world.prov_supervisor, "at": world.now, "reason": "更正又被撤回"}
    return ending.endings_undo(seen(*endings), **said)[0]


def seen(*endings: CarriedEnding) -> dict[int, str]:
    """What somebody looks at who decides about these."""
    return {one.discrepancy_id: one.ending_no for one in endings}
