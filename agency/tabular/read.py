"""Tables from files of others: CSV or TSV in UTF-8 or GB18030, XLSX, and a ZIP that holds one CSV or TSV.

`open_table` decides what the file is by its content, finds the header row and refuses what would bring a
reader down; `Table.rows` then streams. What makes a file unreadable is a TableError; what is wrong inside a
row is for the caller, who gets the cells as they stand (see `tabular.values`) and can name their address.
"""

import codecs
import csv
import io
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

from agency.tabular.header import HEADER_WITHIN, Header, Records, find_header, header_name, is_blank
from agency.tabular.headerless import HeaderlessLayout
from agency.tabular.source import (
    MAX_LINE_BYTES,
    READ_BYTES,
    Source,
    TableError,
    TextSource,
    ZipMember,
    opened,
    unreadable,
)
from agency.tabular.values import Cell, column_letters
from agency.tabular.workbook import Asked, unpacked

TOLD_AT_MOST = 5
_CODECS = {"utf-8": "utf-8-sig", "gb18030": "gb18030"}

__all__ = ["Header", "HeaderlessLayout", "Row", "Source", "Table", "TableError", "header_name", "open_table"]


class Row(NamedTuple):
    """One row as it stands in the file, cut or padded to the width of the header.

    `line_no` is the sheet's row number, in CSV the line on which the record begins. `extra`: something stood
    to the right of the last named column.
    """

    line_no: int
    cells: list[Cell]
    extra: bool
    sheet: str | None
    first_column: int

    def folded(self) -> "FoldedRow":
        """The row as it is kept while it waits: the cells of a text as one, a fifth of memory and work."""
        cells = "\0".join(self.cells) if self.sheet is None else self.cells  # type: ignore[arg-type]
        return self.line_no, cells, self.extra, self.sheet, self.first_column

    @classmethod
    def unfolded(cls, row: "FoldedRow") -> "Row":
        line_no, cells, extra, sheet, first_column = row
        texts: list[Cell] = [*cells.split("\0")] if isinstance(cells, str) else cells
        return cls(line_no, texts, extra, sheet, first_column)

    def address(self, index: int) -> str:
        """Where the cell of that column stands: `结算明细!D17`, in CSV `第17行第4列`."""
        if self.sheet is None:
            return f"第{self.line_no}行第{index + 1}列"
        return f"{self.sheet}!{column_letters(self.first_column + index)}{self.line_no}"


FoldedRow = tuple[int, str | list[Cell], bool, str | None, int]  # no text that is a table has a byte of zero


@dataclass
class Beyond:
    """越出表头: the rows with something to the right of the last named column: how many, and the first."""

    count: int = 0
    first_lines: list[int] = field(default_factory=list)

    def clear(self) -> None:
        self.count = 0
        self.first_lines.clear()

    def add(self, line_no: int) -> None:
        self.count += 1
        if len(self.first_lines) < TOLD_AT_MOST:
            self.first_lines.append(line_no)

    def notes(self, width: int) -> list[str]:
        if not self.count:
            return []
        lines = "、".join(map(str, self.first_lines))
        more = "等" if self.count > len(self.first_lines) else ""
        return [
            f"有 {self.count} 行比表头的 {width} 列多出内容（第 {lines} 行{more}），多出的格没有读："
            "可能是多了分隔符、少了引号，请核对这些行是否错列。"
        ]


class RawText(NamedTuple):
    """Where the lines of a text table stand, for whoever reads them as they are (see `tabular.plain`)."""

    source: TextSource
    filename: str
    encoding: str
    delimiter: str


@dataclass(frozen=True)
class Table:
    """An opened table. `encoding` is utf-8, gb18030 or xlsx; `header` has the names without any spaces.

    `header_line` is 0 and `header` empty for a file without a single filled row; of a file that follows a
    `layout` the header has the declared names. `notes` are sentences that whoever loads the file should read.
    `raw`: of a text with a header, where its lines stand.
    """

    encoding: str
    header: list[str]
    header_line: int
    sheet: str | None
    first_column: int
    _records: Callable[[], Records]
    notes: tuple[str, ...] = ()
    layout: HeaderlessLayout | None = None
    beyond: Beyond = field(default_factory=Beyond)
    raw: RawText | None = None

    def told(self) -> list[str]:
        """The notes, and what came to light while the rows were read."""
        return [*self.notes, *self.beyond.notes(len(self.header))]

    def rows(self) -> Iterator[Row]:
        """All rows below the header that are not blank; each call reads the file anew."""
        self.beyond.clear()
        for line_no, cells in self._records():
            row = self.row(line_no, cells)
            if row is not None:
                yield row

    def row(self, line_no: int, cells: list[Any]) -> Row | None:
        """A record as a row; None for what stands above the rows, and for a blank one."""
        if line_no <= self.header_line or is_blank(cells):
            return None
        width, extra = len(self.header), False
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        elif len(cells) > width:
            extra = not is_blank(cells[width:])
            if extra:
                self.beyond.add(line_no)
            del cells[width:]
        return Row(line_no, cells, extra, self.sheet, self.first_column)


