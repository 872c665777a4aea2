"""成段读取: long texts in which nearly every line is plain, handed over as bytes, without looking into cells.

Whoever reads says by a pattern per column what a plain cell is. Lines of which every cell is plain come
together, as they stand (in UTF-8); every other record comes as a Row, read as `Table.rows` reads it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from agency.tabular.read import RawText, Row, Table, unreadable_line
from agency.tabular.source import READ_BYTES, opened


class Run(NamedTuple):
    """As many whole `lines`, each ending with a line feed, of which the first stands on `line_no`."""

    line_no: int
    lines: int
    data: bytes


def plain_runs(table: Table, raw: RawText, cells: Sequence[bytes]) -> Iterator[Run | Row]:
    """All rows below the header in their order. `cells` are patterns of the cells that need no reading, in
    the order of the header; none of them may match the delimiter, a quote or the end of a line, nor one cell
    in two ways (a line that is not plain would be tried in all), and one at least matches no empty cell.

    TableError for a record that cannot be read at all, as by `Table.rows`.
    """
    table.beyond.clear()
    text = _Text(raw)
    line = re.escape(raw.delimiter.encode()).join(b"(?:" + cell + b")" for cell in cells)
    plain = re.compile(b"(?:" + line + rb"\r?+\n)*+")
    records = csv.reader(text.lines(), delimiter=raw.delimiter, strict=True)
    with text.stream:
        while text.has_more():
            begins = text.line_no
            run = text.take(plain) if begins > table.header_line else b""
            if run:
                yield Run(begins, text.line_no - begins, run)
                continue
            try:
                record = next(records)
            except csv.Error as error:
                raise unreadable_line(raw.filename, begins, error) from error
            row = table.row(begins, record)
            if row is not None:
                yield row


class _Text:
    """A text as UTF-8, some whole lines at a time, and the line on which one stands. A last line gets its
    end."""

    def __init__(self, raw: RawText) -> None:
        self.stream: BinaryIO = opened(raw.source)
        self.line_no = 1
        self._recode = None if raw.encoding == "utf-8" else codecs.getincrementaldecoder(raw.encoding)()
        self._lines, self._at, self._tail = b"", 0, b""
        self._parts: list[str] = []  # of a line in which some end with a carriage return alone
        self._fill()
        self._at = len(codecs.BOM_UTF8) if self._lines.startswith(codecs.BOM_UTF8) else 0

    def has_more(self) -> bool:
        return bool(self._parts) or self._at < len(self._lines) or self._fill()

    def take(self, plain: re.Pattern[bytes]) -> bytes:
        """The plain lines that come next; empty when the next one is none."""
        found = plain.match(self._lines, self._at) if not self._parts else None
        run = found.group() if found is not None else b""
        self._at += len(run)
        self.line_no += run.count(b"\n")
        return run

    def lines(self) -> Iterator[str]:
        """Line by line what comes next, for a reader that takes no more of them than it needs."""
        while self.has_more():
            if not self._parts:
                end = self._lines.index(b"\n", self._at) + 1
                line = self._lines[self._at : end].decode()
                self._at = end
                self._parts = list(io.StringIO(line, newline=""))
            self.line_no += 1
            yield self._parts.pop(0)

    def _fill(self) -> bool:
        """Read on to the end of a line; whether there was anything more."""
        parts, end = [self._tail], 0
        while not end and (chunk := self.stream.read(READ_BYTES)):
            chunk = chunk if self._recode is None else self._recode.decode(chunk).encode()
            end = chunk.rfind(b"\n") + 1
            parts.append(chunk[:end] if end else chunk)
        self._lines, self._at = b"".join(parts), 0
        self._tail = chunk[end:] if end else b""
        if not end and self._lines:
            self._lines += b"\n"
        return bool(self._lines)
