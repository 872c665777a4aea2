"""Writes of import batches: keep the file, check it, confirm and load it, withdraw it."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agency.batches import staging
from agency.batches.confirming import require_confirmable
from agency.batches.kinds import BatchKind, CheckRequest, Outcome, Progress, no_progress
from agency.batches.models import Batch, KeptFile, Refusal
from agency.batches.states import BatchState
from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS

CHUNK = 1024 * 1024
MOST_CHECKS = 3
REFUSALS_AT_ONCE = 500


class PreviewOutdated(DomainError):
    """预览已过时: the data changed since the preview; nothing was loaded."""

    def __init__(self) -> None:
        super().__init__("preview_outdated", "预览之后数据有了变化，没有写入；请看过新的预览再确认。")


def batch_kind(kind: str) -> BatchKind:
    """The declaration of a kind of import."""
    return BATCH_KINDS[kind]()


def file_keep(stream: BinaryIO, *, name: str, by: User, at: dt.datetime) -> KeptFile:
    """Keep a file under its SHA-256 digest; the same bytes are kept once. DomainError when too large."""
    folder = Path(settings.MEDIA_ROOT) / "kept"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    hasher, size = hashlib.sha256(), 0
    temporary = folder / f".{os.getpid()}-{os.urandom(8).hex()}"
    try:
        with temporary.open("xb") as target:
            while block := stream.read(CHUNK):
                size += len(block)
                if size > settings.UPLOAD_MAX_BYTES:
                    raise DomainError(
                        "file_too_large",
                        f"文件超过 {settings.UPLOAD_MAX_BYTES // CHUNK} MB，请拆分后再传。",
                        field="file",
                    )
                hasher.update(block)
                target.write(block)
        if not size:
            raise DomainError("empty_file", "文件是空的，请重新选择。", field="file")
        digest = hasher.hexdigest()
        os.chmod(temporary, 0o600)
        temporary.replace(folder / digest)
    finally:
        temporary.unlink(missing_ok=True)
    kept, _ = KeptFile.objects.get_or_create(
        digest=digest,
        defaults={"name": name[:200], "size": size, "path": f"kept/{digest}", "kept_by": by, "kept_at": at},
    )
    return kept


def kept_path(kept: KeptFile) -> Path:
    """Where a kept file lies."""
    return Path(settings.MEDIA_ROOT) / kept.path


@transaction.atomic
def batch_create(
    *,
    kind: str,
    kept: KeptFile,
    file_name: str,
    by: User,
    at: dt.datetime,
    options: dict[str, Any] | None = None,
    by_command: bool = False,
) -> Batch:
    """Open a batch for a kept file, in state `uploaded`."""
    batch = _unnumbered(
        kind=kind, kept=kept, file_name=file_name, by=by, at=at, options=options, by_command=by_command
    )
    _number(batch, by=by, at=at)
    return batch


def _unnumbered(
    *,
    kind: str,
    kept: KeptFile,
    file_name: str,
    by: User,
    at: dt.datetime,
    options: dict[str, Any] | None,
    by_command: bool,
) -> Batch:
    """A batch that has no number yet: the number is taken last, since whoever has taken one keeps all others
    waiting for theirs to the end of the transaction."""
    access.require(by, batch_kind(kind).may_load)
    return Batch.objects.create(
        batch_no=f"-{os.urandom(8).hex()}",
        kind=kind,
        file=kept,
        file_name=file_name[:200],
        options=options or {},
        region=None if access.sees_all(by) else by.region,
        created_by=by,
        created_at=at,
        by_command=by_command,
    )


def _number(batch: Batch, *, by: User, at: dt.datetime) -> None:
    """Give the batch its number and its first state."""
    series = f"batch-{timezone.localtime(at):%Y%m}"
    batch.batch_no = f"B{timezone.localtime(at):%Y%m}{next_number(series):05d}"
    batch.save(update_fields=["batch_no"])
    workflow.begin(batch, by=by, at=at)


def _request(batch: Batch, progress: Progress) -> CheckRequest:
    return CheckRequest(
        path=kept_path(batch.file),
        file_name=batch.file_name,
        by=batch.created_by,
        options=batch.options,
        progress=progress,
    )


def _check(batch: Batch, progress: Progress) -> Outcome:
    return batch_kind(batch.kind).check(_request(batch, progress))


def _as_previewed(batch: Batch, progress: Progress) -> Outcome:
    """What is to be loaded: as it was kept at the preview, else read and judged once more."""
    kind = batch_kind(batch.kind)
    kept = staging.staged(batch, _request(batch, progress), kind.staging) if kind.staging else None
    return kept or _check(batch, progress)


def _outcome_fields(outcome: Outcome) -> dict[str, Any]:
    return {
        "encoding": outcome.encoding,
        "rows": outcome.rows,
        "accepted": outcome.accepted,
        "unchanged": outcome.unchanged,
        "refused": len(outcome.refused),
        "preview": {
            **outcome.preview,
            "header": outcome.header,
            "refused_by_code": outcome.refused_by_code(),
            "ignored_columns": outcome.ignored_columns,
            "notes": outcome.notes,
        },
        "preview_digest": outcome.digest(),
        "message": "",
    }


def _store_preview(batch: Batch, outcome: Outcome, state: BatchState, *, by: User, at: dt.datetime) -> None:
    _store_refusals(batch, outcome)
    workflow.move(batch, state, by=by, at=at, **_outcome_fields(outcome))


def _store_refusals(batch: Batch, outcome: Outcome) -> None:
    batch.refusals.all().delete()
    refusals = (
        Refusal(
            batch=batch,
            line_no=row.line_no,
            place=row.place,
            code=row.code,
            column=row.column,
            value=row.value[:100],
            message=row.message[:300],
            cells=list(row.cells),
        )
        for row in outcome.refused
    )
    while block := list(islice(refusals, REFUSALS_AT_ONCE)):
        Refusal.objects.bulk_create(block)


def batch_check(
    batch: Batch, *, by: User, at: dt.datetime, progress: Progress = no_progress
) -> Outcome | None:
    """Check the file and store the preview; a file that cannot be read is rejected with the reason.

    With nothing to load it ends there (`nothing_new`): nobody is asked to confirm nothing.
    """
    try:
        outcome = _check(batch, progress)
    except DomainError as error:
        workflow.move(
            batch, BatchState.REJECTED, by=by, at=at, reason=error.message, message=error.message[:500]
        )
        return None
    state = BatchState.PREVIEWED if outcome.accepted else BatchState.NOTHING_NEW
    kind = batch_kind(batch.kind)
    if kind.staging and outcome.accepted:
        staging.stage(batch, outcome, kind.staging)
    with transaction.atomic():
        _store_preview(batch, outcome, state, by=by, at=at)
    return outcome


def may_confirm(kind: str, by: User) -> bool:
    """Whether `by` may confirm imports of this kind at all."""
    asked = (May.RELEASE_BATCHES, batch_kind(kind).may_confirm)
    return all(access.allowed(by, may) for may in asked if may is not None)


def require_may_confirm(kind: str, by: User) -> None:
    """Raise NotAllowed for whoever may not confirm imports of this kind."""
    for may in (May.RELEASE_BATCHES, batch_kind(kind).may_confirm):
        if may is not None:
            access.require(by, may)


def batch_load(
    batch: Batch, *, by: User, at: dt.datetime, preview_digest: str, progress: Progress = no_progress
) -> None:
    """Confirm by a second person and load all accepted rows at once, or nothing.

    `preview_digest` is of the preview that this person saw. Raises NotAllowed for the person who uploaded,
    PreviewOutdated when the file, checked again, no longer gives what was seen (it is then previewed anew).
    """
    require_may_confirm(batch.kind, by)
    if not batch.by_command:
        access.require_second_person(by, batch.created_by)
    if batch.state == BatchState.PREVIEWED and batch.preview_digest != preview_digest:
        raise PreviewOutdated
    outcome = _as_previewed(batch, progress)
    try:
        if outcome.digest() != preview_digest:
            raise PreviewOutdated
        with transaction.atomic(), _changes_meanwhile_are_told():
            _write(batch, outcome, by=by, at=at)
        staging.unstage(batch)
    except PreviewOutdated:
        batch.refresh_from_db()
        _preview_again(batch, by=by, at=at, progress=progress)
        raise


@contextmanager
def _changes_meanwhile_are_told() -> Iterator[None]:
    """What was written by others between check and load stops at a constraint or guard of the database."""
    try:
        yield
    except IntegrityError as error:
        raise PreviewOutdated from error


def _preview_again(batch: Batch, *, by: User, at: dt.datetime, progress: Progress) -> None:
    """Back to `uploaded`, and a fresh preview for the next confirmation."""
    workflow.move(batch, BatchState.UPLOADED, by=by, at=at, reason=PreviewOutdated().message)
    batch_check(batch, by=batch.created_by, at=at, progress=progress)


def _write(batch: Batch, outcome: Outcome, *, by: User, at: dt.datetime, is_loaded: bool = False) -> None:
    """Load, unless that is done, and log, inside the caller's transaction."""
    require_confirmable(batch)
    workflow.move(batch, BatchState.LOADING, by=by, at=at, confirmed_by=by, confirmed_at=at)
    if not is_loaded:
        batch_kind(batch.kind).load(batch, outcome)
    workflow.move(batch, BatchState.LOADED, by=by, at=at)
    audit.record(
        "batch_loaded",
        by=by,
        at=at,
        subject_kind="batch",
        subject_no=batch.batch_no,
        region=batch.region,
        kind=batch.kind,
        digest=batch.file.digest,
        rows=batch.rows,
        accepted=batch.accepted,
        unchanged=batch.unchanged,
        refused=batch.refused,
        write_choice=batch.write_choice,
        difference_reason=batch.difference_reason,
    )


