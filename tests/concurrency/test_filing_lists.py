"""Lists of filings at the same moment, and a list beside a counter: never two filings for the same days."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from agency.batches.models import Batch
from agency.batches.services import batch_load, batch_run
from agency.registry import CHECKS
from filings.filing.services import filing_approve
from filings.models import Filing
from tests.filings.groups.lists import make_worker, previewed, row, write
from tests.filings.making import make_submitted
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]


def run(world: World, path: Path) -> None:
    batch_run(kind="filings", path=path, by=world.clerk, system=world.system, at=world.now)


def overlaps() -> list[object]:
    return list(CHECKS["备案有效期不重叠"](None))


def test_one_list_sent_four_times_at_once_is_loaded_once(tmp_path: Path) -> None:
    world = the_world()
    path = write(tmp_path, [row(make_worker(world.changchun)) for _ in range(30)])

    outcome = all_at_once([partial(run, world, path)] * 4)

    assert set(outcome) <= {"done", "preview_outdated"}
    assert Filing.objects.count() == 30
    assert overlaps() == []


def test_two_lists_with_the_same_workers_in_other_order_never_wait_in_a_circle(
    tmp_path: Path,
) -> None:
    world = the_world()
    rows = [row(make_worker(world.changchun)) for _ in range(40)]
    later = [{**one, "生效日期": "2026-12-01"} for one in reversed(rows)]
    paths = [write(tmp_path, rows, "one.csv"), write(tmp_path, later, "two.csv")]

    outcome = all_at_once([partial(run, world, path) for path in paths])

    assert set(outcome) <= {"done", "preview_outdated"}
    assert Filing.objects.count() == 40
    assert overlaps() == []


@pytest.mark.parametrize("attempt", range(3))
def test_a_list_and_a_counter_make_no_overlap(tmp_path: Path, attempt: int) -> None:
    world = the_world()
    person = make_worker(world.changchun)
    papers = {"valid_identity_card": "original", "work_contract": "original"}
    waiting = make_submitted(
        world, person, kind="long_term_work", province="210000", city="210100", materials=papers
    )
    batch = previewed(world, write(tmp_path, [row(person, 生效日期="2026-12-01")]))

    def confirm() -> None:
        seen = Batch.objects.get(pk=batch.pk)
        batch_load(seen, by=world.reviewer, at=world.now, preview_digest=batch.preview_digest)

    all_at_once([confirm, partial(filing_approve, waiting, by=world.reviewer, at=world.now)])

    assert Filing.objects.filter(state="in_force").count() == 1
    assert overlaps() == []
