"""放在一旁: rows of fee classes by case, outside of memory: a case is judged when all of its are known."""

from __future__ import annotations

import json
import pickle
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from agency.batches.aside import aside_database
from agency.tabular.read import Row
from settlement.bills.parse import Amounts
from settlement.records.selectors import chunks


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that stands by itself."""

    row: Row
    number: str
    fee_class: str
    amounts: Amounts


class CasesAside:
    """Rows by the number of their case, one of each class."""

    def __init__(self) -> None:
        self._kept = aside_database(
            "CREATE TABLE aside (number TEXT, fee_class TEXT, content BLOB, PRIMARY KEY (number, fee_class))"
            " WITHOUT ROWID",
            "CREATE TABLE spoilt (number TEXT PRIMARY KEY) WITHOUT ROWID",
        )

    def add(self, row: Candidate) -> bool:
        """Put a row aside; False when there is one of this class of the case already."""
        values = [row.number, row.fee_class, pickle.dumps(row, 5)]
        return self._kept.execute("INSERT OR IGNORE INTO aside VALUES (?, ?, ?)", values).rowcount == 1

    def spoil(self, number: str) -> None:
        """A row of this case was refused: its sum cannot be judged."""
        self._kept.execute("INSERT OR IGNORE INTO spoilt VALUES (?)", [number])

    def spoilt(self, numbers: Collection[str]) -> set[str]:
        """Which of these cases had a row refused."""
        among = "SELECT number FROM spoilt WHERE number IN (SELECT value FROM json_each(?))"
        return {number for (number,) in self._kept.execute(among, [json.dumps(list(numbers))])}

    def in_blocks(self) -> Iterator[dict[str, list[Candidate]]]:
        """All rows by number, some hundred cases at a time."""
        rows = self._kept.execute("SELECT content FROM aside ORDER BY number, fee_class")
        found = (pickle.loads(content) for (content,) in rows)
        cases = ((number, list(lines)) for number, lines in groupby(found, lambda row: row.number))
        for block in chunks(cases):
            yield dict(block)