@transaction.atomic
def batch_withdraw(batch: Batch, *, by: User, at: dt.datetime) -> None:
    """The person who uploaded (or a colleague of the same unit) takes a batch back before it is loaded."""
    access.require(by, batch_kind(batch.kind).may_load)
    workflow.move(batch, BatchState.WITHDRAWN, by=by, at=at)
    transaction.on_commit(lambda: staging.unstage(batch))
    audit.record(
        "batch_withdrawn", by=by, at=at, subject_kind="batch", subject_no=batch.batch_no, region=batch.region
    )


def batch_run(
    *,
    kind: str,
    path: Path,
    by: User,
    system: User,
    at: dt.datetime,
    options: dict[str, Any] | None = None,
    progress: Progress = no_progress,
) -> tuple[Batch, Outcome]:
    """A command's import: keep and check, then record and load in one short transaction.

    `by` is who loads; the second person is the system account, which acts for whoever has the shell.
    DomainError (nothing changed) when the file cannot be taken at all.
    """
    access.require(by, batch_kind(kind).may_load)
    with path.open("rb") as stream:
        kept = file_keep(stream, name=path.name, by=by, at=at)
    request = CheckRequest(kept_path(kept), path.name, by, options or {}, progress)
    for _ in range(MOST_CHECKS - 1):
        with suppress(PreviewOutdated):  # somebody else wrote between check and load: look again
            return _check_and_write(kind, kept, request, system=system, at=at)
    return _check_and_write(kind, kept, request, system=system, at=at)


