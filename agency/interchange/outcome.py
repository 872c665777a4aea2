"""预览: what an import would do, or did, row by row; and the digest that binds a confirmation to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models

from agency.interchange.reading import Problem


class Verdict(StrEnum):
    """What becomes of a row of the file."""

    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


VERDICTS = {
    Verdict.REFUSED: ("拒绝", "bad"),
    Verdict.NEW: ("新增", "go"),
    Verdict.CHANGED: ("修改", "warn"),
    Verdict.SAME: ("相同", ""),
}


@dataclass(frozen=True)
class Change:
    """One field of a row: what stands there and what would; `old` is empty for a new row."""

    column: str
    old: str
    new: str


@dataclass
class Judged:
    """One row of the file with its verdict."""

    line_no: int
    verdict: Verdict
    name: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return VERDICTS[self.verdict][0]

    @property
    def tone(self) -> str:
        return VERDICTS[self.verdict][1]


@dataclass
class Outcome:
    """The whole file. `applied` is set once it has been written."""

    encoding: str
    ignored: list[str]
    rows: list[Judged]
    file_digest: str
    applied: bool = False

    def of(self, verdict: Verdict) -> list[Judged]:
        return [row for row in self.rows if row.verdict == verdict]

    def count(self, verdict: Verdict) -> int:
        return len(self.of(verdict))

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(label, tone, rows) of each verdict, for the page."""
        found = [(label, tone, self.count(verdict)) for verdict, (label, tone) in VERDICTS.items()]
        return [(label, tone if count else "", count) for label, tone, count in found]

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.of(Verdict.REFUSED) for problem in row.problems]

    @property
    def written(self) -> list[Judged]:
        """The rows that change something, in the order of the file."""
        return [row for row in self.rows if row.verdict in (Verdict.NEW, Verdict.CHANGED)]

    @property
    def may_be_confirmed(self) -> bool:
        """All or nothing: no row is refused, and there is something to write."""
        return bool(self.written) and not self.count(Verdict.REFUSED)

    @property
    def same_lines(self) -> str:
        """The lines that change nothing: `2–40、45`."""
        return "、".join(_runs(row.line_no for row in self.of(Verdict.SAME)))

    def digest(self) -> str:
        """Over the bytes of the file, every verdict, and the rows as they are stored (hex)."""
        rows = [
            [row.line_no, row.verdict, row.name, row.stored]
            + [[change.column, change.old, change.new] for change in row.changes]
            for row in self.rows
        ]
        text = json.dumps([self.file_digest, rows], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def stored_text(row: models.Model) -> dict[str, str]:
    """Every stored field of a row, so that a change of any of them is noticed."""
    return {item.attname: str(getattr(row, item.attname)) for item in row._meta.concrete_fields}


def _runs(lines: Iterable[int]) -> Iterator[str]:
    begun: list[int] = []
    for line in [*lines, 0]:
        if begun and line != begun[-1] + 1:
            yield f"{begun[0]}–{begun[-1]}" if len(begun) > 1 else str(begun[0])
            begun = []
        begun.append(line)


def as_facts(outcome: Outcome) -> dict[str, Any]:
    """What the log keeps of an import."""
    return {
        "digest": outcome.file_digest,
        "rows": len(outcome.rows),
        "added": outcome.count(Verdict.NEW),
        "changed": outcome.count(Verdict.CHANGED),
        "unchanged": outcome.count(Verdict.SAME),
    }
