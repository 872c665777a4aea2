"""A region's staff load only cases to which their region is a party; the province loads all."""

from collections.abc import Callable
from typing import Any

import pytest

from agency.errors import NotAllowed
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import reversal, row
from tests.support.world import World

Run = Callable[..., Any]


def test_strangers_are_refused_with_the_last_code(codes: Run, world: World) -> None:
    rows = [row(), row("S2", 险种="777")]

    assert codes(rows, by=world.yanbian_clearing) == {1: "not_your_region", 2: "unknown_insurance_type"}


@pytest.mark.parametrize("who", ["changchun_clearing", "jilin_clearing", "prov_clearing", "system"])
def test_both_parties_and_the_province_may_load(codes: Run, world: World, who: str) -> None:
    assert codes([row()], by=getattr(world, who)) == {}


def test_a_reversal_whose_original_was_not_taken_has_none(codes: Run, world: World) -> None:
    assert codes([row("A"), reversal("B", "A")], by=world.yanbian_clearing) == {
        1: "not_your_region",
        2: "reversal_without_original",
    }


def test_a_row_equal_to_a_stored_one_is_unchanged_for_everybody(load: Run, check: Run, world: World) -> None:
    load([row()])

    assert check([row()], by=world.yanbian_clearing).unchanged == 1


def test_who_may_not_load_cases_loads_none(load: Run, world: World) -> None:
    with pytest.raises(NotAllowed):
        load([row()], by=world.clerk)

    assert SettlementRecord.objects.count() == 0
