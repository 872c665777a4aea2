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
from django.db import connection
from hypothesis import given, note, settings
from hypothesis import strategies as st

from agency.journal.books import check_all
from tests.model.beside import asked, nothing_stays
from tests.model.beside_years import BothYears
from tests.support.world import CHINA, World

MONTHS = [f"{year}{month:02d}" for year in (2025, 2026, 2027) for month in range(1, 13)]
MANY = 50 if connection.vendor == "sqlite" else 5  # the long version: twenty times as many
NOW = dt.datetime(2027, 8, 2, 9, 0, tzinfo=CHINA)
# most years are short; some have twelve months, some a year closed before them
FIRST = [
    *["202612"] * 8, *["202611"] * 4, *["202610"] * 2, "202608", "202601", "202511",
]  # fmt: skip
LAST = ["202701", "202701", "202701", "202702", "202702", "202704"]
BEFORE = [
    "load", "load", "load", "load", "deduct", "group", "reverse", "correct", "correct", "take_back",
    "release", "reject", "pay", "pay", "compute", "year_compute", "year_close",
]  # fmt: skip
COMPUTED = ["dispute", "dispute", "dispute", "dispute", "take_back", "release", "reject", "deduct", "load"]


class Act(NamedTuple):
    """One act of somebody; it is about the month at hand or one so many months earlier."""

    what: str
    which: int
    earlier: int
    amount: int


class Month(NamedTuple):
    """What is done in a month before it is computed, and between that and its signature."""

    before: list[Act]
    computed: list[Act]


class Life(NamedTuple):
    """From the first month on record to the last that is signed; last comes what is done afterwards."""

    first: str
    last: str
    months: list[Month]
    afterwards: list[Act]


def acts(of: list[str], many: int) -> st.SearchStrategy[list[Act]]:
    earlier, amount = st.sampled_from([0, 0, 0, 1, 1, 2, 4]), st.integers(1, 99_999)
    return st.lists(st.builds(Act, st.sampled_from(of), st.integers(0, 11), earlier, amount), max_size=many)


a_month = st.builds(Month, acts(BEFORE, 3), acts(COMPUTED, 2))
lives = st.builds(
    Life,
    st.sampled_from(FIRST),
    st.sampled_from(LAST),
    st.lists(a_month, min_size=18, max_size=18),
    acts(BEFORE, 4),
)


def live(both: BothYears, life: Life) -> None:
    first, last = MONTHS.index(life.first), MONTHS.index(life.last)

    def do(act: Act, place: int, least: int) -> None:
        both.step(act.what, act.which, max(place - act.earlier, least), act.amount)

    do(Act("load", len(life.afterwards), 0, 50_000), first, 0)
    for place, month in zip(range(first, last + 1), life.months, strict=False):
        for act in month.before:
            do(act, place, first)
        both.compute_month(MONTHS[place], len(month.before))
        for act in month.computed:
            do(act, place, first)
        both.sign_month(MONTHS[place], len(month.computed))
    for year in ("202512", "202612"):
        both.step("year_compute", 0, MONTHS.index(year), 0)
        both.step("year_close", 0, MONTHS.index(year), 0)
    for act in life.afterwards:
        do(act, last + 1, 0)
    both.sign_month(MONTHS[last + 1], 0)
    both.step("year_compute", 0, MONTHS.index("202712"), 0)


def run(world: World, folder: Path, life: Life) -> None:
    with nothing_stays():
        both = BothYears(world, folder, MONTHS, NOW)
        both.say = note
        live(both, life)
        both.compare()
        assert check_all(None).broken == []


@settings(asked, max_examples=MANY, derandomize=True)
@given(life=lives)
def test_program_and_model_agree_on_random_years(world: World, tmp_path: Path, life: Life) -> None:
    run(world, tmp_path, life)


@pytest.mark.long
@settings(asked, max_examples=20 * MANY)
@given(life=lives)
def test_program_and_model_agree_on_many_random_years(world: World, tmp_path: Path, life: Life) -> None:
    run(world, tmp_path, life)
