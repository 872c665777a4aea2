"""等候: rows that can only be judged when the whole file is known: reversals, and what has their number.

They are kept outside of memory, then given out in file order, each after the rows that its reversals name.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Collection, Iterator

from agency.batches.aside import aside_database
from settlement.records.check import Candidate

READ_AT_ONCE = 200
_NEEDED = """
SELECT w.reverses_no FROM waiting AS w
WHERE w.number = ? AND EXISTS (SELECT 1 FROM waiting AS o WHERE o.number = w.reverses_no)
  AND NOT EXISTS (SELECT 1 FROM entered AS e WHERE e.number = w.reverses_no)
ORDER BY w.place LIMIT 1
"""


class WaitingRows:
    """Rows in file order, in a nameless database of their own; asked for a block of numbers at a time."""

    def __init__(self) -> None:
        self._kept = aside_database(
            "CREATE TABLE waiting (place INTEGER PRIMARY KEY, number TEXT, reverses_no TEXT, content BLOB)",
            "CREATE INDEX waiting_number ON waiting (number, place)",
            "CREATE TABLE reversed (original TEXT PRIMARY KEY, number TEXT) WITHOUT ROWID",
            "CREATE TABLE entered (number TEXT PRIMARY KEY) WITHOUT ROWID",
            "CREATE TABLE path (depth INTEGER PRIMARY KEY, number TEXT)",
        )
        self._at_hand: set[str] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def look_up(self, numbers: Collection[str]) -> None:
        """Have at hand under which of these numbers a row waits."""
        among = "SELECT DISTINCT number FROM waiting WHERE number IN (SELECT value FROM json_each(?))"
        rows = self._kept.execute(among, [json.dumps(list(numbers))]) if self._count else ()
        self._at_hand = {number for (number,) in rows}

    def __contains__(self, number: str) -> bool:
        return number in self._at_hand

    def add(self, row: Candidate) -> None:
        self._count += 1
        self._at_hand.add(row.number)
        content = pickle.dumps(row, 5)
        self._kept.execute(
            "INSERT INTO waiting (number, reverses_no, content) VALUES (?, ?, ?)",
            [row.number, row.reverses_no, content],
        )

    def in_turn(self) -> Iterator[Candidate]:
        """All rows, those of one number together, after the rows of the numbers that they reverse."""
        for number in self._numbers_in_turn():
            place = 0
            while rows := self._of_number(number, place):
                place = rows[-1][0]
                for _, content in rows:
                    yield pickle.loads(content)

    def _of_number(self, number: str, after: int) -> list[tuple[int, bytes]]:
        return self._kept.execute(
            "SELECT place, content FROM waiting WHERE number = ? AND place > ? ORDER BY place LIMIT ?",
            [number, after, READ_AT_ONCE],
        ).fetchall()

    def _numbers_in_turn(self) -> Iterator[str]:
        """Every number once. The way down to an original may be as long as the file: it is kept aside too."""
        for first in self._numbers_in_file_order():
            number: str | None = first if self._enter(first) else None
            while number is not None:
                found = self._kept.execute(_NEEDED, [number]).fetchone()
                if found is not None:
                    self._kept.execute("INSERT INTO path (number) VALUES (?)", [number])
                    number = found[0]
                    self._enter(found[0])
                    continue
                yield number
                number = self._back()

    def _numbers_in_file_order(self) -> Iterator[str]:
        place = 0
        after = "SELECT place, number FROM waiting WHERE place > ? ORDER BY place LIMIT ?"
        while rows := self._kept.execute(after, [place, READ_AT_ONCE]).fetchall():
            place = rows[-1][0]
            for _, number in rows:
                yield number

    def _enter(self, number: str) -> bool:
        """Whether the number was not entered before."""
        return self._kept.execute("INSERT OR IGNORE INTO entered VALUES (?)", [number]).rowcount == 1

    def _back(self) -> str | None:
        found = self._kept.execute("SELECT depth, number FROM path ORDER BY depth DESC LIMIT 1").fetchone()
        if found is None:
            return None
        self._kept.execute("DELETE FROM path WHERE depth = ?", [found[0]])
        return str(found[1])

    def note_reversed(self, original: str, number: str) -> None:
        """The first reversal that stands of an original."""
        self._kept.execute("INSERT OR IGNORE INTO reversed VALUES (?, ?)", [original, number])

    def reversed_by(self, originals: Collection[str]) -> dict[str, str]:
        """Original's number → number of the reversal that was noted."""
        among = "SELECT original, number FROM reversed WHERE original IN (SELECT value FROM json_each(?))"
        return dict(self._kept.execute(among, [json.dumps(list(originals))]).fetchall())
