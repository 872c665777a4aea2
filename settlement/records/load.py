"""写入: the accepted rows into the database in one go: COPY on PostgreSQL, executemany on SQLite.

The only writer of records in bulk. It runs in the caller's transaction; integers and texts only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

from agency.organisation.models import Institution, PoolingRegion
from settlement.records.content import AMOUNT_FIELDS, FLAG_FIELDS, KEPT_FIELDS, PARTIES, TEXT_FIELDS
from settlement.records.models import SettlementRecord
from settlement.records.selectors import chunks, digests_by, stored_contents
from settlement.records.spool import Spool

T = TypeVar("T")
TABLE = SettlementRecord._meta.db_table
COLUMNS = ("batch_id", *(f"{name}_id" for name in PARTIES), *KEPT_FIELDS)
COPIED_LINES = 2_000
COPY = f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN WITH (NULL E'\\x01')"
DAYS = ("admitted_on", "discharged_on")
_NUMBERS = slice(
    len(PARTIES) + 1 + len(TEXT_FIELDS), len(PARTIES) + 1 + len(TEXT_FIELDS) + len(AMOUNT_FIELDS) + 1
)
assert COLUMNS[_NUMBERS] == (*AMOUNT_FIELDS, FLAG_FIELDS[0])


class DirectLoad:
    """直接写入: lines that go into the table while the rest of the file is still read, on PostgreSQL.

    In the place of a spool, within the caller's transaction. One thread asks and copies, in the order in
    which it is told, while more is read; `settle` before the connection is used for anything else.
    """

    def __init__(self, batch_id: int, institutions: dict[str, str]) -> None:
        self._institutions = institutions
        self._lines: list[bytes] = []
        self._digest = hashlib.sha256()
        self._place = _Placer(batch_id)
        self._placed = 0
        self._thread = ThreadPoolExecutor(1)
        self._asking: Future[Any] | None = None
        self._copying: Future[Any] | None = None

    def add(self, line: str) -> None:
        self._lines.append(line.encode())

    def ask(self, numbers: Collection[str]) -> Callable[[], dict[str, str]]:
        """Have the digests looked up of what is stored under these numbers; awaited when they are wanted."""
        self._asking = self._thread.submit(_ask, connection.connection, list(numbers))
        return partial(_awaited, self._asking)

    def send(self) -> None:
        """Have the lines written once they are many: each COPY costs some milliseconds of its own."""
        if len(self._lines) >= COPIED_LINES:
            self._write()

    def settle(self) -> None:
        """Wait until all lines are written, and what was asked is answered; IntegrityError when the database
        refuses a line."""
        self._write()
        for future in (self._copying, self._asking):
            if future is not None:
                _awaited(future)
        self._copying = self._asking = None

    def _write(self) -> None:
        """Pass the lines to the thread; one such block at most is under way."""
        if not self._lines:
            return
        if self._copying is not None:
            _awaited(self._copying)
        if self._placed < len(self._institutions):
            self._place_more()
        self._digest.update(b"".join(line + b"\n" for line in self._lines))
        data = _copied(self._place(self._lines))
        self._lines = []
        self._copying = self._thread.submit(_copy_block, connection.connection, data)

    def _place_more(self) -> None:
        if self._asking is not None:
            _awaited(self._asking)
        fresh = dict(islice(self._institutions.items(), self._placed, None))
        register_institutions(fresh)
        self._place.know(fresh)
        self._placed = len(self._institutions)

    def fingerprint(self) -> str:
        """A digest of all lines (hex), the same as a spool's."""
        return self._digest.hexdigest()

    def contents(self, numbers: Collection[str]) -> dict[str, list[str]]:
        """The content of the rows with these settlement numbers."""
        return stored_contents(numbers)

    def close(self) -> None:
        """End the thread; what it still writes is awaited."""
        self._thread.shutdown()


def _awaited(done: Future[T]) -> T:
    with connection.wrap_database_errors:
        return done.result()


def _ask(raw: Any, numbers: list[str]) -> dict[str, str]:
    with raw.cursor() as cursor:
        return digests_by(cursor, numbers)


def _copy_block(raw: Any, data: bytes) -> None:
    with raw.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(data)


def load_records(
    batch_id: int, spool: Spool, institutions: dict[str, str], told: Callable[[int], object] = int
) -> None:
    """Write every line of the spool as a record of the batch; unknown institutions become stubs first.

    `institutions` are the codes that occur, with the names that the file gives them. IntegrityError when the
    database refuses a row: something else was written, or a month signed, meanwhile.
    """
    register_institutions(institutions)
    place = _Placer(batch_id)
    place.know(institutions)
    write = {"postgresql": _copy, "sqlite": _insert}[connection.vendor]
    write(_told(map(place, spool.blocks()), told))


def _told(blocks: Iterator[list[bytes]], told: Callable[[int], object]) -> Iterator[list[bytes]]:
    """The blocks, telling before each how many lines went before it."""
    done = 0
    for block in blocks:
        told(done)
        yield block
        done += len(block)


def register_institutions(names: dict[str, str]) -> None:
    """Register unknown institutions as stubs to be completed; a name in a file is no identity [P]."""
    for codes in chunks(names):
        known = set(Institution.objects.filter(code__in=codes).values_list("code", flat=True))
        new = [code for code in codes if code not in known]
        Institution.objects.bulk_create(
            [Institution(code=code, name=names[code][:100], is_stub=True) for code in new],
            ignore_conflicts=True,
        )


class _Placer:
    """Puts ids in the place of the codes with which a line begins."""

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id
        self._hospital: dict[bytes, int] = {}
        regions = PoolingRegion.objects.values_list("code", "pk")
        self._region = {code.encode(): pk for code, pk in regions}

    def know(self, institutions: Iterable[str]) -> None:
        """Read the ids of these institutions, by code."""
        for codes in chunks(list(institutions)):
            rows = Institution.objects.filter(code__in=codes).values_list("code", "pk")
            self._hospital.update((code.encode(), pk) for code, pk in rows)

    def __call__(self, block: list[bytes]) -> list[bytes]:
        batch_id, hospital, region = self._batch_id, self._hospital, self._region
        placed = []
        for line in block:
            code, insured, care, rest = line.split(b"\t", len(PARTIES))
            placed.append(
                b"%d\t%d\t%d\t%d\t%b" % (batch_id, hospital[code], region[insured], region[care], rest)
            )
        return placed


def _copy(blocks: Iterator[list[bytes]]) -> None:
    """PostgreSQL. The connection's time zone is UTC, as are the moments in the lines."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY) as copy:
        for block in blocks:
            copy.write(_copied(block))


def _copied(block: list[bytes]) -> bytes:
    data = b"\n".join(block) + b"\n"
    return data.replace(b"\\", b"\\\\") if b"\\" in data else data


def _insert(blocks: Iterator[list[bytes]]) -> None:
    """SQLite."""
    marks = ", ".join("NULLIF(%s, char(1))" if name in DAYS else "%s" for name in COLUMNS)
    statement = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})"
    with connection.cursor() as cursor:
        for block in blocks:
            cursor.executemany(statement, [_with_numbers(line.decode().split("\t")) for line in block])


def _with_numbers(values: list[str]) -> list[str | int]:
    return [*values[: _NUMBERS.start], *map(int, values[_NUMBERS]), *values[_NUMBERS.stop :]]
