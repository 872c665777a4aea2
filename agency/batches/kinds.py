"""What a kind of import has to provide, and what its check gives back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from agency.batches.control import Control
from agency.batches.models import Batch
from agency.batches.refusals import RefusedRows
from agency.organisation.models import User
from agency.organisation.roles import May


class Progress(Protocol):
    """Tells how far long work has come; called often, writes at most about once a second."""

    def __call__(self, done: int, total: int = 0) -> None: ...


def no_progress(done: int, total: int = 0) -> None:
    """For work that nobody watches."""


@dataclass
class Outcome:
    """What checking a file found. `payload` is what `load` will write; `preview` is what the page shows.

    `fingerprint` covers the accepted content, so that what was previewed is what is loaded. `notes` say how
    the file was read (`Table.notes`).
    """

    encoding: str
    header: list[str] = field(default_factory=list)
    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: RefusedRows = field(default_factory=RefusedRows)
    preview: dict[str, Any] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fingerprint: str = ""
    payload: Any = None
    counted: dict[str, int] | None = None  # refused by code, where the rows themselves are not at hand

    def refused_by_code(self) -> dict[str, int]:
        if self.counted is not None:
            return self.counted
        return dict(sorted(self.refused.codes.items()))

    def digest(self) -> str:
        """The digest that binds a preview to what is loaded (hex)."""
        return hashlib.sha256(self.digest_text().encode()).hexdigest()

    def digest_text(self) -> str:
        """What the digest is made of: all counts, the preview and the fingerprint, as JSON on one line."""
        content = [
            self.rows,
            self.accepted,
            self.unchanged,
            self.refused_by_code(),
            self.preview,
            self.fingerprint,
        ]
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def of_digest_text(cls, text: str) -> Outcome:
        """The outcome that gave such a text, without its rows."""
        rows, accepted, unchanged, counted, preview, fingerprint = json.loads(text)
        return cls(
            encoding="",
            rows=rows,
            accepted=accepted,
            unchanged=unchanged,
            counted=counted,
            preview=preview,
            fingerprint=fingerprint,
        )


@dataclass(frozen=True)
class CheckRequest:
    """A file to check: where it is kept, its name, who loads it, and the kind's own options."""

    path: Path
    file_name: str
    by: User
    options: dict[str, Any] = field(default_factory=dict)
    progress: Progress = no_progress


CheckAndLoad = Callable[[Batch, CheckRequest], Outcome]


@dataclass(frozen=True)
class Staging:
    """How the accepted rows of a kind are kept between preview and load (see `staging.py`).

    `write` puts the payload of an outcome into a stream; `read` gives an outcome its payload back and says
    whether what it read has the outcome's fingerprint. It may go on reading from the stream later.
    """

    write: Callable[[Outcome, BinaryIO], None]
    read: Callable[[Outcome, CheckRequest, BinaryIO], bool]


@dataclass(frozen=True)
class BatchKind:
    """One kind of import. `check` reads and judges, `load` writes inside the caller's transaction.

    `check_and_load` does both inside one transaction, while a command waits; SQLite, where nobody else could
    write meanwhile, goes without.
    `may_confirm` is asked of whoever confirms, beside RELEASE_BATCHES. `load` finds who confirmed and when on
    the batch, `undo` in its last step (`workflow.last_step`).
    """

    kind: str
    title: str
    may_load: May
    may_read: May
    check: Callable[[CheckRequest], Outcome]
    load: Callable[[Batch, Outcome], None]
    help_text: str = ""
    template: str = ""  # extra part of the preview page, gets `batch`
    undo: Callable[[Batch], int] | None = None
    staging: Staging | None = None
    check_and_load: CheckAndLoad | None = None  # in one pass, on PostgreSQL
    columns: Sequence[str] = ()
    may_confirm: May | None = None
    control: Control | None = None  # by which totals the file is controlled
    conflict_url: str = ""  # name of the URL that shows a conflicting line beside what is stored
    blank_url: str = ""  # name of the URL that gives out an empty file to fill in
    undo_told: str = "移出这一批写入的全部记录；批次、文件和经过仍保留。已签发期别的不能撤销。"
