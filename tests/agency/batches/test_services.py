"""Keep, check, confirm, load: nothing lost, nothing twice, and a second person."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from agency.batches.kinds import BatchKind, CheckRequest, Outcome
from agency.batches.models import Batch, KeptFile
from agency.batches.refusals import RefusedRow, RefusedRows
from agency.batches.services import (
    PreviewOutdated,
    batch_check,
    batch_create,
    batch_load,
    batch_run,
    batch_undo,
    batch_withdraw,
    file_keep,
)
from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry, NumberSeries
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS
from tests.support.world import World


def check(request: CheckRequest) -> Outcome:
    """A small real kind: each line is a name of a number series; a known one is unchanged."""
    lines = request.path.read_text(encoding="utf-8").split()
    if not lines:
        raise DomainError("no_rows", "文件里没有数据行。")
    known = set(NumberSeries.objects.values_list("name", flat=True))
    good = [line for line in lines if line.isascii()]
    bad = [
        RefusedRow(i, "bad_name", "名称不对", "名称", line)
        for i, line in enumerate(lines, 1)
        if line not in good
    ]
    new = [line for line in good if line not in known]
    return Outcome(
        "utf-8",
        ["名称"],
        len(lines),
        len(new),
        len(good) - len(new),
        RefusedRows(bad),
        fingerprint=",".join(new),
        payload=new,
    )


def load(batch: Batch, outcome: Outcome) -> None:
    NumberSeries.objects.bulk_create([NumberSeries(name=name) for name in outcome.payload])


def undo(batch: Batch) -> int:
    return NumberSeries.objects.filter(name__startswith="s").delete()[0]


SERIES = BatchKind("series", "序列", May.LOAD_CASES, May.READ_CASES, check, load, undo=undo)


@pytest.fixture(autouse=True)
def series_kind() -> Iterator[None]:
    BATCH_KINDS.register("series")(declare)
    yield
    del BATCH_KINDS._entries["series"]


def declare() -> BatchKind:
    return SERIES


def uploaded(world: World, content: bytes = b"s1\ns2\n\xe5\x9d\x8f\n") -> Batch:
    kept = file_keep(io.BytesIO(content), name="series.txt", by=world.prov_clearing, at=world.now)
    return batch_create(
        kind="series", kept=kept, file_name="series.txt", by=world.prov_clearing, at=world.now
    )


def test_the_same_bytes_are_kept_once_and_privately(world: World) -> None:
    one = file_keep(io.BytesIO(b"abc"), name="a.csv", by=world.clerk, at=world.now)
    two = file_keep(io.BytesIO(b"abc"), name="b.csv", by=world.reviewer, at=world.now)

    path = Path(settings.MEDIA_ROOT) / one.path
    assert one.pk == two.pk
    assert one.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"abc", 0o600)


@pytest.mark.parametrize("damaged", [b"a", b"xyz"])
def test_uploading_again_mends_a_file_that_was_damaged(world: World, damaged: bytes) -> None:
    kept = file_keep(io.BytesIO(b"abc"), name="a.csv", by=world.clerk, at=world.now)
    path = Path(settings.MEDIA_ROOT) / kept.path
    path.write_bytes(damaged)

    file_keep(io.BytesIO(b"abc"), name="a.csv", by=world.clerk, at=world.now)

    assert path.read_bytes() == b"abc"


def test_an_empty_file_is_refused_and_not_kept(world: World) -> None:
    with pytest.raises(DomainError) as refused:
        file_keep(io.BytesIO(b""), name="a.csv", by=world.clerk, at=world.now)

    assert refused.value.message == "文件是空的，请重新选择。"
    assert KeptFile.objects.count() == 0


def test_a_second_person_confirms_what_was_previewed(world: World) -> None:
    batch = uploaded(world)
    batch_check(batch, by=world.prov_clearing, at=world.now)

    batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)

    batch.refresh_from_db()
    assert (batch.state, batch.rows, batch.accepted, batch.unchanged, batch.refused) == ("loaded", 3, 2, 0, 1)
    assert set(NumberSeries.objects.filter(name__startswith="s").values_list("name", flat=True)) == {
        "s1",
        "s2",
    }
    assert AuditEntry.objects.filter(action="batch_loaded", subject_no=batch.batch_no).count() == 1
    assert [row.message for row in batch.refusals.all()] == ["名称不对"]


def test_whoever_uploaded_may_not_confirm(world: World) -> None:
    batch = uploaded(world)
    batch_check(batch, by=world.prov_clearing, at=world.now)

    with pytest.raises(NotAllowed):
        batch_load(batch, by=world.prov_clearing, at=world.now, preview_digest=batch.preview_digest)

    batch.refresh_from_db()
    assert (batch.state, NumberSeries.objects.filter(name="s1").exists()) == ("previewed", False)


def test_the_database_refuses_one_person_in_both_places(world: World) -> None:
    batch = uploaded(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(confirmed_by=world.prov_clearing)


def test_data_that_changed_since_the_preview_needs_a_new_preview(world: World) -> None:
    batch = uploaded(world)
    batch_check(batch, by=world.prov_clearing, at=world.now)
    NumberSeries.objects.create(name="s1")

    with pytest.raises(PreviewOutdated):
        batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)

    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.unchanged) == ("previewed", 1, 1)
    assert not NumberSeries.objects.filter(name="s2").exists()


def test_a_file_that_cannot_be_taken_is_rejected_with_the_reason(world: World) -> None:
    batch = uploaded(world, b"\n\n")

    batch_check(batch, by=world.prov_clearing, at=world.now)

    batch.refresh_from_db()
    assert (batch.state, batch.message) == ("rejected", "文件里没有数据行。")


def test_a_command_runs_to_the_end_and_again_changes_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "series.txt"
    path.write_text("s1\ns2\n")

    first, _ = batch_run(kind="series", path=path, by=world.system, system=world.system, at=world.now)
    second, _ = batch_run(kind="series", path=path, by=world.system, system=world.system, at=world.now)

    assert (first.accepted, first.unchanged) == (2, 0)
    assert (second.accepted, second.unchanged) == (0, 2)
    assert first.file_id == second.file_id


def test_a_batch_is_undone_by_another_person_with_a_reason(world: World) -> None:
    batch = uploaded(world)
    batch_check(batch, by=world.prov_clearing, at=world.now)
    batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)

    removed = batch_undo(batch, by=world.prov_clearing_2, at=world.now, reason="传错月份")

    assert (removed, batch.state) == (2, "undone")
    assert AuditEntry.objects.get(action="batch_undone").detail["reason"] == "传错月份"


def test_a_withdrawn_batch_cannot_be_loaded(world: World) -> None:
    batch = uploaded(world)
    batch_check(batch, by=world.prov_clearing, at=world.now)
    batch_withdraw(batch, by=world.prov_clearing, at=world.now)

    with pytest.raises(DomainError):
        batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)

    assert not NumberSeries.objects.filter(name="s1").exists()


def test_a_preview_that_this_person_did_not_see_is_not_loaded(world: World) -> None:
    batch = uploaded(world)
    batch_check(batch, by=world.prov_clearing, at=world.now)
    seen = batch.preview_digest
    NumberSeries.objects.create(name="s1")
    with pytest.raises(PreviewOutdated):
        batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=seen)

    with pytest.raises(PreviewOutdated):
        batch_load(batch, by=world.prov_supervisor, at=world.now, preview_digest=seen)

    batch.refresh_from_db()
    assert (batch.state, NumberSeries.objects.filter(name="s2").exists()) == ("previewed", False)


def test_an_import_by_command_is_undone_by_a_second_person(world: World, tmp_path: Path) -> None:
    path = tmp_path / "series.txt"
    path.write_text("s1\n")
    batch, _ = batch_run(kind="series", path=path, by=world.prov_clearing, system=world.system, at=world.now)

    with pytest.raises(NotAllowed):
        batch_undo(batch, by=world.prov_clearing, at=world.now, reason="传错")

    assert NumberSeries.objects.filter(name="s1").exists()
