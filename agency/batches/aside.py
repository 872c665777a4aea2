"""放在一旁: rows of an import that wait for their turn outside of memory: there may be millions."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
AT_ONCE = 1000
CACHE_KB = 8 * 1024


def aside_database(*tables: str) -> sqlite3.Connection:
    """A nameless database of one import with these tables (statements that make them), gone with whoever
    holds it. It is one transaction that never ends: a commit for each row takes longer than the row."""
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KB}"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN")
    for table in tables:
        database.execute(table)
    return database


class RowsAside(Generic[T]):
    """Rows in the order of their lines, whatever the order in which they were put aside."""

    def __init__(self, rows: Iterable[tuple[int, T]] = ()) -> None:
        self._count = 0
        self._fresh: list[tuple[int, bytes]] = []
        self._kept = aside_database("CREATE TABLE aside (line_no INTEGER, content BLOB)")
        for line_no, row in rows:
            self.add(line_no, row)

    def add(self, line_no: int, row: T) -> None:
        self._count += 1
        self._fresh.append((line_no, pickle.dumps(row, 5)))
        if len(self._fresh) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        self._kept.executemany("INSERT INTO aside VALUES (?, ?)", self._fresh)
        self._fresh.clear()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return self.read(0, -1)

    def read(self, begin: int, count: int) -> Iterator[T]:
        """`count` rows (-1: all that are left) after the first `begin` of them."""
        self._write()
        rows = self._kept.execute(
            "SELECT content FROM aside ORDER BY line_no, rowid LIMIT ? OFFSET ?", [count, begin]
        )
        for (content,) in rows:
            yield pickle.loads(content)
