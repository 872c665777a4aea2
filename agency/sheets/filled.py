"""填好的表: one copy of a sheet with its heading and rows, and the lines that it prints. [P]

Totals and sub-totals are always computed here, from the rows, in integers: no caller hands in a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from agency.sheets.declare import Column, Kind, Sheet, Total, Value


@dataclass(frozen=True, slots=True)
class Row:
    """行. `links` lead from a figure to what is behind it. `apart`: ruled off from the rows above.

    A row that is not `counted` (月均 under the base months) is shown in its place, but has no number,
    enters no sum, and is left out of CSV.
    """

    key: str
    values: Mapping[str, Value]
    links: Mapping[str, str] = field(default_factory=dict)
    counted: bool = True
    apart: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        object.__setattr__(self, "links", MappingProxyType(dict(self.links)))


class LineKind(StrEnum):
    ROW = "row"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: a row, a sub-total or the total. `values` has a value for every column shown."""

    kind: LineKind
    values: Mapping[str, Value]
    label: str = ""
    row: Row | None = None


@dataclass(frozen=True)
class SheetData:
    """填好的表: a sheet with its heading and rows.

    `prepared_on` None: not signed, so it says 草稿 and bears no date. `as_of` is the moment of computing or
    signing, which every file carries inside instead of the moment of export. `names` maps 制表人, 复核人 … to
    people. `remarks` stand under the table; `annexes` are further tables printed below, each on a page of its
    own in a workbook. The digest is over the sheet's own rows.
    """

    sheet: Sheet
    organisation: str
    period: str
    period_label: str
    rows: tuple[Row, ...]
    as_of: datetime
    region: str = ""
    prepared_on: date | None = None
    state_label: str = ""
    code: str | None = None
    verify_url: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    annexes: tuple[SheetData, ...] = ()

    def __post_init__(self) -> None:
        if self.as_of.utcoffset() is None:
            raise ValueError("as_of needs a time zone")
        for row in self.rows:
            for column in self.sheet.leaves:
                _check_value(self.sheet, column, row)

    @property
    def title(self) -> str:
        return self.sheet.title.format(region=self.region, period=self.period_label)

    @property
    def is_draft(self) -> bool:
        return self.prepared_on is None

    @property
    def prepared_label(self) -> str:
        day = self.prepared_on
        return f"{day.year}年{day.month}月{day.day}日" if day else "草稿"

    def signature(self, role: str) -> str:
        """What is printed after one of the sheet's signatories; blank where it is written by hand."""
        return self.prepared_label if role == "编制日期" else self.names.get(role, "")

    def total(self) -> Mapping[str, int]:
        """合计: every summed column, over the counted rows."""
        return _sums(self.sheet, self._counted)

    def subtotals(self) -> tuple[Line, ...]:
        """小计, in the order in which they are printed."""
        return tuple(line for line in self.lines() if line.kind is LineKind.SUBTOTAL)

    def lines(self) -> tuple[Line, ...]:
        """All that stands under the header, in print order, the total last.

        A sub-total follows the last of its rows when its rows stand together; when those of any value are
        scattered, all sub-totals of that level stand after the rows.
        """
        return self._lines

    def row_lines(self) -> Iterator[Line]:
        """The rows alone, numbered: what a digest is over, without any sum."""
        number = 0
        for row in self.rows:
            number += row.counted
            yield self._row_line(row, number)

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        after: dict[int, list[Line]] = {}
        for total in reversed(self.sheet.subtotals):  # the innermost is written first
            for position, line in self._subtotals_of(total):
                after.setdefault(position, []).append(line)
        lines: list[Line] = []
        for position, line in enumerate(self.row_lines()):
            lines += [line, *after.get(position, ())]
        lines += after.get(len(self.rows), ())
        if self.sheet.total:
            lines.append(Line(LineKind.TOTAL, self.total(), self.sheet.total))
        return tuple(lines)

    @cached_property
    def _counted(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.counted)

    def _row_line(self, row: Row, number: int) -> Line:
        values: dict[str, Value] = {}
        for column in self.sheet.leaves:
            value = row.values.get(column.key)
            if column.kind is Kind.SEQ and value is None and row.counted:
                value = number
            values[column.key] = value
        return Line(LineKind.ROW, values, row=row)

    def _subtotals_of(self, total: Total) -> list[tuple[int, Line]]:
        """Each sub-total of one level with the position of the row that it follows."""
        at = [position for position, row in enumerate(self.rows) if row.counted]
        where: dict[tuple[Value, ...], list[int]] = {}
        for position, row in enumerate(self._counted):
            where.setdefault(tuple(row.values.get(key) for key in total.by), []).append(position)
        scattered = any(places[-1] - places[0] >= len(places) for places in where.values())
        found = []
        for by, places in where.items():
            rows = tuple(self._counted[place] for place in places)
            label = total.label.format(value="".join(str(value) for value in by))
            position = len(self.rows) if scattered else at[places[-1]]
            found.append((position, Line(LineKind.SUBTOTAL, _sums(self.sheet, rows), label)))
        return found


def _check_value(sheet: Sheet, column: Column, row: Row) -> None:
    value = row.values.get(column.key)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is None or whole or (isinstance(value, str) and not (row.counted and column.is_totalled)):
        return
    if not (isinstance(value, Decimal) and column.kind is Kind.FACTOR):
        raise TypeError(f"form {sheet.form}, row {row.key}, {column.key}: {value!r} is not a whole number")


def _sums(sheet: Sheet, rows: tuple[Row, ...]) -> Mapping[str, int]:
    sums = {}
    for column in sheet.leaves:
        if column.is_totalled:
            values = (row.values.get(column.key) for row in rows)
            sums[column.key] = sum(value for value in values if isinstance(value, int))
    return MappingProxyType(sums)
