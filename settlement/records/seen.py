"""已见编号: the settlement numbers that stand in a file, kept outside of memory: a month has millions."""

from __future__ import annotations

import json
from collections.abc import Collection

from agency.batches.aside import aside_database


class SeenNumbers:
    """A set of numbers in a nameless database of its own, asked for a block of rows at a time."""

    def __init__(self) -> None:
        self._kept = aside_database("CREATE TABLE seen (number TEXT PRIMARY KEY) WITHOUT ROWID")
        self._at_hand: set[str] = set()
        self._fresh: list[tuple[str]] = []

    def look_up(self, numbers: Collection[str]) -> None:
        """Have at hand which of these are in the set; only they may be asked for until the next look."""
        self._kept.executemany("INSERT OR IGNORE INTO seen VALUES (?)", self._fresh)
        self._fresh.clear()
        among = "SELECT number FROM seen WHERE number IN (SELECT value FROM json_each(?))"
        self._at_hand = {number for (number,) in self._kept.execute(among, [json.dumps(list(numbers))])}

    def __contains__(self, number: str) -> bool:
        return number in self._at_hand

    def add(self, number: str) -> None:
        self._at_hand.add(number)
        self._fresh.append((number,))