def open_table(
    source: str | Path | bytes,
    *,
    filename: str,
    expected: Collection[str] = (),
    layouts: Sequence[HeaderlessLayout] = (),
    needed: Collection[Collection[str]] = (),
    max_unpacked_bytes: int | None = None,
    grouped: bool = False,
) -> Table:
    """Opens CSV, TSV, XLSX or a ZIP of one text, whatever its name says; `filename` is only for messages.

    `expected` are the column names that could stand in the header, in any spelling a file may use: the header
    is the row among the first 20 that has most of them (two at least), otherwise the first filled row; of an
    XLSX the visible sheet with the best header. A text without such a row that fits one of `layouts` is read
    by it. `needed` are columns (each by its spellings) that every such table has: of an XLSX the one sheet is
    read that has them all and rows under them, and a second such sheet is refused, since its rows would be
    lost. `grouped`: a workbook's header has a second row under it, read by the caller as the first of the
    rows; else a name that is merged over several rows stands in each. `max_unpacked_bytes` lowers what a ZIP
    or a workbook may unpack to. Raises TableError for what is no table.
    """
    source = Path(source) if isinstance(source, str) else source
    wanted = frozenset(header_name(name).casefold() for name in expected)
    with opened(source) as stream:
        start = stream.read(4096)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        asked = Asked(wanted, _groups(needed), max_unpacked_bytes, grouped)
        return _open_package(source, filename, asked, layouts)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise unreadable(filename, "是旧版 Excel（.xls）或加了密码的文件：请打开后不设密码另存为 .xlsx。")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise unreadable(filename, "是 UTF-16 文本：请另存为“CSV UTF-8”或 .xlsx。")
    picture = _picture_in(start)
    if picture:
        raise unreadable(filename, f"是{picture}，不是表格：请交 Excel（.xlsx）或 CSV 文件。")
    if start.startswith(b"%PDF") or start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        raise unreadable(filename, "不是表格文件（是网页、XML 或 PDF）：请另存为 .xlsx 或 CSV。")
    return _open_text(source, filename, wanted, layouts)


def _groups(needed: Collection[Collection[str]]) -> list[list[str]]:
    return [[header_name(name).casefold() for name in names if name] for names in needed]


_PICTURES = (
    (b"\xff\xd8", "照片（JPEG）"),
    (b"\x89PNG", "图片（PNG）"),
    (b"GIF8", "图片（GIF）"),
    (b"II*\0", "图片（TIFF）"),
    (b"MM\0*", "图片（TIFF）"),
)
_TABLE_NAMES = (".csv", ".tsv", ".txt", ".xlsx", ".xls")


def _picture_in(start: bytes) -> str:
    """What kind of picture begins like this; "" for none."""
    if start[4:8] == b"ftyp":
        return "照片（HEIC）或影片"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "图片（WEBP）"
    return next((name for magic, name in _PICTURES if start.startswith(magic)), "")


def _table(
    encoding: str,
    header: Header,
    filename: str,
    sheet: str | None,
    first: int,
    records: Callable[[], Records],
    notes: Sequence[str] = (),
    raw: RawText | None = None,
) -> Table:
    twice = [name for name, count in Counter(header.names).items() if name and count > 1]
    if twice:
        why = f"的表头有重复的列：{'、'.join(twice)}。请只留一列再导入。"
        raise unreadable(filename, why, "duplicate_column", columns=twice)
    return Table(encoding, header.names, header.line_no, sheet, first, records, tuple(notes), raw=raw)


# CSV and TSV


def _open_text(
    source: TextSource, filename: str, wanted: frozenset[str], layouts: Sequence[HeaderlessLayout]
) -> Table:
    _check_lines(source, filename)
    encoding = _find_encoding(source, filename)
    commas, tabs = (partial(_text_records, source, filename, encoding, delimiter) for delimiter in ",\t")
    header, by_tabs, records = _first_header(commas, wanted), _first_header(tabs, wanted), commas
    if len(by_tabs.names) > 1 and (by_tabs.hits, len(by_tabs.names)) > (header.hits, len(header.names)):
        header, records = by_tabs, tabs
    if header.hits < 2 and layouts:
        plain = partial(_text_records, source, filename, encoding, "\t", csv.QUOTE_NONE)
        for layout in layouts:
            if layout.fits(_first_filled(plain)):
                return _laid_out(encoding, layout, plain)
    if not header.names:
        next(commas(), None)  # a first record that cannot be read is said now
    if not layouts:  # whoever knows files without a header says what is missing in words of its own
        _refuse_no_table(header, filename, wanted)
    return _table(encoding, header, filename, None, 0, records, raw=RawText(*records.args))


