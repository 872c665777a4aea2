"""单边的病例: what one side has alone, in a temporary table, to be looked through in blocks.

`settle` those that have a cause. The table lives until `close`, or the end of the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection

from settlement.reconciliation.doctor_pairs import THEIRS, Single
from settlement.records.selectors import chunks

TABLE = "doctor_single"
AT_ONCE = 1_000
COLUMNS = Single._fields
_KINDS = {
    **dict.fromkeys(COLUMNS, "text"),
    **dict.fromkeys(("serial", "line"), "bigint"),
    **dict.fromkeys((name for name in COLUMNS if name.endswith("_fen")), "bigint"),
    "is_refund": "integer",
}
_INDEXES = ("side, subject", "side, serial", "cert_no", "person_no", "side, reverses_no", "serial")
_READ = f"SELECT {', '.join(COLUMNS)} FROM {TABLE}"


class Singles:
    """The cases that one side has alone. `add` all, then `ready`; what is asked is of those without a cause,
    but for `missing` and `refunds`, which are of all. `person` is the column that says who somebody is."""

    person = "cert_no"

    def __init__(self) -> None:
        declared = ", ".join(f"{name} {_KINDS[name]}" for name in COLUMNS)
        self.close()
        _do(f"CREATE TEMPORARY TABLE {TABLE} ({declared}, settled integer DEFAULT 0)")

    def close(self) -> None:
        _do(f"DROP TABLE IF EXISTS {TABLE}")

    def add(self, singles: Iterable[Single]) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                    for row in singles:
                        copy.write_row(row)
                return
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})", list(singles))

    def ready(self) -> None:
        for number, columns in enumerate(_INDEXES):
            _do(f"CREATE INDEX {TABLE}_{number} ON {TABLE} ({columns})")
        if connection.vendor == "postgresql":
            _do(f"ANALYZE {TABLE}")
        whole = (
            f"SELECT MIN(cert_no) FROM {TABLE} WHERE side = %s AND cert_no <> '' AND cert_no NOT LIKE '%%*%%'"
        )
        self.person = "cert_no" if _first_column(whole, [THEIRS])[0] else "person_no"

    def settle(self, keys: Collection[int]) -> None:
        """These have a cause."""
        for block in chunks(keys):
            marks = ", ".join(["%s"] * len(block))
            _do(f"UPDATE {TABLE} SET settled = 1 WHERE serial IN ({marks})", block)

    def blocks(self, side: str) -> Iterator[list[Single]]:
        """Those of a side, in the order of their serials."""
        last = 0
        while block := _singles(
            f"{_READ} WHERE side = %s AND settled = 0 AND serial > %s ORDER BY serial LIMIT {AT_ONCE}",
            [side, last],
        ):
            yield block
            last = block[-1].serial

    def people(self) -> Iterator[list[Single]]:
        """The cases of each person of whom both sides have some, person by person."""
        last, who = "", self.person
        while names := _first_column(
            f"SELECT {who} FROM {TABLE} WHERE settled = 0 AND {who} > %s"
            f" GROUP BY {who} HAVING MIN(side) <> MAX(side) ORDER BY {who} LIMIT {AT_ONCE}",
            [last],
        ):
            marks = ", ".join(["%s"] * len(names))
            rows = _singles(f"{_READ} WHERE settled = 0 AND {who} IN ({marks}) ORDER BY {who}, serial", names)
            for _, person in groupby(rows, attrgetter(who)):
                yield list(person)
            last = names[-1]

    def missing(self, side: str, numbers: Collection[str]) -> set[str]:
        """Which of these numbers a side has alone."""
        return set(_of_numbers("subject", "subject", side, numbers))

    def refunds(self, side: str, originals: Collection[str]) -> dict[str, str]:
        """Original's number → number of the refund of it that the same side has alone."""
        return _of_numbers("reverses_no", "subject", side, originals)


def _of_numbers(key: str, value: str, side: str, numbers: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in chunks(sorted(number for number in numbers if number)):
        marks = ", ".join(["%s"] * len(block))
        found.update(
            _rows(
                f"SELECT {key}, MIN({value}) FROM {TABLE} WHERE side = %s AND {key} IN ({marks})"
                f" GROUP BY {key}",
                [side, *block],
            )
        )
    return found


def _do(statement: str, parameters: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters) or None)


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        return cursor.fetchall()


def _first_column(statement: str, parameters: Sequence[Any]) -> list[str]:
    return [row[0] for row in _rows(statement, parameters)]


def _singles(statement: str, parameters: Sequence[Any]) -> list[Single]:
    return [Single._make(row) for row in _rows(statement, parameters)]
