"""Loading: all or nothing, previewed and confirmed, undone while nothing hangs on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agency.batches.models import Batch
from agency.batches.services import (
    PreviewOutdated,
    batch_check,
    batch_create,
    batch_load,
    batch_undo,
    file_keep,
)
from agency.batches.states import BatchState
from agency.errors import DomainError, NotAllowed
from agency.organisation.models import Institution
from settlement.records.batches import load_settlements
from settlement.records.locks import revision
from settlement.records.models import SettlementRecord
from tests.settlement.records import files
from tests.settlement.records.files import reversal, row
from tests.support.world import World

Run = Callable[..., Any]


@pytest.fixture
def previewed(world: World, tmp_path: Path) -> Callable[..., Batch]:
    """A file that 省级 clearing uploaded and that waits for the second person."""

    def run(rows: list[files.Row]) -> Batch:
        path = files.write(tmp_path, rows, "waiting.csv")
        with path.open("rb") as stream:
            kept = file_keep(stream, name=path.name, by=world.prov_clearing, at=world.now)
        batch = batch_create(
            kind="settlements", kept=kept, file_name=path.name, by=world.prov_clearing, at=world.now
        )
        batch_check(batch, by=world.prov_clearing, at=world.now)
        return batch

    return run


def test_a_preview_writes_nothing(previewed: Run) -> None:
    batch = previewed([row(定点医药机构编号="H22020299999")])

    assert (batch.state, batch.accepted) == (BatchState.PREVIEWED, 1)
    assert SettlementRecord.objects.count() == 0
    assert not Institution.objects.filter(code="H22020299999").exists()


def test_a_second_person_confirms(previewed: Run, world: World) -> None:
    batch = previewed([row(), row("S2", 险种="777")])

    batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)

    record = SettlementRecord.objects.get()
    assert (batch.state, record.batch, record.line_no) == (BatchState.LOADED, batch, 2)


def test_who_uploaded_does_not_confirm(previewed: Run, world: World) -> None:
    batch = previewed([row()])

    with pytest.raises(NotAllowed):
        batch_load(batch, by=world.prov_clearing, at=world.now, preview_digest=batch.preview_digest)

    assert SettlementRecord.objects.count() == 0


def test_what_changed_since_the_preview_is_previewed_anew(previewed: Run, load: Run, world: World) -> None:
    batch = previewed([row(), row("S2")])
    load([row("S2")])

    with pytest.raises(PreviewOutdated):
        batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)

    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.unchanged) == (BatchState.PREVIEWED, 1, 1)
    assert SettlementRecord.objects.count() == 1


def test_what_others_wrote_since_the_check_is_seen_before_loading(
    previewed: Run, check: Run, load: Run, world: World
) -> None:
    rows = [reversal("B", "A")]
    original = load([row("A")])
    batch, outcome = previewed(rows), check(rows)
    batch_undo(original, by=world.prov_supervisor, at=world.now, reason="传错了")

    with pytest.raises(PreviewOutdated), transaction.atomic():
        load_settlements(batch, outcome)

    assert SettlementRecord.objects.count() == 0


def test_what_others_wrote_elsewhere_does_not_hinder(previewed: Run, check: Run, load: Run) -> None:
    rows = [row("A")]
    batch, outcome = previewed(rows), check(rows)
    load([row("Z")])

    load_settlements(batch, outcome)

    assert SettlementRecord.objects.count() == 2


def test_a_load_that_fails_midway_leaves_nothing(previewed: Run, check: Run, load: Run) -> None:
    rows = [row(f"S{n}", 定点医药机构编号="H22020299999") for n in range(2500)]
    batch, outcome = previewed(rows), check(rows)
    load([row("Z")])
    outcome.payload.revision = revision()
    SettlementRecord.objects.filter(settlement_no="Z").update(settlement_no="S2499")

    with pytest.raises(IntegrityError), transaction.atomic():
        load_settlements(batch, outcome)

    assert SettlementRecord.objects.get().settlement_no == "S2499"


def test_undoing_removes_the_records_and_keeps_the_batch(load: Run, world: World) -> None:
    batch = load([row(), row("S2")])

    assert batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了月份") == 2

    assert (batch.state, SettlementRecord.objects.count()) == (BatchState.UNDONE, 0)
    assert load([row()]).accepted == 1


def test_a_batch_that_a_later_one_reverses_is_not_undone(load: Run, world: World) -> None:
    batch = load([row("A")])
    load([reversal("B", "A")])

    with pytest.raises(DomainError, match="A 已由 B 冲正"):
        batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")

    assert SettlementRecord.objects.count() == 2


def test_texts_with_backslashes_arrive_as_they_are(load: Run) -> None:
    load([row(姓名="阿\\n卜", 病案号="\\N", 诊断='引"号, 逗号')])

    record = SettlementRecord.objects.get()
    assert (record.person_name, record.medical_record_no, record.diagnosis) == (
        "阿\\n卜",
        "\\N",
        '引"号, 逗号',
    )