def _first_filled(open_records: Callable[[], Records]) -> list[str]:
    with closing(open_records()) as records:
        return next((cells for _, cells in islice(records, HEADER_WITHIN) if not is_blank(cells)), [])


def _refuse_no_table(header: Header, filename: str, wanted: frozenset[str]) -> None:
    """Text without one known column that is not even called a table, or has but one column: no table, rather
    than a table with columns missing."""
    if not wanted or header.hits or not header.names:
        return
    named = filename.lower().endswith(_TABLE_NAMES)
    if not named or len(header.names) == 1:
        why = (
            "不是表格：里面没有一个认得的列名。只收 Excel（.xlsx）和 CSV（逗号或制表符分隔），第一行是列名。"
        )
        raise unreadable(filename, why)


def _laid_out(encoding: str, layout: HeaderlessLayout, open_records: Callable[[], Records]) -> Table:
    """A table by a declared order of columns."""

    def records() -> Records:
        for line_no, cells in open_records():
            yield line_no, layout.values(cells)

    note = f"文件没有表头，按“{layout.title}”的列次序读（{layout.source}）：请核对预览里的合计。"
    return Table(encoding, list(layout.columns), 0, None, 0, records, (note,), layout)


def _first_header(open_records: Callable[[], Records], wanted: frozenset[str]) -> Header:
    with closing(open_records()) as records:
        return find_header(records, wanted)


def _chunks(source: TextSource) -> Iterator[bytes]:
    with opened(source) as stream:
        yield from iter(partial(stream.read, READ_BYTES), b"")


def _check_lines(source: TextSource, filename: str) -> None:
    """Refuses what a text table never has, before anything tries to hold a line in memory."""
    at, length = 0, 0
    for chunk in _chunks(source):
        if (nul := chunk.find(b"\0")) >= 0:
            line_no = _line_at(source, at + nul)
            why = f"第 {line_no} 行有二进制内容，不是 CSV 文本：请另存为“CSV UTF-8”或 .xlsx。"
            raise unreadable(filename, why, line=line_no)
        end = chunk.find(b"\n")
        if length + (len(chunk) if end < 0 else end) > MAX_LINE_BYTES:
            line_no = _line_at(source, at)
            raise unreadable(filename, f"第 {line_no} 行超过 1 MB，不像表格：请核对文件。", line=line_no)
        length = length + len(chunk) if end < 0 else len(chunk) - chunk.rfind(b"\n") - 1
        at += len(chunk)


def _line_at(source: TextSource, at: int) -> int:
    """On which line a byte of the source stands."""
    line_no = 1
    for chunk in _chunks(source):
        line_no += chunk.count(b"\n", 0, at)
        at -= len(chunk)
        if at <= 0:
            break
    return line_no


def _find_encoding(source: TextSource, filename: str) -> str:
    with opened(source) as stream:
        marked = stream.read(3) == codecs.BOM_UTF8
    line_no = 0
    for encoding in ("utf-8",) if marked else ("utf-8", "gb18030"):
        line_no = _line_that_fails(source, encoding)
        if not line_no:
            return encoding
    why = f"第 {line_no} 行的文字既不是 UTF-8 也不是 GB18030（GBK）：请另存为“CSV UTF-8”或 .xlsx。"
    raise unreadable(filename, why, "unknown_encoding", line=line_no)


def _line_that_fails(source: TextSource, encoding: str) -> int:
    """The first line that is not text of that encoding; 0 when all of the file is."""
    decoder, at = codecs.getincrementaldecoder(encoding)("strict"), 0
    try:
        for chunk in _chunks(source):
            decoder.decode(chunk)
            at += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return _line_at(source, at - len(decoder.getstate()[0]) + error.start)
    return 0


def _text_records(
    source: TextSource, filename: str, encoding: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL
) -> Records:
    begins = 1
    with opened(source) as stream, io.TextIOWrapper(stream, _CODECS[encoding], "strict", "") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True, quoting=quoting)  # type: ignore[arg-type]
        try:
            for cells in reader:
                yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            raise unreadable_line(filename, begins, error) from error


def unreadable_line(filename: str, line_no: int, error: csv.Error) -> TableError:
    """A record that no reader gets through."""
    why = f"第 {line_no} 行读不下去：引号没有成对，或一格超过 13 万字。请核对这一行（{error}）。"
    return unreadable(filename, why, line=line_no)


# What begins like a ZIP


def _open_package(source: Source, filename: str, asked: Asked, layouts: Sequence[HeaderlessLayout]) -> Table:
    """A workbook, or the one text in a ZIP."""
    found = unpacked(source, filename, asked)
    if isinstance(found, ZipMember):
        try:
            return _open_text(found, filename, asked.wanted, layouts)
        except (BadZipFile, zlib.error, EOFError) as error:
            raise unreadable(filename, "已损坏，解不开：请重新压缩。") from error
    header = Header(found.hits, found.header_line, found.header)
    return _table("xlsx", header, filename, found.sheet, found.first_column, found.records, notes=found.notes)
