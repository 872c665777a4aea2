"""Random months, done by the program and by the second model side by side: to the cent, after every step."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from agency.journal.books import check_all
from tests.model.beside import Both, asked, nothing_stays
from tests.support.world import World

MONTHS = ("202607", "202608", "202609", "202610")
ACTS = [
    "load", "load", "load", "deduct", "group", "compute", "compute", "dispute", "dispute", "take_back",
    "release", "reject", "reverse", "correct", "sign", "sign", "sign", "pay", "empty",
]  # fmt: skip
Steps = list[tuple[str, int, int, int]]

steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 11), st.integers(0, 3), st.integers(1, 99_999)),
    min_size=8,
    max_size=24,
)


def run(world: World, folder: Path, told: Steps) -> None:
    with nothing_stays():
        both = Both(world, folder, MONTHS)
        both.say = note
        for act, which, month, amount in told:
            both.step(act, which, month, amount)
            both.compare()
        assert check_all(None).broken == []


@settings(asked, max_examples=12, derandomize=True)
@given(told=steps)
def test_program_and_model_agree_on_random_months(world: World, tmp_path: Path, told: Steps) -> None:
    run(world, tmp_path, told)


@pytest.mark.long
@settings(asked, max_examples=300)
@given(told=steps)
def test_program_and_model_agree_on_many_random_months(world: World, tmp_path: Path, told: Steps) -> None:
    run(world, tmp_path, told)
