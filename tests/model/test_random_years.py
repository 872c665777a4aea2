"""Random years, lived by the program and by the second model side by side: to the cent.

A year begins in any of its months (the first on record), each month has a few cases and whatever people do
with them; it is signed, or said to be empty. Then come the first months of the next year with what is late,
years are computed and closed at any moment, and things go on after that.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from agency.journal.books import check_all
from tests.model.beside import asked, nothing_stays
from tests.model.beside_years import BothYears
from tests.support.world import CHINA, World

MONTHS = [f"{year}{month:02d}" for year in (2025, 2026, 2027) for month in range(1, 13)]
NOW = dt.datetime(2027, 8, 2, 9, 0, tzinfo=CHINA)
# most years are short; some have twelve months, some one year closed before them
FIRST = ["202612", "202612", "202611", "202611", "202610", "202610", "202609", "202606", "202601", "202511"]
LAST = ["202701", "202702", "202703", "202704", "202704"]
ACTS = [
    "load", "load", "load", "load", "deduct", "group", "dispute", "take_back", "release", "reject", "reverse",
    "correct", "correct", "pay", "pay", "compute", "year_compute", "year_close",
]  # fmt: skip


class Act(NamedTuple):
    """One act of somebody; it is about the month at hand or one so many months earlier."""

    what: str
    which: int
    earlier: int
    amount: int


class Life(NamedTuple):
    """From the first month on record to the last that is signed, what is done in each before its signature;
    the last acts come after the year is closed."""

    first: str
    last: str
    acts: list[list[Act]]
    afterwards: list[Act]


an_act = st.builds(
    Act,
    st.sampled_from(ACTS),
    st.integers(0, 11),
    st.sampled_from([0, 0, 0, 1, 1, 2, 4]),
    st.integers(1, 99_999),
)
lives = st.builds(
    Life,
    st.sampled_from(FIRST),
    st.sampled_from(LAST),
    st.lists(st.lists(an_act, max_size=4), min_size=18, max_size=18),
    st.lists(an_act, max_size=4),
)


def live(both: BothYears, life: Life) -> None:
    first, last = MONTHS.index(life.first), MONTHS.index(life.last)
    opening = Act("load", len(life.afterwards), 0, 50_000)
    for place in range(first, last + 1):
        acts = life.acts[place - first]
        for act in [opening, *acts] if place == first else acts:
            both.step(act.what, act.which, max(place - act.earlier, first), act.amount)
        both.sign_month(MONTHS[place], len(acts))
    for year in ("202512", "202612"):
        both.step("year_compute", 0, MONTHS.index(year), 0)
        both.step("year_close", 0, MONTHS.index(year), 0)
    for act in life.afterwards:
        both.step(act.what, act.which, max(last + 1 - act.earlier, 0), act.amount)
    both.sign_month(MONTHS[last + 1], 0)
    both.step("year_compute", 0, MONTHS.index("202712"), 0)


def run(world: World, folder: Path, life: Life) -> None:
    with nothing_stays():
        both = BothYears(world, folder, MONTHS, NOW)
        both.say = note
        live(both, life)
        both.compare()
        assert check_all(None).broken == []


@settings(asked, max_examples=50, derandomize=True)
@given(life=lives)
def test_program_and_model_agree_on_random_years(world: World, tmp_path: Path, life: Life) -> None:
    run(world, tmp_path, life)


@pytest.mark.long
@settings(asked, max_examples=1000)
@given(life=lives)
def test_program_and_model_agree_on_a_thousand_random_years(world: World, tmp_path: Path, life: Life) -> None:
    run(world, tmp_path, life)
