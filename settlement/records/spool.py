"""暂存: the accepted rows of one import between checking and loading, one line each, outside of memory."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator
from functools import cached_property, partial
from itertools import islice
from typing import IO

from agency.batches.aside import aside_database
from settlement.records.content import FIELDS, NUMBER
from settlement.records.selectors import stored_digests

IN_MEMORY_BYTES = 1024 * 1024
BLOCK_LINES = 2000
COPIED_BYTES = 256 * 1024


class Spool:
    """Lines of accepted rows, in the order in which they were accepted; a nameless file beyond 1 MB.

    Or, `kept`: the lines of an earlier one, from where its file stands now to its end; to be read only.
    """

    def __init__(self, kept: IO[bytes] | None = None) -> None:
        self._file: IO[bytes] = kept or tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
        self._begin = self._indexed = self._file.tell()
        self._digest = hashlib.sha256()
        self._fresh: list[str] = []
        if kept is not None:
            while block := kept.read(COPIED_BYTES):
                self._digest.update(block)

    def write_to(self, stream: IO[bytes]) -> None:
        """Copy all lines into a stream."""
        self._write()
        self._file.seek(self._begin)
        shutil.copyfileobj(self._file, stream, COPIED_BYTES)

    def add(self, line: str) -> None:
        self._fresh.append(line)
        if len(self._fresh) >= BLOCK_LINES:
            self._write()

    def ask(self, numbers: Collection[str]) -> Callable[[], dict[str, str]]:
        """The digests of what is stored under these numbers, read when they are wanted."""
        return partial(stored_digests, numbers)

    def settle(self) -> None:
        """Nothing to wait for (see load.DirectLoad)."""

    def send(self) -> None:
        """Nothing to send yet."""

    def _write(self) -> None:
        if self._fresh:
            data = ("\n".join(self._fresh) + "\n").encode()
            self._digest.update(data)
            self._file.write(data)
            self._fresh.clear()

    def fingerprint(self) -> str:
        """A digest of all lines (hex)."""
        self._write()
        return self._digest.hexdigest()

    def blocks(self) -> Iterator[list[bytes]]:
        """All lines, without their ends, in blocks."""
        self._write()
        self._file.seek(self._begin)
        while block := [line[:-1] for line in islice(self._file, BLOCK_LINES)]:
            yield block
        self._file.seek(0, 2)

    def contents(self, numbers: Collection[str]) -> dict[str, list[str]]:
        """The content of the rows with these settlement numbers. Asked again while the spool grows, it reads
        only what came since into its index of numbers, and the lines themselves."""
        if not numbers:
            return {}
        self._index_more()
        among = "SELECT place FROM line WHERE number IN (SELECT value FROM json_each(?)) ORDER BY place"
        found = {}
        for (place,) in self._index.execute(among, [json.dumps(list(numbers))]).fetchall():
            self._file.seek(place)
            content = self._file.readline().decode().rstrip("\n").split("\t")[: len(FIELDS)]
            found[content[NUMBER]] = content
        self._file.seek(0, 2)
        return found

    def _index_more(self) -> None:
        self._write()
        self._file.seek(self._indexed)
        while lines := list(islice(self._file, BLOCK_LINES)):
            rows = []
            for line in lines:
                rows.append((line.split(b"\t", NUMBER + 1)[NUMBER].decode(), self._indexed))
                self._indexed += len(line)
            self._index.executemany("INSERT OR REPLACE INTO line VALUES (?, ?)", rows)

    @cached_property
    def _index(self) -> sqlite3.Connection:
        return aside_database("CREATE TABLE line (number TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID")
