"""工作簿: the sheet of a workbook with the best header, its rows, and what the clerk should know of it."""

import io
import pickle
from collections.abc import Iterable, Iterator
from itertools import islice
from threading import Thread
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZipFile

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from agency.tabular.header import HEADER_WITHIN, Header, find_header, is_blank
from agency.tabular.package import (
    MAX_GRID_CELLS,
    MAX_SHEET_ROWS,
    Merged,
    Part,
    far_reach,
    sheet_members,
    sheet_parts,
)
from agency.tabular.source import unreadable
from agency.tabular.values import column_letters

BLOCK_ROWS = 500
MAX_MEMBERS = 2000
_TOLD_AT_MOST = 5


class Looked(NamedTuple):
    """What is looked for: column names, which of them every such table has, whether its header is grouped."""

    wanted: frozenset[str]
    needed: list[list[str]]
    grouped: bool

    def fits(self, header: Header) -> bool:
        """Whether a header has all the columns that are needed, each by one of its names."""
        names = {name.casefold() for name in header.names}
        return bool(self.needed) and all(not names.isdisjoint(spellings) for spellings in self.needed)


class Found(NamedTuple):
    """A sheet with a header or something like it; `fits`: it could be read, and has rows under its header."""

    sheet: CalamineSheet
    header: Header
    has_rows: bool
    fits: bool

    @property
    def rank(self) -> tuple[bool, int, bool]:
        return self.fits, self.header.hits, bool(self.header.names)


class WorkbookReader:
    """One reading: the sheet with the best header, and what of the file was not read."""

    def __init__(self, archive: ZipFile, filename: str, looked: Looked) -> None:
        if len(archive.infolist()) > MAX_MEMBERS:
            why = f"里有 {len(archive.infolist()):,} 个部件，不像表格：请另存为新的 .xlsx。"
            raise unreadable(filename, why, "too_large")
        self.archive, self.filename, self.looked = archive, filename, looked
        self.parts: dict[str, Part] = {}
        self.failed: list[Exception] = []
        self.inspection = Thread(target=self._inspect, daemon=True)

    def _inspect(self) -> None:
        try:
            self.parts = sheet_parts(self.archive)
        except Exception as error:  # raised again by whoever waits for it
            self.failed.append(error)

    def _part(self, sheet: str) -> Part:
        """What the inspection found; it runs beside the reader, which holds no lock while it reads."""
        self.inspection.join()
        if self.failed:
            raise self.failed[0]
        return self.parts.get(sheet) or Part()

    def read(self, source: BinaryIO, out: BinaryIO) -> dict[str, Any]:
        source.seek(0)
        content = source.read()
        sheets = dict(sheet_members(self.archive))
        self.inspection.start()
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            del content
            visible = [
                about.name
                for about in book.sheets_metadata
                if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible
            ]
            best = self._best_sheet(book, visible)
        finally:
            self.inspection.join()
        hidden = [name for name in sheets if name not in visible]
        if best is None:
            self._part("")
            raise unreadable(self.filename, "里没有可见的工作表。")
        sheet, header = best.sheet, best.header
        told = _Sheet(sheet, self._part(sheet.name), header, self.filename, grouped=self.looked.grouped)
        notes = told.write(out)
        if self.others:
            notes.insert(0, self._others_told(sheet.name))
        if hidden:
            notes.append(f"隐藏的工作表{_named(hidden)}没有读。")
        return {
            "sheet": sheet.name,
            "header": header.names,
            "header_line": told.header_line,
            "first_column": sheet.start[1] if sheet.start else 0,
            "hits": header.hits,
            "notes": notes,
        }

    def _best_sheet(self, book: CalamineWorkbook, names: list[str]) -> Found | None:
        best: Found | None = None
        fitting: list[str] = []
        filled: dict[str, tuple[int, bool]] = {}
        for name in names:
            found = self._found(book.get_sheet_by_name(name))
            if found.header.names:
                filled[name] = found.header.hits, found.has_rows
            if found.fits:
                fitting.append(name)
            if best is None or found.rank > best.rank:
                best = found
        if len(fitting) > 1:
            why = "都有明细：一份文件只收一张，没有导入。请各存为一个文件，分别导入；不该有的一张请删去。"
            raise unreadable(self.filename, f"的工作表{_named(fitting)}{why}", "several_sheets")
        if best is not None:
            read, hits = best.sheet.name, best.header.hits
            self.others = [name for name in filled if name != read]
            self.alike = [name for name in self.others if filled[name] == (hits, True) and hits > 1]
        return best

    def _found(self, sheet: CalamineSheet) -> Found:
        self._refuse_far(sheet)
        rows = _rows if self.looked.grouped else _first_rows
        part = self._part(sheet.name)
        header = find_header(rows(sheet, part), self.looked.wanted)
        ends = _header_ends(header, part, grouped=self.looked.grouped)
        below = (line_no > ends for line_no, _ in _rows(sheet, part))
        has_rows = bool(header.names) and any(below)
        return Found(sheet, header, has_rows, has_rows and self.looked.fits(header))

    def _others_told(self, read: str) -> str:
        if self.alike:
            return (
                f"工作表{_named([read, *self.alike])}的表头一样，只读了前面的“{read}”："
                "其余的请另存为单独的文件再导入。"
            )
        return f"读的是工作表“{read}”；{_named(self.others)}没有读。"

    def _refuse_far(self, sheet: CalamineSheet) -> None:
        if sheet.end is None:
            return
        last_row, last_column = sheet.end[0] + 1, sheet.end[1]
        if sheet.total_height * sheet.total_width > MAX_GRID_CELLS:
            raise far_reach(last_row, last_column, sheet.name, self.filename)
        if last_row > MAX_SHEET_ROWS:
            why = f"的工作表“{sheet.name}”有 {last_row:,} 行，超过 Excel 的 {MAX_SHEET_ROWS:,} 行"
            raise unreadable(self.filename, f"{why}：请拆开或改用 CSV。", "too_large")


