"""表头: which row of a table names its columns."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from agency.tabular.source import TableError
from agency.tabular.values import Cell, to_text

HEADER_WITHIN = 20

Records = Generator[tuple[int, list[Any]], None, None]


@dataclass(frozen=True)
class Header:
    """A row that may be the header: how many wanted names it has, its line, its names without spaces."""

    hits: int
    line_no: int
    names: list[str]


def header_name(cell: Cell) -> str:
    """A column's name as it is compared: clean text without any spaces or line breaks."""
    return "".join(to_text(cell).split())


def is_blank(cells: Sequence[Cell]) -> bool:
    for cell in cells:
        if cell != "" and cell is not None and not (type(cell) is str and cell.isspace()):
            return False
    return True


def find_header(records: Iterator[tuple[int, list[Any]]], wanted: frozenset[str]) -> Header:
    """The row with most of the wanted names; the first filled row when none has at least two of them."""
    best = Header(0, 0, [])
    with suppress(TableError):  # a row that cannot be read is named when its turn comes
        for line_no, cells in islice(records, HEADER_WITHIN):
            if is_blank(cells):
                continue
            names = [header_name(cell) if isinstance(cell, str) else "" for cell in cells]
            hits = len(wanted.intersection(name.casefold() for name in names))
            if not best.names or hits > max(best.hits, min(1, len(wanted) - 1)):
                best = Header(hits, line_no, names)
    while best.names and not best.names[-1]:
        best.names.pop()
    return best
