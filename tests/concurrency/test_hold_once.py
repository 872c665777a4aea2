"""Twenty people at the same moment: a case is held once, decided once, and counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agency.journal.books import check_all
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.services import period_sign
from settlement.holding.models import HeldCase
from tests.settlement.holding.conftest import NOVEMBER, OCTOBER, Books, settled
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
TWENTY = 20


def laid(folder: Path) -> tuple[World, Books]:
    world = the_world()
    books = Books(world, folder)
    books.load(settled("S1", OCTOBER), settled("S2", OCTOBER), settled("S3", NOVEMBER))
    books.compute(OCTOBER)
    return world, books


def test_twenty_disputes_of_a_case_are_one(tmp_path: Path) -> None:
    world, books = laid(tmp_path)
    people = [world.changchun_clearing, world.changchun_clearing_2, world.jilin_clearing]

    outcome = all_at_once([lambda by=people[at % 3]: books.dispute("S1", by) for at in range(TWENTY)])

    assert outcome == {"done": 1, "already_held": TWENTY - 1}
    assert HeldCase.objects.get().held_no == "G202610-00001"
    assert books.shown(OCTOBER) == (0, 70_000, 70_000)
    assert check_all(None).broken == []


def test_twenty_decisions_of_a_case_are_one(tmp_path: Path) -> None:
    world, books = laid(tmp_path)
    case = books.dispute()
    books.sign(OCTOBER)
    books.compute(NOVEMBER)
    acts = [lambda: books.release(case), lambda: books.reject(case), lambda: books.take_back(case)]

    outcome = all_at_once([acts[at % 3] for at in range(TWENTY)])

    assert outcome == {"done": 1, "no_such_step": TWENTY - 1}
    decided = HeldCase.objects.get()
    carried_in = 70_000 if decided.state == "released" else 0
    assert books.shown(NOVEMBER) == (carried_in, 0, 70_000 + carried_in)
    assert check_all(None).broken == []


def test_a_case_is_disputed_before_its_month_is_signed_or_not_at_all(tmp_path: Path) -> None:
    world, books = laid(tmp_path)
    books.confirm(OCTOBER)

    def sign() -> ClearingPeriod:
        return period_sign(period=OCTOBER, by=world.prov_clearing, at=world.now)

    all_at_once([sign, *[lambda: books.dispute()] * 4])

    month = ClearingPeriod.objects.get()
    assert month.is_signed != HeldCase.objects.exists()  # the dispute voided two confirmations
    carried = ClearingLine.objects.get().carried_out_fen
    assert carried == (0 if month.is_signed else 70_000)
    assert check_all(None).broken == []


def test_many_cases_are_held_at_once_and_confirmed_meanwhile(tmp_path: Path) -> None:
    world, books = laid(tmp_path)

    all_at_once([lambda: books.confirm(OCTOBER), lambda: books.dispute("S1"), lambda: books.dispute("S2")])

    assert books.shown(OCTOBER) == (0, 140_000, 0)
    assert sorted(HeldCase.objects.values_list("held_no", flat=True)) == ["G202610-00001", "G202610-00002"]
    assert check_all(None).broken == []
