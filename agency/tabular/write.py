"""Plain tables as files: CSV for programs, XLSX for people. Nothing in them ever runs as a formula.

Both take the same columns and the same rows: text as str, amounts as integer fen, days as date, moments as
naive local datetime, None for an empty cell. A text may stand in a column of any kind. Rows are taken one by
one and none is kept, so that a million of them need no more memory than ten.
"""

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from rustpy_xlsxwriter import Format, write_worksheets

from agency.money import plain_yuan
from agency.tabular.source import TableError

MAX_SHEET_ROWS = 1_048_576
_MAX_CELL_TEXT = 32_767
_MAX_EXACT_FEN = 10**15
_FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")
_NEGATIVE = re.compile(r"-[0-9]+(?:\.[0-9]+)?")

_INNER_DATE = re.compile(rb"(?<=W3CDTF\">)[^<]+")

Value = str | int | Decimal | date | datetime | None
Target = str | Path | BinaryIO
Kind = Literal["text", "money", "int", "date", "moment"]

_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "money": "#,##0.00",
    "int": "0",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
}


@dataclass(frozen=True)
class TableColumn:
    """One column: `money` cells are fen and become yuan; identifiers and codes are `text`."""

    title: str
    kind: Kind = "text"
    width: int = 14


def inert(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula; a negative
    number is none."""
    return "'" + text if text[:1] in _FORMULA_STARTS and not _NEGATIVE.fullmatch(text) else text


def write_csv(
    target: Target,
    columns: Sequence[TableColumn],
    rows: Iterable[Sequence[Value]],
    *,
    encoding: str = "utf-8-sig",
) -> int:
    """One header row and the data rows, nothing else; how many data rows were written.

    Numbers (amounts, int and Decimal cells) keep their minus sign as it is; every text is `inert`.
    """
    count = -1
    with _opened(target) as stream:
        for line in csv_lines(columns, rows, encoding=encoding):
            stream.write(line)
            count += 1
    return count


class _Line:
    """What csv writes a line to: it hands the line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(
    columns: Sequence[TableColumn], rows: Iterable[Sequence[Value]], *, encoding: str = "utf-8-sig"
) -> Iterator[bytes]:
    """The lines of such a file one by one, for whoever sends them as they come."""
    kinds = [column.kind for column in columns]
    written = csv.writer(_Line()).writerow
    yield written([inert(column.title) for column in columns]).encode(encoding)
    plain = encoding.removesuffix("-sig")  # the mark stands once, at the beginning
    for row in rows:
        cells = [_csv_cell(kind, value) for kind, value in zip(kinds, row, strict=True)]
        yield written(cells).encode(plain)


def _csv_cell(kind: Kind, value: Value) -> str:
    if isinstance(value, str):
        return inert(value)
    if value is None:
        return ""
    if kind == "money":
        return plain_yuan(_whole(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if kind == "date" else "%Y-%m-%d %H:%M:%S")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def write_xlsx(
    target: Target,
    sheet_name: str,
    columns: Sequence[TableColumn],
    rows: Iterable[Sequence[Value]],
    *,
    at: datetime,
    most_rows: int = 0,
) -> int:
    """A sheet with a frozen header; how many data rows were written.

    `most_rows`: how many are to come at most; of more than a sheet holds the rest goes on further sheets
    (`结算明细 2`). The same columns, rows and `at` (with its time zone: the document's inner date) give the
    same bytes. Amounts are real numbers; of more than 15 digits, which Excel cannot hold, text. Raises
    TableError, with nothing written, when more rows come than there is room for.
    """
    if at.tzinfo is None:
        raise ValueError("the inner date needs a time zone")
    room = MAX_SHEET_ROWS - 1
    lines = _Lines(columns, rows)
    names = [sheet_name, *(f"{sheet_name} {number + 2}" for number in range((most_rows - 1) // room))]
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "table.xlsx"
        _write_sheets(draft, columns, [(name, lines.next(room)) for name in names])
        if lines.has_more():
            raise TableError(
                "too_large",
                f"超过一张 Excel 工作表的 {MAX_SHEET_ROWS:,} 行：请导出 CSV，或缩小范围分几次导出。",
            )
        _date_package(draft, at)
        with _opened(target) as stream, draft.open("rb") as written:
            while chunk := written.read(1 << 20):
                stream.write(chunk)
    return lines.count


def _write_sheets(draft: Path, columns: Sequence[TableColumn], sheets: list[tuple[str, Any]]) -> None:
    formats = [Format().set_num_format(_NUMBER_FORMATS[column.kind]) for column in columns]
    heading = Format().set_bold().set_border_bottom("thin").set_text_wrap().set_align("vertical_center")
    titles = _distinct([column.title for column in columns])
    each: dict[str, Any] = {
        "column_widths": [column.width for column in columns],
        "column_formats": formats,
        "header_format": heading,
        "ignore_errors": titles,
    }
    by_sheet: dict[str, Any] = {option: {name: value for name, _ in sheets} for option, value in each.items()}
    write_worksheets(sheets, str(draft), freeze_panes={"general": {"row": 1}}, **by_sheet)


def _distinct(titles: Sequence[str]) -> list[str]:
    """The writer knows columns by their title: one that stands twice gets a space behind it, which no import
    reads."""
    found: list[str] = []
    for title in titles:
        while title in found:
            title += " "
        found.append(title)
    return found


class _Lines:
    """The rows as the writer takes them, sheet by sheet."""

    def __init__(self, columns: Sequence[TableColumn], rows: Iterable[Sequence[Value]]) -> None:
        self.titles = _distinct([column.title for column in columns])
        self.cells = [_cell_of(column.kind) for column in columns]
        self.rows = iter(rows)
        self.count = 0

    def next(self, most: int) -> Iterator[dict[str, Any]]:
        """The next rows, at most `most`; where there are none an empty one, so that the header stands."""
        began = self.count
        for row in islice(self.rows, most):
            self.count += 1
            values = [
                None if value is None or value == "" else cell(value)
                for cell, value in zip(self.cells, row, strict=True)
            ]
            yield dict(zip(self.titles, values, strict=True))
        if self.count == began:
            yield dict.fromkeys(self.titles)

    def has_more(self) -> bool:
        return next(self.rows, None) is not None


def _cell_of(kind: Kind) -> Callable[[Value], Any]:
    """What turns a value of such a column into what the writer takes."""

    def money(value: Value) -> Any:
        if type(value) is int and -_MAX_EXACT_FEN < value < _MAX_EXACT_FEN:
            return value / 100  # the nearest double shows the same 15 digits
        return _text_or_day(kind, value)

    def number(value: Value) -> Any:
        if type(value) is int and -_MAX_EXACT_FEN < value < _MAX_EXACT_FEN:
            return value
        return _text_or_day(kind, value)

    def text(value: Value) -> Any:
        return _text_or_day(kind, value)

    return {"money": money, "int": number}.get(kind, text)


def _text_or_day(kind: Kind, value: Value) -> Any:
    if isinstance(value, str):
        if len(value) > _MAX_CELL_TEXT:
            raise TableError(
                "too_large",
                f"有一格超过 {_MAX_CELL_TEXT:,} 个字，Excel 放不下（“{value[:20]}…”）：请导出 CSV。",
            )
        return value
    if isinstance(value, date):
        return value if value.year >= 1900 else value.isoformat()  # Excel knows no day before
    if kind == "money" or kind == "int":
        return _csv_cell(kind, _whole(value))
    return _csv_cell(kind, value)


def _date_package(draft: Path, at: datetime) -> None:
    """Puts our moment in the place of the writer's, so that the same rows give the same bytes.

    The member that holds it stands behind the sheets: only what follows it is written again.
    """
    with ZipFile(draft, "a") as archive:
        begins = archive.getinfo("docProps/core.xml").header_offset
        tail = [member for member in archive.infolist() if member.header_offset >= begins]
        contents = [(member.filename, archive.read(member)) for member in tail]
        for member in tail:
            archive.filelist.remove(member)
            del archive.NameToInfo[member.filename]
        archive.start_dir = begins
        moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
        for name, content in contents:
            member = ZipInfo(name)  # of 1980, as the writer's other members are
            member.compress_type, member.external_attr = ZIP_DEFLATED, 0o600 << 16
            archive.writestr(member, _INNER_DATE.sub(moment, content))


def _whole(value: Value) -> int:
    if type(value) is not int:
        raise TypeError(f"an amount or count is an int, not {type(value).__name__}")
    return value


@contextmanager
def _opened(target: Target) -> Iterator[BinaryIO]:
    if isinstance(target, str | Path):
        with open(target, "wb") as stream:
            yield stream
    else:
        yield target
