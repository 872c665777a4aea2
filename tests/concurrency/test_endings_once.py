"""Many people at the same moment: what was carried forward ends once, or is paired, never both."""

from __future__ import annotations

import pytest

from agency.journal.books import check_all
from settlement.reconciliation import pairing
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.models import Discrepancy
from tests.settlement.reconciliation.carried import (
    approve,
    carried_run,
    give_back,
    propose,
    propose_all,
    undo,
)
from tests.settlement.reconciliation.made import NOVEMBER, difference, keys, make_run, only_ours, only_theirs
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
TEN = 10


@pytest.fixture
def world_of_carried(committed: None) -> World:
    """Ten cases that a signed October carried forward, and November's halves of them."""
    world = the_world()
    carried_run(world, *(only_ours(f"S{n}", f"{n}.00") for n in range(1, TEN + 1)))
    make_run(world, *(only_theirs(f"N{n}", f"{n}.00") for n in range(1, TEN + 1)), period=NOVEMBER)
    return world


def pair(world: World, n: int) -> list[Discrepancy]:
    half, october = keys(f"N{n}", f"S{n}")
    return pairing.pair_give(half, october, by=world.prov_clearing, at=world.now, note="同一笔")


def test_ten_propose_and_ten_approve(world_of_carried: World) -> None:
    world = world_of_carried

    proposed = all_at_once([lambda: propose(world, "S1")] * TEN)
    assert proposed == {"done": 1, "already_proposed": TEN - 1}
    one = CarriedEnding.objects.get()
    people = [world.prov_clearing_2, world.prov_supervisor]
    approved = all_at_once([lambda by=people[at % 2]: approve(world, one, by=by) for at in range(TEN)])

    assert approved == {"done": 1, "no_such_step": TEN - 1}
    assert CarriedEnding.objects.get().state == "approved"
    assert check_all(None).broken == []


def test_one_approves_while_another_returns(world_of_carried: World) -> None:
    world = world_of_carried
    one = propose(world, "S1")
    acts = [lambda: approve(world, one), lambda: give_back(world, one, by=world.prov_supervisor)]

    outcome = all_at_once([acts[at % 2] for at in range(TEN)])

    assert outcome == {"done": 1, "no_such_step": TEN - 1}
    assert check_all(None).broken == []


def test_it_ends_or_is_paired_never_both(world_of_carried: World) -> None:
    """Of each of ten, one proposes an ending while another pairs it."""
    world = world_of_carried
    acts = [lambda n=n: propose(world, f"S{n}") for n in range(1, TEN + 1)]
    acts += [lambda n=n: pair(world, n) for n in range(TEN, 0, -1)]

    outcome = all_at_once(acts)

    ended = set(CarriedEnding.objects.values_list("discrepancy__subject", flat=True))
    paired = set(Discrepancy.objects.filter(pair__isnull=False).values_list("pair__subject", flat=True))
    assert outcome["done"] == TEN
    assert (outcome["is_ended"], outcome["is_paired"]) == (len(ended), len(paired))
    assert ended | paired == {f"S{n}" for n in range(1, TEN + 1)} and not ended & paired
    assert check_all(None).broken == []


def test_an_ending_is_undone_while_others_pair(world_of_carried: World) -> None:
    """Whoever comes before the undoing is refused, whoever comes after it pairs: once."""
    world = world_of_carried
    one = approve(world, propose(world, "S1"))

    outcome = all_at_once([lambda: undo(world, one), *[lambda: pair(world, 1)] * TEN])

    assert outcome.total() == TEN + 1 and set(outcome) <= {"done", "is_ended", "other_state"}
    paired = Discrepancy.objects.filter(pair=difference("S1")).count()
    assert outcome["done"] == 1 + paired
    assert CarriedEnding.objects.get().state == "undone"
    assert check_all(None).broken == []


def test_others_propose_while_a_later_pair_is_given(world_of_carried: World) -> None:
    world = world_of_carried
    acts = [lambda: pair(world, 1), *[lambda: propose(world, "S1")] * TEN]

    outcome = all_at_once(acts)

    assert outcome["done"] == 1 and outcome.total() == TEN + 1
    assert set(outcome) <= {"done", "is_ended", "is_paired", "already_proposed"}
    assert check_all(None).broken == []


def test_overlapping_many_end_whole_or_not_at_all(world_of_carried: World) -> None:
    """Two choose sets that overlap, in opposite orders: one set is proposed, nothing of the other."""
    world = world_of_carried
    low, high = [f"S{n}" for n in range(1, 8)], [f"S{n}" for n in range(TEN, 3, -1)]
    acts = [lambda: propose_all(world, *low), lambda: propose_all(world, *high)]

    outcome = all_at_once([acts[at % 2] for at in range(TEN)])

    assert outcome == {"done": 1, "already_proposed": TEN - 1}
    proposed = set(CarriedEnding.objects.values_list("discrepancy__subject", flat=True))
    assert proposed in (set(low), set(high))
    endings = list(CarriedEnding.objects.order_by("pk"))
    decided = [lambda: approve(world, *endings), lambda: give_back(world, *endings[::-1])]
    assert all_at_once([decided[at % 2] for at in range(TEN)]) == {"done": 1, "no_such_step": TEN - 1}
    assert len(set(CarriedEnding.objects.values_list("state", flat=True))) == 1
    assert check_all(None).broken == []
