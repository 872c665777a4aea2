"""CSV: the sheet for programs. One header row and the data rows; no title, no totals, no separators."""

import csv
import io

from agency.sheets.declare import Column, Value
from agency.sheets.filled import LineKind, SheetData
from agency.tabular.write import inert


def as_csv(data: SheetData, encoding: str = "utf-8") -> bytes:
    """The rows in the encoding asked for (`utf-8`, with BOM so that Excel opens it, or `gb18030`)."""
    leaves = data.sheet.leaves
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.heading for column in leaves])
    for line in data.lines():
        if line.kind is LineKind.ROW and line.row and line.row.counted:
            writer.writerow([_cell(column, line.values.get(column.key)) for column in leaves])
    return out.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding)


def _cell(column: Column, value: Value) -> str:
    text = column.plain(value)
    return inert(text) if isinstance(value, str) else text
