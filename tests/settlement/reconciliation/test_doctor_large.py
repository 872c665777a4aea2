"""The doctor in whole months: a comparison of files tells what was planted, in memory that does not grow."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from settlement.reconciliation.services import run_compare
from tests.bench.memory import memory_of, most_memory, most_memory_forget
from tests.bench.timing import say
from tests.settlement.reconciliation.laid_large import open_large
from tests.settlement.reconciliation.planted import Month
from tests.settlement.reconciliation.plants import PLANTS
from tests.settlement.reconciliation.test_doctor import assert_told, scores
from tests.support.world import World

MOST_KB = 96 * 1024  # whatever the rows


def memory_taken(act: Callable[[], object]) -> int:
    """How much more memory an act takes at most, in kB; of SQLite, whose database is in the same process,
    without what the database takes."""
    if connection.vendor == "sqlite":
        tracemalloc.start()
        try:
            act()
            return tracemalloc.get_traced_memory()[1] // 1024
        finally:
            tracemalloc.stop()
    most_memory_forget()
    before = memory_of("VmRSS")
    act()
    return most_memory() - before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "each"),
    [
        (1_000, 2),
        pytest.param(100_000, 100, marks=pytest.mark.long),
        pytest.param(1_000_000, 500, marks=[pytest.mark.long, pytest.mark.postgresql]),
    ],
)
def test_each_planted_cause_is_told_by_a_comparison(
    world: World, tmp_path: Path, rows: int, each: int
) -> None:
    run, month = open_large(partial(Month, rows, 1, PLANTS, each=each), world, tmp_path)

    taken = memory_taken(partial(run_compare, run, by=world.prov_clearing, at=world.now))

    assert run.state == "compared", run.message
    say(f"{rows} rows, {run.differences} differences, {taken} kB")
    for cause, (planted, found, precision, recall) in scores(month, run).items():
        say(f"{cause}: {planted} planted, {found} told, precision {precision}, recall {recall}")
    assert_told(month, run)
    assert taken < MOST_KB