def _check_and_write(
    kind: str, kept: KeptFile, request: CheckRequest, *, system: User, at: dt.datetime
) -> tuple[Batch, Outcome]:
    declared = batch_kind(kind)
    in_one_pass = declared.check_and_load if connection.vendor == "postgresql" else None
    outcome = declared.check(request) if in_one_pass is None else None
    with transaction.atomic(), _changes_meanwhile_are_told():
        batch = _unnumbered(
            kind=kind,
            kept=kept,
            file_name=request.file_name,
            by=request.by,
            at=at,
            options=request.options,
            by_command=True,
        )
        if in_one_pass is not None:
            outcome = in_one_pass(batch, request)
        assert outcome is not None
        _store_refusals(batch, outcome)
        _number(batch, by=request.by, at=at)
        workflow.move(batch, BatchState.PREVIEWED, by=request.by, at=at, **_outcome_fields(outcome))
        _write(batch, outcome, by=system, at=at, is_loaded=in_one_pass is not None)
    return batch, outcome


@transaction.atomic
def batch_undo(batch: Batch, *, by: User, at: dt.datetime, reason: str) -> int:
    """Remove what a batch loaded while none of it is signed; batch, file and digest stay. Returns rows."""
    kind = batch_kind(batch.kind)
    if kind.undo is None:
        raise DomainError("cannot_undo", f"{kind.title}不能整批撤销，请逐条更正。")
    require_may_confirm(batch.kind, by)
    access.require_second_person(by, batch.created_by)
    workflow.move(batch, BatchState.UNDONE, by=by, at=at, reason=reason)
    removed = kind.undo(batch)
    audit.record(
        "batch_undone",
        by=by,
        at=at,
        subject_kind="batch",
        subject_no=batch.batch_no,
        region=batch.region,
        removed=removed,
        reason=reason,
    )
    return removed
