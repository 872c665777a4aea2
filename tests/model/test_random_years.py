"""Random years, lived by the program and by the second model side by side: to the cent.

A year begins in any of its months (the first on record), each month has a few cases and whatever people do
with them; it is signed, or said to be empty. Then come the first months of the next year with what is late,
years are computed and closed at any moment, and things go on after that. Around the turn of a year its quotas
are approved; from then on months come near the edges of their use and regions ask for more. The fund moves
with everything, and is compared, as quotas and use are, after each step that changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
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
FIRST = [*["202612"] * 15, *["202611"] * 3, *["202610"] * 2, "202608"]  # most years are short
BEFORE_ALL = "202512"  # a closed year, before one that has twelve months
LAST = [*["202701"] * 6, *["202702"] * 2, "202704"]
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


Say = Callable[[str], object]  # takes what happens, in words


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
    is_checked: bool  # whether the program is asked for all that must hold: as costly as three months

    @property
    def month_of_urge(self) -> str:
        return "202701" if self.round_after == 12 else "202702"

    def month(self, name: str) -> Month:
        place = MONTHS.index(name) - MONTHS.index("202701")
        return self.late[place] if place >= 0 else self.months[-1 - place]


class Dice(Random):
    """What a life is drawn with: each choice as often as the lists say, which strategies do not promise."""

    def act(self, of: list[str]) -> Act:
        amount = self.randint(1, self.choice([9, 999, 99_999, 99_999, 99_999]))
        return Act(self.choice(of), self.randint(0, 11), self.choice([0, 0, 0, 1, 1, 2, 4]), amount)

    def acts(self, of: list[str], most: int) -> list[Act]:
        return [self.act(of) for _ in range(self.randint(0, most))]

    def month(self, of: list[str]) -> Month:
        return Month(self.acts(of, 3), self.acts(COMPUTED, 2))

    def life(self, first: list[str]) -> Life:
        return Life(
            first=self.choice(first),
            last=self.choice(LAST),
            months=[self.month(BEFORE) for _ in range(14)],
            late=[self.month(LATE) for _ in range(4)],
            afterwards=self.acts(LATE, 4),
            policy=Policy(self.choice(BASES), self.choice(FACTORS)),
            round_after=self.choice([12, 12, 1]),
            change=self.act(["change"]),
            urge=self.act(["ask"]),
            is_checked=self.randint(1, 6) == 1,
        )


def lives(first: list[str]) -> st.SearchStrategy[Life]:
    return st.integers(0, 2**64).map(lambda seed: Dice(seed).life(first))


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
    for year in sorted({life.first[:4], "2026"}):
        both.step("year_compute", 0, MONTHS.index(f"{year}12"), 0)
        both.step("year_close", 0, MONTHS.index(f"{year}12"), 0)
    both.begin(MONTHS[last + 1])
    for one in life.afterwards:
        do(both, one, last + 1, 0)
    if not all(both.model.is_signed(month) for month in both.model.known_months()):
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


def run(world: World, folder: Path, life: Life, is_checked: bool = True, say: Say = note) -> None:
    with nothing_stays():
        both = BothQuotas(world, folder, MONTHS, life.policy)
        both.say = say
        live(both, life)
        both.compare()
        assert not is_checked or check_all(None).broken == []


@settings(asked, max_examples=MANY, derandomize=True)
@given(life=lives(FIRST))
def test_program_and_model_agree_on_random_years(world: World, tmp_path: Path, life: Life) -> None:
    run(world, tmp_path, life, life.is_checked)


@pytest.mark.once
def test_they_agree_on_a_whole_year_after_a_closed_one(world: World, tmp_path: Path) -> None:
    run(world, tmp_path, Dice(1).life([BEFORE_ALL]), say=print)


@pytest.mark.long
@settings(asked, max_examples=20 * MANY)
@given(life=lives([*FIRST, BEFORE_ALL]))
def test_program_and_model_agree_on_many_random_years(world: World, tmp_path: Path, life: Life) -> None:
    run(world, tmp_path, life)
