"""暂存: the accepted rows of one import between checking and loading, one line each, outside of memory."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterator
from itertools import islice
from typing import IO

from settlement.records.content import FIELDS, NUMBER

IN_MEMORY_BYTES = 1024 * 1024
BLOCK_LINES = 2000
COPIED_BYTES = 256 * 1024


class Spool:
    """Lines of accepted rows, in the order in which they were accepted; a nameless file beyond 1 MB.

    Or, `kept`: the lines of an earlier one, from where its file stands now to its end; to be read only.
    """

    def __init__(self, kept: IO[bytes] | None = None) -> None:
        self._file: IO[bytes] = kept or tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
        self._begin = self._file.tell()
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
        """The content of the rows with these settlement numbers."""
        if not numbers:
            return {}
        wanted = {number.encode() for number in numbers}
        found = {}
        for block in self.blocks():
            for line in block:
                if line.split(b"\t", NUMBER + 1)[NUMBER] in wanted:
                    content = line.decode().split("\t")[: len(FIELDS)]
                    found[content[NUMBER]] = content
        return found
