"""Many people at the same moment: a verdict is given once and approved once, and a case is paired once."""

from __future__ import annotations

import pytest

from agency.journal.books import check_all
from settlement.reconciliation import judging, pairing
from settlement.reconciliation.giving_up import run_void
from settlement.reconciliation.models import Discrepancy
from tests.settlement.reconciliation.made import NOVEMBER, keys, make_run, only_ours, only_theirs
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
TEN = 10


def give(world: World, *numbers: str, remedy: str = "carry") -> list[Discrepancy]:
    return judging.verdicts_give(
        keys(*numbers), by=world.prov_clearing, at=world.now, remedy=remedy, note="等对方"
    )


def test_ten_judge_and_ten_approve_many_at_once(world_of_many: World) -> None:
    world = world_of_many
    numbers = [f"S{n}" for n in range(1, 31)]

    given = all_at_once([lambda: give(world, *numbers)] * TEN)
    assert given == {"done": 1, "other_state": TEN - 1}
    people = [world.prov_clearing_2, world.prov_supervisor]
    approved = all_at_once(
        [
            lambda by=people[at % 2]: judging.verdicts_approve(keys(*numbers), by=by, at=world.now)
            for at in range(TEN)
        ]
    )

    assert approved == {"done": 1, "other_state": TEN - 1}
    assert Discrepancy.objects.filter(state="settled").count() == 30
    assert check_all(None).broken == []


def test_one_approves_while_another_returns(world_of_many: World) -> None:
    world = world_of_many
    give(world, "S1")
    key = keys("S1")
    acts = [
        lambda: judging.verdicts_approve(key, by=world.prov_clearing_2, at=world.now),
        lambda: judging.verdicts_return(key, by=world.prov_supervisor, at=world.now, reason="再看"),
    ]

    outcome = all_at_once([acts[at % 2] for at in range(TEN)])

    assert outcome == {"done": 1, "other_state": TEN - 1}
    assert check_all(None).broken == []


def test_overlapping_choices_wait_for_each_other_in_one_order(world_of_many: World) -> None:
    """Each wants some that others want too: whoever comes first has all of his, nobody waits in a circle."""
    world = world_of_many
    choices = [[f"S{n}" for n in range(at + 1, at + 16)] for at in range(TEN)]

    outcome = all_at_once([lambda own=own[::-1]: give(world, *own) for own in choices])

    assert outcome.total() == TEN
    assert outcome["done"] + outcome["other_state"] == TEN and outcome["done"] >= 1
    assert Discrepancy.objects.filter(state="judged").count() == 15 * outcome["done"]


def test_a_case_is_paired_once(world_of_many: World) -> None:
    """Ten halves of the same amount, one other half."""
    world = world_of_many
    (one,) = keys("T1")
    halves = keys(*(f"S{n}" for n in range(1, TEN + 1)))

    def pair(half: int, turned: bool) -> list[Discrepancy]:
        first, second = (one, half) if turned else (half, one)
        return pairing.pair_give(first, second, by=world.prov_clearing, at=world.now, note="同一笔")

    outcome = all_at_once(
        [lambda half=half, at=at: pair(half, bool(at % 2)) for at, half in enumerate(halves)]
    )

    assert outcome == {"done": 1, "other_state": TEN - 1}
    assert Discrepancy.objects.filter(pair__isnull=False).count() == 2
    assert check_all(None).broken == []


def test_what_was_carried_is_settled_once(world_of_many: World) -> None:
    world = world_of_many
    (carried,) = keys("T1")
    give(world, "T1")
    judging.verdicts_approve([carried], by=world.prov_clearing_2, at=world.now)
    make_run(world, *(only_ours(f"N{n}") for n in range(TEN)), period=NOVEMBER)
    later = keys(*(f"N{n}" for n in range(TEN)))

    def pair(half: int) -> list[Discrepancy]:
        return pairing.pair_give(half, carried, by=world.prov_clearing, at=world.now, note="同一笔")

    outcome = all_at_once([lambda half=half: pair(half) for half in later])

    assert outcome == {"done": 1, "not_a_pair": TEN - 1}
    assert Discrepancy.objects.get(pair=carried).subject.startswith("N")


def test_a_number_is_paired_by_one_of_two_comparisons(world_of_many: World) -> None:
    world = world_of_many
    pairs = [keys("S1", "T1")]
    make_run(world, only_ours("S1"), only_theirs("T1"))
    pairs.append(keys("S1", "T1"))

    def pair(at: int) -> list[Discrepancy]:
        one, other = pairs[at % 2]
        return pairing.pair_give(one, other, by=world.prov_clearing, at=world.now, note="同一笔")

    outcome = all_at_once([lambda at=at: pair(at) for at in range(TEN)])

    assert outcome["done"] == 1 and outcome.total() == TEN
    assert set(outcome) <= {"done", "already_used", "other_state"}
    assert Discrepancy.objects.filter(pair__isnull=False).count() == 2


@pytest.fixture
def world_of_many(committed: None) -> World:
    """Thirty cases that only we have, and one that only they have, all of 700.00."""
    world = the_world()
    make_run(world, *(only_ours(f"S{n}") for n in range(1, 31)), only_theirs("T1"))
    return world


def test_a_comparison_is_voided_or_paired_with_another_month_never_both(world_of_many: World) -> None:
    world = world_of_many
    october = make_run(world, only_ours("A1"))
    make_run(world, only_theirs("A2"), period=NOVEMBER)
    one, other = keys("A2", "A1")
    who = {"by": world.prov_clearing, "at": world.now}
    acts = [
        lambda: run_void(october, reason="传错", **who),
        lambda: pairing.pair_give(one, other, note="同一笔", **who),
    ]

    outcome = all_at_once([acts[at % 2] for at in range(TEN)])

    assert outcome["done"] == 1
    october.refresh_from_db()
    paired = Discrepancy.objects.filter(pair__isnull=False).exists()
    assert (october.state == "voided") != paired
    assert check_all(None).broken == []
