"""Many people at the same moment: a conflict is proposed once, a correction written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agency.batches.models import Refusal
from agency.batches.services import batch_run
from agency.journal.books import check_all
from settlement.corrections.models import Correction
from settlement.corrections.services import correction_approve, correction_propose, correction_reject
from settlement.records.models import SettlementRecord
from tests.settlement.corrections.conftest import OTHER
from tests.settlement.records.files import row, write
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = pytest.mark.postgresql
TEN = 10


def load(world: World, folder: Path, name: str, **changes: str) -> None:
    path = write(folder, [row("S1", **changes)], name)
    batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)


def propose(world: World) -> Correction:
    refusal = Refusal.objects.get()
    return correction_propose(by=world.prov_clearing, at=world.now, refusal=refusal, reason="医院说明")


@pytest.mark.usefixtures("committed")
def test_ten_propose_one_correction_and_ten_decide_it_once(tmp_path: Path) -> None:
    world = the_world()
    load(world, tmp_path, "a.csv")
    load(world, tmp_path, "b.csv", **OTHER)

    proposed = all_at_once([lambda: propose(world)] * TEN)
    assert proposed == {"done": 1, "not_open": TEN - 1}

    def decide(number: int) -> Correction:
        correction = Correction.objects.get()
        if number % 2:
            return correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)
        return correction_reject(
            by=world.prov_supervisor, at=world.now, correction=correction, reason="依据不足"
        )

    decided = all_at_once([lambda number=number: decide(number) for number in range(TEN)])
    assert (decided["done"], decided.total()) == (1, TEN)

    written = 3 if Correction.objects.get().state == "approved" else 1
    assert SettlementRecord.objects.count() == written
    assert check_all(None).broken == []
