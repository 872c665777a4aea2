"""Plain tables as files: CSV for programs, XLSX for people. Nothing in them ever runs as a formula.

Both take the same columns and the same rows: text as str, amounts as integer fen, days as date, moments as
naive local datetime, None for an empty cell. A text may stand in a column of any kind.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from agency.money import plain_yuan
from agency.tabular.source import TableError

MAX_SHEET_ROWS = 1_048_576
_MAX_CELL_TEXT = 32_767
_MAX_EXACT_FEN = 10**15
_FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")

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
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + text if text[:1] in _FORMULA_STARTS else text


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
    kinds = [column.kind for column in columns]
    count = 0
    with _opened(target) as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        writer = csv.writer(text)
        writer.writerow([inert(column.title) for column in columns])
        for row in rows:
            writer.writerow([_csv_cell(kind, value) for kind, value in zip(kinds, row, strict=True)])
            count += 1
        text.flush()
        text.detach()
    return count


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
) -> int:
    """A sheet with a frozen header; how many data rows were written.

    The same columns, rows and `at` (with its time zone: the document's inner date) give the same bytes.
    Amounts are real numbers; of more than 15 digits, which Excel cannot hold, text. Raises TableError, with
    nothing written, when there are more rows than a sheet has.
    """
    if at.tzinfo is None:
        raise ValueError("the inner date needs a time zone")
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "table.xlsx"
        book = Workbook(
            str(draft),
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties({"created": at.astimezone(UTC).replace(tzinfo=None)})
        count = _fill(book, book.add_worksheet(sheet_name), columns, rows)
        book.close()
        with _opened(target) as stream, draft.open("rb") as written:
            while chunk := written.read(1 << 20):
                stream.write(chunk)
    return count


def _fill(
    book: Workbook, sheet: Worksheet, columns: Sequence[TableColumn], rows: Iterable[Sequence[Value]]
) -> int:
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
    formats = {kind: book.add_format({"num_format": code}) for kind, code in _NUMBER_FORMATS.items()}
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width, formats[column.kind])
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MAX_SHEET_ROWS}"})
    for index, column in enumerate(columns):
        sheet.write_string(0, index, column.title, heading)
    writers = [_cell_writer(sheet, column.kind, formats) for column in columns]
    line = 0
    for line, row in enumerate(rows, 1):
        if line >= MAX_SHEET_ROWS:
            raise TableError(
                "too_large",
                f"超过一张 Excel 工作表的 {MAX_SHEET_ROWS:,} 行：请导出 CSV，或缩小范围分几次导出。",
            )
        for index, (write, value) in enumerate(zip(writers, row, strict=True)):
            if value is not None and value != "":
                write(line, index, value)
    return line


def _cell_writer(
    sheet: Worksheet, kind: Kind, formats: dict[Kind, Format]
) -> Callable[[int, int, Value], object]:
    cell_format, text_format = formats[kind], formats["text"]

    def write(line: int, index: int, value: Value) -> object:
        if isinstance(value, str):
            return sheet.write_string(line, index, _cell_text(value), text_format)
        if isinstance(value, date):
            if value.year < 1900:  # before the first day that Excel knows
                return sheet.write_string(line, index, value.isoformat(), text_format)
            return sheet.write_datetime(line, index, value, cell_format)
        if kind == "money" and abs(_whole(value)) < _MAX_EXACT_FEN:
            return sheet.write_number(line, index, Decimal(_whole(value)) / 100, cell_format)
        if kind == "int" and abs(_whole(value)) < _MAX_EXACT_FEN:
            return sheet.write_number(line, index, _whole(value), cell_format)
        return sheet.write_string(line, index, _csv_cell(kind, value), text_format)

    return write


def _cell_text(text: str) -> str:
    if len(text) > _MAX_CELL_TEXT:
        raise TableError(
            "too_large", f"有一格超过 {_MAX_CELL_TEXT:,} 个字，Excel 放不下（“{text[:20]}…”）：请导出 CSV。"
        )
    if text.startswith("<r>") and text.endswith("</r>"):
        return (
            text + " "
        )  # the writer takes exactly such a text for markup of its own and would not escape it
    return text


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
