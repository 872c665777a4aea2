"""读文件: a file of reference data as rows with values, each problem with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from agency.errors import DomainError
from agency.interchange.columns import Column
from agency.interchange.exchange import Exchange
from agency.tabular.read import Row, Table, open_table
from agency.tabular.values import DigitsLost

MAX_BYTES = 8 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: where it stands, which column, and what to do."""

    place: str
    column: str
    message: str

    def __str__(self) -> str:
        return (
            f"{self.place}“{self.column}”：{self.message}" if self.column else f"{self.place}：{self.message}"
        )


@dataclass
class FileRow:
    """A row as it was read; `values` by field name, of a reference its code until it is looked up."""

    row: Row
    places: dict[str, int]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def line_no(self) -> int:
        return self.row.line_no

    def refuse(self, message: str, column: Column | None = None) -> None:
        """Add a problem: at the cell where the column is in the file, else of the whole line."""
        index = self.places.get(column.name) if column else None
        place = f"第 {self.line_no} 行" if index is None else self._cell(index)
        self.problems.append(Problem(place, column.title if column else "", message))

    def _cell(self, index: int) -> str:
        if self.row.sheet is None:
            return f"第 {self.line_no} 行"
        return f"第 {self.line_no} 行（{self.row.address(index)}）"


@dataclass
class FileContent:
    """What a file says: its encoding, the columns it has, the ones nobody knows, and its rows."""

    encoding: str
    columns: list[Column]
    ignored: list[str]
    rows: list[FileRow]


def read_file(content: bytes, file_name: str, exchange: Exchange) -> FileContent:
    """Raises DomainError with one sentence for what cannot be taken at all."""
    if not content.strip():
        raise DomainError("empty_file", f"“{file_name}”是空的，请重新选择文件。")
    if len(content) > MAX_BYTES:
        raise DomainError(
            "file_too_large",
            f"“{file_name}”超过 {MAX_BYTES >> 20} MB：这里只收小量更正，请只留要改的行。",
        )
    expected = [name for column in exchange.columns for name in column.names]
    table = open_table(content, filename=file_name, expected=expected, max_unpacked_bytes=MAX_UNPACKED_BYTES)
    found = _columns(table, exchange, file_name)
    rows = [_read_row(row, found) for row in _limited(table, file_name)]
    if not rows:
        raise DomainError("no_rows", f"“{file_name}”只有表头，没有数据行，没有可导入的。")
    ignored = [title for title, column in zip(table.header, found, strict=True) if title and column is None]
    return FileContent(table.encoding, [column for column in found if column], ignored, rows)


def _columns(table: Table, exchange: Exchange, file_name: str) -> list[Column | None]:
    found = exchange.columns_of(table.header)
    names = [column.name for column in found if column]
    if missing := [column.title for column in exchange.columns if column.is_key and column.name not in names]:
        raise DomainError(
            "missing_column",
            f"“{file_name}”缺少列 {'、'.join(missing)}，认不出是哪些“{exchange.title}”。"
            "请先导出现有的，在导出的表上改。",
        )
    if twice := [column.title for column in exchange.columns if names.count(column.name) > 1]:
        raise DomainError(
            "duplicate_column", f"“{file_name}”的列 {'、'.join(twice)} 出现了两次，请只留一列。"
        )
    return found


def _limited(table: Table, file_name: str) -> list[Row]:
    limit = settings.ADMIN_IMPORT_MAX_ROWS
    rows: list[Row] = []
    for row in table.rows():
        if len(rows) == limit:
            raise DomainError(
                "too_many_rows",
                f"“{file_name}”超过 {limit:,} 行：这里只收小量更正，请只留要改的行，或分几次导入。",
            )
        rows.append(row)
    return rows


def _read_row(row: Row, columns: list[Column | None]) -> FileRow:
    read = FileRow(row, {column.name: index for index, column in enumerate(columns) if column})
    if row.extra:
        read.refuse("这一行比表头多出内容，可能少了引号或多了分隔符，请核对。")
    for index, column in enumerate(columns):
        if column is None:
            continue
        try:
            read.values[column.name] = column.read(row.cells[index])
        except DigitsLost as lost:
            read.refuse(str(lost), column)
        except ValueError as wrong:
            read.refuse(str(wrong), column)
    return read
