"""拒绝行: what a check refused, outside of memory: a file that is wrong throughout has a million of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from agency.batches.aside import RowsAside


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
        self._rows: RowsAside[RefusedRow] = RowsAside()
        for row in rows:
            self.append(row)

    def append(self, row: RefusedRow) -> None:
        self.codes[row.code] += 1
        self._rows.add(row.line_no, row)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RefusedRow]:
        return iter(self._rows)

    @overload
    def __getitem__(self, index: int) -> RefusedRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[RefusedRow]: ...
    def __getitem__(self, index: int | slice) -> RefusedRow | list[RefusedRow]:
        begin, end, _ = (index if isinstance(index, slice) else slice(index, index + 1 or None)).indices(
            len(self)
        )
        found = list(self._rows.read(begin, max(0, end - begin)))
        return found if isinstance(index, slice) else found[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
