"""Many people at the same moment: a run is signed once, an answered sheet taken once, numbers given once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agency.journal.books import check_all
from settlement.reconciliation import sides_checks
from settlement.reconciliation.models import DifferenceSheet, Discrepancy, ReconciliationRun, TheirAnswer
from settlement.reconciliation.sides import agreed_approve, sheet_make
from settlement.reconciliation.signing import run_sign
from tests.settlement.reconciliation.answering import answer, filled_csv
from tests.settlement.reconciliation.laid_runs import lay_run, settle_all
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
TEN = 10
YES, NO = {"答复": "同意"}, {"答复": "不同意", "理由": "我方另有票据"}
MINE = {sides_checks.REPORTS, sides_checks.SHEETS, sides_checks.ANSWERS}


@pytest.fixture
def laid(committed: None) -> Iterator[tuple[World, ReconciliationRun]]:
    world = the_world()
    yield world, lay_run(world)


def broken() -> list[str]:
    return [one.message for one in check_all(None).broken if one.check in MINE]


def test_ten_sign_and_one_has_signed(laid: tuple[World, ReconciliationRun]) -> None:
    world, run = laid
    settle_all(run, world)
    people = [world.changchun_clearing_2, world.supervisor]

    outcome = all_at_once(
        [lambda by=people[at % 2]: run_sign(run=run, by=by, at=world.now) for at in range(TEN)]
    )

    assert outcome == {"done": 1, "no_such_step": TEN - 1}
    run.refresh_from_db()
    assert run.state == "signed"
    assert broken() == []


def test_ten_bring_in_the_same_answers(laid: tuple[World, ReconciliationRun]) -> None:
    world, run = laid
    sheet = sheet_make(run=run, by=world.changchun_clearing, at=world.now)
    content = filled_csv(sheet, {1: YES, 2: NO})

    outcome = all_at_once([lambda: answer(world, content)] * TEN)

    assert outcome == {"done": TEN}
    assert TheirAnswer.objects.count() == 2
    assert list(Discrepancy.objects.order_by("serial").values_list("state", flat=True)) == [
        *("judged", "open", "open"),
    ]
    assert broken() == []


def test_ten_approve_what_is_agreed_on(laid: tuple[World, ReconciliationRun]) -> None:
    world, run = laid
    sheet = sheet_make(run=run, by=world.changchun_clearing, at=world.now)
    answer(world, filled_csv(sheet, {1: YES, 2: YES, 3: YES}))

    outcome = all_at_once([lambda: agreed_approve(run=run, by=world.supervisor, at=world.now)] * TEN)

    assert outcome == {"done": 1, "nothing_agreed": TEN - 1}
    assert Discrepancy.objects.filter(state="settled").count() == 3


def test_ten_sheets_have_ten_numbers(laid: tuple[World, ReconciliationRun]) -> None:
    world, run = laid

    outcome = all_at_once([lambda: sheet_make(run=run, by=world.changchun_clearing, at=world.now)] * TEN)

    assert outcome == {"done": TEN}
    assert len(set(DifferenceSheet.objects.values_list("sheet_no", flat=True))) == TEN
    assert broken() == []
