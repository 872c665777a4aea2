"""逐块: the rows of a file, each judged by itself, in blocks; of a long text in a process of its own."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agency.apart import apart
from agency.tabular.read import Row, Table
from agency.tabular.values import Cell
from settlement.records.check import Candidate, RowChecker
from settlement.records.columns import Layout
from settlement.records.intake import RowRefused
from settlement.records.parse import parse_row
from settlement.records.reference import Reference

BLOCK = 3000
LONG_BYTES = 4 << 20  # some 20,000 rows: below, another process costs more than it saves


@dataclass
class Block:
    """Some rows in file order. `refused` come with their cells in the order of our columns; `told` are the
    notes that came to light while rows were read, in the last block."""

    rows: int = 0
    candidates: list[Candidate] = field(default_factory=list)
    refused: list[tuple[Row, tuple[Cell, ...], RowRefused]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process: candidates as what they are made of, which is a third of the work."""
        return _block_again, (self.rows, list(map(tuple, self.candidates)), self.refused, self.told)


def _block_again(rows: int, candidates: list[Any], *rest: Any) -> Block:
    return Block(rows, list(map(Candidate._make, candidates)), *rest)


def judged_blocks(table: Table, path: Path, layout: Layout, reference: Reference) -> Generator[Block]:
    """The rows of a file by the tables alone; what depends on other rows is judged in `resolve.py`."""
    blocks = _blocks(table, layout, RowChecker(reference))
    is_long_text = table.sheet is None and path.stat().st_size >= LONG_BYTES
    return apart(blocks) if is_long_text else blocks


def _blocks(table: Table, layout: Layout, checker: RowChecker) -> Generator[Block]:
    block = Block()
    for row in table.rows():
        block.rows += 1
        cells = layout.pick(row)
        try:
            block.candidates.append(checker.check(row, parse_row(cells)))
        except RowRefused as refused:
            block.refused.append((row, cells, refused))
        if block.rows >= BLOCK:
            yield block
            block = Block()
    block.told = table.told()
    yield block
