"""暂存: the accepted rows of one import between checking and loading, one line each, outside of memory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Iterator
from itertools import islice

from settlement.records.content import FIELDS, NUMBER

IN_MEMORY_BYTES = 1024 * 1024
BLOCK_LINES = 2000


class Spool:
    """Lines of accepted rows, in the order in which they were accepted; a nameless file beyond 1 MB."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed with us
        self._digest = hashlib.sha256()
        self._fresh: list[str] = []

    def add(self, line: str) -> None:
        self._fresh.append(line)
        if len(self._fresh) >= BLOCK_LINES:
            self._write()

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
        self._file.seek(0)
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
