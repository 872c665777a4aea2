"""Many records through the one door together: all of them, or none."""

from __future__ import annotations

import io

import pytest

from agency.batches.models import Batch
from agency.batches.services import file_keep
from agency.batches.states import BatchState
from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal import workflow
from agency.journal.models import StateChange
from agency.organisation.roles import May
from tests.support.world import World


@pytest.fixture
def batches(world: World) -> list[Batch]:
    kept = file_keep(io.BytesIO(b"a,b\n1,2\n"), name="x.csv", by=world.clerk, at=world.now)
    said = {"kind": "x", "file": kept, "created_by": world.clerk, "created_at": world.now}
    rows = Batch.objects.bulk_create(Batch(batch_no=f"B202611-{n}", **said) for n in range(1203))
    workflow.begin_many(rows, by=world.clerk, at=world.now)
    return rows


def states() -> set[str]:
    return set(Batch.objects.values_list("state", flat=True))


def test_every_record_moves_with_its_fields_and_history(world: World, batches: list[Batch]) -> None:
    workflow.move_many(
        batches, BatchState.PREVIEWED, by=world.clerk, at=world.now, reason=" 齐 ", rows=2, accepted=2
    )

    assert states() == {"previewed"} == {batch.state for batch in batches}
    assert set(Batch.objects.values_list("rows", flat=True)) == {2} == {batch.rows for batch in batches}
    history = StateChange.objects.filter(subject_no="B202611-1202")
    assert list(history.values_list("from_state", "to_state", "by__username", "reason")) == [
        ("", "uploaded", "clerk", ""), ("uploaded", "previewed", "clerk", "齐"),
    ]  # fmt: skip
    assert StateChange.objects.count() == 2 * 1203
    assert workflow.last_step(batches[0]).to_state == "previewed"


def test_one_that_somebody_else_moved_stops_all(world: World, batches: list[Batch]) -> None:
    workflow.move(Batch.objects.get(pk=batches[-1].pk), BatchState.WITHDRAWN, by=world.clerk, at=world.now)

    with pytest.raises(SomeoneElseWasFirst):
        workflow.move_many(batches, BatchState.PREVIEWED, by=world.clerk, at=world.now)

    assert states() == {"uploaded", "withdrawn"}
    assert not StateChange.objects.filter(to_state="previewed").exists()


def test_the_table_the_right_and_the_reason_are_asked_for(world: World, batches: list[Batch]) -> None:
    few = batches[:2]
    with pytest.raises(DomainError, match="不能变为"):
        workflow.move_many(few, BatchState.LOADED, by=world.clerk, at=world.now)
    with pytest.raises(DomainError, match="请写明"):
        workflow.move_many(few, BatchState.REJECTED, by=world.clerk, at=world.now)
    workflow.move_many(few, BatchState.PREVIEWED, by=world.clerk, at=world.now)
    with pytest.raises(NotAllowed):
        workflow.move_many(few, BatchState.LOADING, by=world.clerk, at=world.now)
    with pytest.raises(NotAllowed):  # the right named instead is asked for
        workflow.move_many(few, BatchState.LOADING, by=world.reviewer, at=world.now, may=May.LOAD_CASES)
    with pytest.raises(ValueError, match="one state"):
        workflow.move_many([few[0], batches[5]], BatchState.PREVIEWED, by=world.clerk, at=world.now)

    workflow.move_many([], BatchState.LOADING, by=world.clerk, at=world.now)
    workflow.move_many(few, BatchState.LOADING, by=world.clerk, at=world.now, may=May.LOAD_FILINGS)
    assert {batch.state for batch in few} == {"loading"}
