"""What the import commands share: load or only check a file, tell the counts."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from django.core.management.base import CommandParser

from agency.batches.control import compared
from agency.batches.kinds import CheckRequest, Outcome, Progress
from agency.batches.models import Batch
from agency.batches.refused import write_refused
from agency.batches.services import batch_kind, batch_run
from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User


def import_file(
    kind: str,
    path: Path,
    *,
    by: User,
    system: User,
    at: dt.datetime,
    progress: Progress,
    dry_run: bool = False,
) -> tuple[Batch | None, Outcome]:
    """Load a file as one batch, or only check it (no batch then). DomainError: nothing changed."""
    if not path.is_file():
        raise DomainError("no_such_file", f"没有这个文件：{path}")
    if not dry_run:
        return batch_run(kind=kind, path=path, by=by, system=system, at=at, progress=progress)
    declared = batch_kind(kind)
    access.require(by, declared.may_load)
    return None, declared.check(CheckRequest(path=path, file_name=path.name, by=by, progress=progress))


@contextmanager
def output(path: Path | None) -> Iterator[Callable[[Callable[[BinaryIO], object]], None]]:
    """Where a command writes what it found, opened before it begins; no path: nowhere, and nothing is made.

    DomainError when one cannot write there. When the work fails, what stood there stays.
    """
    if path is None:
        yield lambda make: None
        return
    is_new = not path.exists()
    try:
        stream = path.open("ab")
    except OSError as error:
        raise DomainError("cannot_write", f"不能写到 {path}：{error.strerror}。什么都没有做。") from error

    def write(make: Callable[[BinaryIO], object]) -> None:
        with tempfile.TemporaryFile() as made:
            make(made)
            made.seek(0)
            stream.truncate(0)
            shutil.copyfileobj(made, stream)

    try:
        with stream:
            yield write
    except BaseException:
        if is_new:
            path.unlink(missing_ok=True)
        raise


def refused_rows(outcome: Outcome, target: BinaryIO, at: dt.datetime) -> None:
    """Write the refused rows as a workbook."""
    rows = (
        (row.line_no, row.code, row.column, row.value, row.message, row.place, row.cells)
        for row in outcome.refused
    )
    write_refused(target, outcome.header, rows, at=at, most_rows=len(outcome.refused))


def import_result(path: Path, batch: Batch | None, outcome: Outcome, kind: str) -> CommandResult:
    """What the command tells; refused rows, and rows of sums that say otherwise, need attention."""
    refused = outcome.refused_by_code()
    data = {
        "rows": outcome.rows,
        "accepted": outcome.accepted,
        "unchanged": outcome.unchanged,
        "refused": refused,
        "encoding": outcome.encoding,
        "digest": batch.file.digest if batch is not None else _digest(path),
        "batch": batch.batch_no if batch is not None else None,
    }
    done = f"批次 {batch}：" if batch is not None else "只核对，没有写入："
    lines = [
        f"{done}{outcome.rows} 行，接受 {outcome.accepted}，未变 {outcome.unchanged}，"
        f"拒绝 {len(outcome.refused)}（编码 {outcome.encoding}）。"
    ]
    if outcome.unchanged == outcome.rows:
        lines.append("文件内容全部已经在库中，没有改动。")
    lines += outcome.notes
    if outcome.ignored_columns:
        lines.append(f"不认识的列已忽略：{'、'.join(outcome.ignored_columns)}")
    gaps = [row for row in compared(batch_kind(kind).control, outcome.preview, {}) if row.differs]
    lines += [
        f"  {row.source} {row.group}{row.label} {row.stated}，读到 {row.ours}，差 {row.gap}" for row in gaps
    ]
    lines += [f"  {code} {count}" for code, count in refused.items()]
    lines += [f"  {row.message}{row.place and f'（{row.place}）'}" for row in outcome.refused[:20]]
    return CommandResult(data, lines, needs_attention=bool(refused or gaps))


class FileImport(StaffCommand):
    """`import_… FILE [--dry-run] [--refused OUT.xlsx]`: a file of one kind of batch, all or nothing."""

    kind: ClassVar[str]
    file_label: ClassVar[str]

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help=self.file_label)
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--refused", type=Path, metavar="OUT.xlsx", help="把拒绝的行写成 XLSX")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        with output(options["refused"]) as write:
            batch, outcome = import_file(
                self.kind,
                options["file"],
                by=by,
                system=self.system,
                at=at,
                progress=self.progress,
                dry_run=options["dry_run"],
            )
            write(lambda target: refused_rows(outcome, target, at))
        return import_result(options["file"], batch, outcome, self.kind)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
