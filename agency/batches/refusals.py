"""拒绝行: what a check refused, outside of memory: a file that is wrong throughout has a million of them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

AT_ONCE = 1000


@dataclass(frozen=True)
class RefusedRow:
    """One refused row: line number, code of interfaces.md, column and value at fault, the Chinese reason."""

    line_no: int
    code: str
    message: str
    column: str = ""
    value: str = ""
    place: str = ""
    cells: Sequence[str] = ()


class RefusedRows(Sequence[RefusedRow]):
    """Rows in the order of their lines, whatever the order in which they were refused."""

    def __init__(self, rows: Iterable[RefusedRow] = ()) -> None:
        self.codes: Counter[str] = Counter()
        self._fresh: list[tuple[int, str]] = []
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("PRAGMA journal_mode = OFF")
        self._kept.execute("CREATE TABLE refused (line_no INTEGER, content TEXT)")
        for row in rows:
            self.append(row)

    def append(self, row: RefusedRow) -> None:
        self.codes[row.code] += 1
        content = [row.code, row.message, row.column, row.value, row.place, list(row.cells)]
        self._fresh.append((row.line_no, json.dumps(content, ensure_ascii=False)))
        if len(self._fresh) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        self._kept.executemany("INSERT INTO refused VALUES (?, ?)", self._fresh)
        self._fresh.clear()

    def __len__(self) -> int:
        return self.codes.total()

    def __iter__(self) -> Iterator[RefusedRow]:
        return self._read(0, -1)

    def _read(self, begin: int, count: int) -> Iterator[RefusedRow]:
        self._write()
        rows = self._kept.execute(
            "SELECT line_no, content FROM refused ORDER BY line_no, rowid LIMIT ? OFFSET ?", [count, begin]
        )
        for line_no, content in rows:
            yield RefusedRow(line_no, *json.loads(content))

    @overload
    def __getitem__(self, index: int) -> RefusedRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[RefusedRow]: ...
    def __getitem__(self, index: int | slice) -> RefusedRow | list[RefusedRow]:
        begin, end, _ = (index if isinstance(index, slice) else slice(index, index + 1 or None)).indices(
            len(self)
        )
        found = list(self._read(begin, max(0, end - begin)))
        return found if isinstance(index, slice) else found[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