def _rows(sheet: CalamineSheet, part: Part) -> Iterator[tuple[int, list[Any]]]:
    """Line and cells, with error values and formulas in their places; blank rows are left out."""
    first_column = sheet.start[1] if sheet.start else 0
    unread = part.unread
    line_no = 0
    for line_no, cells in enumerate(sheet.iter_rows(), 1):
        if unread and line_no in unread:
            _put(cells, unread[line_no], first_column)
        if not is_blank(cells):
            yield line_no, cells
    for beyond in sorted(number for number in unread if number > line_no):  # rows of nothing that has a value
        yield beyond, _put([], unread[beyond], first_column)


def _header_ends(header: Header, part: Part, *, grouped: bool) -> int:
    """The last line of a header: a name of it may be merged over several. 0 without one."""
    if grouped or not header.names:
        return header.line_no if header.names else 0
    over = (one.last_row for one in part.merged if one.first_row <= header.line_no <= one.last_row)
    return max(over, default=header.line_no)


def _put(cells: list[Any], unread: Iterable[tuple[int, str]], first_column: int) -> list[Any]:
    """Puts what the reader took for empty into its cells; what stands left of the table is no part of it."""
    for column, text in unread:
        index = column - first_column
        if index >= 0:
            cells += [""] * (index + 1 - len(cells))
            cells[index] = text
    return cells


def _first_rows(sheet: CalamineSheet, part: Part) -> Iterator[tuple[int, list[Any]]]:
    """The rows in which the header is looked for; a name merged over several rows stands in each of them."""
    rows = dict(islice(_rows(sheet, part), HEADER_WITHIN))
    first_column = sheet.start[1] if sheet.start else 0
    for merged in part.merged:
        index = merged.first_column - first_column
        top = rows.get(merged.first_row)
        if top is None or not 0 <= index < len(top):
            continue
        for line_no in range(merged.first_row + 1, min(merged.last_row, max(rows)) + 1):
            if line_no in rows and is_blank(rows[line_no][index : index + 1]):
                rows[line_no][index] = top[index]
    yield from rows.items()


class _Sheet:
    """The rows of the sheet that was chosen, on their way out."""

    def __init__(
        self, sheet: CalamineSheet, part: Part, header: Header, filename: str, *, grouped: bool
    ) -> None:
        self.sheet, self.part, self.header, self.filename = sheet, part, header, filename
        self.header_line = _header_ends(header, part, grouped=grouped)

    def write(self, out: BinaryIO) -> list[str]:
        """Writes the rows; what the clerk should know of the sheet."""
        hidden: list[int] = []
        spanned = _Spanned(self.part.merged, self.header_line, self._columns())
        block: list[tuple[int, list[Any]]] = []
        for line_no, cells in _rows(self.sheet, self.part):
            if line_no <= self.header_line:
                continue
            if (merged := spanned.at(line_no)) is not None:
                why = f"的 {self.sheet.name}!{merged} 是跨行合并的单元格，看不出每一行的值"
                raise unreadable(self.filename, f"{why}：请取消合并，逐行填好再导入。", "merged_cells")
            if line_no in self.part.hidden_rows:
                hidden.append(line_no)
            block.append((line_no, cells))
            if len(block) >= BLOCK_ROWS:
                out.write(pickle.dumps(block, 5))
                block = []
        out.write(pickle.dumps(block, 5))
        return self._notes(hidden)

    def _columns(self) -> range:
        first = self.sheet.start[1] if self.sheet.start else 0
        return range(first, first + len(self.header.names))

    def _notes(self, hidden: list[int]) -> list[str]:
        notes = []
        if self.header.hits and self.header.line_no > 1:
            notes.append(f"表头在第 {self.header.line_no} 行，它上面的内容没有读。")
        if hidden:
            lines = "、".join(map(str, hidden[:_TOLD_AT_MOST]))
            more = "等" if len(hidden) > _TOLD_AT_MOST else ""
            notes.append(f"有 {len(hidden)} 行是隐藏的（第 {lines} 行{more}），也照样读了。")
        columns = self._columns()
        names = [
            f"“{self.header.names[column - columns.start]}”（{column_letters(column)} 列）"
            for first, last in self.part.hidden_columns
            for column in columns
            if first <= column <= last and self.header.names[column - columns.start]
        ]
        if names:
            notes.append(f"隐藏的列{'、'.join(names)}也照样读了。")
        return notes


class _Spanned:
    """Tells of rows, asked in order, whether a cell merged over several rows reaches into them from above."""

    def __init__(self, merged: list[Merged], header_line: int, columns: range) -> None:
        self.waiting = iter(
            sorted(
                one
                for one in merged
                if one.last_row > one.first_row > header_line and one.first_column in columns
            )
        )
        self.next = next(self.waiting, None)
        self.open: Merged | None = None

    def at(self, line_no: int) -> Merged | None:
        while self.next is not None and self.next.first_row < line_no:
            if self.open is None or self.next.last_row > self.open.last_row:
                self.open = self.next
            self.next = next(self.waiting, None)
        return self.open if self.open is not None and line_no <= self.open.last_row else None


def _named(names: list[str]) -> str:
    told = "、".join(f"“{name}”" for name in names[:_TOLD_AT_MOST])
    return told + (f"等 {len(names)} 张" if len(names) > _TOLD_AT_MOST else "")
