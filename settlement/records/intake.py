"""收文件: what files of cases and of deductions have in common: refusals, totals, what was checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.refusals import RefusedRow
from agency.batches.services import PreviewOutdated
from agency.tabular.read import Row
from agency.tabular.values import Cell, as_shown
from settlement.records.locks import lock_records, revision


@dataclass
class RowRefused(Exception):
    """拒绝: why one row is not taken: published code, column (index of ours), value, reason."""

    code: str
    column: int
    value: str
    why: str


@dataclass(frozen=True)
class FileLayout:
    """Where our columns stand in one file (-1: nowhere). `ignored` are the header cells that nobody knows."""

    positions: tuple[int, ...]
    ignored: list[str]

    def place(self, row: Row, column: int) -> str:
        """The address of a cell (`Sheet1!D17`); empty in a text file, whose lines say enough."""
        position = self.positions[column]
        return row.address(position) if row.sheet is not None and position >= 0 else ""

    def refusal(
        self, row: Row, refused: RowRefused, name: str, *, cells: Sequence[Cell], shown: str
    ) -> RefusedRow:
        """A refused row for the preview; `name` is the column's, `shown` the value as it may be told."""
        told = f"“{shown}”" if shown and shown not in refused.why else ""
        return RefusedRow(
            line_no=row.line_no,
            code=refused.code,
            column=name,
            value=refused.value,
            place=self.place(row, refused.column),
            message=f"第 {row.line_no} 行，{name}{told}：{refused.why}",
            cells=[as_shown(cell) for cell in cells],
        )


class ControlTotals:
    """控制合计: counts and sums (fen) by insured region and, where there is one, a group within it."""

    def __init__(self, keys: Sequence[str], region_names: Mapping[str, str]) -> None:
        self.keys, self.region_names = tuple(keys), region_names
        self.sums: dict[tuple[str, str], list[int]] = {}

    def add(self, region: str, group: str, *amounts: int) -> None:
        sums = self.sums.setdefault((region, group), [0] * len(self.keys))
        for index, amount in enumerate(amounts):
            sums[index] += amount

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Group and totals, in the order in which regions stand on sheets."""
        places = {code: place for place, code in enumerate(self.region_names)}
        for (code, group), sums in sorted(
            self.sums.items(), key=lambda item: (places[item[0][0]], item[0][1])
        ):
            named = {"region": code, "region_name": self.region_names[code]}
            yield group, {**named, **dict(zip(self.keys, sums, strict=True))}

    def sum(self) -> dict[str, int]:
        columns = zip(*self.sums.values(), strict=True) if self.sums else ((0,) for _ in self.keys)
        return dict(zip(self.keys, map(sum, columns), strict=True))


@dataclass
class Checked:
    """What was checked and when, so that a load can see whether that still holds."""

    request: CheckRequest
    revision: int

    def is_current(self) -> bool:
        """Whether nothing that the check rested on has changed since."""
        return self.revision == revision()


C = TypeVar("C", bound=Checked)


def still_valid(outcome: Outcome, kind: type[C], check: Callable[[CheckRequest], Outcome]) -> C:
    """What a check accepted, to be written now; takes the lock of the records.

    When what the check rested on has changed since, it is made again; PreviewOutdated when it then differs.
    """
    lock_records()
    checked: C = outcome.payload
    assert isinstance(checked, kind)
    if checked.is_current():
        return checked
    fresh = check(checked.request)
    if fresh.digest() != outcome.digest():
        raise PreviewOutdated
    again: C = fresh.payload
    return again
