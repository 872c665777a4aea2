"""Random years, lived by the program and by the second model side by side: to the cent.

A year begins in any of its months (the first on record), each month has a few cases and whatever people do
with them; it is signed, or said to be empty. Then come the first months of the next year with what is late,
years are computed and closed at any moment, and things go on after that. Around the turn of a year its quotas
are approved; from then on months come near the edges of their use and regions ask for more. The fund moves
with everything, and is compared, as quotas and use are, after each step.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection
from hypothesis import given, note, settings
from hypothesis import strategies as st

from agency.journal.books import check_all
from tests.model.beside import asked, nothing_stays
from tests.model.beside_quotas import BothQuotas
from tests.model.quotas import Policy
from tests.support.world import World

MONTHS = [f"{year}{month:02d}" for year in (2025, 2026, 2027) for month in range(1, 13)]
MANY = 50 if connection.vendor == "sqlite" else 5  # the long version: twenty times as many
# most years are short; some have twelve months, some a year closed before them
FIRST = [
    *["202612"] * 8, *["202611"] * 4, *["202610"] * 2, "202608", "202601", "202511",
]  # fmt: skip
LAST = ["202701", "202701", "202701", "202702", "202702", "202704"]
BEFORE = [
    "load", "load", "load", "load", "deduct", "group", "reverse", "correct", "correct", "take_back",
    "release", "reject", "pay", "pay", "compute", "year_compute", "year_close", "withdraw", "reopen",
    "adjust",
]  # fmt: skip
COMPUTED = ["dispute", "dispute", "dispute", "dispute", "take_back", "release", "reject", "deduct", "load"]
LATE = [
    *BEFORE, "edge", "edge", "edge", "ask", "ask", "pay", "decide", "draw", "change", "send_back", "approve",
]  # fmt: skip
THEN = {
    "withdraw": ["pay", "pay", "withdraw"],
    "ask": ["compute", "ask", "decide"],
}  # fmt: skip
ROUND = ["draw", "change", "propose", "approve"]  # as it goes mostly
BASES = ["10,11,12", "10,11,12", "11,12", "12", "8,9,10,11,12"]
FACTORS = ["2", "2", "1.5", "1.25", "0.333"]


class Act(NamedTuple):
    """One act of somebody, or a few in a row (`THEN`); it is about the month at hand or one so many months
    earlier."""

    what: str
    which: int
    earlier: int
    amount: int


class Month(NamedTuple):
    """What is done in a month before it is computed, and between that and its signature."""

    before: list[Act]
    computed: list[Act]


class Life(NamedTuple):
    """From the first month on record to the last that is signed, what is done in each: until December, and in
    the new year; last comes what is done afterwards. A year's quotas are approved after the signature of
    `round_after` (12, or 1: a month late); then somebody asks for more."""

    first: str
    last: str
    months: list[Month]
    late: list[Month]
    afterwards: list[Act]
    policy: Policy
    round_after: int
    change: Act
    urge: Act

    @property
    def month_of_urge(self) -> str:
        return "202701" if self.round_after == 12 else "202702"

    def month(self, name: str) -> Month:
        place = MONTHS.index(name) - MONTHS.index("202701")
        return self.late[place] if place >= 0 else self.months[-1 - place]


def act(of: list[str]) -> st.SearchStrategy[Act]:
    earlier, amount = st.sampled_from([0, 0, 0, 1, 1, 2, 4]), st.integers(1, 99_999)
    return st.builds(Act, st.sampled_from(of), st.integers(0, 11), earlier, amount)


def month(of: list[str], many: int) -> st.SearchStrategy[Month]:
    return st.builds(Month, st.lists(act(of), max_size=many), st.lists(act(COMPUTED), max_size=2))


lives = st.builds(
    Life,
    st.sampled_from(FIRST),
    st.sampled_from(LAST),
    st.lists(month(BEFORE, 3), min_size=14, max_size=14),
    st.lists(month(LATE, 3), min_size=4, max_size=4),
    st.lists(act(LATE), max_size=4),
    st.builds(Policy, st.sampled_from(BASES), st.sampled_from(FACTORS)),
    st.sampled_from([12, 12, 1]),
    act(["change"]),
    act(["ask"]),
)


def live(both: BothQuotas, life: Life) -> None:
    first, last = MONTHS.index(life.first), MONTHS.index(life.last)
    for place in range(first, last + 1):
        both.begin(MONTHS[place])
        if place == first:
            both.step("load", len(life.afterwards), place, 50_000)
            both.step("load", len(life.afterwards) + 1, place, life.urge.amount)
        live_month(both, life, place, first)
        if int(MONTHS[place][4:]) == life.round_after:
            live_round(both, place, life.change)
    for year in ("202512", "202612"):
        both.step("year_compute", 0, MONTHS.index(year), 0)
        both.step("year_close", 0, MONTHS.index(year), 0)
    both.begin(MONTHS[last + 1])
    for one in life.afterwards:
        do(both, one, last + 1, 0)
    both.sign_month(MONTHS[last + 1], 0)
    both.step("year_compute", 0, MONTHS.index("202712"), 0)


def live_month(both: BothQuotas, life: Life, place: int, first: int) -> None:
    month = life.month(MONTHS[place])
    for one in month.before:
        do(both, one, place, first)
    if MONTHS[place] == life.month_of_urge:
        do(both, life.urge, place, first)
    both.compute_month(MONTHS[place], len(month.before))
    for one in month.computed:
        do(both, one, place, first)
    both.sign_month(MONTHS[place], len(month.computed))


def do(both: BothQuotas, act: Act, place: int, least: int) -> None:
    for what in THEN.get(act.what, [act.what]):
        both.step(what, act.which, max(place - act.earlier, least), act.amount)


def live_round(both: BothQuotas, place: int, change: Act) -> None:
    """The quotas of the year that follows the last December are drawn up, changed, proposed and approved."""
    year = MONTHS[place + 1][:4]
    for what in ROUND:
        both.step(what, change.which, MONTHS.index(f"{year}01"), change.amount)


def run(world: World, folder: Path, life: Life) -> None:
    with nothing_stays():
        both = BothQuotas(world, folder, MONTHS, life.policy)
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
