"""The one door through which a state changes."""

import io

import pytest

from agency.batches.models import Batch
from agency.batches.services import file_keep
from agency.batches.states import BatchState
from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal import workflow
from agency.journal.models import StateChange
from tests.support.world import World


@pytest.fixture
def batch(world: World) -> Batch:
    kept = file_keep(io.BytesIO(b"a,b\n1,2\n"), name="x.csv", by=world.prov_clearing, at=world.now)
    batch = Batch.objects.create(
        batch_no="B202611-1",
        kind="x",
        file=kept,
        file_name="x.csv",
        created_by=world.prov_clearing,
        created_at=world.now,
    )
    workflow.begin(batch, by=world.prov_clearing, at=world.now)
    return batch


def test_a_step_writes_state_fields_and_history(world: World, batch: Batch) -> None:
    workflow.move(batch, BatchState.PREVIEWED, by=world.prov_clearing, at=world.now, rows=2, accepted=2)

    batch.refresh_from_db()
    assert (batch.state, batch.rows, batch.accepted) == ("previewed", 2, 2)
    assert list(
        StateChange.objects.filter(subject_no="B202611-1").values_list(
            "from_state", "to_state", "by__username"
        )
    ) == [("", "uploaded", "prov_clearing"), ("uploaded", "previewed", "prov_clearing")]


def test_a_step_that_the_table_lacks_is_refused_and_changes_nothing(world: World, batch: Batch) -> None:
    with pytest.raises(DomainError) as refused:
        workflow.move(batch, BatchState.LOADED, by=world.prov_clearing, at=world.now)

    batch.refresh_from_db()
    assert refused.value.code == "no_such_step"
    assert refused.value.message == "B202611-1 现在是“已上传”，不能变为“已写入”。"
    assert (batch.state, StateChange.objects.filter(subject_no="B202611-1").count()) == ("uploaded", 1)


def test_a_step_needs_its_right(world: World, batch: Batch) -> None:
    workflow.move(batch, BatchState.PREVIEWED, by=world.prov_clearing, at=world.now)

    with pytest.raises(NotAllowed):
        workflow.move(batch, BatchState.LOADING, by=world.auditor, at=world.now)

    batch.refresh_from_db()
    assert (batch.state, StateChange.objects.filter(subject_no="B202611-1").count()) == ("previewed", 2)


def test_a_step_with_a_reason_is_refused_without_one(world: World, batch: Batch) -> None:
    with pytest.raises(DomainError) as refused:
        workflow.move(batch, BatchState.REJECTED, by=world.prov_clearing, at=world.now, reason="  ")

    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    batch.refresh_from_db()
    assert batch.state == "uploaded"


def test_a_reason_is_told_apart_from_a_note(world: World, batch: Batch) -> None:
    workflow.move(batch, BatchState.PREVIEWED, by=world.prov_clearing, at=world.now, reason="两行已核")
    workflow.move(batch, BatchState.UPLOADED, by=world.prov_clearing, at=world.now, reason="数据变了")

    told = [(step["word"], step["reason"]) for step in workflow.history(Batch.machine, batch.batch_no)]
    assert told == [("原因", ""), ("说明", "两行已核"), ("原因", "数据变了")]


def test_the_second_of_two_who_read_the_same_state_is_told_so(world: World, batch: Batch) -> None:
    stale = Batch.objects.get(pk=batch.pk)
    workflow.move(batch, BatchState.PREVIEWED, by=world.prov_clearing, at=world.now)

    with pytest.raises(SomeoneElseWasFirst):
        workflow.move(stale, BatchState.WITHDRAWN, by=world.prov_clearing, at=world.now)

    batch.refresh_from_db()
    assert (batch.state, StateChange.objects.filter(subject_no="B202611-1").count()) == ("previewed", 2)
